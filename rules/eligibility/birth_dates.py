"""Ages of persons whose date of birth is known only in part (sample household H21)."""

from datetime import date
from typing import Final

from rules.eras import PartialDate
from rules.law import LawAt, ParameterFileWrong

UNKNOWN_BIRTH: Final = "municipal/eligibility/unknown_birth_counts_as"


def birth_for_ages(birth: PartialDate, law: LawAt) -> date:
    """Return the day from which ages are counted: the date itself, or what the city's setting puts for it."""
    known = birth.as_date()
    if known is not None:
        return known
    match law.text(UNKNOWN_BIRTH):
        case "first_day":
            return birth.earliest
        case "middle":
            return date(birth.year, birth.month or 7, 1)
        case "last_day":
            return birth.latest
        case other:
            raise ParameterFileWrong(f"{UNKNOWN_BIRTH}: {other}")
