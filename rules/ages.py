"""Ages by law: a year of age is complete at the end of the day before the birthday.

Sources: 年齢計算ニ関スル法律 (明治35年法律第50号), 民法143条2項. A person born on 29 February completes a
year at the end of 28 February, in leap years and in others (confirm with the office).
"""

from calendar import isleap
from datetime import date, timedelta

from rules.eras import PartialDate
from rules.periods import next_month_start

_ONE_DAY = timedelta(days=1)


def birthday_on(birth: date, years: int) -> date:
    """Return the first whole day on which the person is `years` old; 1 March for 29 February without one."""
    year = birth.year + years
    if (birth.month, birth.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return birth.replace(year=year)


def reaches_on(birth: date, years: int) -> date:
    """Return the day at whose end the person completes `years`: the day before the birthday."""
    return birthday_on(birth, years) - _ONE_DAY


def age_on(birth: date, day: date) -> int:
    """Return the age as printed on papers: it changes on the birthday. Negative before birth."""
    years = day.year - birth.year
    return years if day >= birthday_on(birth, years) else years - 1


def ages_possible_on(birth: PartialDate, day: date) -> tuple[int, int]:
    """Return the least and the greatest age that a date of birth known in part allows."""
    return age_on(birth.latest, day), age_on(birth.earliest, day)


def share_from(birth: date, years: int = 70) -> date:
    """Return the first day of the share of 70 to 74: the month after the one in which 70 is completed.

    法42条1項3号. Born on the 1st of a month means from that very month (sample household H10).
    """
    return next_month_start(reaches_on(birth, years))


def is_born_on_leap_day(birth: date) -> bool:
    return (birth.month, birth.day) == (2, 29)
