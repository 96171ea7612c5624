"""What can be said of the database as it stands: that it keeps what it was told, and who may change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from models.audit import writer
from models.audit.event import AuditHead
from models.document import StoredBlob
from models.staff import User
from models.vault_table import TABLE as VAULT
from portal import clock
from portal.extensions import db
from portal.security import keys
from portal.self_check.findings import Finding, finding
from services.demonstration.staff import ACCOUNTS

if TYPE_CHECKING:
    from sqlalchemy import Connection

DURABLE = {"fsync": {"on"}, "full_page_writes": {"on"}, "data_checksums": {"on"}}
SYNCHRONOUS = {"on", "local", "remote_write", "remote_apply"}
MOST_SKEW = timedelta(seconds=60)
_ADDED_TO_ONLY = (("audit_event", "UPDATE"), ("audit_event", "DELETE"), ("audit_event", "TRUNCATE"))
_HEAD_ONLY_MOVES = (("audit_head", "INSERT"), ("audit_head", "DELETE"), ("audit_head", "TRUNCATE"))

# What stands in the server's log is read by others than the record, and holds tokens of its chain (ADR 0011).
_LOGS_NO_VALUES = """
    SELECT current_setting('log_parameter_max_length_on_error') = '0' AND (
        current_setting('log_parameter_max_length') = '0' OR (
            current_setting('log_statement') IN ('none', 'ddl')
            AND current_setting('log_min_duration_statement') = '-1'
            AND current_setting('log_min_duration_sample') = '-1'
            AND current_setting('log_transaction_sample_rate') = '0'))
"""
_VAULT_APART = tuple((VAULT, right) for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"))


def of_database() -> list[Finding]:
    """Every finding; one only where the database does not answer or was never set up."""
    answers, ready = "the database answers", "the tables are there"
    try:
        with db.engine.connect() as connection:
            if not inspect(connection).has_table(AuditHead.__tablename__):
                remedy = "there are no tables yet; run `flask --app wsgi setup`"
                return [finding("DATABASE_URL", ready, remedy, holds=False, missing=True)]
            return [
                finding("DATABASE_URL", answers, "", holds=True),
                *(_of_postgresql(connection) if connection.dialect.name == "postgresql" else ()),
                *_of_rows(connection),
            ]
    except SQLAlchemyError as error:
        remedy = f"it does not answer ({type(error).__name__}); start it, or mend the address"
        return [finding("DATABASE_URL", answers, remedy, holds=False, missing=True)]


def is_away(findings: list[Finding]) -> bool:
    """Whether the database could not be asked: no setting is unsafe for it, and it may come back."""
    return any(one.remedy.startswith("it does not answer") for one in findings)


def _of_postgresql(connection: Connection) -> Iterator[Finding]:
    for name, good in (*DURABLE.items(), ("synchronous_commit", SYNCHRONOUS)):
        value = str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())
        yield finding(
            f"postgresql.conf: {name}",
            "what was committed survives a power cut",
            f"is {value}; must be {' or '.join(sorted(good))}",
            holds=value in good,
        )
    yield finding(
        "postgresql.conf: log_parameter_max_length",
        "the server's log keeps no values of statements",
        "statements are logged with what people entered; set log_parameter_max_length = 0 and "
        "log_parameter_max_length_on_error = 0",
        holds=bool(connection.exec_driver_sql(_LOGS_NO_VALUES).scalar_one()),
    )
    yield finding(
        "DATABASE_URL",
        "the way to the database is not readable",
        "the database is another machine and TLS is off; add sslmode=verify-full",
        holds=_is_private(connection),
    )
    yield finding(
        "MIGRATION_URL",
        "the portal's role can only add to the audit record",
        _remedy(added := _rights(connection, (*_ADDED_TO_ONLY, *_HEAD_ONLY_MOVES))),
        holds=not added,
    )
    yield finding(
        "PORTAL_VAULT_ROLE",
        "the portal's role reaches no Individual Number but by the functions of the vault",
        _remedy(reached := _rights(connection, _VAULT_APART)),
        holds=not reached,
    )


def _is_private(connection: Connection) -> bool:
    """By a socket or loopback, or encrypted."""
    statement = """
        SELECT inet_server_addr() IS NULL
            OR inet_server_addr() <<= inet '127.0.0.0/8' OR inet_server_addr() = inet '::1'
            OR coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
    """
    return bool(connection.execute(text(statement)).scalar_one())


def _rights(connection: Connection, wanted: Iterable[tuple[str, str]]) -> list[str]:
    """Which of these rights the portal's role has; a table's owner and a superuser have all."""
    may = text("SELECT has_table_privilege(current_user, :table, :right)")
    return [
        f"{right} on {table}"
        for table, right in wanted
        if connection.execute(may, {"table": table, "right": right}).scalar_one()
    ]


def _remedy(too_much: list[str]) -> str:
    return f"it may {', '.join(too_much)}; run `flask --app wsgi setup` with the owner's MIGRATION_URL"


def _of_rows(connection: Connection) -> Iterator[Finding]:
    try:
        writer.check_head(connection)
        why = ""
    except (LookupError, RuntimeError) as error:
        why = type(error).__name__
    yield finding(
        "PORTAL_AUDIT_KEY_FILE",
        "the audit record can be added to",
        f"{why}: these are not the keys with which it was written",
        holds=not why,
    )
    unknown = keys.missing(connection.execute(select(StoredBlob.key_id).distinct()).scalars())
    yield finding(
        "PORTAL_MASTER_KEY_FILE",
        "every key with which something is sealed is here",
        f"no key {', '.join(unknown)} in the keyring; put the old keyring back",
        holds=not unknown,
    )
    names = [account.username for account in ACCOUNTS]
    statement = select(User.username).where(
        User.username.in_(names), User.email.like("%@example.invalid"), User.active.is_(True)
    )
    shown = sorted(connection.execute(statement).scalars())
    yield finding(
        "demonstration accounts",
        "no account of the demonstration is open",
        f"{', '.join(shown)}: this database holds the demonstration; begin with an empty one",
        holds=not shown,
    )
    if connection.dialect.name == "postgresql":
        there = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        skew = abs(there - clock.now())
        yield finding(
            "clock",
            "this machine and the database agree on the time",
            f"they differ by {skew.total_seconds():.0f} seconds; synchronise both",
            holds=skew <= MOST_SKEW,
        )
