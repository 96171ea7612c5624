"""Files that come in from other sections (J5): what was told of them, what was found, what became of them.

The bytes lie in sealed parts (`models/blobs.py`), cut at line ends. Rows that passed the checks wait in
`incoming_row` until the file is applied or refused; what cannot be applied by itself becomes a difference.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

RECEIVED, QUARANTINED, READY, APPLYING, APPLIED, REFUSED = (
    *("received", "quarantined", "ready"),
    *("applying", "applied", "refused"),
)
STATES = {
    RECEIVED: ("検査中", "Being checked", "waiting"),
    QUARANTINED: ("隔離", "Quarantined", "overdue"),
    READY: ("確認待ち", "To be decided", "waiting"),
    APPLYING: ("反映中", "Being applied", "waiting"),
    APPLIED: ("反映済", "Applied", "done"),
    REFUSED: ("不採用", "Refused", "stopped"),
}
OPEN_STATES = (RECEIVED, READY, APPLYING)
HOLDING = (RECEIVED, READY, APPLYING, APPLIED)  # these hold their sequence number
VALUES = 24
_HOLDING = sql("state IN ('received', 'ready', 'applying', 'applied')")


class IncomingFile(Base):
    """One file. `told_rows` and `told_sha256` are the sender's; `rows` and `sha256` what came.

    `counts` is by outcome: first what would change, at the end what did. `erase_on` is set at its end.
    """

    __tablename__ = "incoming_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    told_rows: Mapped[int]
    told_sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12))
    errors: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_words: Mapped[str] = mapped_column(String(400), default="")
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("workflow_case.id"))
    erase_on: Mapped[date | None]
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_incoming_file_state", "state", "source", "id"),
        Index(
            "ix_incoming_file_sequence",
            "source",
            "sequence",
            unique=True,
            sqlite_where=_HOLDING,
            postgresql_where=_HOLDING,
        ),
    )


class IncomingPart(Base):
    """A sealed piece of a file: which lines begin it, and under which hash its bytes lie."""

    __tablename__ = "incoming_part"
    file_id: Mapped[int] = mapped_column(ForeignKey("incoming_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    first_line: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)


class IncomingError(Base):
    """What is wrong with a file: line and column (0: the file itself), the field, why. No value is kept."""

    __tablename__ = "incoming_error"
    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("incoming_file.id"))
    line: Mapped[int]
    place: Mapped[int]  # the column, from 1; in a fixed layout the first byte of the field
    field: Mapped[str] = mapped_column(String(40), default="")
    code: Mapped[str] = mapped_column(String(30))
    told: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    __table_args__ = (Index("ix_incoming_error_file", "file_id", "line", "id"),)


class IncomingRow(Base):
    """A line that passed the checks, until its file is decided; `v01` … are its fields in their order.

    No foreign key: it would ask for the file once a row, and these rows end with it (`services/incoming`).
    No key on the table either, which would cost as much again as the row: a step puts the lines of a part
    down once, holding the file, or not at all. They lie in the order of the file, so PostgreSQL keeps only
    from where to where the lines of some pages go (BRIN).
    """

    __tablename__ = "incoming_row"
    file_id: Mapped[int] = mapped_column()
    line: Mapped[int] = mapped_column()
    __table_args__ = (
        Index(
            "ix_incoming_row_lines",
            "file_id",
            "line",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
        ),
    )
    __mapper_args__: ClassVar[dict[str, Any]] = {"primary_key": [file_id, line]}


for _number in range(1, VALUES + 1):
    setattr(IncomingRow, f"v{_number:02}", mapped_column(f"v{_number:02}", Text, nullable=True))


class IncomingDifference(Base):
    """A line that could not be applied by itself, and what somebody made of it."""

    __tablename__ = "incoming_difference"
    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("incoming_file.id"))
    line: Mapped[int]
    addressee_number: Mapped[str] = mapped_column(String(15))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[str] = mapped_column(String(30))
    settled_words: Mapped[str] = mapped_column(String(400), default="")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (UniqueConstraint("file_id", "line"),)


def value_column(place: int) -> Any:
    """The column of the staged rows that holds the field at a place, counted from 0."""
    return getattr(IncomingRow, f"v{place + 1:02}")


def lock(session: Session, file_id: int) -> IncomingFile | None:
    """A file as it is now, held for this transaction; None where there is none."""
    statement = select(IncomingFile).where(IncomingFile.id == file_id)
    return session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def last_sequence(session: Session, source: str) -> int | None:
    """The highest sequence number of a source that is taken; None before its first file."""
    statement = select(func.max(IncomingFile.sequence)).where(
        IncomingFile.source == source, IncomingFile.state.in_(HOLDING)
    )
    return session.scalar(statement)
