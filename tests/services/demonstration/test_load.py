"""Loading the demonstration on both databases: all there, found by services, secrets only in the vault."""

import re
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Row, func, inspect, select, text
from sqlalchemy.orm import Session

from models import bulk
from models.certificate import Certificate
from models.crypto import envelope
from models.household import CardNumber, Household, get_head, list_members
from models.person import AddressRecord, Person, PersonRecord, SearchKey, get_current
from models.vault import find_confirmed_of
from models.vault_table import IndividualNumber
from printing.certificates.card import Card
from rules.kana import address_search_key
from services import city, numbering, persons
from services.context import SYSTEM, Context
from services.demonstration import load
from services.demonstration.city import Size
from services.demonstration.load import RegisterNotEmpty
from services.demonstration.register import COLUMNS
from services.papers import from_plain, to_plain
from tests.factories.audit import told
from tests.fixtures.databases import UnitOfWork

TINY = Size(60, 280)
FIRST_DEMO_NUMBER = "000000000019"  # computed by hand from the formula (sample-people, 2.5)


def quietly(_line: str) -> None:
    """Say nothing."""


@pytest.fixture
def loaded(ctx: Context) -> load.Loaded:
    return load.load(ctx, TINY, quietly)


def home_of(session: Session, number: str) -> int:
    return session.scalars(select(CardNumber.household_id).where(CardNumber.number == number)).one()


@pytest.mark.usefixtures("loaded")
def test_the_first_edge_case_has_the_first_number(session: Session) -> None:
    home = home_of(session, "90000001")
    head = get_head(session, home, date(2026, 11, 23))
    assert head is not None
    assert get_current(session, head.person_id).name == "擬制\u3000健一"
    assert len(list_members(session, home, date(2026, 11, 23))) == 3


def test_every_row_that_was_counted_is_there(session: Session, loaded: load.Loaded) -> None:
    assert session.scalar(select(func.count()).select_from(Person)) == loaded.persons
    assert session.scalar(select(func.count()).select_from(Household)) == loaded.households
    for name in COLUMNS:
        assert session.scalar(select(func.count()).select_from(bulk.table(name))) == loaded.rows[name]


@pytest.mark.usefixtures("loaded")
def test_the_loading_is_recorded_without_names(session: Session) -> None:
    [event] = [found for found in told(session) if found.subject == "register:demonstration"]
    assert set(event.detail) == {"deed", "rows"}


@pytest.mark.usefixtures("loaded")
def test_what_was_believed_before_is_still_there(session: Session) -> None:
    couple = home_of(session, "90000025")
    dead = next(m.person_id for m in list_members(session, couple) if m.relationship_code == "世帯主")
    before = datetime.fromisoformat("2026-08-01T00:00:00+00:00")
    assert get_current(session, dead, before).died_on is None
    assert get_current(session, dead).died_on == date(2026, 8, 15)


def test_the_next_numbers_given_were_never_used(ctx: Context, loaded: load.Loaded) -> None:
    assert numbering.addressee_numbers(ctx.session, 1) == [f"{loaded.persons + 1:015}"]
    assert numbering.household_number(ctx.session) == f"{loaded.households + 1:010}"
    card = numbering.card_number(ctx.session, city.settings_on(ctx.session, ctx.today))
    assert ctx.session.scalars(select(CardNumber).where(CardNumber.number == card)).all() == []
    serial = numbering.certificate_serials(ctx.session, 1, ctx.today)[0]
    assert ctx.session.scalars(select(Certificate).where(Certificate.serial == serial)).all() == []


@pytest.mark.usefixtures("loaded")
def test_somebody_can_be_taken_in_afterwards(ctx: Context) -> None:
    person = persons.create(ctx, persons.PersonFacts("見本\u3000新", "2000-01-01", "1"), None)
    assert person.id > 1


