"""A day as the senders write it, western or by era, as an ISO text (J5)."""

from __future__ import annotations

import re
from functools import lru_cache

from rules.eras import DateNotUnderstood, parse_date

_ERA_CODE = {"1": "M", "2": "T", "3": "S", "4": "H", "5": "R"}


MOST_CHARACTERS = 30  # no spelling of a day comes near it


def read_day(value: str) -> str | None:
    """20261123, 2026-11-23, R8.11.23 or 5081123 as an ISO text; None where it is no day.

    What is no day is not kept in memory: it may be anything that slipped into the field.
    """
    if len(value) > MOST_CHARACTERS:
        return None
    try:
        return _day(value)
    except DateNotUnderstood:
        return None


@lru_cache(maxsize=65_536)  # the days of more than a life, each as one sender writes it
def _day(value: str) -> str:
    if re.fullmatch(r"[1-5]\d{6}", value, re.ASCII):
        value = _ERA_CODE[value[0]] + value[1:]
    return parse_date(value).isoformat()
