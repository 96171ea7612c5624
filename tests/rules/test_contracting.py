"""What is missing of a link of the chain and of a worker on a day, and until when all of it holds (X3)."""

from dataclasses import replace
from datetime import date

import pytest

from rules.contracting import (
    CONTRACT_CLAUSES,
    SUB_CLAUSES,
    Cloud,
    Link,
    Worker,
    chart_faults,
    has_room,
    last_whole_day,
    missing_of_link,
    missing_of_worker,
    names_firm,
    same_firm,
)

DAY = date(2026, 11, 30)
PRIME = Link(True, "granted", date(2026, 4, 1), date(2027, 3, 31), frozenset(CONTRACT_CLAUSES))
CLOUD = Cloud("iso27017", date(2027, 1, 31), date(2027, 2, 28), True, True, True)
SUB = Link(
    False,
    "granted",
    date(2026, 6, 1),
    date(2027, 3, 31),
    frozenset(SUB_CLAUSES),
    secrecy_on=date(2026, 5, 20),
    chart=True,
    cloud=CLOUD,
)
WORKER = Worker("株式会社ミホン", "㈱ ミホン", date(2026, 6, 1), date(2026, 6, 1), date(2026, 6, 10))


def codes(found: tuple[object, ...]) -> list[str]:
    return [one.code for one in found]  # type: ignore[attr-defined]


def test_a_whole_link_misses_nothing() -> None:
    assert missing_of_link(PRIME, DAY) == missing_of_link(SUB, DAY) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "asked"}, "permission"),
        ({"state": "refused"}, "permission"),
        ({"from_on": date(2026, 12, 1)}, "not_begun"),
        ({"until_on": date(2026, 11, 29)}, "expired"),
        ({"state": "revoked", "ended_on": DAY}, "revoked"),
        ({"secrecy_on": None}, "secrecy_agreement"),
        ({"secrecy_on": date(2026, 12, 1)}, "secrecy_agreement"),
        ({"chart": False}, "chart"),
        ({"cloud": replace(CLOUD, mark="")}, "cloud.security"),
        ({"cloud": replace(CLOUD, mark_until=date(2026, 11, 29))}, "cloud.security"),
        ({"cloud": replace(CLOUD, privacy_until=date(2026, 11, 29))}, "cloud.privacy"),
        ({"cloud": replace(CLOUD, privacy_until=None)}, "cloud.privacy"),
        ({"cloud": replace(CLOUD, in_japan=False)}, "cloud.in_japan"),
        ({"cloud": replace(CLOUD, policy=False)}, "cloud.policy"),
        ({"cloud": replace(CLOUD, shared=False)}, "cloud.shared"),
        ({"clauses": frozenset(SUB_CLAUSES) - {"liability"}}, "clause.liability"),
    ],
)
def test_each_thing_that_is_missing_is_named(change: dict[str, object], code: str) -> None:
    assert codes(missing_of_link(replace(SUB, **change), DAY)) == [code]


@pytest.mark.parametrize("clause", CONTRACT_CLAUSES)
def test_a_contract_without_any_one_clause_is_not_whole(clause: str) -> None:
    link = replace(PRIME, clauses=frozenset(CONTRACT_CLAUSES) - {clause})
    assert codes(missing_of_link(link, DAY)) == [f"clause.{clause}"]


def test_first_and_last_day_belong_to_a_permission() -> None:
    assert missing_of_link(SUB, date(2026, 6, 1)) == ()
    assert codes(missing_of_link(replace(SUB, cloud=None), date(2027, 3, 31))) == []
    assert codes(missing_of_link(replace(SUB, cloud=None), date(2027, 4, 1))) == ["expired"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"employer": "別会社"}, "employer"),
        ({"evidence_on": None}, "evidence"),
        ({"pledged_on": None}, "pledge"),
        ({"pledged_on": date(2026, 12, 1)}, "pledge"),
        ({"pledged_until": date(2026, 11, 29)}, "pledge"),
        ({"trained_on": None}, "training"),
        ({"trained_on": date(2025, 11, 30)}, "training"),
        ({"left_on": DAY}, "left"),
    ],
)
def test_each_thing_that_a_worker_lacks_is_named(change: dict[str, object], code: str) -> None:
    assert codes(missing_of_worker(replace(WORKER, **change), DAY, 12)) == [code]


