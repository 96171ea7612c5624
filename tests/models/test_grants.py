"""On PostgreSQL the portal's role owns nothing, only adds to the audit record, reads no number (M12, T15)."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from alembic import command
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from models import vault
from models.audit import verify
from models.audit.tags import Tag
from models.masters import Holiday
from models.migrations.grants import VaultRoleMissing, grant, sees_vault
from models.migrations.upgrade import config_for, upgrade
from models.vault_functions import FUNCTIONS
from services import audit, numbers_vault, unit_of_work
from services.context import SYSTEM
from services.numbers_vault import NumberPolicy
from tests.fixtures.databases import connect
from tests.fixtures.rights import OWNER, PORTAL, VAULT, by, granted_database

pytestmark = pytest.mark.postgresql
NUMBER = "000000000019"


@pytest.fixture
def url(backend: str, keys: object) -> str:
    """The superuser's address of a database whose rights were granted."""
    del backend, keys
    return granted_database()


@pytest.fixture
def as_owner(url: str) -> Iterator[Connection]:
    with connect(by(url, OWNER), poolclass=NullPool).connect() as connection:
        yield connection


@pytest.fixture
def app_url(url: str) -> str:
    return by(url, PORTAL)


def test_the_portals_role_does_its_deeds(
    app_url: str, monkeypatch: pytest.MonkeyPatch, clock: datetime
) -> None:
    engine = connect(app_url, poolclass=NullPool)
    monkeypatch.setattr(unit_of_work, "_factory", [lambda: Session(engine)])
    with unit_of_work.unit_of_work(SYSTEM, clock) as ctx:
        ctx.session.add(Holiday(day=ctx.today, name="市制記念日"))
        audit.record(ctx, Tag.MASTER_CHANGED, "holiday:1")
    with engine.connect() as connection:
        assert verify.verify(connection) == verify.Verdict(1, 1, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET tag = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_event_append_only ON audit_event",
        "DROP TABLE audit_event",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head (id, last_id, mac, key_id, seal) VALUES (1, 0, '', '', '')",
        "UPDATE alembic_version SET version_num = '0001'",
        "CREATE TABLE anything (id int)",
        "SELECT count(*) FROM individual_number",
        "SELECT sealed FROM individual_number",
        "INSERT INTO individual_number (reference) VALUES ('x')",
        "UPDATE individual_number SET state = 'confirmed'",
        "DELETE FROM individual_number",
        "COPY individual_number TO STDOUT",
        "SELECT nextval('individual_number_id_seq')",
        "ALTER TABLE individual_number OWNER TO portal_app",
        "DROP FUNCTION vault_sealed_of",
        "CREATE FUNCTION public.unnest(text[]) RETURNS SETOF text LANGUAGE sql AS 'SELECT 1::text'",
        "SET ROLE kokuho_vault",
    ],
)
def test_the_portals_role_may_not(app_url: str, statement: str) -> None:
    with (
        connect(app_url, poolclass=NullPool).connect() as connection,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
    ):
        connection.execute(text(statement))


def test_the_portals_role_keeps_and_opens_numbers_by_the_vaults_functions_only(
    app_url: str, monkeypatch: pytest.MonkeyPatch, clock: datetime
) -> None:
    engine = connect(app_url, poolclass=NullPool)
    monkeypatch.setattr(unit_of_work, "_factory", [lambda: Session(engine)])
    numbers_vault.configure(NumberPolicy.DEMONSTRATION)
    with unit_of_work.unit_of_work(SYSTEM, clock) as ctx:
        reference = numbers_vault.receive(ctx, NUMBER)
    with Session(engine) as session:
        undone = vault.put(session, NUMBER, clock, None)
    with Session(engine) as session:
        assert vault.open_number(session, reference) == NUMBER
        assert vault.find(session, undone) is None, "one transaction with the deed"


def test_every_function_pins_its_names_and_is_the_vaults_own(as_owner: Connection) -> None:
    asked = text(
        "SELECT proname, prosecdef, proconfig, proowner::regrole::text AS owner FROM pg_proc"
        " WHERE proname LIKE 'vault\\_%'"
    )
    found = as_owner.execute(asked).all()
    assert {row.proname for row in found} == set(FUNCTIONS)
    assert {(row.prosecdef, tuple(row.proconfig), row.owner) for row in found} == {
        (True, ("search_path=pg_catalog, pg_temp",), VAULT)
    }


def test_nobody_else_may_call_them(as_owner: Connection, app_url: str) -> None:
    for role, may in ((PORTAL, True), ("pg_monitor", False)):
        for name, kinds in FUNCTIONS.items():
            asked = text("SELECT has_function_privilege(:role, :function, 'EXECUTE')")
            told = as_owner.execute(asked, {"role": role, "function": f"{name}({kinds})"}).scalar_one()
            assert told is may, (role, name)
    with connect(app_url, poolclass=NullPool).connect() as connection:
        assert not sees_vault(connection)
    assert sees_vault(as_owner)


def test_a_table_of_the_callers_own_is_not_taken_for_the_vaults(app_url: str) -> None:
    with connect(app_url, poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql("CREATE TEMP TABLE individual_number (reference text, sealed bytea)")
        connection.exec_driver_sql("INSERT INTO individual_number VALUES ('x', 'planted')")
        assert connection.exec_driver_sql("SELECT vault_sealed_of('x')").scalar_one() is None


def test_a_vaults_role_that_is_missing_is_named_with_what_to_do(as_owner: Connection) -> None:
    with pytest.raises(VaultRoleMissing, match=r'PORTAL_VAULT_ROLE: .*CREATE ROLE "no_such_role" NOLOGIN'):
        grant(as_owner, PORTAL, "no_such_role")
    with pytest.raises(VaultRoleMissing, match='GRANT "portal_app" TO "portal_owner"'):
        grant(as_owner, PORTAL, PORTAL)


def test_a_portal_that_belongs_to_the_vaults_role_is_refused(url: str) -> None:
    with connect(url, poolclass=NullPool).connect() as superuser:
        superuser.exec_driver_sql(f"CREATE ROLE portal_both; GRANT {VAULT} TO portal_both")
        with pytest.raises(ValueError, match=r"portal_both.* is a member of kokuho_vault"):
            grant(superuser, "portal_both", VAULT)


def test_going_back_is_possible_for_the_owner(as_owner: Connection) -> None:
    command.downgrade(config_for(as_owner), "0010")
    upgrade(as_owner)
    grant(as_owner, PORTAL, VAULT)
    as_owner.rollback()


def test_an_owner_cannot_be_kept_from_his_own_tables(as_owner: Connection) -> None:
    with pytest.raises(ValueError, match="same role"):
        grant(as_owner, OWNER, VAULT)
