"""The Individual Number at the door of its vault (A5, A7; M06, M07).

Digits come in by `receive` and are never handed out again: every other function takes and gives references
(`vault:…`). No message, log, audit event or repr of this module holds a digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models import vault
from models.audit.tags import Tag
from models.notification import Notification
from models.vault_table import Number
from rules.numbers import (
    NumberNotValid,
    is_demo_individual_number,
    is_held_as_typed,
    normalize_individual_number,
    twelve_digits,
)
from services import audit
from services.context import Context
from services.errors import NumberRefused


class NumberPolicy(StrEnum):
    """Which numbers this installation takes (sample-people, section 2.5)."""

    DEMONSTRATION = "demonstration"  # invented numbers only
    PRODUCTION = "production"  # real numbers only


class Conflict(StrEnum):
    """The rows of the 確認リスト (A7)."""

    BLANK = "blank"
    HELD_BY_ANOTHER = "held_by_another"
    PERSON_HAS_ANOTHER = "person_has_another"
    FORMERLY = "formerly"
    CHECK_DIGIT = "check_digit"


@dataclass(frozen=True)
class NumberFinding:
    """One conflict, and the other person where there is one."""

    kind: Conflict
    person_id: int | None = None


_policy: list[NumberPolicy] = []


def configure(policy: NumberPolicy) -> None:
    """Say which numbers are taken here; called once by `create_app` from the settings."""
    _policy[:] = [policy]


def receive(ctx: Context, text: str, *, as_typed: bool = False) -> str:
    """Check a typed number, seal it as provisional, and return its reference.

    `as_typed` takes a wrong check digit too: such a number is never linked, it waits on the 確認リスト.

    Raises:
        NumberRefused: length, signs, check digit, or a number that this installation does not take.
    """
    digits = _digits(text, as_typed=as_typed)
    reference = vault.put(ctx.session, digits, ctx.at, ctx.actor.staff_id)
    audit.record(ctx, Tag.NUMBER_SEALED, reference)
    return reference


def receive_all(ctx: Context, texts: Sequence[str]) -> list[str | NumberRefused]:
    """Check and seal several numbers as they were told; in place of what is no twelve digits stands why."""
    checked = [_checked(text) for text in texts]
    good = [one for one in checked if isinstance(one, str)]
    references = iter(vault.put_all(ctx.session, good, ctx.at, ctx.actor.staff_id) if good else ())
    if good:
        audit.record(ctx, Tag.NUMBER_SEALED, detail={"found": len(good)})
    return [next(references) if isinstance(one, str) else one for one in checked]


def _checked(text: str) -> str | NumberRefused:
    try:
        return _digits(text, as_typed=True)
    except NumberRefused as refused:
        return refused


def _digits(text: str, *, as_typed: bool) -> str:
    try:
        digits = twelve_digits(text) if as_typed else normalize_individual_number(text)
    except NumberNotValid as error:
        raise NumberRefused(error.code, error.message_ja, _ENGLISH.get(error.code, "")) from None
    _refuse_by_policy(demo=is_demo_individual_number(digits))
    return digits


_ENGLISH = {
    "number.not_digits": "An Individual Number has digits only. Enter its twelve digits.",
    "number.length": "An Individual Number has twelve digits. Look at the paper and enter it again.",
    "number.check_digit": (
        "The check digit of the Individual Number does not agree. Look at the paper and enter it again."
    ),
}


def _refuse_by_policy(*, demo: bool) -> None:
    if not _policy:
        raise RuntimeError("services.numbers_vault.configure was not called")
    if _policy[0] is NumberPolicy.DEMONSTRATION and not demo:
        raise NumberRefused(
            "number.not_demo",
            "この環境はデモ・試験用のため、架空の個人番号(000で始まる番号)だけを受け付けます。"
            "実在の個人番号を入力しないでください。",
            "This is a demonstration: only invented numbers (beginning with 000) are taken.",
        )
    if _policy[0] is NumberPolicy.PRODUCTION and demo:
        raise NumberRefused(
            "number.demo_in_production",
            "架空の個人番号(試験用の番号)は登録できません。書類を見て入力し直してください。",
            "An invented test number cannot be registered. Look at the paper and enter it again.",
        )


def is_ones_own(ctx: Context, reference: str) -> bool:
    """Whether the actor himself put this number in and no notification has confirmed or dropped it yet."""
    row = vault.find(ctx.session, reference)
    return row is not None and row.state == "provisional" and row.created_by_id == ctx.actor.staff_id


def find_conflicts(ctx: Context, reference: str | None, person_id: int | None) -> list[NumberFinding]:
    """What the 確認リスト would say of linking this number to this person (None: not yet on record)."""
    return find_all_conflicts(ctx, {"": (reference, person_id)})[""]


def find_all_conflicts(
    ctx: Context, told: Mapping[str, tuple[str | None, int | None]]
) -> dict[str, list[NumberFinding]]:
    """The same of several persons, (reference, person) by a name of one's own, in two statements."""
    rows = vault.find_all(ctx.session, [reference for reference, _ in told.values()])
    ids = [person_id for _, person_id in told.values() if person_id is not None]
    known = vault.find_confirmed(ctx.session, ids, rows.values())
    return {
        name: conflicts_of(reference, rows.get(reference or ""), person_id, known)
        for name, (reference, person_id) in told.items()
    }


