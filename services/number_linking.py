"""Writing Individual Numbers to persons: linked, or held and put on the confirmation list (A7, M07).

Every write of a number goes through here: registration, change, loss, and the file of the resident register.
A conflict never stops the deed that brings the number; the person is registered, the number waits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from models import vault
from models.audit.tags import Tag
from models.confirmation import OPEN, ConfirmationRow, list_open_of
from models.notification import Notification
from models.vault_table import Number
from services import audit, numbers_vault
from services.context import Context
from services.numbers_vault import Conflict, NumberFinding

WAITING_FOR_A_NUMBER = frozenset({Conflict.BLANK, Conflict.CHECK_DIGIT})
CAME, CANCELLED = "個人番号が登録された", "届出が取り消された"


@dataclass
class Written:
    """What a write did: persons whose number was linked, was theirs already, and who stand on the list."""

    linked: list[int] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    held: dict[int, Conflict] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    """What is on record of the persons and digits of one write; kept true while it goes on."""

    confirmed: vault.Confirmed
    of_person: dict[int, Number]
    holders: dict[bytes, int]
    waiting: list[ConfirmationRow]
    held_digits: dict[str, bytes]  # of what waits, by its reference

    @property
    def now(self) -> vault.Confirmed:
        return vault.Confirmed(self.of_person, self.holders, self.confirmed.former)


@dataclass
class _Changes:
    """What a write does to the vault, all at once at its end."""

    linked: dict[str, int] = field(default_factory=dict)
    superseded: list[str] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    raised: list[ConfirmationRow] = field(default_factory=list)


def write_all(
    ctx: Context,
    told: Mapping[int, str | None],
    notification: Notification | None,
    *,
    replacing: bool = False,
    newcomers: Collection[int] = (),
    unreadable: Collection[int] = (),
) -> Written:
    """Link provisional numbers (by person) or hold them; None is a blank, which is listed too.

    `replacing`: a change was decided, so another number of the same person gives way. Of `newcomers`, who
    were taken in by this very deed, nothing can be on record. `unreadable` are persons whose number was told
    with a wrong check digit.

    Raises:
        NumberRefused: a reference is unknown, or its number was used up before.
    """
    done, changes = Written(), _Changes()
    rows = vault.find_all(ctx.session, told.values())
    if rows:
        vault.lock_for_linking(ctx.session, rows.values(), told)
    known = _look(ctx, told, rows, newcomers)
    for person_id, reference in told.items():
        row = numbers_vault.provisional(rows.get(reference)) if reference is not None else None
        found = numbers_vault.conflicts_of(reference, row, person_id, known.now)
        if person_id in unreadable:
            found = [NumberFinding(Conflict.CHECK_DIGIT)]
        if replacing:
            found = [one for one in found if one.kind is not Conflict.PERSON_HAS_ANOTHER]
        if found:
            _hold(ctx, person_id, reference, row, found[0], notification, known, changes)
            done.held[person_id] = found[0].kind
        elif row is not None:
            _link(ctx, person_id, row, known, changes, done)
    vault.discard(ctx.session, changes.discarded, ctx.at)
    vault.supersede(ctx.session, changes.superseded, ctx.at)
    numbers_vault.link_all(ctx, changes.linked, notification.id if notification else None)
    ctx.session.add_all(changes.raised)
    return done


def withdraw(ctx: Context, notification: Notification) -> None:
    """The notification is cancelled: what it put on the list is settled, and its held numbers are dropped."""
    statement = (
        select(ConfirmationRow)
        .where(ConfirmationRow.notification_id == notification.id, ConfirmationRow.state == OPEN)
        .order_by(ConfirmationRow.id)
    )
    for row in ctx.session.scalars(statement):
        settle(ctx, row, CANCELLED)


def settle(ctx: Context, row: ConfirmationRow, why: str) -> None:
    """Take a row off the list by itself, with the number that it holds."""
    row.state, row.reason, row.decided_at = "settled", why, ctx.at
    if row.number_ref is not None:
        vault.discard(ctx.session, [row.number_ref], ctx.at)
    audit.record(ctx, Tag.CONFIRMATION_SETTLED, f"person:{row.person_id}", detail={"kind": row.kind})


def settle_blanks(ctx: Context, person_id: int, waiting: Collection[ConfirmationRow]) -> None:
    """The number of a person came: what said that it was missing is settled."""
    for row in waiting:
        if row.person_id == person_id and row.kind in WAITING_FOR_A_NUMBER and row.state == OPEN:
            settle(ctx, row, CAME)


def _look(
    ctx: Context, told: Mapping[int, str | None], rows: Mapping[str, Number], newcomers: Collection[int]
) -> _Known:
    on_record = set(told) - set(newcomers)
    confirmed = vault.find_confirmed(ctx.session, on_record, rows.values())
    waiting = list_open_of(ctx.session, on_record)
    held = vault.find_all(ctx.session, [row.number_ref for row in waiting])
    digits = {reference: one.blind_index for reference, one in held.items()}
    return _Known(confirmed, dict(confirmed.of_person), dict(confirmed.holders), waiting, digits)


def _link(ctx: Context, person_id: int, row: Number, known: _Known, changes: _Changes, done: Written) -> None:
    own = known.of_person.get(person_id)
    if own is not None and own.blind_index == row.blind_index:
        changes.discarded.append(vault.PREFIX + row.reference)
        done.same.append(person_id)
        return
    if own is not None:
        changes.superseded.append(vault.PREFIX + own.reference)
    changes.linked[vault.PREFIX + row.reference] = person_id
    known.of_person[person_id] = row
    known.holders[row.blind_index] = person_id
    settle_blanks(ctx, person_id, known.waiting)
    done.linked.append(person_id)


def _hold(
    ctx: Context,
    person_id: int,
    reference: str | None,
    row: Number | None,
    finding: NumberFinding,
    notification: Notification | None,
    known: _Known,
    changes: _Changes,
) -> None:
    """Put it on the list; the very same thing that waits there already is dropped."""
    if _waits(person_id, row, finding, known):
        if reference is not None:
            changes.discarded.append(reference)
        return
    audit.record(
        ctx,
        Tag.CONFIRMATION_RAISED,
        f"person:{person_id}",
        detail={"kind": finding.kind.value, "notification": notification.id if notification else None},
    )
    changes.raised.append(
        ConfirmationRow(
            kind=finding.kind.value,
            source="notification" if notification else "register",
            person_id=person_id,
            other_person_id=finding.person_id if finding.person_id != person_id else None,
            number_ref=reference,
            notification_id=notification.id if notification else None,
            office_id=notification.office_id if notification else ctx.actor.office_id,
            raised_at=ctx.at,
            raised_by_id=ctx.actor.staff_id,
        )
    )


def _waits(person_id: int, row: Number | None, finding: NumberFinding, known: _Known) -> bool:
    digits = row.blind_index if row is not None else None
    return any(
        one.person_id == person_id
        and one.kind == finding.kind
        and known.held_digits.get(one.number_ref or "") == digits
        for one in known.waiting
    )
