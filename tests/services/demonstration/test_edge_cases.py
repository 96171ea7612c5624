"""The forty households with fixed numbers: each is there, under its number, as its story tells."""

from datetime import date
from itertools import pairwise

import pytest

from rules.kana import name_search_key
from services.demonstration.certificates import Desk
from services.demonstration.edge_cases.catalog import EDGE_CASES, told_homes
from services.demonstration.load import FIRST_CITY_CARD
from services.demonstration.story import Home, Membership
from tests.architecture.tree import ROOT

TODAY = date(2026, 11, 23)


def told(today: date = TODAY) -> list[Home]:
    return list(told_homes(Desk(today), today))


def household(number: int, today: date = TODAY) -> Home:
    return next(home for home in told(today) if home.card_number == number)


def member(home: Home, place: int = 0) -> Membership:
    return home.members[place]


def test_there_are_forty_cases_from_h01_to_h40() -> None:
    assert [case.code for case in EDGE_CASES] == [f"H{number:02}" for number in range(1, 41)]


def test_each_case_is_found_under_its_own_number() -> None:
    first = {home.code: home.card_number for home in reversed(told())}
    assert first == {case.code: 90_000_000 + int(case.code[1:]) for case in EDGE_CASES}


def test_no_number_is_given_twice_or_reaches_into_those_of_the_city() -> None:
    numbers = [home.card_number or 0 for home in told()]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < FIRST_CITY_CARD


def test_h01_the_father_heads_the_household_and_is_not_insured() -> None:
    home = household(90_000_001)
    assert home.heads[-1].person is member(home).person
    assert member(home).periods == []
    assert [bool(m.periods) for m in home.members[1:]] == [True, True]


def test_h02_the_mother_heads_it_for_the_insurance_only_since_september() -> None:
    assert [head.nhi_only for head in household(90_000_002).heads] == [False, True]
    assert [head.nhi_only for head in household(90_000_002, date(2026, 9, 6)).heads] == [False]


def test_h06_the_twins_were_born_on_leap_day_and_insured_from_birth() -> None:
    twins = household(90_000_006).members[2:]
    assert [twin.person.birth for twin in twins] == ["2024-02-29", "2024-02-29"]
    assert {(t.periods[0].acquired_on, t.periods[0].reason) for t in twins} == {(date(2024, 2, 29), "04")}


@pytest.mark.parametrize(("place", "expected"), [(0, date(2026, 11, 1)), (1, date(2026, 12, 1))])
def test_h10_the_share_of_70_begins_a_month_apart_for_a_day_of_birth(place: int, expected: date) -> None:
    papers = member(household(90_000_010, date(2026, 12, 15)), place).papers
    assert expected in {paper.share_from for paper in papers}


def test_h13_the_mother_in_the_care_home_is_a_household_of_her_own() -> None:
    home = household(90_000_013)
    assert len(home.members) == 1
    assert member(home).periods[0].exception == "facility"
    assert len(member(home).person.abodes) == 3


def test_h14_those_who_are_protected_hold_a_certificate_and_have_a_safe_address() -> None:
    home = household(90_000_014)
    assert all(m.person.protected for m in home.members)
    assert {paper.kind for m in home.members for paper in m.papers} == {"eligibility_certificate"}
    assert all(m.person.abodes[-1].kind == "safe" for m in home.members)
    assert not any(m.person.protected for m in household(90_000_043).members if m.until_on is None)


def test_h15_two_women_share_name_and_birth_date_and_nothing_else() -> None:
    first, second = member(household(90_000_015)).person, member(household(90_000_044)).person
    assert (first.name, first.birth) == (second.name, second.birth)
    assert first is not second
    assert first.abodes[0].place != second.abodes[0].place


@pytest.mark.parametrize(
    ("number", "place", "written", "searched"),
    [
        (90_000_017, 0, "𠮷田\u3000武", "吉田武"),
        (90_000_017, 1, "髙橋\u3000富美子", "高橋富美子"),
        (90_000_017, 2, "山﨑\u3000学", "山崎学"),
        (90_000_018, 0, "葛\U000e0100城\u3000修", "葛城修"),
        (90_000_018, 1, "葛\U000e0101城\u3000典子", "葛城典子"),
    ],
)
def test_h17_h18_rare_characters_stay_and_are_found_by_common_ones(
    number: int, place: int, written: str, searched: str
) -> None:
    name = member(household(number), place).person.name
    assert name.written == written
    assert name.written_key == name_search_key(searched)


def test_h19_the_latin_name_has_sixty_characters() -> None:
    assert len(member(household(90_000_019)).person.name.written) == 60


def test_h20_there_is_no_kana() -> None:
    assert not member(household(90_000_020)).person.name.kana


def test_h21_birth_dates_known_in_part_are_kept_as_given() -> None:
    assert [m.person.birth for m in household(90_000_021).members] == ["1950-00-00", "1948-07-00"]


def test_h22_three_periods_do_not_overlap() -> None:
    periods = member(household(90_000_022)).periods
    assert len(periods) == 3
    assert all(a.lost_on is not None and a.lost_on <= b.acquired_on for a, b in pairwise(periods))


def test_h25_the_widow_heads_the_household_from_the_day_after_the_death() -> None:
    home = household(90_000_025)
    assert member(home).person.died_on == date(2026, 8, 15)
    assert home.heads[-1].person is member(home, 1).person
    assert home.heads[-1].from_on == date(2026, 8, 16)


def test_h27_the_certificate_ends_with_the_period_of_residence() -> None:
    assert member(household(90_000_027)).papers[-1].expires_on == date(2026, 12, 10)


def test_h31_what_is_still_to_come_is_not_known_yet() -> None:
    assert len(member(household(90_000_031)).periods) == 1
    assert len(member(household(90_000_031, date(2027, 2, 3))).periods) == 2


def test_h33_who_moved_within_the_prefecture_keeps_the_day_of_acquisition() -> None:
    period = member(household(90_000_033)).periods[0]
    assert (period.acquired_on, period.coverage_start_on) == (date(2018, 4, 1), date(2026, 10, 10))


def test_what_no_table_holds_yet_is_said() -> None:
    assert next(case for case in EDGE_CASES if case.code == "H32").not_held


def test_the_documents_tell_every_case_as_the_code_does() -> None:
    page = (ROOT / "docs" / "demonstration.md").read_text(encoding="utf-8")
    rows = [f"| {case.number} | {case.code} {case.title} | {case.not_held or '–'} |" for case in EDGE_CASES]
    assert [row for row in rows if row not in page] == []
