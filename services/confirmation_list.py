"""The confirmation list (確認リスト): reading it, and the second person's decision (A7, M07)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from models import vault
from models.audit.tags import Tag
from models.case import Case
from models.confirmation import KINDS, OPEN, STATES, ConfirmationRow, list_open_of
from models.document import PrintRequest
from models.form_entry import FormEntry
from models.notification import Notification
from models.person import PersonRecord, list_current
from models.staff import names_of
from models.vault_table import Number
from printing.documents import DOCUMENTS
from printing.office.confirmation_list import ConfirmationLine, ConfirmationList
from rules.eras import format_short
from services import audit, city, number_linking, numbers_vault, office_papers, person_sides, two_people
from services.cases import ENTERED
from services.context import JST, Actor, Context
from services.counts import Wanted
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.numbers_vault import NumberFinding
from services.person_sides import Side

DOCUMENT = "confirmation_list"
DECIDERS = frozenset({"verifier", "section_chief"})
RELEASED, REJECTED = "released", "rejected"
SHOWN, LONGEST_ON_PAPER = 500, 60


@dataclass(frozen=True)
class Listed:
    """A row as the list shows it: whom it concerns, and from where it came."""

    row: ConfirmationRow
    person: PersonRecord
    other: PersonRecord | None
    number: str  # of the notification
    case_id: int | None
    decided_by: str


@dataclass(frozen=True)
class Page:
    """One row with what is known of both persons, what stands against it now, and who may decide."""

    listed: Listed
    side: Side
    other: Side | None
    now: Sequence[NumberFinding]
    entered_by: str
    why_not: NotAllowed | None


def list_rows(ctx: Context, state: str = OPEN, kind: str = "") -> list[Listed]:
    """The rows of the actor's office, and those of no office, the oldest first."""
    conditions = [_visible(ctx.actor)]
    if state in STATES:
        conditions.append(ConfirmationRow.state == state)
    if kind in KINDS:
        conditions.append(ConfirmationRow.kind == kind)
    statement = _joined().where(*conditions).order_by(ConfirmationRow.id).limit(SHOWN)
    listed = _listed(ctx, statement)
    audit.record(ctx, Tag.CONFIRMATION_READ, detail={"found": len(listed)})
    return listed


def paper(ctx: Context, rows: Sequence[Listed], state: str, kind: str) -> ConfirmationList:
    """The rows as they go on paper."""
    chosen = (STATES[state][0] if state in STATES else "すべて", KINDS[kind][0] if kind in KINDS else "")
    return ConfirmationList(
        made_at=ctx.at.astimezone(JST).replace(tzinfo=None),
        issuer=city.settings_on(ctx.session, ctx.today).issuer,
        chosen="・".join(word for word in chosen if word),
        lines=tuple(_line(place, one) for place, one in enumerate(rows, start=1)),
    )


def ask(ctx: Context, state: str, kind: str) -> PrintRequest:
    """Ask for the list on paper, as it stands now.

    Raises:
        SettingMissing: the actor belongs to no office.
    """
    content = paper(ctx, list_rows(ctx, state, kind), state, kind)
    return office_papers.ask(
        ctx, DOCUMENT, content, f"{DOCUMENTS[DOCUMENT].title_ja} {format_short(ctx.today)}"
    )


def _line(place: int, one: Listed) -> ConfirmationLine:
    return ConfirmationLine(
        place=place,
        kind=KINDS[one.row.kind][0],
        raised_on=format_short(one.row.raised_at.astimezone(JST).date()),
        name=one.person.name,
        born=format_short(one.person.birth),
        other=one.other.name if one.other is not None else "",
        reception_number=one.number or "住基",
        status=STATES[one.row.state][0],
        reason=shorten(one.row.reason or "", LONGEST_ON_PAPER),
        decided_by=one.decided_by,
    )


