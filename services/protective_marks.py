"""Setting and lifting a protective measure (支援措置; F15c, H14). Hiding is done at once by one person.

Lifting shows places again: it is asked by one person and decided by another.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from models.audit.tags import Tag
from models.case import Case, WorkItem
from models.document import PrintRequest
from models.notification import NotificationPerson
from models.person import PersonRecord, list_current
from models.protection import KINDS, ProtectiveMark
from models.staff import names_of
from services import audit, persons, two_people
from services.context import Context
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.place_releases import DECIDERS
from services.protection import list_beside

SHOWN = 200
STANDING = ("in_force", "lift_asked")


@dataclass(frozen=True)
class Marked:
    """A measure as a list shows it, with those who had to do with it."""

    row: ProtectiveMark
    person: PersonRecord
    set_by: str
    lifted_by: str
    lift_asked_by: str

    def is_over(self, day: date) -> bool:
        """Whether its last day has passed."""
        return self.row.until_on is not None and self.row.until_on < day


def mark(
    ctx: Context, person_id: int, kind: str, ground: str, from_on: date, until_on: date | None
) -> ProtectiveMark:
    """Put a person under a measure: from now on nobody sees where he lives.

    Raises:
        PersonUnknown: nobody with this id is on record.
        RuleBroken: no kind or ground, days that contradict one another, or one is in force already.
    """
    persons.get(ctx, person_id)
    if kind not in KINDS:
        raise RuleBroken("支援措置の種類を選んでください。", "Choose the kind of measure.")
    if from_on > ctx.today or (until_on is not None and until_on < max(from_on, ctx.today)):
        raise RuleBroken(
            "期間が正しくありません。開始日はきょうまで、終了日はきょう以後の日にしてください。",
            "The days are wrong: it begins today at the latest and ends today at the earliest.",
        )
    standing = ctx.session.scalars(
        select(ProtectiveMark).where(
            ProtectiveMark.person_id == person_id, ProtectiveMark.state.in_(STANDING)
        )
    )
    if any(row.until_on is None or row.until_on >= ctx.today for row in standing):
        raise RuleBroken(
            "この方には、実施中の支援措置がすでにあります。期間を変えるときは、先に解除の決定を受けてください。",
            "A measure is in force already. To change its term, have it lifted first.",
        )
    row = ProtectiveMark(
        person_id=person_id,
        kind=kind,
        ground=two_people.reason_of(ground),
        from_on=from_on,
        until_on=until_on,
        state="in_force",
        set_at=ctx.at,
        set_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    facts = {"protective_measure": True, "protective_measure_until": until_on}
    persons.revise(ctx, person_id, facts, from_on, None)
    ctx.session.flush()
    _forget_areas(ctx, list_beside(ctx, person_id))
    audit.record(ctx, Tag.PROTECTION_CHANGED, f"person:{person_id}", detail={"deed": "marked", "kind": kind})
    return row


def ask_to_lift(ctx: Context, mark_id: int, reason: str) -> ProtectiveMark:
    """Propose that a measure ends before its day.

    Raises:
        NotFound: there is no such measure.
        SomebodyElseWasFaster: that was proposed or decided before.
        RuleBroken: no reason.
    """
    row = _locked(ctx, mark_id)
    if row.state != "in_force":
        raise SomebodyElseWasFaster(
            "この支援措置の解除は、すでに申し出られています。", "That was proposed before."
        )
    row.lift_reason = two_people.reason_of(reason)
    row.state, row.lift_asked_at, row.lift_asked_by_id = "lift_asked", ctx.at, ctx.actor.staff_id
    detail = {"deed": "lift_asked", "row": row.id}
    audit.record(ctx, Tag.PROTECTION_CHANGED, f"person:{row.person_id}", detail=detail)
    return row


def decide_lift(ctx: Context, mark_id: int, reason: str, *, lifts: bool) -> ProtectiveMark:
    """Lift a measure, or let it go on.

    Raises:
        NotFound: there is no such measure.
        NotAllowed: the actor's role decides none, or it was he who proposed it.
        SomebodyElseWasFaster: it was decided meanwhile.
        RuleBroken: no reason.
    """
    row = _locked(ctx, mark_id)
    two_people.must_have_any(
        ctx,
        DECIDERS,
        "支援措置の解除を決定するのは、課長か照合担当です。",
        "The section chief or a verifier decides whether a measure ends.",
    )
    two_people.must_be_somebody_else(ctx, [row.lift_asked_by_id])
    if row.state != "lift_asked":
        raise SomebodyElseWasFaster("この申出は、すでに決定されています。", "This was decided meanwhile.")
    row.decided_reason = two_people.reason_of(reason)
    row.state = "lifted" if lifts else "in_force"
    if lifts:
        row.lifted_at, row.lifted_by_id = ctx.at, ctx.actor.staff_id
        facts = {"protective_measure": False, "protective_measure_until": None}
        persons.revise(ctx, row.person_id, facts, ctx.today, None)
    detail = {"deed": "lifted" if lifts else "goes_on", "row": row.id}
    audit.record(ctx, Tag.PROTECTION_CHANGED, f"person:{row.person_id}", detail=detail)
    return row


def list_marks(ctx: Context, person_id: int | None = None) -> Sequence[Marked]:
    """Measures, those to be decided first; of one person where one is named. That it was read is recorded."""
    statement = select(ProtectiveMark)
    if person_id is not None:
        statement = statement.where(ProtectiveMark.person_id == person_id)
    waiting = (ProtectiveMark.state == "lift_asked").desc()
    rows = ctx.session.scalars(statement.order_by(waiting, ProtectiveMark.id.desc()).limit(SHOWN)).all()
    people = list_current(ctx.session, {row.person_id for row in rows})
    staff = {one for row in rows for one in (row.set_by_id, row.lifted_by_id, row.lift_asked_by_id)}
    names = names_of(ctx.session, staff)
    subject = f"person:{person_id}" if person_id is not None else ""
    audit.record(ctx, Tag.PROTECTION_READ, subject, detail={"found": len(rows)})
    return [
        Marked(
            row,
            people[row.person_id],
            names.get(row.set_by_id or 0, ""),
            names.get(row.lifted_by_id or 0, ""),
            names.get(row.lift_asked_by_id or 0, ""),
        )
        for row in rows
    ]


def _forget_areas(ctx: Context, person_ids: Collection[int]) -> None:
    """Lists that are sorted by postal code tell where somebody lives: what waits there loses it."""
    concerned = select(NotificationPerson.notification_id).where(NotificationPerson.person_id.in_(person_ids))
    ctx.session.execute(
        update(PrintRequest)
        .where(PrintRequest.person_id.in_(person_ids) | PrintRequest.notification_id.in_(concerned))
        .values(postal_code="")
        .execution_options(synchronize_session=False)
    )
    cases = select(Case.id).where(Case.notification_id.in_(concerned))
    names = [row.name for row in list_current(ctx.session, person_ids).values()]
    ctx.session.execute(
        update(WorkItem)
        .where(WorkItem.case_id.in_(cases) | WorkItem.subject_name.in_(names))
        .values(postal_code="")
        .execution_options(synchronize_session=False)
    )


def _locked(ctx: Context, mark_id: int) -> ProtectiveMark:
    statement = select(ProtectiveMark).where(ProtectiveMark.id == mark_id)
    row = ctx.session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(
            "この支援措置は見つかりません。一覧から開き直してください。", "There is no such measure."
        )
    return row
