"""The gate: whether a run is covered by an approval, and which element is missing where it is not.

尼崎市情報セキュリティ対策基準, as the city's assessment tells it (III 5): only what a data-use application
asked for and the office approved may be transferred. Asked when a run begins and once more at the moment of
sending, in the transaction that sends.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Missing(StrEnum):
    """What a run lacks; the values stand in the record of refusals."""

    NO_APPROVAL = "no_approval"
    VOID = "content_changed"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    NOT_YET = "not_yet_in_force"
    EXPIRED = "expired"
    OTHER_TRANSFER = "other_transfer"
    OTHER_RECIPIENT = "other_recipient"
    ITEM = "item_not_approved"
    NOT_HELD = "item_not_held"
    RANGE = "range_not_approved"
    METHOD = "method_not_approved"
    PLACES = "places_not_released"
    TOO_OFTEN = "too_often"
    SELF_APPROVED = "self_approved"
    LEVELS = "level_missing"


RANGES = {"insured_now": 1, "insured_in_month": 2, "ever_insured": 3, "outside_register": 1, "asked_about": 1}
ALONE = frozenset({"outside_register", "asked_about"})  # neither wider nor narrower than any other
MONTHLY, EACH_TIME, ONCE = "monthly", "each_time", "once"


@dataclass(frozen=True)
class Approved:
    """An approval with what it was given for. `ended` is revoked, withdrawn or edited, where it ended early.

    `bound` is the hash of what was approved, `content` that of the application as it is now. `parties` are
    the names of those who asked, `deciders` those of each one who approved.
    """

    transfer: str
    recipient: str
    items: frozenset[str]
    person_range: str
    method: str
    frequency: str
    from_on: date
    until_on: date
    with_places: bool
    bound: str
    content: str
    levels: int
    parties: frozenset[str]
    deciders: tuple[frozenset[str], ...]
    ended: str | None = None


@dataclass(frozen=True)
class Run:
    """A run as it is about to be sent. `sent` are the periods that the recipient was sent before."""

    transfer: str
    recipient: str
    items: frozenset[str]
    person_range: str
    method: str
    with_places: bool
    on: date
    period: str
    sent: Collection[str] = ()
    held: frozenset[str] | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a run is not let through: the element, and the items where it is about some."""

    missing: Missing
    items: tuple[str, ...] = ()


def refuse(approved: Approved | None, run: Run) -> Refusal | None:
    """What keeps a run from being sent; None where nothing does. The first thing missing is told."""
    if approved is None:
        return Refusal(Missing.NO_APPROVAL)
    missing = _standing(approved, run.on) or _agreement(approved, run) or _people(approved)
    if missing is not None:
        return Refusal(missing)
    return _items(approved, run)


def _standing(approved: Approved, on: date) -> Missing | None:
    """Whether the approval stands on the day."""
    ended = {"revoked": Missing.REVOKED, "withdrawn": Missing.WITHDRAWN, "edited": Missing.VOID}
    if approved.ended is not None:
        return ended[approved.ended]
    if approved.bound != approved.content:
        return Missing.VOID
    if on < approved.from_on:
        return Missing.NOT_YET
    return Missing.EXPIRED if on > approved.until_on else None


def _agreement(approved: Approved, run: Run) -> Missing | None:
    """Whether it was given for this transfer, this recipient, these people, this way, and so often."""
    if run.transfer != approved.transfer:
        return Missing.OTHER_TRANSFER
    if run.recipient != approved.recipient:
        return Missing.OTHER_RECIPIENT
    if not _covers(approved.person_range, run.person_range):
        return Missing.RANGE
    if run.method != approved.method:
        return Missing.METHOD
    if run.with_places and not approved.with_places:
        return Missing.PLACES
    return Missing.TOO_OFTEN if _is_too_often(approved.frequency, run) else None


def _people(approved: Approved) -> Missing | None:
    """Whether as many as are needed decided, none of them on his own application, none of them twice."""
    decided: set[str] = set()
    for names in approved.deciders:
        if names & approved.parties:
            return Missing.SELF_APPROVED
        if names & decided:
            return Missing.LEVELS
        decided |= names
    return Missing.LEVELS if len(approved.deciders) < approved.levels else None


def _items(approved: Approved, run: Run) -> Refusal | None:
    more = run.items - approved.items
    if more:
        return Refusal(Missing.ITEM, tuple(sorted(more)))
    if not run.items:
        return Refusal(Missing.ITEM)
    absent = run.items - run.held if run.held is not None else frozenset()
    return Refusal(Missing.NOT_HELD, tuple(sorted(absent))) if absent else None


def _covers(approved: str, wanted: str) -> bool:
    if approved not in RANGES or wanted not in RANGES:
        return False
    if ALONE & {approved, wanted}:
        return approved == wanted
    return RANGES[wanted] <= RANGES[approved]


def _is_too_often(frequency: str, run: Run) -> bool:
    """Monthly: one file for each calendar month; each time: once each event; once: never again."""
    if run.period in run.sent or (frequency == ONCE and run.sent):
        return True
    return frequency == MONTHLY and not _is_month(run.period)


def _is_month(period: str) -> bool:
    year, dash, month = period.partition("-")
    return dash == "-" and year.isdigit() and len(year) == 4 and month in {f"{n:02}" for n in range(1, 13)}
