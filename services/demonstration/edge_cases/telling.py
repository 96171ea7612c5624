"""The words in which the edge cases are told: people, insured members, homes with fixed numbers.

The days of a story are those of sample-people and do not move. What `today` has not reached is left out: a
period not yet notified, a loss not yet known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from rules.eras import PartialDate
from services.demonstration import places
from services.demonstration.certificates import share_of
from services.demonstration.names import named
from services.demonstration.story import Abode, Headship, Home, Membership, Period, Someone

if TYPE_CHECKING:
    from services.demonstration.certificates import Desk
    from services.demonstration.places import Place

FIRST_NUMBER = 90_000_000
HEAD, WIFE, HUSBAND, CHILD, MOTHER = "世帯主", "妻", "夫", "子", "母"
USUAL_START = date(2021, 4, 1)
MAN, WOMAN = "1", "2"


@dataclass(frozen=True)
class EdgeCase:
    """One story: its code H01 …, what it shows, what it expects of a table that is not there yet."""

    code: str
    title: str
    tell: Callable[[Teller], Sequence[Home]]
    not_held: str = ""

    @property
    def number(self) -> int:
        """The card number of its first household."""
        return FIRST_NUMBER + int(self.code[1:])


@dataclass(frozen=True)
class Teller:
    """Tells one edge case on a day."""

    desk: Desk
    today: date
    case: int

    def person(self, name: str, kana: str, sex: str, birth: str, **traits: Any) -> Someone:
        """Somebody at the usual address of the case, with a My Number card used for insurance."""
        spaced = kana.replace(" ", "\u3000")
        written = name if name.isascii() else name.replace(" ", "\u3000")
        person = Someone(named(written, spaced), sex, birth, is_edge_case=True, **traits)
        if not person.abodes:
            person.abodes.append(Abode(self.place(), USUAL_START))
        person.copay_share = share_of(PartialDate.parse_iso(birth), self.today, high_income=False)
        return person

    def place(self, house: int = 1) -> Place:
        """An address of the case; another house for its second household."""
        town = (self.case - 1) % len(places.TOWNS)
        address = f"{places.CITY}{places.TOWNS[town]}{house}丁目{self.case}番{house}号"
        return places.place(places.postal_code_of(town), address)

    def insured(
        self, person: Someone, relation: str, *periods: Period, from_on: date | None = None
    ) -> Membership:
        """A member with the periods that are known today, and the papers for the one that is open."""
        known = [self._as_known(period) for period in periods if period.notified_on <= self.today]
        begin = from_on or min(period.coverage_start_on or period.acquired_on for period in periods)
        member = Membership(person, relation, begin, periods=known)
        if known and known[-1].lost_on is None:
            member.papers = self.desk.papers(person, known[-1])
        return member

    def home(
        self,
        *members: Membership,
        number: int | None = None,
        since: date | None = None,
        heads: Sequence[Headship] = (),
        until_on: date | None = None,
    ) -> Home:
        """A household under the number of the case (or another one), headed by its first member."""
        begin = since or min(member.from_on for member in members)
        return Home(
            members=list(members),
            heads=list(heads) or [Headship(members[0].person, begin, until_on)],
            since=begin,
            until_on=until_on,
            card_number=number or FIRST_NUMBER + self.case,
            code=f"H{self.case:02}",
        )

    def _as_known(self, period: Period) -> Period:
        if period.loss_notified_on is None or period.loss_notified_on <= self.today:
            return period
        return replace(period, lost_on=None, loss_reason=None, loss_notified_on=None, coverage_end_on=None)


def since(
    day: date = USUAL_START, reason: str = "02", notified_on: date | None = None, **more: Any
) -> Period:
    """A period that goes on; notified on its first day when nothing else is said."""
    return Period(day, reason, notified_on or day, **more)


def lost(period: Period, on: date, reason: str, notified_on: date) -> Period:
    """The period with its end: `on` is the first day not insured any more."""
    return replace(period, lost_on=on, loss_reason=reason, loss_notified_on=notified_on, coverage_end_on=on)