def test_a_training_counts_for_a_year_to_the_day() -> None:
    trained = replace(WORKER, trained_on=date(2025, 12, 1))
    assert missing_of_worker(trained, DAY, 12) == ()
    assert codes(missing_of_worker(trained, date(2026, 12, 1), 12)) == ["training"]


def test_access_holds_until_the_first_thing_runs_out() -> None:
    assert last_whole_day([PRIME, SUB], WORKER, DAY, 12) == date(2027, 1, 31), "the ISO certificate"
    assert last_whole_day([PRIME], WORKER, DAY, 12) == date(2027, 3, 31), "the contract"
    trained = replace(WORKER, trained_on=date(2026, 1, 5))
    assert last_whole_day([PRIME, SUB], trained, DAY, 12) == date(2027, 1, 4), "the training"
    pledged = replace(WORKER, pledged_until=date(2026, 12, 31))
    assert last_whole_day([PRIME, SUB], pledged, DAY, 12) == date(2026, 12, 31), "the pledge"
    leaving = replace(WORKER, left_on=date(2026, 12, 25))
    assert last_whole_day([PRIME, SUB], leaving, DAY, 12) == date(2026, 12, 24)
    ending = replace(PRIME, ended_on=date(2026, 12, 11))
    assert last_whole_day([ending, SUB], WORKER, DAY, 12) == date(2026, 12, 10)


def test_what_a_firm_above_lacks_closes_all_below() -> None:
    expired = replace(SUB, cloud=replace(CLOUD, privacy_until=date(2026, 11, 29)))
    assert last_whole_day([PRIME, expired, replace(SUB, cloud=None)], WORKER, DAY, 12) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("㈱ミホン", "株式会社 ミホン", True),
        ("(株)ミホン", "株式会社ミホン", True),
        ("ABC合同会社", "abc合同会社", True),
        ("株式会社ミホン", "ミホン株式会社", False),
        ("株式会社ミホン", "株式会社ミホンサービス", False),
    ],
)
def test_firms_are_told_apart_by_their_names(one: str, other: str, *, same: bool) -> None:
    assert same_firm(one, other) is same


def test_under_ten_is_nine() -> None:
    assert has_room("under_10", 8)
    assert not has_room("under_10", 9)
    assert has_room("10_49", 48)
    assert not has_room("10_49", 49)
    assert has_room("1000_up", 5_000)


@pytest.mark.parametrize(
    ("rows", "whole"),
    [
        ([(1, None), (2, 1), (3, 1), (4, 3)], True),
        ([(1, None), (2, None)], False),
        ([(1, 2), (2, 1)], False),
        ([(1, None), (2, 3), (3, 2)], False),
        ([(1, None), (2, 9)], False),
        ([(1, None), (1, 1)], False),
        ([], False),
    ],
)
def test_an_organisation_chart_is_one_tree(rows: list[tuple[int, int | None]], *, whole: bool) -> None:
    assert (chart_faults(rows) == []) is whole


def test_what_has_run_out_is_said_with_its_day_in_both_languages() -> None:
    (pledge,) = missing_of_worker(replace(WORKER, pledged_until=date(2026, 11, 29)), DAY, 12)
    assert (pledge.ja, pledge.en) == (
        "誓約書の期限切れ(R8.11.29まで)",
        "the secrecy pledge has expired (2026-11-29)",
    )


@pytest.mark.parametrize(
    ("band", "most"),
    [("under_10", 9), ("10_49", 49), ("50_99", 99), ("100_499", 499), ("500_999", 999)],
)
def test_each_band_ends_at_its_own_number(band: str, most: int) -> None:
    assert has_room(band, most - 1)
    assert not has_room(band, most)


@pytest.mark.parametrize(
    ("text", "firm", "named"),
    [
        ("架空データ処理株式会社 開発室", "架空データ処理株式会社", True),
        ("架空データ処理の開発室", "架空データ処理株式会社", True),
        ("カクウ データ 3階", "㈱カクウデータ", True),
        ("本庁 電算室", "架空データ処理株式会社", False),
        ("株式会社", "株式会社", False),
    ],
)
def test_a_place_that_names_a_firm_is_seen(text: str, firm: str, *, named: bool) -> None:
    assert names_firm(text, firm) is named
