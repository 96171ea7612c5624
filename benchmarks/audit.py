"""Verifying a million events of the audit record on PostgreSQL (security.md d-09: 120 s at most)."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from sqlalchemy import Connection, create_engine

from benchmarks import cluster
from benchmarks.figures import Figure
from models.audit import chain, verify, writer
from models.audit.chain import Entry, Head
from models.crypto import audit_keys
from models.crypto.audit_keys import AuditKeys
from models.migrations.upgrade import upgrade

ROWS, AT_ONCE, LIMIT_SECONDS = 1_000_000, 50_000, 120.0
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
        engine.dispose()
        cluster.drop(DATABASE)
    if verdict != verify.Verdict(ROWS, ROWS, None):
        raise RuntimeError(f"the record is not whole: {verdict}")
    yield Figure("audit.verify.million", round(spent, 1), "s", LIMIT_SECONDS, round(LIMIT_SECONDS / spent, 1))


def _fill(connection: Connection) -> None:
    head = Head(0, chain.GENESIS, "", b"")
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    for _ in range(ROWS // AT_ONCE):
        linked, head = chain.link(head, [ENTRY] * AT_ONCE, KEY_ID, bytes(32))
        with driver.cursor() as cursor, cursor.copy(COPY) as copy:
            for row_id, mac in linked:
                _, at, *content = chain.content_of(ENTRY, row_id, KEY_ID)
                copy.write_row((row_id, f"{at}+00", *content, mac))
    connection.exec_driver_sql(
        "UPDATE audit_head SET last_id = %(last_id)s, mac = %(mac)s, key_id = %(key_id)s, seal = %(seal)s",
        vars(head),
    )
