"""Questions to the information network: who asks about whom, why, and what was answered (M03, J5).

A question leaves as a transfer of one address number; the answer comes in as a file. A person has one open
question at a time. Nothing here is deleted: it is the record of inquiries (情報照会の記録).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

ASKED, SENT, ANSWERED, NONE, WITHDRAWN = "asked", "sent", "answered", "none", "withdrawn"
STATES = {
    ASKED: ("送付待ち", "Waits to be sent", "waiting"),
    SENT: ("回答待ち", "Waits for the answer", "waiting"),
    ANSWERED: ("回答あり", "Answered", "done"),
    NONE: ("加入なしの回答", "Answered: no cover", "done"),
    WITHDRAWN: ("取下げ", "Taken back", "stopped"),
}
PURPOSES = {
    "acquisition": ("資格取得の確認", "To check an acquisition"),
    "loss": ("資格喪失の確認", "To check a loss"),
    "double": ("二重加入の確認", "To check cover by two schemes"),
}
NO_COVER = "0"
SCHEMES = {
    "1": ("健康保険組合", "Health insurance society"),
    "2": ("協会けんぽ", "Japan Health Insurance Association"),
    "3": ("船員保険", "Seamen's insurance"),
    "4": ("共済組合", "Mutual aid association"),
    "5": ("後期高齢者医療", "Late-elderly medical care"),
}
_OPEN = sql("state IN ('asked', 'sent')")


class NetworkQuestion(Base):
    """One question about one person. `covers` is the answer: scheme, insurer's number, days, as they came."""

    __tablename__ = "network_question"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("workflow_case.id"))
    state: Mapped[str] = mapped_column(String(10), default=ASKED)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    asked_by_number: Mapped[str] = mapped_column(String(32))
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("data_transfer.id"))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("incoming_file.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    covers: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    __table_args__ = (
        Index(
            "uq_network_question_open", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        CheckConstraint(
            "state IN ('asked', 'withdrawn') OR transfer_id IS NOT NULL", name="sent_by_transfer"
        ),
    )

    @property
    def is_open(self) -> bool:
        """Whether it waits to be sent or to be answered."""
        return self.state in {ASKED, SENT}


def lock(session: Session, question_id: int) -> NetworkQuestion | None:
    """A question as it is now, held for this transaction; None where there is none."""
    statement = select(NetworkQuestion).where(NetworkQuestion.id == question_id)
    return session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def find_open(session: Session, person_id: int) -> NetworkQuestion | None:
    """The question about a person that is not answered; None where there is none."""
    statement = select(NetworkQuestion).where(
        NetworkQuestion.person_id == person_id, NetworkQuestion.state.in_((ASKED, SENT))
    )
    return session.scalars(statement).one_or_none()


def list_waiting(session: Session, after: int, limit: int) -> Sequence[NetworkQuestion]:
    """Questions that were not sent, in their order."""
    statement = (
        select(NetworkQuestion)
        .where(NetworkQuestion.state == ASKED, NetworkQuestion.id > after)
        .order_by(NetworkQuestion.id)
        .limit(limit)
    )
    return session.scalars(statement).all()
