"""One case as an operator sees it: where it stands, what happened, what can be done; none of its entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models.audit.tags import Tag
from models.case import Case, CaseEvent, WorkItem, list_journal, list_open_items
from models.incident import Incident, list_open
from models.masters import Office
from models.operation import CaseMigration
from models.waiting import Timer, Waiting, list_timers, list_waiting
from services import audit
from services.context import Context
from services.errors import NotFound
from workflows.engine import definitions
from workflows.engine.migration_check import Verdict
from workflows.engine.rewinding import Target
from workflows.operating import moving, rewinding
from workflows.operating.reach import within
from workflows.operating.versions import Version, list_versions, numbers_of


@dataclass(frozen=True)
class OperatorPage:
    """All of a case that an operator needs; no name, no entry of a form. `timers` come with their names."""

    case: Case
    number: str
    office: str
    version: int
    versions: Sequence[Version]
    items: Sequence[WorkItem]
    timers: Sequence[tuple[Timer, tuple[str, str]]]
    waiting: Sequence[Waiting]
    incidents: Sequence[Incident]
    journal: Sequence[CaseEvent]
    moves: Sequence[CaseMigration]
    targets: Sequence[Target]
    target: Version | None
    verdict: Verdict | None

    @property
    def is_running(self) -> bool:
        return self.case.blob is not None

    @property
    def state(self) -> str:
        """A key of `case_list.STATES`."""
        stuck = any(one.state == "open" for one in self.incidents)
        return "incident" if stuck and self.case.state == "open" else self.case.state


def read(ctx: Context, case_id: int, to: int | None = None) -> OperatorPage:
    """A case within the actor's reach; with `to`, what moving it to that version would mean.

    Raises:
        NotFound: there is no such case.
    """
    statement = (
        select(Case, Office.name)
        .join(Office, Office.id == Case.office_id)
        .where(Case.id == case_id, *within(ctx, Case.office_id))
    )
    found = ctx.session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("この案件は見つかりません。一覧から開き直してください。", "There is no such case.")
    case, office = found
    audit.record(ctx, Tag.CASE_READ, f"case:{case_id}", case_id)
    known = list_versions(ctx, case.slug)
    here = definitions.by_hash(ctx.session, case.definition_hash)
    target = next((one for one in known if one.number == to and one.state != "draft"), None)
    return OperatorPage(
        case=case,
        number=numbers_of(ctx, [case])[case_id],
        office=office,
        version=next(one.number for one in known if one.hash == case.definition_hash),
        versions=[one for one in known if one.state != "draft" and one.hash != case.definition_hash],
        items=list_open_items(ctx.session, case_id),
        timers=[(one, here.title_of(one.element_id)) for one in list_timers(ctx.session, case_id)],
        waiting=list_waiting(ctx.session, case_id),
        incidents=list_open(ctx.session, case_id),
        journal=list_journal(ctx.session, case_id),
        moves=list(
            ctx.session.scalars(
                select(CaseMigration).where(CaseMigration.case_id == case_id).order_by(CaseMigration.id)
            )
        ),
        targets=rewinding.targets_of(ctx, case),
        target=target,
        verdict=moving.check(ctx, case, definitions.by_hash(ctx.session, target.hash)) if target else None,
    )
