from datetime import UTC, date, datetime, timedelta

import pytest

from tests.workflows.feel.asking import feel, refusal
from workflows.engine.feel.expressions import compile_expression


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('@"2026-04-01"', date(2026, 4, 1)),
        ("date(2026, 4, 1)", date(2026, 4, 1)),
        ('date("2026-04-01") = @"2026-04-01"', True),
        ('@"2024-01-31" + @"P1M"', date(2024, 2, 29)),
        ('@"2024-03-31" - @"P1M"', date(2024, 2, 29)),
        ('@"2026-11-23" + @"P14D"', date(2026, 12, 7)),
        ('(@"2026-12-07" - @"2026-11-23").days', 14),
        ('@"P1Y6M".months', 6),
        ('-@"P1DT2H"', timedelta(days=-1, hours=-2)),
        ('(-@"P1DT2H").hours', -2),
        ('@"P1D" * 1.5', timedelta(hours=36)),
        ('@"2026-11-23".year * 100 + @"2026-11-23".month', 202611),
        ('@"2026-11-23".weekday', 1),
        ('date(date and time("2026-11-23T09:00:00+09:00"))', date(2026, 11, 23)),
        ('date and time("2026-11-23T00:00:00Z") = @"2026-11-23T09:00:00+09:00"', True),
        ("today()", date(2026, 11, 24)),
        ("date(now()) = today()", True),
    ],
)
def test_days_and_durations(text, answer):
    assert feel(text) == answer


def test_dates_in_case_data_stay_text_until_they_are_asked_for():
    data = {"moved_on": "2026-11-01", "accepted_on": "2026-11-20"}
    assert feel("moved_on", data) == "2026-11-01"
    assert feel('date(accepted_on) > date(moved_on) + duration("P14D")', data) is True


def test_a_partly_known_birth_date_is_no_day():
    assert feel("date(born)", {"born": "1950-00-00"}) is None


def test_today_without_a_clock_is_null():
    outcome = compile_expression("today()", ()).evaluate_traced({})
    assert outcome.value is None
    assert "時計が渡されていない" in outcome.notices[0].message_ja


@pytest.mark.parametrize(
    "text",
    [
        '@"2026-11-23" < @"2026-11-23T00:00:00"',
        '@"2026-11-23T00:00:00" - @"2026-11-23T00:00:00Z"',
        '@"999999999-12-31" + @"P1D"',
        '@"999999999-12-31" + @"P1M"',
        '@"-999999999-01-01" - @"P1D"',
        'duration("P999999D") * 1E9 * 1E9',
        'duration("P1Y") * 1E30',
        '@"P1D" / 0',
    ],
)
def test_days_that_cannot_be_compared_or_do_not_exist_are_null(text):
    assert feel(text) is None


@pytest.mark.parametrize("text", ['@"2026-02-30"', '@"令和8年4月1日"', '@"P"', '@"PT"', '@"2026-1-1"', "@5"])
def test_a_written_day_that_is_none_is_refused_when_checked(text):
    assert "2026-04-01" in refusal(text).message_ja


def test_a_clock_in_another_zone_gives_the_day_of_japan():
    clock = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    assert compile_expression("today()", ()).evaluate({}, clock=clock) == date(2026, 4, 1)
