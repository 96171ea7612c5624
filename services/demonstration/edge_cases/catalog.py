"""All edge cases in the order of their codes; the first household of H07 has the card number 90000007."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.demonstration.edge_cases.ages import AGES
from services.demonstration.edge_cases.homes import HOMES
from services.demonstration.edge_cases.money import MONEY
from services.demonstration.edge_cases.moves import MOVES
from services.demonstration.edge_cases.names import NAMES
from services.demonstration.edge_cases.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from services.demonstration.certificates import Desk
    from services.demonstration.story import Home

EDGE_CASES = tuple(sorted((*AGES, *HOMES, *MONEY, *MOVES, *NAMES), key=lambda case: case.code))


def told_homes(desk: Desk, today: date) -> Iterator[Home]:
    """The households of all edge cases as they stand on `today`; what has not begun yet is left out."""
    for case in EDGE_CASES:
        for home in case.tell(Teller(desk, today, int(case.code[1:]))):
            if any(member.periods for member in home.members):
                yield home
