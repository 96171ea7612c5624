"""Persons outside the resident register: each registration or update goes to the address system (J1).

What is asked for stands in the transaction of the deed that registers; the worker sends afterwards, under the
gate, once for a person and deed. A refusal is on record and leaves the registration as it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from services import jobs
from services.context import Context

KIND, OUTSIDE = "transfer_event", "3"


def ask(ctx: Context, person_id: int) -> None:
    """Ask for the transfer of a person whom this deed registered or changed; the second wish is the first."""
    key = f"{KIND}:{person_id}:{ctx.at.isoformat()}"
    jobs.ask(ctx, KIND, key, {"person_id": person_id, "asked_on": ctx.today.isoformat()})


def ask_where(ctx: Context, kinds: Iterable[tuple[int, str]]) -> None:
    """Ask for each of these persons, told with the kind of his registration, who stands outside of it."""
    for person_id, kind in kinds:
        if kind == OUTSIDE:
            ask(ctx, person_id)
