"""The vault of numbers on PostgreSQL: by functions of its owner only (M12; docs/security/vault.md).

The functions (migrations 0011, 0013) run with the rights of their owner, in the connection and transaction
of the deed; the portal's role has no right on the table itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, func, select, text
from sqlalchemy.orm import Session

from models.audit.listener import note_change
from models.vault_table import AT_ONCE, Number, SealedNumber

LOCK_OF_ALL = -1
FUNCTIONS = {
    "vault_add": "text[], bytea[], bytea[], integer[], text, text, timestamptz, integer",
    "vault_find": "text[]",
    "vault_find_confirmed": "integer[], bytea[]",
    "vault_find_former": "bytea[]",
    "vault_move": "integer, integer, text[]",
    "vault_sealed_of": "text",
    "vault_confirm": "text[], integer[], integer, timestamptz",
    "vault_end": "text[], text, timestamptz, boolean",
    "vault_unlink": "integer, timestamptz",
    "vault_list_provisional": "timestamptz",
    "vault_list_keyless": "integer",
    "vault_note_destroyed": "text[]",
    "vault_known": "text[]",
}
"""Each function and the types of what it takes; `models/migrations/grants.py` says who may call them."""


class Functions:
    """The door of the vault on PostgreSQL; what each method means stands at `models.vault_table.Door`."""

    def __init__(self, session: Session) -> None:
        """Work in the running transaction of a session."""
        self._session = session

    def add(
        self, numbers: Sequence[SealedNumber], key_id: str, state: str, at: datetime, by_id: int | None
    ) -> None:
        """See `Door.add`; many go in part by part."""
        note_change(self._session)
        for place in range(0, len(numbers), AT_ONCE):
            part = numbers[place : place + AT_ONCE]
            self._call(
                "vault_add",
                [one.reference for one in part],
                [one.sealed for one in part],
                [one.blind_index for one in part],
                [one.person_id for one in part],
                *(key_id, state, at, by_id),
            )

    def find(self, references: Collection[str]) -> list[Number]:
        """See `Door.find`."""
        return _numbers(self._call("vault_find", list(references)))

    def find_confirmed(self, person_ids: Collection[int], indexes: Collection[bytes]) -> list[Number]:
        """See `Door.find_confirmed`."""
        return _numbers(self._call("vault_find_confirmed", list(person_ids), list(indexes)))

    def lock(self, keys: Sequence[int], *, all_others: bool) -> None:
        """See `Door.lock`: a shared lock of all and one for each key, or that of all alone.

        Locks need memory of the server, so a large deed locks all others out instead.
        """
        if all_others:
            self._session.execute(select(func.pg_advisory_xact_lock(LOCK_OF_ALL)))
            return
        each = func.unnest(list(keys), type_=BigInteger).column_valued("key")
        shared = func.pg_advisory_xact_lock_shared(LOCK_OF_ALL)
        self._session.execute(select(shared, func.pg_advisory_xact_lock(each)))

    def find_former(self, indexes: Collection[bytes]) -> list[Number]:
        """See `Door.find_former`."""
        return _numbers(self._call("vault_find_former", list(indexes)))

    def move(self, of_person: int, to_person: int, only: Collection[str] | None) -> list[str]:
        """See `Door.move`."""
        chosen = None if only is None else list(only)
        found = [one for (one,) in self._call("vault_move", of_person, to_person, chosen)]
        if found:
            note_change(self._session)
        return found

    def sealed_of(self, reference: str) -> bytes | None:
        """See `Door.sealed_of`."""
        [(found,)] = self._call("vault_sealed_of", reference)
        return bytes(found) if found else None

    def confirm(self, persons: Mapping[str, int], notification_id: int | None, at: datetime) -> int:
        """See `Door.confirm`."""
        return self._change("vault_confirm", list(persons), list(persons.values()), notification_id, at)

    def end(self, references: Collection[str], state: str, at: datetime, *, forget: bool) -> int:
        """See `Door.end`."""
        return self._change("vault_end", list(references), state, at, forget)

    def unlink(self, notification_id: int, at: datetime) -> list[int]:
        """See `Door.unlink`."""
        found = [int(person_id) for (person_id,) in self._call("vault_unlink", notification_id, at)]
        if found:
            note_change(self._session)
        return found

    def list_provisional(self, before: datetime) -> list[str]:
        """See `Door.list_provisional`."""
        return [reference for (reference,) in self._call("vault_list_provisional", before)]

    def list_keyless(self, at_once: int) -> list[str]:
        """See `Door.list_keyless`."""
        return [reference for (reference,) in self._call("vault_list_keyless", at_once)]

    def note_destroyed(self, references: Collection[str]) -> None:
        """See `Door.note_destroyed`."""
        self._change("vault_note_destroyed", list(references))

    def known(self, references: Collection[str]) -> set[str]:
        """See `Door.known`."""
        return {reference for (reference,) in self._call("vault_known", list(references))}

    def _change(self, name: str, *values: Any) -> int:
        [(count,)] = self._call(name, *values)
        if count:
            note_change(self._session)
        return int(count)

    def _call(self, name: str, *values: Any) -> Sequence[Any]:
        kinds = FUNCTIONS[name].split(", ")
        taken = ", ".join(f"CAST(:v{place} AS {kind})" for place, kind in enumerate(kinds))
        given = {f"v{place}": value for place, value in enumerate(values)}
        return self._session.execute(text(f"SELECT * FROM {name}({taken})"), given).all()  # noqa: S608 - names of ours


def _numbers(rows: Sequence[Any]) -> list[Number]:
    return [Number(*row) for row in rows]  # in the order of the function's columns
