"""Draws single people of the city with the traits of sample-people 2.1."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from rules.eras import PartialDate
from services.demonstration import foreigners, places
from services.demonstration.certificates import share_of
from services.demonstration.names import FEMALE, MALE, NamePool, Part, whole
from services.demonstration.story import Abode, Someone

if TYPE_CHECKING:
    from random import Random

    from services.demonstration.places import Place

USES_CARD, NEEDS_HELP, PROTECTED, OUTSIDE, UNKNOWN_BIRTH = 0.70, 0.03, 0.0015, 0.005, 0.0002
HIGH_INCOME_AT_70, MEN, FORMER_SURNAME, HAS_PHONE = 0.07, 0.49, 0.02, 0.6


class People:
    """Makes people one by one from the one source of chance."""

    def __init__(self, rng: Random, today: date) -> None:
        """Begin with the lists of names."""
        self.rng = rng
        self.today = today
        self._names = NamePool()

    def sex(self) -> str:
        return MALE if self.rng.random() < MEN else FEMALE

    def surname(self) -> Part:
        return self._names.surname(self.rng)

    def japanese(self, surname: Part, sex: str, birth: date) -> Someone:
        """Somebody with a Japanese name."""
        rng = self.rng
        name = whole(surname, self._names.given(rng, sex, birth.year))
        person = Someone(name, sex, self._written(birth))
        if sex == FEMALE and rng.random() < FORMER_SURNAME:
            person.former_surname = self.surname().written
        return self._traits(person, birth)

    def foreign(self, sex: str, birth: date) -> Someone:
        """Somebody of another nationality, with status and period of residence."""
        drawn = foreigners.draw(self.rng, sex, self.today)
        person = Someone(
            name=drawn.name,
            sex=sex,
            birth=birth.isoformat(),
            kind="2",
            alias=drawn.alias,
            alias_kana=drawn.alias_kana,
            latin=drawn.name.written,
            nationality=drawn.nationality,
            status=drawn.status,
            status_until=drawn.expires_on,
        )
        return self._traits(person, birth)

    def settle(self, person: Someone, home: Place, since: date, *, from_elsewhere: bool) -> None:
        """Give the person an address in the city; a protected one lives somewhere safe beside it."""
        rng = self.rng
        previous = places.elsewhere(rng) if from_elsewhere else None
        person.abodes.append(Abode(home, since, previous_address=previous))
        if person.protected:
            safe_since = max(since, self.today - timedelta(days=rng.randrange(30, 700)))
            person.abodes.append(Abode(places.draw(rng), safe_since, kind="safe"))

    def _traits(self, person: Someone, birth: date) -> Someone:
        rng = self.rng
        person.uses_card = rng.random() < USES_CARD
        person.needs_help = rng.random() < NEEDS_HELP
        person.protected = rng.random() < PROTECTED
        if person.protected:
            person.protected_until = self.today + timedelta(days=rng.randrange(20, 365))
        if rng.random() < HAS_PHONE:
            person.phone = f"000-{rng.randrange(10_000):04}-{rng.randrange(10_000):04}"
        high = rng.random() < HIGH_INCOME_AT_70
        person.copay_share = share_of(PartialDate.of(birth), self.today, high_income=high)
        return person

    def _written(self, birth: date) -> str:
        if self.rng.random() >= UNKNOWN_BIRTH:
            return birth.isoformat()
        return f"{birth.year}-{birth.month:02}-00" if self.rng.random() < 0.5 else f"{birth.year}-00-00"