def conflicts_of(
    reference: str | None, row: Number | None, person_id: int | None, known: vault.Confirmed
) -> list[NumberFinding]:
    """What stands against linking a number to a person, the gravest first, by what is on record."""
    own = known.of_person.get(person_id) if person_id is not None else None
    if reference is None:
        return [] if own is not None else [NumberFinding(Conflict.BLANK)]
    holder = known.holders.get(row.blind_index) if row is not None else None
    found = [NumberFinding(Conflict.CHECK_DIGIT)] if is_held_as_typed(reference) else []
    if holder is not None and holder != person_id:
        found.append(NumberFinding(Conflict.HELD_BY_ANOTHER, holder))
    if own is not None and holder != person_id:
        found.append(NumberFinding(Conflict.PERSON_HAS_ANOTHER, person_id))
    former = known.former.get(row.blind_index) if row is not None else None
    if former is not None and holder is None:
        found.append(NumberFinding(Conflict.FORMERLY, former))
    return found


def link_all(ctx: Context, persons: Mapping[str, int], notification_id: int | None) -> None:
    """Make numbers, by reference, those of persons; whoever calls has seen that nothing stands against it."""
    vault.confirm(ctx.session, persons, notification_id, ctx.at)
    detail = {"notification": notification_id} if notification_id is not None else {}
    for person_id in persons.values():
        audit.record(ctx, Tag.NUMBER_CONFIRMED, f"person:{person_id}", detail=detail)


def unconfirm(ctx: Context, notification: Notification) -> None:
    """The notification that linked numbers to persons is cancelled: they are no longer theirs by it.

    A number that it had replaced is not put back: the digits stay sealed, and the person is asked again.
    """
    for person_id in vault.unlink(ctx.session, notification.id, ctx.at):
        detail = {"deed": "unconfirmed", "notification": notification.id}
        audit.record(ctx, Tag.NUMBER_CONFIRMED, f"person:{person_id}", detail=detail)


def discard(ctx: Context, reference: str | None) -> None:
    """Put a provisional number out of use: its case was withdrawn, or it was typed wrongly."""
    row = vault.find(ctx.session, reference)
    if reference and row is not None and row.state == "provisional":
        vault.discard(ctx.session, [reference], ctx.at)
        audit.record(ctx, Tag.NUMBER_SEALED, reference, detail={"deed": "discarded"})


def provisional(row: Number | None) -> Number:
    """The number of a reference that waits to be linked.

    Raises:
        NumberRefused: there is none, or it was used up before.
    """
    if row is None or row.state != "provisional":
        raise NumberRefused(
            "number.reference",
            "入力された個人番号の控えが見つからないか、すでに使われています。個人番号を入力し直してください。",
            "The number entered is not kept any more or was used before. Enter it again.",
        )
    return row


MESSAGES = {
    Conflict.HELD_BY_ANOTHER: (
        "この個人番号は、別の方の番号として登録されています。届出は受け付けられますが、番号は紐付けず、確認リストに"
        "載せて保留します。番号の入力誤りでないか、もう一度書類を見てください。"
    ),
    Conflict.PERSON_HAS_ANOTHER: (
        "この方には、すでに別の個人番号が登録されています。届出は受け付けられますが、上書きはせず、確認リストに載せて"
        "保留します。番号が変更された方は、個人番号の変更の届出で処理してください。"
    ),
    Conflict.FORMERLY: (
        "この個人番号は、変更されて使われなくなった古い番号です。届出は受け付けられますが、番号は紐付けず、"
        "確認リストに載せて保留します。新しい番号の書類を確かめてください。"
    ),
    Conflict.BLANK: (
        "個人番号が記入されていません。届出は受け付けられ、確認リストに載ります。"
        "住民基本台帳ネットワークで調べて補ってください。"
    ),
    Conflict.CHECK_DIGIT: (
        "個人番号の検査数字が合いません。届出は受け付けられますが、番号は紐付けず、確認リストに載せて保留します。"
        "カードか通知カードの番号を、もう一度一桁ずつ確かめてください。"
    ),
}
MESSAGES_EN = {
    Conflict.HELD_BY_ANOTHER: (
        "This Individual Number is on record for somebody else. The notification is accepted; the number is "
        "held on the confirmation list. Look at the paper again."
    ),
    Conflict.PERSON_HAS_ANOTHER: (
        "This person has another Individual Number on record. Nothing is overwritten: it is held on the "
        "confirmation list. A changed number is told by a change of the Individual Number."
    ),
    Conflict.FORMERLY: (
        "This Individual Number was replaced by another one before. It is held on the confirmation list."
    ),
    Conflict.BLANK: (
        "No Individual Number was given. The notification is accepted and stands on the confirmation list; "
        "look the number up."
    ),
    Conflict.CHECK_DIGIT: (
        "The check digit of the Individual Number does not agree. The notification is accepted; the number "
        "is held on the confirmation list. Read the card again, digit by digit."
    ),
}
