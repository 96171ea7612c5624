"""Numbers that the office gives: each once, never again (A4, C2)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from models.series import take
from rules.eras import era_of
from rules.periods import FiscalYear
from services.city import Settings

ADDRESSEE, HOUSEHOLD, CARD, CERTIFICATE, DOCUMENT = (
    "addressee",
    "household",
    "card",
    "certificate",
    "document",
)


def addressee_numbers(session: Session, count: int) -> list[str]:
    """New address numbers (宛名番号), fifteen digits with leading zeros."""
    first = take(session, ADDRESSEE, count)
    return [f"{first + place:015}" for place in range(count)]


def household_number(session: Session) -> str:
    """A new number of a household (国保世帯番号), ten digits."""
    return f"{take(session, HOUSEHOLD):010}"


def card_number(session: Session, settings: Settings) -> str:
    """A new 被保険者番号 of eight digits; where the series begins is a setting of the city."""
    first = int(settings.text("numbering/first_card_number"))
    return f"{take(session, CARD, first=first):08}"


def certificate_serials(session: Session, count: int, issued_on: date) -> list[str]:
    """Serial numbers of certificates: fiscal year and seven digits, counted for each year by itself."""
    year = FiscalYear.containing(issued_on).year
    first = take(session, f"{CERTIFICATE}:{year}", count)
    return [f"{year}-{first + place:07}" for place in range(count)]


def document_numbers(session: Session, count: int, settings: Settings) -> list[str]:
    """Numbers of letters, 見国保第8-000123号: sign of the section, fiscal year of the era, serial."""
    first = take_document_serials(session, count, settings.day)
    return [document_number(settings, first + place) for place in range(count)]


def take_document_serials(session: Session, count: int, day: date) -> int:
    """Take so many serials of letters of the fiscal year of a day; the first of them."""
    return take(session, f"{DOCUMENT}:{FiscalYear.containing(day).year}", count)


def document_number(settings: Settings, serial: int) -> str:
    """The number of a letter of the fiscal year of the settings' day."""
    year = FiscalYear.containing(settings.day)
    era = era_of(date(year.year, 5, 1))
    sign = settings.text("numbering/document_sign")
    return f"{sign}第{year.year - era.first_year + 1}-{serial:06}号"