@pytest.mark.usefixtures("loaded")
def test_the_search_keys_are_those_that_a_change_of_name_would_make(session: Session) -> None:
    for record in session.scalars(select(PersonRecord).where(PersonRecord.superseded_at.is_(None))).all():
        kept = {
            (row.kind, row.key)
            for row in session.scalars(select(SearchKey).where(SearchKey.person_id == record.person_id))
        }
        made = persons._search_keys(record.person_id, persons.facts_of(record))
        assert kept == {(row.kind, row.key) for row in made}


@pytest.mark.usefixtures("loaded")
def test_addresses_are_found_as_services_would_write_them(session: Session) -> None:
    for row in session.scalars(select(AddressRecord)).all():
        assert row.address_search == address_search_key(row.address + (row.building or ""))


@pytest.mark.usefixtures("loaded")
def test_every_certificate_can_be_printed_again_from_what_is_stored(session: Session) -> None:
    for certificate in session.scalars(select(Certificate)).all():
        card = from_plain(Card, certificate.contents)
        assert to_plain(card) == certificate.contents
        assert card.serial == certificate.serial
        assert card.expires_on == certificate.expires_on


@pytest.mark.usefixtures("loaded")
def test_individual_numbers_are_in_the_vault_sealed_and_in_no_table_in_clear(session: Session) -> None:
    digits = {opened(row) for row in session.scalars(select(IndividualNumber))}
    assert FIRST_DEMO_NUMBER in digits
    for name in inspect(session.connection()).get_table_names():
        for row in session.execute(text(f'SELECT * FROM "{name}"')):  # noqa: S608 - names of our own tables
            assert not digits & set(re.findall(r"(?<!\d)\d{12}(?!\d)", clear(row)))


def opened(row: IndividualNumber) -> str:
    return envelope.open_one(row.reference, row.sealed, table="individual_number").decode()


def clear(row: Row[Any]) -> str:
    """All that somebody who reads the tables would see, bytes as the letters they may hold."""
    return " ".join(v.decode("latin-1") if isinstance(v, bytes) else repr(v) for v in row)


@pytest.mark.usefixtures("loaded")
def test_sealed_numbers_belong_to_people_and_are_all_different(session: Session) -> None:
    rows = session.scalars(select(IndividualNumber)).all()
    assert len({row.blind_index for row in rows}) == len(rows)
    assert {row.state for row in rows} == {"confirmed"}
    blank = next(
        m.person_id
        for m in list_members(session, home_of(session, "90000038"))
        if m.relationship_code == "妻"
    )
    assert find_confirmed_of(session, blank) is None


@pytest.mark.usefixtures("loaded")
def test_a_second_loading_is_refused(ctx: Context) -> None:
    with pytest.raises(RegisterNotEmpty):
        load.load(ctx, TINY, quietly)


def test_a_loading_that_fails_leaves_nothing(session: Session, uow: UnitOfWork, clock: datetime) -> None:
    def load_and_stumble() -> None:
        with uow(SYSTEM, clock) as ctx:
            load.load(ctx, TINY, quietly)
            raise RuntimeError("stumbled")

    with pytest.raises(RuntimeError, match="stumbled"):
        load_and_stumble()
    assert session.scalars(select(Person)).all() == []


@pytest.mark.postgresql
@pytest.mark.usefixtures("session")
def test_indexes_and_foreign_keys_are_as_before(ctx: Context) -> None:
    def structure() -> tuple[object, object]:
        connection = ctx.session.connection()
        indexes = connection.execute(text("SELECT indexdef FROM pg_indexes ORDER BY indexdef")).all()
        keys = text("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY conname, conrelid")
        return indexes, connection.execute(keys).all()

    before = structure()
    load.load(ctx, TINY, quietly)
    assert structure() == before


@pytest.mark.postgresql
@pytest.mark.usefixtures("session")
def test_the_planner_is_told_of_the_rows_before_the_commit(ctx: Context) -> None:
    loaded = load.load(ctx, TINY, quietly)
    planned = text("SELECT relname, reltuples FROM pg_class WHERE relname = ANY(:names)")
    known = dict(map(tuple, ctx.session.execute(planned, {"names": list(COLUMNS)})))
    assert known == {name: loaded.rows[name] for name in COLUMNS}
