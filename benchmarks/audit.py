"""A million events of the audit record on PostgreSQL: verified (security.md d-09: 120 s at most), reviewed.

The events are those of one month: 200 people of the staff, 20,000 persons. Reviewing them runs every rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session

from benchmarks import cluster
from benchmarks.figures import Figure
from models.audit import chain, verify, writer
from models.audit.chain import Entry, Head, moment_text
from models.crypto import audit_keys
from models.crypto.audit_keys import AuditKeys
from models.migrations.upgrade import upgrade
from services import audit_rules
from services.context import JST

ROWS, AT_ONCE, LIMIT_SECONDS = 1_000_000, 50_000, 120.0
REVIEW_SECONDS = 60.0
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
LIMITS = {
    "night_from_hour": 20,
    "night_until_hour": 7,
    "persons_an_hour": 40,
    "persons_a_day": 150,
    "no_case_persons": 15,
    "slow_persons_a_day": 10,
    "slow_days": 15,
    "slow_weeks": 8,
    "refusals_a_day": 5,
    "refusals_at_a_door": 10,
    "reveals_a_month": 60,
}
DATABASE = "audit_record"
KEY_ID = "bench"
ENTRY = Entry(
    at="2026-11-29 01:00:00.000000",
    actor_id=12,
    staff_number="10012",
    office_id=3,
    terminal="192.0.2.34",
    tag="person:read",
    subject="person:0123456789abcdef0123456789abcdef",
    case_id=123456,
    purpose="",
    result="done",
    detail='{"of":"certificates","tab":"addresses"}',
)
COPY = f"COPY audit_event ({', '.join(writer.COLUMNS)}) FROM STDIN"


def run() -> Iterator[Figure]:
    """Seconds for a million rows; `ratio` is how often they fit into the limit."""
    audit_keys.load(lambda: AuditKeys({KEY_ID: bytes(32)}, KEY_ID, bytes(32)))
    with cluster.server():
        engine = create_engine(cluster.fresh(DATABASE))
        with engine.begin() as connection:
            upgrade(connection)
            _fill(connection)
        with engine.connect() as connection:
            began = perf_counter()
            verdict = verify.verify(connection)
            spent = perf_counter() - began
        reviewed = _review(engine)
        engine.dispose()
        cluster.drop(DATABASE)
    if verdict != verify.Verdict(ROWS, ROWS, None):
        raise RuntimeError(f"the record is not whole: {verdict}")
    yield Figure(
        "audit.review.million", round(reviewed, 1), "s", REVIEW_SECONDS, round(REVIEW_SECONDS / reviewed, 1)
    )
    yield Figure("audit.verify.million", round(spent, 1), "s", LIMIT_SECONDS, round(LIMIT_SECONDS / spent, 1))


def _review(engine: Engine) -> float:
    """Seconds for all rules over the month, as the worker runs them."""
    start, end = datetime(2026, 11, 1, tzinfo=JST), datetime(2026, 12, 1, tzinfo=JST)
    closed = [date(2026, 11, day) for day in (1, 3, 7, 8, 14, 15, 21, 22, 23, 28, 29)]
    with Session(engine) as session:
        span = audit_rules.span_of(session, start, end, start - timedelta(weeks=4), closed, LIMITS)
        began = perf_counter()
        for rule in audit_rules.RULES.values():
            session.execute(rule.statement(span)).all()
        return perf_counter() - began


def _events(first: int) -> list[Entry]:
    """Events of a month by day, spread over people of the staff and persons."""
    told = []
    for number in range(first, first + AT_ONCE):
        at = BEGIN + timedelta(seconds=number * 2.3)
        staff = number % 200
        subject = f"person:{number * 7919 % 20_000:032x}"
        told.append(
            replace(
                ENTRY, at=moment_text(at), actor_id=staff, staff_number=str(10_000 + staff), subject=subject
            )
        )
    return told


def _fill(connection: Connection) -> None:
    head = Head(0, chain.GENESIS, "", b"")
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    for part in range(ROWS // AT_ONCE):
        entries = _events(part * AT_ONCE)
        linked, head = chain.link(head, entries, KEY_ID, bytes(32))
        with driver.cursor() as cursor, cursor.copy(COPY) as copy:
            for entry, (row_id, mac) in zip(entries, linked, strict=True):
                _, at, *content = chain.content_of(entry, row_id, KEY_ID)
                copy.write_row((row_id, f"{at}+00", *content, mac))
    connection.exec_driver_sql(
        "UPDATE audit_head SET last_id = %(last_id)s, mac = %(mac)s, key_id = %(key_id)s, seal = %(seal)s",
        vars(head),
    )
