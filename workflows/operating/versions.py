"""The versions of procedures as operators compare them, and what a move of all running cases would mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select, true

from models.case import Case, Definition, own_number
from models.notification import Notification
from services import procedures
from services.context import Context
from services.errors import NotFound
from workflows.engine import definitions
from workflows.engine.comparison import Difference, compare
from workflows.engine.migration_check import Remark, TaskChange, Verdict
from workflows.operating.moving import cases_on, check
from workflows.operating.reach import UNFINISHED, within

LOOKED_AT = 200  # so many cases are checked on the page; the rest when it is moved, as every case is


@dataclass(frozen=True)
class Version:
    """A version of a procedure, and how many cases within the actor's reach have not ended on it."""

    number: int
    hash: str
    state: str
    running: int


@dataclass(frozen=True)
class Checked:
    """A case with the verdict of its check."""

    case_id: int
    number: str
    verdict: Verdict


@dataclass(frozen=True)
class Survey:
    """What moving the running cases of a version to another would mean."""

    before: Version
    after: Version
    differences: Sequence[Difference]
    checked: Sequence[Checked]

    @property
    def can(self) -> list[Checked]:
        """The cases that could be moved now."""
        return [one for one in self.checked if one.verdict.can]

    @property
    def refusals(self) -> list[tuple[Remark, int]]:
        """Why cases cannot be moved, each reason with how many have it."""
        return Counter(one for case in self.checked for one in case.verdict.refusals).most_common()

    @property
    def cautions(self) -> list[tuple[Remark, int]]:
        """What should be known of cases that can be moved."""
        return Counter(one for case in self.can for one in case.verdict.cautions).most_common()

    @property
    def tasks(self) -> list[tuple[TaskChange, int]]:
        """How waiting tasks will change."""
        return Counter(one for case in self.can for one in case.verdict.tasks).most_common()


def titles(ctx: Context) -> dict[str, tuple[str, str]]:
    """The titles of all procedures on record."""
    return procedures.titles(ctx.session, ctx.session.scalars(select(Definition.slug).distinct()))


def list_versions(ctx: Context, slug: str) -> list[Version]:
    """The versions of a procedure, the newest first.

    Raises:
        NotFound: there is no such procedure.
    """
    running = func.count(Case.id)
    statement = (
        select(Definition.version, Definition.hash, Definition.state, running)
        .outerjoin(
            Case,
            (Case.definition_hash == Definition.hash)
            & Case.state.in_(UNFINISHED)
            & and_(*within(ctx, Case.office_id), true()),
        )
        .where(Definition.slug == slug)
        .group_by(Definition.version, Definition.hash, Definition.state)
        .order_by(Definition.version.desc())
    )
    found = [Version(*row) for row in ctx.session.execute(statement)]
    if not found:
        raise NotFound("この手続はありません。一覧から選び直してください。", "There is no such procedure.")
    return found


def get_version(ctx: Context, slug: str, number: int) -> Version:
    """One version of a procedure.

    Raises:
        NotFound: there is none of this number.
    """
    found = next((one for one in list_versions(ctx, slug) if one.number == number), None)
    if found is None:
        raise NotFound("この版はありません。一覧から選び直してください。", "There is no such version.")
    return found


def differences(ctx: Context, before: Version, after: Version) -> list[Difference]:
    """What was added, removed, renamed and changed between two versions."""
    old, new = (definitions.by_hash(ctx.session, one.hash) for one in (before, after))
    return compare(old, new).differences()


def survey(ctx: Context, slug: str, before: Version, after: Version) -> Survey:
    """The check of the running cases of a version, at most `LOOKED_AT` of them; nothing is changed."""
    specification = definitions.by_hash(ctx.session, after.hash)
    cases = cases_on(ctx, slug, before.hash, LOOKED_AT)
    numbers = numbers_of(ctx, cases)
    return Survey(
        before=before,
        after=after,
        differences=differences(ctx, before, after),
        checked=[Checked(case.id, numbers[case.id], check(ctx, case, specification)) for case in cases],
    )


def numbers_of(ctx: Context, cases: Sequence[Case]) -> dict[int, str]:
    """The numbers by which people know cases: of the notification, or of the case itself."""
    wanted = [case.notification_id for case in cases if case.notification_id]
    rows = ctx.session.execute(
        select(Notification.id, Notification.number).where(Notification.id.in_(wanted))
    )
    known = {row.id: row.number for row in rows}
    return {case.id: known.get(case.notification_id or 0, own_number(case.id)) for case in cases}
