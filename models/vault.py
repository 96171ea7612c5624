"""The vault of Individual Numbers (A5, M06, M12): sealed, apart, named elsewhere by a reference only.

The digits go in here and come out by `open_number` only: what the office needs of them (are they the same,
whose are they) is answered inside. A number typed in a form is provisional until its case is registered.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from models.crypto import cipher, envelope
from models.key_refusals import TooManyOrphans
from models.vault_functions import Functions
from models.vault_table import TABLE, Door, Number, PlainTable, SealedNumber
from rules.numbers import HELD_AS_TYPED, individual_number_agrees

PREFIX = "vault:"
ORPHANS_EXPECTED = 50  # among the keys that are looked at together


@dataclass(frozen=True)
class Swept:
    """How far a sweep of data keys came: after which it goes on, if at all; how many seen, and destroyed."""

    after: str | None
    seen: int
    destroyed: int


LOCK_BYTES, MOST_LOCKS = 8, 200


def _door(session: Session) -> Door:
    """The way into the vault of this database."""
    if session.connection().dialect.name == "postgresql":
        return Functions(session)
    return PlainTable(session)


def put(session: Session, digits: str, at: datetime, by_id: int | None) -> str:
    """Seal twelve digits as provisional and return their reference `vault:…`.

    The data key is in the key store before the row is in the database; a deed that is undone leaves a key
    that opens nothing.
    """
    return put_all(session, [digits], at, by_id)[0]


def put_all(session: Session, several: Sequence[str], at: datetime, by_id: int | None) -> list[str]:
    """Seal several numbers, each as `put` does, and return their references in order.

    The reference of digits with a wrong check digit says so (`rules.numbers.is_held_as_typed`).
    """
    session.flush()
    told: list[tuple[str, int | None, str]] = [(_name_of(digits), None, digits) for digits in several]
    if told:
        _door(session).add(_seal(told, at), envelope.OWN_KEY, "provisional", at, by_id)
    return [PREFIX + reference for reference, _, _ in told]


def _name_of(digits: str) -> str:
    name = str(uuid.uuid4())
    return name if individual_number_agrees(digits) else f"{name[:14]}{HELD_AS_TYPED}{name[15:]}"


def lock_for_linking(session: Session, numbers: Iterable[Number], person_ids: Iterable[int]) -> None:
    """Let nobody else link these numbers, or a number to these persons, until the deed ends."""
    digits = {int.from_bytes(one.blind_index[:LOCK_BYTES], "big", signed=True) for one in numbers}
    keys = sorted(digits | set(person_ids))
    _door(session).lock(keys, all_others=len(keys) > MOST_LOCKS)


def move(session: Session, of_person: int, to_person: int, only: Iterable[str] | None = None) -> list[str]:
    """Hand the numbers of a person (or those of the references alone) to another one; their references."""
    session.flush()
    wanted = None if only is None else [_bare(one) for one in only]
    return [PREFIX + one for one in _door(session).move(of_person, to_person, wanted)]


def add_confirmed(session: Session, numbers: Iterable[tuple[str, int, str]], at: datetime) -> int:
    """Put in many numbers of persons at once, given as (reference without prefix, person, digits)."""
    session.flush()
    sealed = _seal(numbers, at)
    if sealed:
        _door(session).add(sealed, envelope.OWN_KEY, "confirmed", at, None)
    return len(sealed)


def _seal(numbers: Iterable[tuple[str, int | None, str]], at: datetime) -> list[SealedNumber]:
    """Seal numbers, each bound to its row; all data keys are kept first."""
    told = list(numbers)
    seals = envelope.seal_all(
        [(reference, digits.encode("ascii")) for reference, _, digits in told], table=TABLE, at=at
    )
    keys = cipher.keys()
    return [
        SealedNumber(reference, sealed, cipher.blind_index(keys, digits), person_id)
        for (reference, person_id, digits), sealed in zip(told, seals, strict=True)
    ]


def confirm(session: Session, persons: Mapping[str, int], notification_id: int | None, at: datetime) -> None:
    """Make provisional numbers, by reference `vault:…`, the numbers of persons.

    Raises:
        LookupError: one of them is not provisional any more; nothing is to be committed.
    """
    if not persons:
        return
    session.flush()
    wanted = {_bare(reference): person_id for reference, person_id in persons.items()}
    if _door(session).confirm(wanted, notification_id, at) != len(wanted):
        raise LookupError("a number to be confirmed is not provisional any more")


def discard(session: Session, references: Iterable[str], at: datetime, *, forget: bool = False) -> int:
    """Put numbers `vault:…` out of use that became nobody's: their digits leave the row at once."""
    return _end(session, references, "discarded", at, forget=forget)


