"""The Individual Number at the door of its vault (A5, A7; M06, M07).

Digits come in by `receive` and are never handed out again: every other function takes and gives references
(`vault:…`). No message, log, audit event or repr of this module holds a digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models import vault
from models.audit.tags import Tag
from models.notification import Notification
from models.vault_table import Number
from rules.numbers import NumberNotValid, is_demo_individual_number, normalize_individual_number
from services import audit
from services.context import Context
from services.errors import NumberConflict, NumberRefused


class NumberPolicy(StrEnum):
    """Which numbers this installation takes (sample-people, section 2.5)."""

    DEMONSTRATION = "demonstration"  # invented numbers only
    PRODUCTION = "production"  # real numbers only


class Conflict(StrEnum):
    """The rows of the 確認リスト (A7)."""

    BLANK = "blank"
    HELD_BY_ANOTHER = "held_by_another"
    PERSON_HAS_ANOTHER = "person_has_another"


@dataclass(frozen=True)
class NumberFinding:
    """One conflict, and the other person where there is one."""

    kind: Conflict
    person_id: int | None = None


_policy: list[NumberPolicy] = []


def configure(policy: NumberPolicy) -> None:
    """Say which numbers are taken here; called once by `create_app` from the settings."""
    _policy[:] = [policy]


def receive(ctx: Context, text: str) -> str:
    """Check a typed number, seal it as provisional, and return its reference.

    Raises:
        NumberRefused: length, signs, check digit, or a number that this installation does not take.
    """
    try:
        digits = normalize_individual_number(text)
    except NumberNotValid as error:
        raise NumberRefused(error.code, error.message_ja, _ENGLISH.get(error.code, "")) from None
    _refuse_by_policy(demo=is_demo_individual_number(digits))
    reference = vault.put(ctx.session, digits, ctx.at, ctx.actor.staff_id)
    audit.record(ctx, Tag.NUMBER_SEALED, reference)
    return reference


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
        name: _conflicts_of(reference, rows.get(reference or ""), person_id, known)
        for name, (reference, person_id) in told.items()
    }


def _conflicts_of(
    reference: str | None, row: Number | None, person_id: int | None, known: vault.Confirmed
) -> list[NumberFinding]:
    own = known.of_person.get(person_id) if person_id is not None else None
    if reference is None:
        return [] if own is not None else [NumberFinding(Conflict.BLANK)]
    holder = known.holders.get(row.blind_index) if row is not None else None
    found = []
    if holder is not None and holder != person_id:
        found.append(NumberFinding(Conflict.HELD_BY_ANOTHER, holder))
    if own is not None and holder != person_id:
        found.append(NumberFinding(Conflict.PERSON_HAS_ANOTHER, person_id))
    return found


def confirm(
    ctx: Context, reference: str, person_id: int, notification: Notification, *, replacing: bool = False
) -> None:
    """Make a provisional number the number of a person. His own number told again changes nothing.

    Raises:
        NumberConflict: somebody else has it, or he has another one and `replacing` was not decided (M07).
        NumberRefused: the reference is unknown, or its number was used up before.
    """
    confirm_all(ctx, {person_id: reference}, notification, replacing=replacing)


def confirm_all(
    ctx: Context, references: Mapping[int, str], notification: Notification, *, replacing: bool = False
) -> None:
    """Make provisional numbers the numbers of persons (by id), each as `confirm` does.

    Raises:
        NumberConflict: somebody else has one, or a person has another one and `replacing` was not decided.
        NumberRefused: a reference is unknown, or its number was used up before.
    """
    if not references:
        return
    rows = vault.find_all(ctx.session, references.values())
    known = vault.find_confirmed(ctx.session, references, rows.values())
    confirmed, again, replaced = {}, [], []
    for person_id, reference in references.items():
        row = _provisional(rows.get(reference))
        conflicts = {one.kind for one in _conflicts_of(reference, row, person_id, known)}
        if Conflict.HELD_BY_ANOTHER in conflicts:
            raise _conflict(Conflict.HELD_BY_ANOTHER)
        own = known.of_person.get(person_id)
        if own is not None and own.blind_index == row.blind_index:
            again.append(reference)
            continue
        if own is not None:
            if not replacing:
                raise _conflict(Conflict.PERSON_HAS_ANOTHER)
            replaced.append(vault.PREFIX + own.reference)
        confirmed[reference] = person_id
    vault.discard(ctx.session, again, ctx.at)
    vault.supersede(ctx.session, replaced, ctx.at)
    vault.confirm(ctx.session, confirmed, notification.id, ctx.at)
    for person_id in confirmed.values():
        audit.record(
            ctx, Tag.NUMBER_CONFIRMED, f"person:{person_id}", detail={"notification": notification.id}
        )


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


def _conflict(kind: Conflict) -> NumberConflict:
    return NumberConflict(MESSAGES[kind], MESSAGES_EN[kind], "番号法16条")


def _provisional(row: Number | None) -> Number:
    if row is None or row.state != "provisional":
        raise NumberRefused(
            "number.reference",
            "入力された個人番号の控えが見つからないか、すでに使われています。個人番号を入力し直してください。",
            "The number entered is not kept any more or was used before. Enter it again.",
        )
    return row


MESSAGES = {
    Conflict.HELD_BY_ANOTHER: (
        "この個人番号は、別の方の番号として登録されています。同じ番号を二人に登録することはできません。確認リストで"
        "双方の書類を確かめ、番号の入力誤りか、同じ方が二重に登録されていないかを調べてください。"
    ),
    Conflict.PERSON_HAS_ANOTHER: (
        "この方には、すでに別の個人番号が登録されています。上書きはしません。確認リストで書類を確かめ、"
        "番号が変更された方は個人番号の変更の届出で処理してください。"
    ),
    Conflict.BLANK: (
        "個人番号が記入されていません。届出は受け付けられます。"
        "住民基本台帳ネットワークで調べて補ってください。"
    ),
}
MESSAGES_EN = {
    Conflict.HELD_BY_ANOTHER: (
        "This Individual Number is on record for somebody else. Check both papers with the confirmation list."
    ),
    Conflict.PERSON_HAS_ANOTHER: (
        "This person has another Individual Number on record. Nothing is overwritten; check the papers."
    ),
    Conflict.BLANK: "No Individual Number was given. The notification is accepted; look the number up.",
}
