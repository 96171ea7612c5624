"""The fictitious city by chance: the same seed makes the same city (sample-people, section 2).

First the households insured today, then households of former insured until the number of persons is reached.
Dates are drawn back from `today`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rules.certificates import CertificateKind
from services.demonstration import ages, families, places
from services.demonstration.families import CHILD_OF, HEAD, SPOUSE
from services.demonstration.names import FEMALE, MALE
from services.demonstration.people import OUTSIDE, People
from services.demonstration.story import Abode, Headship, Home, Membership, Period

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from services.demonstration.certificates import Desk
    from services.demonstration.names import Part
    from services.demonstration.story import Someone

ONE_DAY = timedelta(days=1)
NOMINAL_HEAD, FOREIGN_ALONE, FOREIGN_OTHERS = 0.13, 1 / 3, 0.034
FORMER_MEMBER, NEW_NUMBER, MOVED_INSIDE, OLD_CARD = 0.35, 0.05, 0.10, 0.40
SHORT_CARD, STATUS_CERTIFICATE = 0.02, 0.008  # of the old cards; the second is part of the first
STUDENT, FACILITY = 0.085, 0.0075  # of grown children, of people living alone
PAST_SIZES, PAST_SIZE_WEIGHTS = (1, 2, 3, 4), (60, 25, 10, 5)
LATE_ELDERLY_LOSSES = 0.234
MEAN_STAY_DAYS, LONGEST_STAY_DAYS, PAST_DAYS = 2_600, 11_000, 3_000
PARENTS_AGE = timedelta(days=19 * 365)


@dataclass(frozen=True)
class Size:
    """How many households are insured today, and how many persons are on record in all."""

    households: int
    persons: int


SMALL = Size(2_000, 9_230)
FULL = Size(65_000, 300_000)


class City:
    """Tells the homes of the city, one after the other."""

    def __init__(self, rng: Random, today: date, desk: Desk) -> None:
        """Nothing is drawn before `homes` is asked."""
        self.rng = rng
        self.today = today
        self._desk = desk
        self._people = People(rng, today)

    def homes(self, size: Size) -> Iterator[Home]:
        """The households insured today, then those of former insured."""
        told = 0
        sizes = families.sizes(size.households)
        self.rng.shuffle(sizes)
        for insured in sizes:
            home = self._insured_home(insured)
            told += len(home.members)
            yield home
        while told < size.persons:
            home = self._past_home(size.persons - told)
            told += len(home.members)
            yield home

    def _insured_home(self, insured: int) -> Home:
        rng, today = self.rng, self.today
        template = families.draw(rng, insured)
        foreign = rng.random() < (FOREIGN_ALONE if template == [(HEAD, ages.YOUNG)] else FOREIGN_OTHERS)
        surname = self._people.surname()
        births = self._births(template)
        grown_on = births[0] + timedelta(days=18 * 365)
        stay = min(int(rng.expovariate(1 / MEAN_STAY_DAYS)), LONGEST_STAY_DAYS)
        day = today - timedelta(days=stay)
        since = max(
            ages.some_day_between(rng, day - timedelta(days=200), day),
            min(grown_on, today - timedelta(days=1)),
        )
        reason = ages.acquisition_reason(rng) if not foreign else rng.choice(("07", "01", "02"))
        place = places.draw(rng)
        members: list[Membership] = []
        for (relation, band), birth in zip(template, births, strict=True):
            person = self._somebody(surname, relation, members, birth, foreign=foreign)
            period = self._open_period(birth, since, reason)
            member = Membership(person, relation, period.acquired_on, periods=[period])
            self._house(member, place, since, moved_in=reason == "01", alone=insured == 1, band=band)
            members.append(member)
        home = Home(members, [Headship(members[0].person, since)], since)
        self._history(home, surname, place)
        for member in members:
            if member.periods and member.periods[-1].lost_on is None:
                self._papers(member)
        return home

    def _births(self, template: families.Template) -> list[date]:
        """Birth dates by ages; a child is born when the head was grown up."""
        births: list[date] = []
        for relation, band in template:
            birth = ages.born_in(self.rng, band, self.today)
            for _ in range(6):
                if relation != CHILD_OF or birth - births[0] >= PARENTS_AGE:
                    break
                birth = ages.born_in(self.rng, band, self.today)
            births.append(birth)
        return births

    def _somebody(
        self, surname: Part, relation: str, members: list[Membership], birth: date, *, foreign: bool
    ) -> Someone:
        sex = self._people.sex()
        if relation == HEAD and self.rng.random() < 0.1:
            sex = MALE
        if relation == SPOUSE:
            sex = FEMALE if members[0].person.sex == MALE else MALE
        if foreign:
            return self._people.foreign(sex, birth)
        return self._people.japanese(surname, sex, birth)

    def _open_period(self, birth: date, since: date, reason: str) -> Period:
        if birth > since:
            return Period(birth, "04", ages.notified_after(self.rng, birth, self.today))
        return Period(since, reason, ages.notified_after(self.rng, since, self.today))

    def _house(
        self,
        member: Membership,
        place: places.Place,
        since: date,
        *,
        moved_in: bool,
        alone: bool,
        band: tuple[int, int],
    ) -> None:
        rng, person, period = self.rng, member.person, member.periods[0]
        away = None
        if band == families.STUDENT_AGE and rng.random() < STUDENT:
            away = "student"
        elif alone and band != ages.YOUNG and rng.random() < FACILITY:
            away = "facility"
        self._people.settle(person, place, max(since, period.acquired_on), from_elsewhere=moved_in)
        if away:
            period.exception = away
            left_on = ages.some_day_between(rng, period.acquired_on, self.today - ONE_DAY)
            person.abodes[0].until_on = left_on - ONE_DAY if left_on > period.acquired_on else left_on
            person.abodes.append(Abode(places.place("0000999", places.elsewhere(rng)), left_on))

    def _history(self, home: Home, surname: Part, place: places.Place) -> None:
        """Heads who are not insured, members who left, numbers and addresses of before."""
        rng = self.rng
        if rng.random() < NOMINAL_HEAD:
            self._add_nominal_head(home, surname, place)
        if rng.random() < FORMER_MEMBER and (self.today - home.since).days > 400:
            self._add_former_member(home, surname, place)
        if rng.random() < NEW_NUMBER and (self.today - home.since).days > 800:
            home.number_since = ages.some_day_between(
                rng, home.since + timedelta(days=90), self.today - ONE_DAY
            )
        if rng.random() < MOVED_INSIDE and (self.today - home.since).days > 300:
            self._move(home)

    def _move(self, home: Home) -> None:
        day = ages.some_day_between(self.rng, home.since + timedelta(days=60), self.today - ONE_DAY)
        place = places.draw(self.rng)
        for member in home.members:
            if member.until_on is None and len(member.person.abodes) == 1:
                abode = member.person.abodes[0]
                if abode.from_on is not None and abode.from_on < day:
                    abode.until_on = day - ONE_DAY
                    member.person.abodes.append(Abode(place, day, previous_address=abode.place.address))

    def _add_nominal_head(self, home: Home, surname: Part, place: places.Place) -> None:
        """擬制世帯主: a spouse past 75 who was insured here, or one in an employees' scheme who never was."""
        rng, today = self.rng, self.today
        first = home.members[0].person
        old = int(first.birth[:4]) <= today.year - 65
        birth = ages.born_in(rng, ages.LATE_ELDERLY if old else ages.MIDDLE, today)
        sex = MALE if first.sex == FEMALE else FEMALE
        if rng.random() < 0.6 and first.sex == MALE:
            sex = MALE
        head = self._people.japanese(surname, sex, birth)
        head.copay_share = None
        self._people.settle(head, place, home.since, from_elsewhere=False)
        member = Membership(head, HEAD, home.since)
        if old and (ages.turns_75_on(birth) - home.since).days > 30:
            member.periods.append(self._late_elderly(birth, home.since))
        first_relation = SPOUSE if sex != first.sex else "弟" if first.sex == MALE else "妹"
        home.members[0].relationship = first_relation
        home.members.insert(0, member)
        home.heads = [Headship(head, home.since)]

    def _late_elderly(self, birth: date, since: date) -> Period:
        lost_on = ages.turns_75_on(birth) + ONE_DAY
        notified = min(ages.turns_75_on(birth), self.today)
        return Period(
            since,
            ages.acquisition_reason(self.rng),
            ages.notified_after(self.rng, since, self.today),
            lost_on=lost_on,
            loss_reason="05",
            loss_notified_on=notified,
            coverage_end_on=lost_on,
            ex_officio=True,
        )

    def _add_former_member(self, home: Home, surname: Part, place: places.Place) -> None:
        """A grown child or a spouse who is not insured here any more."""
        rng, today = self.rng, self.today
        lost_on = ages.some_day_between(rng, home.since + timedelta(days=60), today - timedelta(days=20))
        reason = ages.loss_reason(rng)
        died = reason == "04"
        birth = ages.born_in(rng, (60, 80) if died else (20, 45), today)
        if (lost_on - birth).days < 16 * 365:
            reason, died = "02", False
        if died and ages.turns_75_on(birth) < lost_on:
            died, reason = False, "01"
        person = self._people.japanese(surname, self._people.sex(), birth)
        person.copay_share = None
        relation = "親" if died else CHILD_OF
        acquired = max(home.since, birth)
        stays = reason in {"02", "03", "99"}
        member = Membership(person, relation, acquired, None if stays else lost_on - ONE_DAY)
        member.periods.append(self._ended_period(acquired, birth, lost_on, reason))
        self._people.settle(person, place, acquired, from_elsewhere=False)
        if died:
            person.died_on = lost_on - ONE_DAY
        self._leave(person, reason, lost_on)
        home.members.append(member)

    def _ended_period(self, acquired: date, birth: date, lost_on: date, reason: str) -> Period:
        born_here = acquired == birth
        notified = min(ages.notified_after(self.rng, acquired, self.today), lost_on)
        return Period(
            acquired,
            "04" if born_here else ages.acquisition_reason(self.rng),
            notified,
            lost_on=lost_on,
            loss_reason=reason,
            loss_notified_on=ages.notified_after(self.rng, lost_on, self.today),
            coverage_end_on=lost_on,
            ex_officio=reason == "05",
        )

    def _leave(self, person: Someone, reason: str, lost_on: date) -> None:
        if reason != "01":
            return
        person.abodes[-1].until_on = lost_on - ONE_DAY
        place = places.place("0000998", places.elsewhere(self.rng))
        person.abodes.append(Abode(place, lost_on))

    def _past_home(self, room: int) -> Home:
        """A household of former insured: all of them left, together or at 75."""
        rng, today = self.rng, self.today
        insured = min(rng.choices(PAST_SIZES, weights=PAST_SIZE_WEIGHTS)[0], room)
        lost_on = ages.some_day_between(rng, today - timedelta(days=PAST_DAYS), today - timedelta(days=20))
        surname = self._people.surname()
        if insured <= 2 and rng.random() < LATE_ELDERLY_LOSSES * 1.4:
            return self._past_elders(insured, lost_on, surname)
        reason = ages.loss_reason(rng)
        template = families.draw(rng, insured)
        since = max(lost_on - timedelta(days=60 + int(rng.expovariate(1 / 1500))), date(1990, 4, 1))
        place = places.draw(rng)
        members: list[Membership] = []
        foreign = rng.random() < FOREIGN_OTHERS
        for (relation, _), birth in zip(template, self._births(template), strict=True):
            aged = min(birth, since - timedelta(days=30)) if relation != CHILD_OF else birth
            born = aged if aged < lost_on - timedelta(days=20) else lost_on - timedelta(days=400)
            members.append(
                self._past_member(
                    (surname, relation, born), members, (since, lost_on, reason), place, foreign=foreign
                )
            )
        last_day = lost_on - ONE_DAY
        return Home(members, [Headship(members[0].person, since, last_day)], since, last_day)

    def _past_member(
        self,
        who: tuple[Part, str, date],
        members: list[Membership],
        span: tuple[date, date, str],
        place: places.Place,
        *,
        foreign: bool = False,
    ) -> Membership:
        surname, relation, birth = who
        since, lost_on, reason = span
        person = self._somebody(surname, relation, members, birth, foreign=foreign)
        person.copay_share, person.protected = None, False
        if self.rng.random() < OUTSIDE * 1.6:
            person.kind, person.has_number = "3", False
        acquired = max(since, birth)
        died = reason == "04" and not members
        actual = reason if reason != "04" or died else "01"
        member = Membership(person, relation, acquired, lost_on - ONE_DAY)
        member.periods.append(self._ended_period(acquired, birth, lost_on, actual))
        self._people.settle(person, place, acquired, from_elsewhere=member.periods[0].reason == "01")
        if died:
            person.died_on = lost_on - ONE_DAY
        self._leave(person, actual, lost_on)
        return member

    def _past_elders(self, insured: int, around: date, surname: Part) -> Home:
        """One or two people who turned 75."""
        since = around - timedelta(days=400 + int(self.rng.expovariate(1 / 2500)))
        place = places.draw(self.rng)
        members: list[Membership] = []
        for index in range(insured):
            turned = around - timedelta(days=self.rng.randrange(index * 300 + 1))
            birth = ages.birth_limit(turned, 75)
            lost_on = ages.turns_75_on(birth) + ONE_DAY
            relation = HEAD if index == 0 else SPOUSE
            member = self._past_member((surname, relation, birth), members, (since, lost_on, "05"), place)
            members.append(member)
        last_day = max(member.until_on for member in members if member.until_on)
        return Home(members, [Headship(members[0].person, since, last_day)], since, last_day)

    def _papers(self, member: Membership) -> None:
        rng, person, period = self.rng, member.person, member.periods[-1]
        if rng.random() < OLD_CARD:
            card = self._desk.old_card(person, period, _old_kind(rng.random()))
            if card is not None:
                member.papers.append(card)
        member.papers += self._desk.papers(person, period)


def _old_kind(drawn: float) -> CertificateKind:
    """What was out under the old law: in arrears a short-term card, or after a year a status certificate."""
    if drawn < STATUS_CERTIFICATE:
        return CertificateKind.STATUS_CERTIFICATE
    return CertificateKind.SHORT_TERM_CARD if drawn < SHORT_CARD else CertificateKind.INSURANCE_CARD
