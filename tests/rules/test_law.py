"""Parameters: in force or not, never a default; what the form forbids is refused."""

from datetime import date
from pathlib import Path

import pytest

from rules.law import Certainty, Law, LawAt, ParameterFileWrong, ParameterNotInForce, read_history
from rules.money import Yen, floor_to_hundred, format_yen
from tests.rules.case_files import LAW

CARD = "national/certificates/kinds/insurance_card"
ENTRY = """
  - from: {day}
    value: {value}
    source: {{title: t, article: a, href: h}}
    checked: 2026-11-23
    certainty: verified
"""


def written(tmp_path: Path, values: str, head: str = "title: t\narticle: a\nunit: u\nvalues:") -> Path:
    path = tmp_path / "parameter.yaml"
    path.write_text(head + values, encoding="utf-8")
    return path


def test_a_value_holds_until_its_repeal() -> None:
    assert LAW.on(date(2024, 12, 1)).in_force(CARD)
    assert not LAW.on(date(2024, 12, 2)).in_force(CARD)


@pytest.mark.parametrize(
    ("name", "day"),
    [(CARD, date(2024, 12, 2)), (CARD, date(1958, 12, 31)), ("national/nothing", date(2026, 1, 1))],
)
def test_what_is_not_in_force_has_no_default(name: str, day: date) -> None:
    law = LAW.on(day)
    assert not law.in_force(name)
    with pytest.raises(ParameterNotInForce) as refusal:
        law.get(name)
    assert (refusal.value.name, refusal.value.day) == (name, day)
    assert name in refusal.value.message_ja


def test_a_parameter_tells_its_article_source_and_certainty() -> None:
    parameter = LAW.on(date(2026, 11, 23)).get("municipal/eligibility/late_elderly_lost_on")
    assert parameter.value == "day_after"
    assert parameter.certainty is Certainty.UNVERIFIED
    assert "8条" in parameter.article
    assert parameter.source.href.startswith("https://")


def test_a_city_without_settings_is_refused() -> None:
    with pytest.raises(ParameterFileWrong, match="123456"):
        Law.load(municipality_code="123456")


def test_a_later_value_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    values = ENTRY.format(day="2020-01-01", value=1) + ENTRY.format(day="2021-01-01", value=2)
    history = read_history(written(tmp_path, values), "x")
    assert LawAt(date(2020, 12, 31), {"x": history}).integer("x") == 1
    assert LawAt(date(2021, 1, 1), {"x": history}).integer("x") == 2


@pytest.mark.parametrize(
    "values",
    [
        ENTRY.format(day="2021-01-01", value=1) + ENTRY.format(day="2020-01-01", value=2),
        ENTRY.format(day="2021-01-01", value=1) * 2,
        ENTRY.format(day="2021-01-01", value=0.1),
        ENTRY.format(day="2021-01-01", value="[1, 2]"),
        ENTRY.format(day="someday", value=1),
        ENTRY.format(day="2021-01-01", value="1\n    value: 2"),
        ENTRY.format(day="2021-01-01", value=1).replace("    checked: 2026-11-23\n", ""),
        ENTRY.format(day="2021-01-01", value=1).replace("verified", "surely"),
        " []",
    ],
    ids=[
        "descending",
        "twice the same day",
        "a float",
        "a list",
        "no date",
        "duplicate key",
        "not checked",
        "no such certainty",
        "no value",
    ],
)
def test_a_file_that_breaks_the_form_is_refused(tmp_path: Path, values: str) -> None:
    with pytest.raises(ParameterFileWrong):
        read_history(written(tmp_path, values), "x")


def test_a_value_is_read_as_what_it_is(tmp_path: Path) -> None:
    law = LawAt(
        date(2026, 1, 1),
        {"x": read_history(written(tmp_path, ENTRY.format(day="2020-01-01", value="true")), "x")},
    )
    assert law.flag("x")
    for wrong in (law.integer, law.text, law.date):
        with pytest.raises(ParameterFileWrong):
            wrong("x")
    with pytest.raises(ParameterFileWrong):
        LAW.on(date(2026, 1, 1)).flag("national/eligibility/notification_days")


def test_parameters_not_compared_with_their_source_for_long_are_named() -> None:
    assert LAW.unchecked_since(date(2026, 11, 23)) == []
    assert CARD in LAW.unchecked_since(date(2027, 11, 24))


def test_yen_are_whole_and_cut_by_name() -> None:
    assert floor_to_hundred(Yen(12_399)) == 12_300
    assert format_yen(Yen(12_345)) == "12,345円"
