"""Taking in Individual Numbers that the resident register tells, part by part; conflicts are held (A5, A7).

Told again, the same file changes nothing and lists nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from interchange.juki.told_numbers import ToldNumber
from models.person import Person
from services import number_linking, numbers_vault
from services.context import Context
from services.errors import NumberRefused

AT_ONCE = 1000


def take_in(ctx: Context, told: Sequence[ToldNumber]) -> Counter[str]:
    """Write the numbers of one part; how many were linked, the same, held (by kind), and of nobody here."""
    ids = _persons(ctx, told)
    known = [one for one in told if one.addressee_number in ids]
    references: dict[int, str | None] = {}
    unreadable: list[int] = []
    for one, reference in zip(known, _receive(ctx, known), strict=True):
        person_id = ids[one.addressee_number]
        references[person_id] = reference if isinstance(reference, str) else None
        if isinstance(reference, NumberRefused):
            unreadable.append(person_id)
    done = number_linking.write_all(ctx, references, None, unreadable=unreadable)
    counts = Counter({"linked": len(done.linked), "same": len(done.same), "unknown": len(told) - len(known)})
    counts.update(kind.value for kind in done.held.values())
    return counts


def _receive(ctx: Context, told: Sequence[ToldNumber]) -> list[str | NumberRefused | None]:
    received = iter(numbers_vault.receive_all(ctx, [one.text for one in told if one.text]))
    return [next(received) if one.text else None for one in told]


def _persons(ctx: Context, told: Sequence[ToldNumber]) -> dict[str, int]:
    """The persons of address numbers; who was merged stands for the one he was merged into."""
    statement = select(Person.addressee_number, Person.id, Person.merged_into_id).where(
        Person.addressee_number.in_([one.addressee_number for one in told])
    )
    return {row.addressee_number: row.merged_into_id or row.id for row in ctx.session.execute(statement)}