def supersede(session: Session, references: Iterable[str], at: datetime) -> int:
    """Put numbers `vault:…` out of use that others replace: the digits go, the keyed trace stays."""
    return _end(session, references, "superseded", at, forget=False)


def _end(session: Session, references: Iterable[str], state: str, at: datetime, *, forget: bool) -> int:
    wanted = [_bare(reference) for reference in references]
    if not wanted:
        return 0
    session.flush()
    return _door(session).end(wanted, state, at, forget=forget)


def unlink(session: Session, notification_id: int, at: datetime) -> list[int]:
    """Take from persons the numbers that a notification linked to them; the ids of the persons."""
    session.flush()
    return _door(session).unlink(notification_id, at)


def list_provisional(session: Session, before: datetime) -> list[str]:
    """The references `vault:…` of numbers that have waited for their case since before a moment, locked."""
    session.flush()
    return [PREFIX + reference for reference in _door(session).list_provisional(before)]


def destroy_keys(session: Session, at_once: int) -> int:
    """Destroy the data keys of numbers that a committed deed has put out of use; say how many there were.

    From then on backups of before do not open them either. Of a superseded number the keyed trace stays, of a
    discarded one, which was nobody's, nothing does.
    """
    door = _door(session)
    found = door.list_keyless(at_once)
    if found:
        envelope.destroy(found)
        door.note_destroyed(found)
    return len(found)


def sweep_keys(session: Session, made_before: datetime, after: str, at_once: int) -> Swept:
    """Destroy data keys whose row never came to be: the deed that made them was undone.

    Looks at a part of the keys that were made before a moment so long ago that no deed of then still runs.

    Raises:
        TooManyOrphans: so many keys have no row that the database is likelier an older one than the keys.
    """
    ids = envelope.list_made_before(made_before, after, at_once)
    orphans = set(ids) - _door(session).known(ids)
    if len(orphans) > max(ORPHANS_EXPECTED, len(ids) // 10):
        raise TooManyOrphans(len(orphans), len(ids))
    return Swept(ids[-1] if len(ids) == at_once else None, len(ids), envelope.destroy(orphans))


def find(session: Session, reference: str | None) -> Number | None:
    """What is known of a reference `vault:…`; None where there is none."""
    return find_all(session, [reference]).get(reference or "")


def open_number(session: Session, reference: str | None) -> str | None:
    """The digits of a reference; None where they were put out of use or their key is gone.

    Only the service that shows a number to one person for one purpose asks this.
    """
    if not reference or not reference.startswith(PREFIX):
        return None
    sealed = _door(session).sealed_of(_bare(reference))
    if sealed is None:
        return None
    try:
        return envelope.open_one(_bare(reference), sealed, table=TABLE).decode("ascii")
    except (LookupError, InvalidTag):
        return None


def find_all(session: Session, references: Iterable[str | None]) -> dict[str, Number]:
    """What is known of several references `vault:…`, in one statement; the unknown are left out."""
    wanted = {_bare(one) for one in references if one and one.startswith(PREFIX)}
    if not wanted:
        return {}
    return {PREFIX + number.reference: number for number in _door(session).find(wanted)}


def are_same(session: Session, one: str | None, other: str | None) -> bool:
    """Whether two references hold the same digits, or both hold none (the blind comparison)."""
    return agree(find_all(session, (one, other)), one, other)


def agree(numbers: Mapping[str, Number], one: str | None, other: str | None) -> bool:
    """The blind comparison of two references among numbers that were found before."""
    first, second = numbers.get(one or ""), numbers.get(other or "")
    if first is None or second is None:
        return first is second
    return first.blind_index == second.blind_index


def find_confirmed_of(session: Session, person_id: int) -> Number | None:
    """The number a person has now; None where he has none on record."""
    return find_confirmed(session, [person_id]).of_person.get(person_id)


@dataclass(frozen=True)
class Confirmed:
    """Numbers by the person who has one and by their digits' blind index; and whose a replaced one was."""

    of_person: Mapping[int, Number]
    holders: Mapping[bytes, int]
    former: Mapping[bytes, int] = field(default_factory=dict)


def find_confirmed(session: Session, person_ids: Iterable[int], numbers: Iterable[Number] = ()) -> Confirmed:
    """The numbers that persons have now, and who has or had the digits of `numbers`, in two statements."""
    ids, indexes = set(person_ids), {number.blind_index for number in numbers}
    if not ids and not indexes:
        return Confirmed({}, {})
    found = _door(session).find_confirmed(ids, indexes)
    held = [(one.person_id, one) for one in found if one.person_id is not None]
    former = _door(session).find_former(indexes) if indexes else []
    return Confirmed(
        dict(held),
        {one.blind_index: person_id for person_id, one in held},
        {one.blind_index: one.person_id for one in former if one.person_id is not None},
    )


def _bare(reference: str) -> str:
    return reference.removeprefix(PREFIX)
