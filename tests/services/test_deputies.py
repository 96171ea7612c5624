"""Chains of deputies: who stands in for whom, and what cannot be."""

from datetime import date

import pytest

from services.deputies import Away, DeputyRefused, Link, links_of

DAY = date(2026, 12, 1)


def away(number, who, deputy, first=1, last=10):
    return Away(number, who, deputy, DAY.replace(day=first), DAY.replace(day=last))


def told(*absences):
    return {
        (one.deputy_id, one.principal_id, one.from_on.day, one.until_on.day) for one in links_of(absences)
    }


def test_a_deputy_stands_in_from_the_first_day_to_the_last():
    assert links_of([away(7, 1, 2)]) == [Link(7, 2, 1, DAY, DAY.replace(day=10))]


def test_without_a_deputy_nobody_stands_in():
    assert links_of([away(7, 1, None)]) == []


def test_the_deputy_of_a_deputy_stands_in_for_both_while_both_are_away():
    assert told(away(1, 1, 2), away(2, 2, 3, 5, 20)) == {(2, 1, 1, 10), (3, 1, 5, 10), (3, 2, 5, 20)}


@pytest.mark.parametrize(
    "absences",
    [
        [away(1, 1, 2), away(2, 2, 1)],
        [away(1, 1, 2), away(2, 2, 3), away(3, 3, 1)],
    ],
)
def test_a_circle_is_refused(absences):
    with pytest.raises(DeputyRefused, match="本人に戻って"):
        links_of(absences)


def test_what_would_be_a_circle_on_other_days_is_none():
    assert told(away(1, 1, 2, 1, 4), away(2, 2, 1, 5, 10)) == {(2, 1, 1, 4), (1, 2, 5, 10)}


def test_five_links_are_taken_and_a_sixth_is_refused():
    chain = [away(number, number, number + 1) for number in range(1, 6)]
    assert (6, 1, 1, 10) in told(*chain)
    with pytest.raises(DeputyRefused, match="5人"):
        links_of([*chain, away(6, 6, 7)])
