"""Adding months and years by the calendar (民法143条): a missing day becomes the last day of the month."""

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def add_years(day: date, years: int) -> date:
    return add_months(day, 12 * years)
