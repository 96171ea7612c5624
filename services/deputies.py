"""Who stands in for whom when deputies are away themselves: the chains of an office, worked out (N2).

A deputy who is away hands on to his own deputy, for the days on which both are away. A chain never comes back
to somebody in it, and has five links at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.errors import RuleBroken

MOST_LINKS = 5


class DeputyRefused(RuleBroken):
    """Somebody cannot be the deputy, or the absence cannot be as it is; the message says why."""

    code = "deputy_refused"


@dataclass(frozen=True)
class Away:
    """An absence as the chains need it; `absence_id` 0 for one that is not on record yet."""

    absence_id: int
    user_id: int
    deputy_id: int | None
    from_on: date
    until_on: date

    def holds(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True)
class Link:
    """That somebody stands in for another in an absence, from one day to another."""

    absence_id: int
    deputy_id: int
    principal_id: int
    from_on: date
    until_on: date

    def holds(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


def links_of(absences: Sequence[Away]) -> list[Link]:
    """Every stand-in that follows from the absences.

    Raises:
        DeputyRefused: a chain comes back to somebody in it, or is too long.
    """
    return [
        link
        for one in absences
        for link in _walk(one, one, one.from_on, one.until_on, [one.user_id], absences)
    ]


def _walk(
    root: Away, at: Away, first: date, last: date, seen: list[int], absences: Sequence[Away]
) -> Iterator[Link]:
    """The deputies of an absence from here on; `seen` are those who were passed by on the way."""
    deputy = at.deputy_id
    if deputy is None:
        return
    if deputy in seen:
        raise DeputyRefused(
            "代理の代理をたどると本人に戻ってしまいます。ほかの人を代理に選んでください。",
            "The deputy's deputy leads back to the person who is away. Choose another deputy.",
        )
    if len(seen) > MOST_LINKS:
        raise DeputyRefused(
            f"代理の代理が{MOST_LINKS}人より長く続いています。その期間に出勤している人を代理に選んでください。",
            f"The chain of deputies has more than {MOST_LINKS} people. Choose somebody who is here.",
        )
    yield Link(root.absence_id, deputy, root.user_id, first, last)
    for one in absences:
        begin, end = max(first, one.from_on), min(last, one.until_on)
        if one.user_id == deputy and begin <= end:
            yield from _walk(root, one, begin, end, [*seen, deputy], absences)
