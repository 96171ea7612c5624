"""How much waits, for the sidebar of every page: each part says what to count, one statement asks it all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

Wanted = Mapping[str, Select[Any]]  # each answers one number


def ask(session: Session, wanted: Wanted) -> dict[str, int]:
    """The numbers by name, in one statement; what answers nothing is left out."""
    if not wanted:
        return {}
    columns = [one.scalar_subquery().label(f"count_{place}") for place, one in enumerate(wanted.values())]
    row = session.execute(select(*columns)).one()
    return {name: int(number) for name, number in zip(wanted, row, strict=True) if number is not None}
