"""The vault of Individual Numbers: sealed to its row, compared blindly, closed without the key (A5)."""

from datetime import datetime

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import vault
from models.crypto import envelope
from models.crypto.keyring import Keyring
from models.vault_table import IndividualNumber

ONE, OTHER = "000920000010", "000920000029"


def row_of(session: Session, reference: str) -> IndividualNumber:
    wanted = IndividualNumber.reference == reference.removeprefix(vault.PREFIX)
    return session.scalars(select(IndividualNumber).where(wanted)).one()


def test_the_digits_are_not_in_the_row(session: Session, clock: datetime) -> None:
    row = row_of(session, vault.put(session, ONE, clock, None))
    assert ONE.encode() not in row.sealed
    assert ONE.encode() not in row.blind_index
    assert ONE not in repr(row)


def test_equal_numbers_are_told_apart_from_others_without_opening_them(
    session: Session, clock: datetime
) -> None:
    first, again = vault.put(session, ONE, clock, None), vault.put(session, ONE, clock, None)
    other = vault.put(session, OTHER, clock, None)
    assert vault.are_same(session, first, again)
    assert not vault.are_same(session, first, other)


def test_no_number_equals_no_number_only(session: Session, clock: datetime) -> None:
    assert vault.are_same(session, None, None)
    assert not vault.are_same(session, vault.put(session, ONE, clock, None), None)


def test_the_same_digits_are_sealed_differently_each_time(session: Session, clock: datetime) -> None:
    first = row_of(session, vault.put(session, ONE, clock, None))
    again = row_of(session, vault.put(session, ONE, clock, None))
    assert first.sealed != again.sealed


def test_a_sealed_number_moved_to_another_row_does_not_open(session: Session, clock: datetime) -> None:
    first = row_of(session, vault.put(session, ONE, clock, None))
    other = row_of(session, vault.put(session, OTHER, clock, None))
    assert envelope.open_one(first.reference, first.sealed, table=vault.TABLE) == ONE.encode()
    with pytest.raises(InvalidTag):
        envelope.open_one(first.reference, other.sealed, table=vault.TABLE)


def test_a_provisional_number_has_no_holder(session: Session, clock: datetime) -> None:
    reference = vault.put(session, ONE, clock, None)
    assert vault.find_confirmed(session, [], [vault.find(session, reference)]).holders == {}


def test_without_keys_nothing_is_kept(
    session: Session, clock: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope, "_loaded", [])
    with pytest.raises(RuntimeError, match="no keyring"):
        vault.put(session, ONE, clock, None)
    assert session.scalars(select(IndividualNumber)).all() == []


@pytest.mark.parametrize("size", [0, 16, 33])
def test_a_key_of_a_wrong_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring({"k": b"x" * size}, "k", b"y" * 32)
