"""Built-in functions of the house: working days, holidays, eras, fiscal years (rules/periods, rules/eras).

They know the days that `datetime` knows; another is null. Closed days beyond weekends, national holidays and
the turn of the year come from the office's calendar, which the run asks for when it is needed.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import jpholiday

from rules.eras import DateNotUnderstood, era_of, format_long, format_short, parse_date
from rules.periods import FiscalYear, add_working_days, is_closed_day, month_end
from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.temporal import Day, Moment, from_python
from workflows.engine.feel.values import Value

_MOST_WORKING_DAYS: Final = 2_000
_STEPS_A_DAY: Final = 25  # to know a holiday takes as long as so many steps of the language
_ONE_DAY: Final = timedelta(days=1)
_NONE: Final[frozenset[date]] = frozenset()


def _plain(value: Day | Moment) -> date:
    """The day as `datetime` has it. Raises ValueError for a year that it does not know."""
    day = value.day if isinstance(value, Moment) else value
    return date(day.year, day.month, day.day)


def _of_day(answer: Callable[..., Value]) -> Callable[..., Value]:
    """A function whose first argument is a day; a day that it cannot take is null with a notice."""

    def function(call: Invocation, day: Day | Moment, *more: Value) -> Value:
        try:
            return answer(call, _plain(day), *more)
        except (ValueError, OverflowError):
            call.warn("扱える日ではないので、")
            return None

    return function


def _closed(call: Invocation, first: date, last: date) -> frozenset[date]:
    """The office's own closed days between two days."""
    asked = call.run.closed_days
    return _NONE if asked is None else asked(first, last)


def _reach(count: int) -> timedelta:
    """Far enough for so many working days: at least two of five days are open, whatever the holidays."""
    return timedelta(days=count * 5 // 2 + 40)


def _working_days(call: Invocation, count: Decimal) -> int | None:
    if count != count.to_integral_value() or abs(count) > _MOST_WORKING_DAYS:
        call.warn(f"日数は{_MOST_WORKING_DAYS}日までの整数なので、")
        return None
    call.charge(abs(int(count)) * 2 * _STEPS_A_DAY + 1)
    return int(count)


def _add(call: Invocation, day: date, count: Decimal) -> Value:
    days = _working_days(call, count)
    if days is None:
        return None
    if days < 0:
        return _subtract(call, day, -count)
    return from_python(add_working_days(day, days, _closed(call, day, day + _reach(days))))


def _subtract(call: Invocation, day: date, count: Decimal) -> Value:
    days = _working_days(call, count)
    if days is None:
        return None
    if days < 0:
        return _add(call, day, -count)
    closed = _closed(call, day - _reach(days), day)
    while days:
        day -= _ONE_DAY
        days -= not is_closed_day(day, closed)
    return from_python(day)


def _between(call: Invocation, first: date, last: Day | Moment) -> Value:
    """Working days after the first day up to the last; negative when the last is the earlier one."""
    end = _plain(last)
    if end < first:
        return -Decimal(_counted(call, end, first))
    return Decimal(_counted(call, first, end))


def _counted(call: Invocation, first: date, last: date) -> int:
    days = (last - first).days
    call.charge(days * _STEPS_A_DAY)
    closed = _closed(call, first, last)
    return sum(not is_closed_day(first + timedelta(days=n), closed) for n in range(1, days + 1))


def _is_working_day(call: Invocation, day: date) -> Value:
    return not is_closed_day(day, _closed(call, day, day))


def _next_working_day(call: Invocation, day: date) -> Value:
    closed = _closed(call, day, day + _reach(1))
    while is_closed_day(day, closed):
        call.charge(_STEPS_A_DAY)
        day += _ONE_DAY
    return from_python(day)


def _is_holiday(_call: Invocation, day: date) -> Value:
    return bool(jpholiday.is_holiday(day))


def _holiday_name(_call: Invocation, day: date) -> Value:
    name = jpholiday.is_holiday_name(day)
    return str(name) if name else None


def _date_from_era(call: Invocation, text: str) -> Value:
    try:
        return from_python(parse_date(text))
    except DateNotUnderstood:
        call.warn("「令和8年4月1日」や「R8.4.1」の形の日付ではないので、")
        return None


def _era_year(_call: Invocation, day: date) -> Value:
    return Decimal(day.year - era_of(day).first_year + 1)


def _fiscal_year_day(last: bool) -> Callable[[Invocation, Decimal], Value]:
    def answer(call: Invocation, year: Decimal) -> Value:
        if year != year.to_integral_value() or not 1 <= year <= 9998:
            call.warn("年度は西暦の整数なので、")
            return None
        whole = FiscalYear(int(year))
        return from_python(whole.last_on if last else whole.first_on)

    return answer


OFFICE = table(
    ("add working days(date: day, days: number)", _of_day(_add)),
    ("subtract working days(date: day, days: number)", _of_day(_subtract)),
    ("working days between(from: day, to: day)", _of_day(_between)),
    ("is working day(date: day)", _of_day(_is_working_day)),
    ("next working day(date: day)", _of_day(_next_working_day)),
    ("is holiday(date: day)", _of_day(_is_holiday)),
    ("holiday name(date: day)", _of_day(_holiday_name)),
    ("era(date: day)", _of_day(lambda _call, day: era_of(day).name)),
    ("era year(date: day)", _of_day(_era_year)),
    ("era date(date: day)", _of_day(lambda _call, day: format_long(day))),
    ("era date short(date: day)", _of_day(lambda _call, day: format_short(day))),
    ("date from era(from: string)", _date_from_era),
    ("fiscal year(date: day)", _of_day(lambda _call, day: Decimal(FiscalYear.containing(day).year))),
    ("fiscal year label(date: day)", _of_day(lambda _call, day: FiscalYear.containing(day).label_ja)),
    ("fiscal year start(year: number)", _fiscal_year_day(last=False)),
    ("fiscal year end(year: number)", _fiscal_year_day(last=True)),
    ("end of month(date: day)", _of_day(lambda _call, day: from_python(month_end(day)))),
)
