"""The city of chance, told without a database: its shares are those of sample-people, section 2."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random

import pytest

from rules.ages import age_on
from rules.eras import PartialDate
from rules.numbers import is_demo_individual_number, normalize_individual_number
from services import statute
from services.city import Insurer
from services.demonstration.certificates import Desk
from services.demonstration.city import SMALL, City, Size
from services.demonstration.register import Register
from services.demonstration.story import Home, Membership
from tests.services.conftest import LAW

TODAY = date(2026, 11, 23)
TINY = Size(60, 280)


def told(seed: int, size: Size) -> list[Home]:
    return list(City(Random(seed), TODAY, Desk(TODAY)).homes(size))


def register_of(homes: list[Home], seed: int = 1) -> Register:
    register = Register(
        rng=Random(seed),
        today=TODAY,
        at=datetime(2026, 11, 23, 1, tzinfo=UTC),
        takeover_on=date(2024, 1, 4),
        insurer=Insurer("990002", "見本市"),
        symbol="国保見",
        next_card=90_000_101,
    )
    for home in homes:
        register.write(home)
    return register


def fingerprint(register: Register) -> str:
    return hashlib.sha256(repr((register.rows, register.numbers)).encode()).hexdigest()


@pytest.fixture(scope="module")
def homes() -> Iterator[list[Home]]:
    statute.configure(LAW)
    yield told(20261123, SMALL)
    statute._law.clear()


def insured(homes: list[Home]) -> list[Membership]:
    return [
        member
        for home in homes
        for member in home.members
        if member.periods and not member.periods[-1].lost_on
    ]


def insured_homes(homes: list[Home]) -> list[list[Membership]]:
    found = [insured([home]) for home in homes]
    return [members for members in found if members]


def age(member: Membership) -> int:
    return age_on(PartialDate.parse_iso(member.person.birth).earliest, TODAY)


def share(part: int, whole: int) -> float:
    return part / whole


def test_the_same_seed_makes_the_same_city() -> None:
    assert fingerprint(register_of(told(7, TINY))) == fingerprint(register_of(told(7, TINY)))


def test_another_seed_makes_another_city() -> None:
    assert fingerprint(register_of(told(7, TINY))) != fingerprint(register_of(told(8, TINY)))


def test_a_small_city_has_2000_insured_households_and_all_its_persons(homes: list[Home]) -> None:
    assert len(insured_homes(homes)) == SMALL.households
    assert sum(len(home.members) for home in homes) == SMALL.persons
    assert len(insured(homes)) == pytest.approx(3_085, abs=10)


@pytest.mark.parametrize(("size", "expected"), [(1, 0.62), (2, 0.27), (3, 0.07), (4, 0.03), (5, 0.0075)])
def test_households_have_the_sizes_that_were_told(homes: list[Home], size: int, expected: float) -> None:
    sizes = Counter(len(members) for members in insured_homes(homes))
    assert share(sizes[size], SMALL.households) == pytest.approx(expected, abs=0.002)


@pytest.mark.parametrize(
    ("youngest", "oldest", "expected"),
    [(0, 6, 0.03), (7, 17, 0.05), (18, 39, 0.18), (40, 64, 0.33), (65, 69, 0.16), (70, 74, 0.25)],
)
def test_the_insured_are_of_the_ages_that_were_told(
    homes: list[Home], youngest: int, oldest: int, expected: float
) -> None:
    members = insured(homes)
    found = sum(youngest <= age(member) <= oldest for member in members)
    assert share(found, len(members)) == pytest.approx(expected, abs=0.025)


def test_nobody_is_insured_at_75(homes: list[Home]) -> None:
    assert max(age(member) for member in insured(homes)) == 74


@pytest.mark.parametrize(
    ("trait", "expected", "tolerance"),
    [("uses_card", 0.70, 0.03), ("needs_help", 0.03, 0.015), ("protected", 0.0015, 0.002)],
)
def test_the_insured_have_the_traits_that_were_told(
    homes: list[Home], trait: str, expected: float, tolerance: float
) -> None:
    members = insured(homes)
    found = sum(bool(getattr(member.person, trait)) for member in members)
    assert share(found, len(members)) == pytest.approx(expected, abs=tolerance)


def test_every_eighth_household_has_a_head_who_is_not_insured(homes: list[Home]) -> None:
    today = [home for home in homes if home.until_on is None]
    heads = [next(m for m in home.members if m.person is home.heads[-1].person) for home in today]
    nominal = [head for head in heads if not head.periods or head.periods[-1].lost_on]
    assert share(len(nominal), len(today)) == pytest.approx(0.13, abs=0.03)


def test_seven_of_a_hundred_households_have_a_foreign_resident(homes: list[Home]) -> None:
    mixed = [members for members in insured_homes(homes) if any(m.person.kind == "2" for m in members)]
    assert share(len(mixed), SMALL.households) == pytest.approx(0.07, abs=0.02)


def test_every_head_belongs_to_the_household_he_heads(homes: list[Home]) -> None:
    for home in homes:
        people = [member.person for member in home.members]
        assert all(any(head.person is person for person in people) for head in home.heads)


def test_no_period_begins_before_birth_or_ends_before_it_begins(homes: list[Home]) -> None:
    for home in homes:
        for member in home.members:
            born = PartialDate.parse_iso(member.person.birth).earliest
            for period in member.periods:
                assert born <= period.acquired_on <= period.notified_on <= TODAY
                assert period.lost_on is None or period.acquired_on < period.lost_on


def test_everybody_insured_holds_a_paper_that_is_valid_today(homes: list[Home]) -> None:
    for member in insured(homes):
        if len(member.person.birth.replace("-00", "")) == 10:
            assert any(paper.expires_on is None or paper.expires_on >= TODAY for paper in member.papers)


def test_somebody_without_a_card_for_insurance_holds_a_certificate_of_eligibility(homes: list[Home]) -> None:
    for member in insured(homes):
        kinds = {paper.kind for paper in member.papers}
        if not member.person.uses_card and len(member.person.birth.replace("-00", "")) == 10:
            assert "eligibility_certificate" in kinds


def test_no_insurance_card_was_issued_since_december_2024(homes: list[Home]) -> None:
    issued = [paper.issued_on for m in insured(homes) for paper in m.papers if paper.kind == "insurance_card"]
    assert issued
    assert max(issued) < date(2024, 12, 2)


def test_every_individual_number_is_valid_invented_and_given_once(homes: list[Home]) -> None:
    digits = [number for _, _, number in register_of(homes).numbers]
    assert all(normalize_individual_number(number) == number for number in digits)
    assert all(is_demo_individual_number(number) for number in digits)
    assert len(set(digits)) == len(digits)


def test_cards_of_the_old_law_are_past_records_of_every_kind(homes: list[Home]) -> None:
    """C1: short-term cards and certificates of insured status; the latter for grown-ups only."""
    held = [(paper, member) for home in homes for member in home.members for paper in member.papers]
    old = [(paper, member) for paper, member in held if paper.issued_on < date(2024, 12, 2)]
    assert {paper.kind for paper, _ in old} >= {"insurance_card", "short_term_card", "status_certificate"}
    assert all(paper.ended_on for paper, _ in old if paper.kind in {"short_term_card", "status_certificate"})
    assert min(age(member) for paper, member in old if paper.kind == "status_certificate") >= 20
