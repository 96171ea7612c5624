"""Tables that the office keeps itself: offices, postings, codes, holidays, settings; with history (N4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime


class Office(Base):
    """A section or service center. Every account and every case belongs to one."""

    __tablename__ = "office"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    telephone: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.name


class Posting(Base):
    """Who of the staff works where, from when to when (last day, inclusive); access ends with it."""

    __tablename__ = "posting"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    staff_number: Mapped[str] = mapped_column(String(32), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    title: Mapped[str] = mapped_column(String(60), default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    office: Mapped[Office] = relationship()


class Municipality(Base):
    """A municipality by its six-digit code with check digit."""

    __tablename__ = "municipality"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    prefecture: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    name_kana: Mapped[str] = mapped_column(String(80), default="")
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return f"{self.prefecture}{self.name}"


class School(Base):
    """A school, for the student exception (法116条)."""

    __tablename__ = "school"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.name


class Facility(Base):
    """A facility or hospital, for the special exception for residence (法116条の2)."""

    __tablename__ = "facility"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100), unique=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.name


class OtherInsurer(Base):
    """Another health insurer: employees' scheme, NHI society, late-elderly union."""

    __tablename__ = "other_insurer"
    id: Mapped[int] = mapped_column(primary_key=True)
    insurer_number: Mapped[str] = mapped_column(String(8), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.name


class PaperKind(Base):
    """A kind of paper that people bring: for which use, and whether a scan of it may be kept."""

    __tablename__ = "paper_kind"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    use: Mapped[str] = mapped_column(String(20))  # notification number identity_one identity_two authority
    may_be_scanned: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.name


class ReasonCode(Base):
    """A reason of a procedure with its code and the citizen's words for it."""

    __tablename__ = "reason_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    words: Mapped[str] = mapped_column(String(100), default="")
    words_en: Mapped[str] = mapped_column(String(120), default="")
    article: Mapped[str] = mapped_column(String(60), default="")
    sort: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    __table_args__ = (UniqueConstraint("procedure", "code"),)

    def __str__(self) -> str:
        return self.name


class Holiday(Base):
    """A day on which the counters are closed beyond weekends and national holidays."""

    __tablename__ = "holiday"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(60))


class CitySetting(Base):
    """A setting of the city by date, with its source and how certain it is."""

    __tablename__ = "city_setting"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    from_on: Mapped[date]
    value: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[str] = mapped_column(String(300), default="")
    certainty: Mapped[str] = mapped_column(String(12), default="unverified")
    __table_args__ = (UniqueConstraint("key", "from_on"),)


class MasterHistory(Base):
    """Each change of a master row: what it was before and after, who and when; append-only."""

    __tablename__ = "master_history"
    id: Mapped[int] = mapped_column(primary_key=True)
    table_name: Mapped[str] = mapped_column(String(60), index=True)
    row_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    kind: Mapped[str] = mapped_column(String(10))  # added changed
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)


class UserPreference(Base):
    """What a user has set for himself (language, columns, printer offset)."""

    __tablename__ = "user_preference"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    key: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("user_id", "key"),)
