"""What was entered of persons whose places are hidden, as others and the next day may see it (H14).

A form that is opened again is without their addresses and telephone; who corrects it types them from the
paper. What one has just typed oneself, and what is refused at once, is shown as typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select, union

from models.household import HouseholdHead, HouseholdMember
from models.person import PersonRecord
from services import intake, persons
from services.context import Context
from services.protection import list_hidden, list_marked

NAMESAKES = re.compile(r"人登録されています([^)]*)")
PLACES = frozenset(
    {
        *("address", "new_address", "old_address", "previous_address", "january_first_address"),
        *("address_there", "phone", "notifier_address", "postal_code", "building"),
    }
)


def as_shown(ctx: Context, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a form, without places where they concern somebody whose places are hidden."""
    return without_places(values) if hides(ctx, values) else values


def hides(ctx: Context, values: Mapping[str, Any]) -> bool:
    """Whether an entry concerns somebody whose places are hidden."""
    return bool(list_hidden(ctx, _concerned(ctx, values)))


def marked_in(ctx: Context, values: Mapping[str, Any]) -> list[int]:
    """The persons of an entry who are under a measure themselves, in its order."""
    named = list(dict.fromkeys(_named(ctx, values)))
    marked = list_marked(ctx, named)
    return [one for one in named if one in marked]


def without_places(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same without the fields that tell where somebody is, at any depth."""
    return {name: _bare(value) for name, value in values.items() if name not in PLACES}


def without_places_told(note: str) -> str:
    """A caution about namesakes without the places that told them apart (`person_checks.same_names`)."""
    return NAMESAKES.sub("人登録されています(保護対象)", note)


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_places(value)
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return value


def _concerned(ctx: Context, values: Mapping[str, Any]) -> set[int]:
    """Persons named, and those of the household that the entry is about."""
    found = set(_named(ctx, values))
    household_id = intake.household_of(values)
    if household_id is not None:
        members = select(HouseholdMember.person_id).where(
            HouseholdMember.household_id == household_id, HouseholdMember.superseded_at.is_(None)
        )
        heads = select(HouseholdHead.person_id).where(
            HouseholdHead.household_id == household_id, HouseholdHead.superseded_at.is_(None)
        )
        found |= set(ctx.session.scalars(union(members, heads)))
    return found


def _named(ctx: Context, values: Mapping[str, Any]) -> Iterator[int]:
    """Persons chosen from the record, and those on record with the name and birth that were typed."""
    for _, person_id in intake.person_paths(values):
        yield person_id
    typed = [
        (str(row["name"]), str(row["birth_date"]))
        for row in [*(values.get("persons") or ()), values.get("head"), values.get("new_head")]
        if isinstance(row, Mapping) and row.get("name") and row.get("birth_date")
    ]
    same: Mapping[Any, list[PersonRecord]] = persons.find_same(ctx.session, typed) if typed else {}
    for rows in same.values():
        yield from (row.person_id for row in rows)
