"""Writes homes as rows of the register: plain tuples, gathered by table, loaded by `models.bulk`.

What was known when: the office took over its data on `takeover_on`; what happened later was recorded when it
was notified, and what was believed before stays as a superseded row (ADR 0003).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any

from models.income import AMOUNTS
from models.person import SEX_LABELS
from rules.kana import kana_search_key, name_search_key
from rules.numbers import individual_number_check_digit
from rules.periods import FiscalYear
from services.demonstration import incomes
from services.demonstration.names import SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from services.city import Insurer
    from services.demonstration.story import Abode, Home, Membership, Paper, Period, Someone

Row = tuple[Any, ...]

RECORDED = ("recorded_at", "superseded_at")
COLUMNS: dict[str, tuple[str, ...]] = {
    "person": ("id", "addressee_number", "created_at"),
    "person_record": (
        *("person_id", "effective_on", "resident_kind", "name", "name_kana", "alias_name", "alias_kana"),
        *("name_latin", "former_surname", "sex", "birth_date", "died_on", "phone", "nationality"),
        *("residence_status", "residence_expires_on", "has_insurance_card_registration", "needs_help"),
        *("protective_measure", "protective_measure_until", "copay_share", *RECORDED),
    ),
    "address_record": (
        *("person_id", "kind", "from_on", "until_on", "postal_code", "address", "building", "mailing_name"),
        *("address_search", "previous_address", *RECORDED),
    ),
    "search_key": ("person_id", "kind", "key"),
    "household": ("id", "household_number", "created_at"),
    "household_member": (
        *("household_id", "person_id", "relationship_code", "from_on", "until_on"),
        *RECORDED,
    ),
    "household_head": ("household_id", "person_id", "nhi_only", "from_on", "until_on", *RECORDED),
    "card_number": ("id", "household_id", "symbol", "number", "from_on", "until_on"),
    "branch_number": ("card_number_id", "person_id", "branch"),
    "enrolment": (
        *("period_key", "person_id", "household_id", "acquired_on", "acquisition_reason"),
        *("acquisition_notified_on", "coverage_start_on", "lost_on", "loss_reason", "loss_notified_on"),
        *("coverage_end_on", "ex_officio", "cancelled", "residence_exception", *RECORDED),
    ),
    "certificate": (
        *("id", "serial", "kind", "person_id", "household_id", "card_number_id", "branch", "period_key"),
        *("issued_on", "expires_on", "contents", "created_at"),
    ),
    "certificate_event": ("certificate_id", "kind", "at"),
    "income": (*incomes.COLUMNS, *AMOUNTS, *RECORDED),
}
WITH_GIVEN_IDS = ("person", "household", "card_number", "certificate")
NUMBERS_SPREAD = 90_000_000  # the city's numbers lie in 0000 1…–0009 1…, scattered; edge cases count from 1
SPREAD_STEP = 7_654_321  # coprime to the range, so that no number comes twice
SPREAD_FROM = 1_000_000


@dataclass
class Register:
    """Gathers rows; `take` hands them over, and the counters go on."""

    rng: Random
    today: date
    at: datetime
    takeover_on: date
    insurer: Insurer
    symbol: str
    next_card: int
    persons: int = 0
    households: int = 0
    cards: int = 0
    certificates: int = 0
    invented: int = 0
    serials: dict[int, int] = field(default_factory=dict)
    earners: set[int] = field(default_factory=set)
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    numbers: list[tuple[str, int, str]] = field(default_factory=list)

    def take(self) -> Iterator[tuple[str, list[Row]]]:
        """All rows gathered so far, in the order in which foreign keys allow them, and begin anew."""
        yield from self.rows.items()
        self.rows = {name: [] for name in COLUMNS}

    def take_numbers(self) -> list[tuple[str, int, str]]:
        """The Individual Numbers gathered so far, for people who were taken before; and begin anew."""
        taken, self.numbers = self.numbers, []
        return taken

    def write(self, home: Home) -> None:
        """A household with its people, numbers, periods and papers."""
        self.households += 1
        household_id = self.households
        self.rows["household"].append((household_id, f"{household_id:010}", self._known(home.since)))
        for membership in home.members:
            self._person(membership.person, membership.from_on)
        for head in home.heads:
            self._person(head.person, head.from_on)
            self._dated(
                "household_head",
                (household_id, head.person.row_id, head.nhi_only),
                head.from_on,
                head.until_on,
            )
        card_id, number = self._cards(home, household_id)
        self._members(home, household_id, card_id, number)
        if home.until_on is None:
            for person in (*(one.person for one in home.members), *(one.person for one in home.heads)):
                self._incomes(person)

    def _incomes(self, person: Someone) -> None:
        if person.row_id in self.earners:
            return
        self.earners.add(person.row_id)
        for row, told_on, replaced_on in incomes.told(person, self.today):
            replaced = self._known(replaced_on) if replaced_on else None
            self.rows["income"].append((*row, self._known(told_on), replaced))

    def _members(self, home: Home, household_id: int, card_id: int, number: str) -> None:
        head_name = home.heads[-1].person.name.written if home.heads else ""
        branch = 0
        for membership in home.members:
            person_id = membership.person.row_id
            values = (household_id, person_id, membership.relationship)
            self._dated("household_member", values, membership.from_on, membership.until_on)
            if not membership.periods:
                continue
            branch += 1
            for card in range(card_id if not home.number_since else card_id - 1, card_id + 1):
                self.rows["branch_number"].append((card, person_id, f"{branch:02}"))
            keys = [self._period(period, person_id, household_id) for period in membership.periods]
            for paper in membership.papers:
                ids = (household_id, card_id, f"{branch:02}", keys[-1])
                self._paper(paper, membership, ids, number, head_name)

    def _person(self, person: Someone, known_on: date) -> None:
        if person.row_id:
            return
        self.persons += 1
        person_id = person.row_id = self.persons
        known = self._known(known_on)
        self.rows["person"].append((person_id, f"{person_id:015}", known))
        if person.died_on is not None and person.died_on >= self.takeover_on:
            died_known = self._known(person.died_on)
            self.rows["person_record"].append(self._record(person, known_on, None, known, died_known))
            self.rows["person_record"].append(
                self._record(person, person.died_on, person.died_on, died_known, None)
            )
        else:
            self.rows["person_record"].append(self._record(person, known_on, person.died_on, known, None))
        for abode in person.abodes:
            self._abode(abode, person_id)
        keys = self.rows["search_key"]
        keys.extend((person_id, kind, key) for kind, key in search_keys(person))
        if person.has_number:
            self.numbers.append((self._uuid(), person_id, self._invent(person)))

    def _record(
        self, person: Someone, on: date, died_on: date | None, known: datetime, superseded: datetime | None
    ) -> Row:
        return (
            *(person.row_id, on, person.kind, person.name.written, person.name.kana, person.alias),
            *(person.alias_kana, person.latin, person.former_surname, person.sex, person.birth, died_on),
            *(person.phone, person.nationality, person.status, person.status_until, person.uses_card),
            *(person.needs_help, person.protected, person.protected_until, person.copay_share),
            *(known, superseded),
        )

    def _abode(self, abode: Abode, person_id: int) -> None:
        place = abode.place
        rest = (place.postal_code, place.address, place.building, abode.mailing_name, place.search)
        begun = self._known(abode.from_on or self.takeover_on)
        begin = (person_id, abode.kind, abode.from_on)
        if abode.until_on is not None and abode.until_on >= self.takeover_on:
            left = self._known(abode.until_on)
            self.rows["address_record"] += [
                (*begin, None, *rest, abode.previous_address, begun, left),
                (*begin, abode.until_on, *rest, abode.previous_address, left, None),
            ]
        else:
            row = (*begin, abode.until_on, *rest, abode.previous_address, begun, None)
            self.rows["address_record"].append(row)

    def _dated(self, table: str, values: Row, from_on: date, until_on: date | None) -> None:
        begun = self._known(from_on)
        rows = self.rows[table]
        if until_on is not None and until_on >= self.takeover_on:
            ended = self._known(until_on)
            rows += [(*values, from_on, None, begun, ended), (*values, from_on, until_on, ended, None)]
        else:
            rows.append((*values, from_on, until_on, begun, None))

    def _cards(self, home: Home, household_id: int) -> tuple[int, str]:
        if home.number_since is not None:
            self._card(household_id, self._next_number(), home.since, home.number_since)
        number = f"{home.card_number or self._next_number():08}"
        return self._card(household_id, number, home.number_since or home.since, home.until_on), number

    def _card(self, household_id: int, number: str | int, from_on: date, until_on: date | None) -> int:
        self.cards += 1
        self.rows["card_number"].append(
            (self.cards, household_id, self.symbol, f"{number:0>8}", from_on, until_on)
        )
        return self.cards

    def _next_number(self) -> int:
        self.next_card += 1
        return self.next_card - 1

    def _period(self, period: Period, person_id: int, household_id: int) -> str:
        key = self._uuid()
        start_on = period.coverage_start_on or period.acquired_on
        begin = (
            *(key, person_id, household_id, period.acquired_on, period.reason),
            *(period.notified_on, start_on),
        )
        rest = (period.ex_officio, False, period.exception)
        end = (period.lost_on, period.loss_reason, period.loss_notified_on, period.coverage_end_on)
        begun = self._known(period.notified_on)
        rows = self.rows["enrolment"]
        ended_on = period.loss_notified_on
        if ended_on is not None and ended_on >= self.takeover_on:
            ended = self._known(ended_on)
            rows += [
                (*begin, None, None, None, None, *rest, begun, ended),
                (*begin, *end, *rest, ended, None),
            ]
        else:
            rows.append((*begin, *end, *rest, begun, None))
        return key

    def _paper(
        self,
        paper: Paper,
        membership: Membership,
        ids: tuple[int, int, str, str],
        number: str,
        head_name: str,
    ) -> None:
        household_id, card_id, branch, period_key = ids
        self.certificates += 1
        year = FiscalYear.containing(paper.issued_on).year
        self.serials[year] = self.serials.get(year, 0) + 1
        serial = f"{year}-{self.serials[year]:07}"
        issued = self._known(paper.issued_on)
        owner = (membership.person.row_id, household_id, card_id, branch, period_key)
        contents = self._contents(paper, membership, serial, branch, number, head_name)
        self.rows["certificate"].append(
            (
                self.certificates,
                serial,
                paper.kind,
                *owner,
                paper.issued_on,
                paper.expires_on,
                contents,
                issued,
            )
        )
        for kind in paper.events:
            ended = kind in _ENDS and paper.ended_on is not None
            at = self._known(paper.ended_on) if ended and paper.ended_on else issued
            self.rows["certificate_event"].append((self.certificates, kind, at))

    def _contents(
        self, paper: Paper, membership: Membership, serial: str, branch: str, number: str, head_name: str
    ) -> dict[str, Any]:
        """What is printed: the places of `printing.certificates.card.Card`, as `services.papers` has them."""
        person, period = membership.person, membership.periods[-1]
        by_old_law = paper.kind in _OLD_LAW
        place = person.abodes[-1].place if person.abodes and by_old_law else None
        mark = _MARKS.get(period.exception or "")
        return {
            "serial": serial,
            "insurer_number": self.insurer.number,
            "insurer_name": self.insurer.name,
            "symbol": self.symbol,
            "number": number,
            "branch": branch,
            "name": person.name.written,
            "kana": person.name.kana,
            "short_name": person.alias or "",
            "sex": SEX_LABELS[person.sex][0],
            "birth": person.birth,
            "acquired_on": period.acquired_on.isoformat(),
            "issued_on": paper.issued_on.isoformat(),
            "expires_on": _iso(paper.expires_on),
            "head_name": head_name if by_old_law else "",
            "address": [line for line in (place.address, place.building) if line] if place else [],
            "copay_share": paper.share,
            "share_from": _iso(paper.share_from),
            "share_until": _iso(paper.share_until),
            "limit_class": "",
            "limit_class_from": None,
            "long_stay_on": None,
            "special_disease": "",
            "limits": [],
            "marks": [mark] if mark else [],
            "reprint": False,
            "reprinted_on": None,
        }

    def _known(self, day: date) -> datetime:
        return moment(min(max(day, self.takeover_on), self.today))

    def _uuid(self) -> str:
        return random_uuid(self.rng)

    def _invent(self, person: Someone) -> str:
        self.invented += 1
        count = self.invented
        if not person.is_edge_case:
            count = SPREAD_FROM + count * SPREAD_STEP % NUMBERS_SPREAD
        eleven = f"{count:011}"
        return f"{eleven}{individual_number_check_digit(eleven)}"


_ENDS = frozenset({"returned", "not_returned", "lost", "replaced", "voided", "undelivered"})
_OLD_LAW = frozenset({"insurance_card", "short_term_card", "status_certificate"})
_MARKS = {"student": "学", "facility": "特"}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def search_keys(person: Someone) -> Iterator[tuple[str, str]]:
    """The keys under which somebody is found, each once."""
    yield "name", person.name.written_key
    if person.name.kana_key:
        yield "kana", person.name.kana_key
    if person.alias:
        yield "alias", name_search_key(person.alias)
    if person.alias_kana:
        yield "alias_kana", kana_search_key(person.alias_kana)
    if person.latin:
        yield "latin", name_search_key(person.latin)
    if person.former_surname:
        given = person.name.written.partition(SPACE)[2]
        yield "former", name_search_key(person.former_surname + given)


def random_uuid(rng: Random) -> str:
    """A UUID of version 4 by the given source of chance, so that the same seed makes the same one."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


@cache
def moment(day: date) -> datetime:
    """Ten in the morning of a day in Japan."""
    return datetime.combine(day, time(1), UTC)
