"""However large the record is, each way to narrow it is answered from an index (PostgreSQL)."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services import audit_record
from services.audit_record import Asked

pytestmark = pytest.mark.postgresql
ROWS = 40_000
FILL = """
    INSERT INTO audit_event (id, at, actor_id, staff_number, office_id, terminal, tag, subject, case_id,
        purpose, result, detail, key_id, mac)
    SELECT n, timestamptz '2026-01-01' + n * interval '10 minutes', n % 300, (10000 + n % 300)::text, n % 40,
        '192.0.2.' || n % 250, CASE WHEN n % 997 = 0 THEN 'role:changed' ELSE 'person:read' END,
        'person:' || md5((n % 9000)::text), NULL, '',
        CASE WHEN n % 500 = 0 THEN 'refused' ELSE 'done' END, '{}', 'k', '\\x00'
    FROM generate_series(1, :rows) AS n
"""


@pytest.fixture
def large(session: Session) -> Session:
    """A record of months, with its statistics."""
    session.execute(text(FILL), {"rows": ROWS})
    session.execute(text("ANALYZE audit_event"))
    return session


def plan(session: Session, asked: Asked, before: int | None = None) -> str:
    statement = audit_record._statement(asked, asked.subject, before).limit(audit_record.PAGE + 1)
    told = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    return "\n".join(session.scalars(text(f"EXPLAIN {str(told).replace(':', chr(92) + ':')}")))


ASKED = (
    Asked(),
    Asked(staff_number="10007"),
    Asked(terminal="192.0.2.9"),
    Asked(office_id=7),
    Asked(subject="person:" + "a" * 32),
    Asked(result="refused"),
    Asked(tag="role:changed"),
    Asked(from_on=date(2026, 3, 1), until_on=date(2026, 3, 2)),
    Asked(first_id=20_000, last_id=20_020),
    Asked(staff_number="10007", from_on=date(2026, 3, 1), until_on=date(2026, 3, 31)),
)


def test_every_way_to_narrow_it_reads_an_index(large: Session) -> None:
    for asked in ASKED:
        for before in (None, ROWS // 2):
            told = plan(large, asked, before)
            assert "Seq Scan" not in told, told
            assert "Index" in told
