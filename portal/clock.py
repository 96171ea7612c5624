"""The one place that reads the clock; everything below gets the time handed in (architecture, section 8)."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.context import JST


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the clock is read here and nowhere else


def today() -> date:
    """The day in Japan."""
    return now().astimezone(JST).date()
