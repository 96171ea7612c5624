"""Who may see where somebody under a protective measure (支援措置) lives: one place decides it (H14).

Hidden are addresses of every kind and period, and the telephone. Letters still reach the safe place: printing
asks the record, not this module.
"""

from __future__ import annotations

from datetime import date

from models.person import PersonRecord
from services.context import Context


def is_protected(record: PersonRecord, day: date) -> bool:
    """Whether a protective measure (支援措置) is in force on a day; without an end it goes on."""
    until = record.protective_measure_until
    return record.protective_measure and (until is None or until >= day)


def hides_places(ctx: Context, record: PersonRecord) -> bool:
    """Whether addresses and telephone of a person are kept from the reader; `record` is today's knowledge.

    Without a release nobody sees them, whatever his role, and on no past day either.
    """
    return is_protected(record, ctx.today)
