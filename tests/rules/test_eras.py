"""Dates as people type them and as papers show them."""

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rules.eras import (
    LAST_YEAR,
    DateNotUnderstood,
    PartialDate,
    era_of,
    format_both,
    format_long,
    format_short,
    parse_date,
    parse_partial_date,
)

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "dates.yaml").read_text(encoding="utf-8")
)
days = st.dates(min_value=date(1873, 1, 1), max_value=date(LAST_YEAR, 12, 31))


@pytest.mark.parametrize("case", CASES["read"], ids=lambda case: case["text"])
def test_a_date_is_read_in_every_spelling_of_the_office(case: dict[str, Any]) -> None:
    assert parse_date(case["text"]) == case["iso"]


@pytest.mark.parametrize("case", CASES["read_in_part"], ids=lambda case: case["text"])
def test_a_date_known_in_part_keeps_its_gaps(case: dict[str, Any]) -> None:
    assert parse_partial_date(case["text"]).iso == case["iso"]


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["text"] or "nothing")
def test_what_is_no_date_is_refused_with_reason_and_example(case: dict[str, Any]) -> None:
    with pytest.raises(DateNotUnderstood) as refusal:
        parse_date(case["text"])
    assert refusal.value.code == case["code"]
    assert case["says"] in refusal.value.message_ja
    assert "例:" in refusal.value.message_ja


@given(days)
def test_what_we_print_we_read_again(day: date) -> None:
    for text in (format_long(day), format_short(day), format_both(day), day.isoformat(), f"{day:%Y%m%d}"):
        assert parse_date(text) == day


@given(days, st.sampled_from(["month and day", "day"]))
def test_what_we_print_in_part_we_read_again(day: date, unknown: str) -> None:
    partial = PartialDate(day.year) if unknown == "month and day" else PartialDate(day.year, day.month)
    assert parse_partial_date(partial.iso) == partial
    if "・" not in format_long(partial):
        assert parse_partial_date(format_long(partial)) == partial
        assert parse_partial_date(format_short(partial)) == partial


@given(st.text(max_size=30))
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    with suppress(DateNotUnderstood):
        assert parse_partial_date(text).year


def test_unknown_parts_are_printed_as_unknown() -> None:
    assert format_long(PartialDate(1950)) == "昭和25年月日不詳"
    assert format_long(PartialDate(1948, 7)) == "昭和23年7月日不詳"
    assert format_short(PartialDate(1948, 7)) == "S23.7.不詳"
    assert format_both(PartialDate(1948, 7)) == "昭和23年7月日不詳(1948-07-00)"


def test_a_year_of_two_eras_names_both_when_the_day_is_unknown() -> None:
    assert format_long(PartialDate(1989)) == "1989年(昭和64年・平成元年)月日不詳"
    assert format_short(PartialDate(1989)) == "1989.不詳.不詳"


def test_no_date_prints_nothing() -> None:
    assert (format_long(None), format_short(None), format_both(None)) == ("", "", "")


def test_the_day_of_a_change_of_era_belongs_to_the_new_one() -> None:
    assert era_of(date(1926, 12, 25)).name == "昭和"
    assert era_of(date(2019, 4, 30)).name == "平成"
    assert format_long(date(2019, 5, 1)) == "令和元年5月1日"


def test_days_before_our_eras_are_refused() -> None:
    with pytest.raises(DateNotUnderstood, match="明治より前"):
        era_of(date(1867, 1, 1))


@pytest.mark.parametrize("parts", [(1950, 13, 0), (1950, 0, 3), (1951, 2, 29), (0, 1, 1)])
def test_a_partial_date_cannot_hold_an_impossible_day(parts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such"):
        PartialDate(*parts)


@pytest.mark.parametrize("text", ["1950", "1950-7-1", "abcd-ef-gh"])
def test_our_own_spelling_is_read_strictly(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        PartialDate.parse_iso(text)


def test_a_partial_date_knows_its_bounds_and_its_order() -> None:
    assert PartialDate(1948, 2).earliest == date(1948, 2, 1)
    assert PartialDate(1948, 2).latest == date(1948, 2, 29)
    assert PartialDate(1948).latest == date(1948, 12, 31)
    assert PartialDate.of(date(1948, 2, 3)).as_date() == date(1948, 2, 3)
    assert PartialDate(1948).as_date() is None
    assert PartialDate(1948) < PartialDate(1948, 7) < PartialDate(1950)