def shorten(text: str, longest: int) -> str:
    """A text as it fits a list; the whole of it stands on its page."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def count_by_kind(ctx: Context, state: str = OPEN) -> dict[str, int]:
    """How many rows of a state there are, by kind."""
    conditions = [_visible(ctx.actor)]
    if state in STATES:
        conditions.append(ConfirmationRow.state == state)
    statement = select(ConfirmationRow.kind, func.count()).where(*conditions).group_by(ConfirmationRow.kind)
    return {row.kind: row[1] for row in ctx.session.execute(statement)}


def to_count(actor: Actor, _today: date) -> Wanted:
    """How many rows wait for a decision, for the sidebar."""
    if not DECIDERS & actor.own_roles:
        return {}
    statement = (
        select(func.count())
        .select_from(ConfirmationRow)
        .where(ConfirmationRow.state == OPEN, _visible(actor))
    )
    return {"confirmations": statement}


def read(ctx: Context, row_id: int) -> Page:
    """One row and all that its decision needs.

    Raises:
        NotFound: there is none, or it is another office's.
    """
    found_rows = _listed(ctx, _joined().where(ConfirmationRow.id == row_id, _visible(ctx.actor)))
    if not found_rows:
        raise _none()
    listed = found_rows[0]
    row = listed.row
    held, found = _now(ctx, row)
    others = [one.person_id for one in found if one.person_id not in (None, row.person_id)]
    other_id = row.other_person_id or next(iter(others), None)
    sides = person_sides.read_all(ctx, [row.person_id, *([other_id] if other_id else [])])
    entered = _who_entered(ctx, row, held)
    audit.record(
        ctx,
        Tag.CONFIRMATION_READ,
        f"person:{row.person_id}",
        listed.case_id,
        {"kind": row.kind, "row": row.id},
    )
    return Page(
        listed=listed,
        side=sides[row.person_id],
        other=sides.get(other_id) if other_id else None,
        now=found,
        entered_by="、".join(names_of(ctx.session, entered).values()),
        why_not=_why_not(ctx, entered) if row.state == OPEN else None,
    )


def decide(ctx: Context, row_id: int, outcome: str, reason: str) -> ConfirmationRow:
    """Release a held number (it is linked, whatever stood there gives way) or reject it (it is dropped).

    Releasing a row without a number says that the person stays without one.

    Raises:
        NotFound: there is no such row in the actor's office.
        NotAllowed: his role decides none, or it was he who entered it.
        SomebodyElseWasFaster: it was decided meanwhile.
        RuleBroken: no outcome, no reason, or an Individual Number in it.
    """
    statement = select(ConfirmationRow).where(ConfirmationRow.id == row_id, _visible(ctx.actor))
    row = ctx.session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise _none()
    if row.state != OPEN:
        raise SomebodyElseWasFaster(
            "この行は、すでに決定されています。一覧を開き直してください。", "This row was decided meanwhile."
        )
    held = vault.find(ctx.session, row.number_ref)
    refused = _why_not(ctx, _who_entered(ctx, row, held))
    if refused is not None:
        raise refused
    if outcome not in {RELEASED, REJECTED}:
        raise RuleBroken("解除か却下を選んでください。", "Choose release or reject.")
    row.reason = two_people.reason_of(reason)
    row.state, row.decided_at, row.decided_by_id = outcome, ctx.at, ctx.actor.staff_id
    if held is not None and held.state == "provisional":
        if outcome == RELEASED:
            _release(ctx, row, held)
        else:
            _drop(ctx, row, held)
    case_id = ctx.session.scalar(select(Case.id).where(Case.notification_id == row.notification_id))
    detail = {"kind": row.kind, "deed": outcome, "row": row.id}
    audit.record(ctx, Tag.CONFIRMATION_DECIDED, f"person:{row.person_id}", case_id, detail)
    return row


def _drop(ctx: Context, row: ConfirmationRow, held: Number) -> None:
    """Throw the held number away; who has none now is told of as a blank."""
    vault.discard(ctx.session, [vault.PREFIX + held.reference], ctx.at)
    notification = ctx.session.get(Notification, row.notification_id) if row.notification_id else None
    number_linking.write_all(ctx, {row.person_id: None}, notification)


def _release(ctx: Context, row: ConfirmationRow, held: Number) -> None:
    """Link the held number; the one it replaces is a trace, and who had it wrongly is told of as a blank."""
    notification = ctx.session.get(Notification, row.notification_id) if row.notification_id else None
    first = vault.find_confirmed(ctx.session, [row.person_id], [held])
    concerned = {row.person_id, *first.holders.values()}
    vault.lock_for_linking(ctx.session, [held], concerned)
    known = vault.find_confirmed(ctx.session, concerned, [held])
    holder = known.holders.get(held.blind_index)
    own = known.of_person.get(row.person_id)
    reference = vault.PREFIX + held.reference
    if holder == row.person_id:
        vault.discard(ctx.session, [reference], ctx.at)
        return
    if holder is not None:
        wrong = known.of_person[holder]
        vault.discard(ctx.session, [vault.PREFIX + wrong.reference], ctx.at)
    if own is not None:
        vault.supersede(ctx.session, [vault.PREFIX + own.reference], ctx.at)
    numbers_vault.link_all(ctx, {reference: row.person_id}, row.notification_id)
    number_linking.settle_blanks(ctx, row.person_id, list_open_of(ctx.session, [row.person_id]))
    if holder is not None:
        number_linking.write_all(ctx, {holder: None}, notification)


def _now(ctx: Context, row: ConfirmationRow) -> tuple[Number | None, list[NumberFinding]]:
    """The held number of an open row, and what stands against it by what is on record now."""
    held = vault.find(ctx.session, row.number_ref)
    if row.state != OPEN or held is None:
        return held, []
    known = vault.find_confirmed(ctx.session, [row.person_id], [held])
    return held, numbers_vault.conflicts_of(row.number_ref, held, row.person_id, known)


def _who_entered(ctx: Context, row: ConfirmationRow, held: Number | None) -> list[int]:
    """The accounts that entered the number or the notification."""
    told = {held.created_by_id if held is not None else None}
    if row.notification_id is not None:
        notification = ctx.session.get(Notification, row.notification_id)
        told.add(notification.created_by_id if notification is not None else None)
        statement = (
            select(FormEntry.by_id)
            .join(Case, Case.id == FormEntry.case_id)
            .where(Case.notification_id == row.notification_id, FormEntry.element_id.in_(ENTERED))
        )
        told |= set(ctx.session.scalars(statement))
    return sorted(one for one in told if one is not None)


def _why_not(ctx: Context, entered: Sequence[int]) -> NotAllowed | None:
    try:
        two_people.must_have_any(
            ctx,
            DECIDERS,
            "確認リストを決定するのは、照合担当か課長です。",
            "A verifier or the section chief decides the confirmation list.",
        )
        two_people.must_be_somebody_else(ctx, entered)
    except NotAllowed as refused:
        return refused
    return None


def _visible(actor: Actor) -> ColumnElement[bool]:
    return or_(ConfirmationRow.office_id == actor.office_id, ConfirmationRow.office_id.is_(None))


def _joined() -> Any:
    return (
        select(ConfirmationRow, Notification.number, Case.id)
        .outerjoin(Notification, Notification.id == ConfirmationRow.notification_id)
        .outerjoin(Case, Case.notification_id == ConfirmationRow.notification_id)
    )


def _listed(ctx: Context, statement: Any) -> list[Listed]:
    found = ctx.session.execute(statement).all()
    rows = [row for row, _, _ in found]
    ids = {row.person_id for row in rows} | {row.other_person_id for row in rows} - {None}
    people = list_current(ctx.session, [one for one in ids if one is not None])
    names = names_of(ctx.session, {row.decided_by_id for row in rows})
    return [
        Listed(
            row=row,
            person=people[row.person_id],
            other=people.get(row.other_person_id or 0),
            number=number or "",
            case_id=case_id,
            decided_by=names.get(row.decided_by_id or 0, ""),
        )
        for row, number, case_id in found
    ]


def _none() -> NotFound:
    return NotFound("この行は見つかりません。確認リストから開き直してください。", "There is no such row.")
