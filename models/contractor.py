"""Contractors: firms, contracts, the chain that the city permits, and the persons of each firm (X3).

A link of the chain is a firm at its place below another: the first one is the contractor of the contract.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime

ASKED, GRANTED, REFUSED, REVOKED = "asked", "granted", "refused", "revoked"


class Firm(Base):
    """A firm, by its corporate number (法人番号) where it has one."""

    __tablename__ = "contractor_firm"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    plain_name: Mapped[str] = mapped_column(String(100), unique=True)
    corporate_number: Mapped[str] = mapped_column(String(13), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))


class Contract(Base):
    """A contract that lets a firm handle data; `band` says how many persons may."""

    __tablename__ = "contractor_contract"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    band: Mapped[str] = mapped_column(String(10))
    may_subcontract: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))


class ChainLink(Base):
    """A firm in the chain of a contract, with the terms under which the city lets it work.

    `clauses` holds where each clause stands in the agreement, by its code; `cloud` what was shown of a cloud,
    None where none is used; `chart` the rows of the organisation chart (number, role, name, above).
    """

    __tablename__ = "contractor_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contractor_contract.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("contractor_link.id"), index=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("contractor_firm.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("workflow_case.id"), unique=True)
    state: Mapped[str] = mapped_column(String(8))
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(1000), default="")
    scope: Mapped[str] = mapped_column(String(1000), default="")
    data_scope: Mapped[str] = mapped_column(String(1000), default="")
    capability: Mapped[str] = mapped_column(String(1000), default="")
    inspection: Mapped[str] = mapped_column(String(1000), default="")
    amount: Mapped[int | None]
    staff_count: Mapped[int | None]
    secrecy_on: Mapped[date | None]
    clauses: Mapped[dict[str, str]] = mapped_column(JSON)
    chart: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    cloud: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    conditions: Mapped[str] = mapped_column(String(1000), default="")
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_words: Mapped[str] = mapped_column(String(1000), default="")
    ended_on: Mapped[date | None]
    ended_words: Mapped[str] = mapped_column(String(400), default="")
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    handed_back_on: Mapped[date | None]
    handed_back_way: Mapped[str] = mapped_column(String(10), default="")  # returned destroyed
    handed_back_words: Mapped[str] = mapped_column(String(400), default="")
    handed_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_contractor_link_contract", "contract_id", "id"),)

    firm: Mapped[Firm] = relationship()


class ContractWorker(Base):
    """A person whom a firm of the chain has named, with what the office has seen of him."""

    __tablename__ = "contractor_worker"
    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contractor_contract.id"))
    link_id: Mapped[int] = mapped_column(ForeignKey("contractor_link.id"), index=True)
    last_name: Mapped[str] = mapped_column(String(60))
    first_name: Mapped[str] = mapped_column(String(60))
    employer: Mapped[str] = mapped_column(String(100), default="")
    evidence: Mapped[str] = mapped_column(String(20), default="")
    evidence_on: Mapped[date | None]
    pledged_on: Mapped[date | None]
    pledged_until: Mapped[date | None]
    trained_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(100), default="")
    badge: Mapped[str] = mapped_column(String(40), default="")
    left_on: Mapped[date | None]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    username: Mapped[str] = mapped_column(String(64), default="")
    account_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    account_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    __table_args__ = (Index("ix_contractor_worker_contract", "contract_id", "id"),)


class WorkerCheck(Base):
    """A worker drawn by chance: whether he is who the firm says, and what follows where he is not (X3)."""

    __tablename__ = "contractor_check"
    id: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("contractor_worker.id"))
    drawn_on: Mapped[date]
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    outcome: Mapped[str] = mapped_column(String(10), default="")  # confirmed differs absent
    words: Mapped[str] = mapped_column(String(400), default="")
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    follow_up: Mapped[str] = mapped_column(String(400), default="")
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    done_words: Mapped[str] = mapped_column(String(400), default="")
    __table_args__ = (UniqueConstraint("worker_id", "drawn_on"),)
