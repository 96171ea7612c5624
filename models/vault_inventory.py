"""Which sealed numbers need their data key and which have ended: for copies of the key store (T16, T18)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from models import vault
from models.crypto import envelope
from models.vault_table import IndividualNumber


@dataclass(frozen=True)
class Inventory:
    """References by what their data key is needed for."""

    needed: frozenset[str]
    ended: frozenset[str]


def take(connection: Connection) -> Inventory:
    """Look at every row of the vault; no number is opened."""
    has_digits = func.length(IndividualNumber.sealed) > 0
    columns = (IndividualNumber.reference, IndividualNumber.key_id, has_digits)
    needed, ended = set(), set()
    for reference, key_id, sealed in connection.execute(select(*columns)):
        if not sealed:
            ended.add(reference)
        elif key_id == envelope.OWN_KEY:
            needed.add(reference)
    return Inventory(frozenset(needed), frozenset(ended))


def find_opened(session: Session, references: Iterable[str]) -> frozenset[str]:
    """Which of these numbers open; the digits go nowhere."""
    return frozenset(one for one in references if vault.open_number(session, vault.PREFIX + one) is not None)
