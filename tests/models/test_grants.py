"""On PostgreSQL the portal's role owns nothing and only adds to the audit record (M12, T15)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, NullPool, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from models.audit import verify
from models.audit.tags import Tag
from models.masters import Holiday
from models.migrations.grants import grant
from services import audit, unit_of_work
from services.context import SYSTEM
from tests.fixtures import cluster
from tests.fixtures.databases import connect

pytestmark = pytest.mark.postgresql
ROLE = "portal_app"


@pytest.fixture
def as_owner(fresh_url: str, keys: object) -> Iterator[Connection]:
    """The owner's connection to a database whose rights were granted to the portal's role."""
    del keys
    engine = connect(fresh_url, poolclass=NullPool)
    with cluster.one_at_a_time(ROLE), engine.begin() as connection:
        exists = connection.execute(
            text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE}
        ).first()
        if not exists:
            connection.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
        grant(connection, ROLE)
        grant(connection, ROLE)
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def app_url(as_owner: Connection) -> str:
    return make_url(as_owner.engine.url).set(username=ROLE).render_as_string(hide_password=False)


def test_the_portals_role_does_its_deeds(
    app_url: str, monkeypatch: pytest.MonkeyPatch, clock: object
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
    ],
)
def test_the_portals_role_may_not(app_url: str, statement: str) -> None:
    with (
        connect(app_url, poolclass=NullPool).connect() as connection,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
    ):
        connection.execute(text(statement))


def test_an_owner_cannot_be_kept_from_his_own_tables(as_owner: Connection) -> None:
    with pytest.raises(ValueError, match="same role"):
        grant(as_owner, as_owner.engine.url.username or "")
