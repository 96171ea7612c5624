"""Watchdogs that an administrator composes from the data dictionary, without code (issue 7, item 6).

Items of persons, eligibility and incomes that the dictionary says are held, each compared with a value; all
conditions must hold. A rule is checked, tried on the record with a count, and on duty once another person
has put it there. It asks about persons insured today and their incomes of the year before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from sqlalchemy import Boolean, Date, and_, func, literal, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from forms.characters import holds_individual_number
from interchange.dictionary import catalog
from interchange.dictionary.catalog import OPEN, RESTRICTED, Item
from models.audit.tags import Tag
from models.base import known
from models.columns import Columns
from models.enrolment import Enrolment
from models.income import Income
from models.person import PersonRecord
from models.staff import names_of
from models.watch import DRAFT, OFF, ON, REFUSED, WatchRule
from rules.eras import DateNotUnderstood, parse_date
from rules.periods import FiscalYear
from services import audit, two_people
from services.context import Context
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.parameter_reading import EntryRefused
from services.watching.watchdogs import Watchdog

MOST: Final = 5  # conditions of a rule
MOST_SECONDS: Final = 5
MOST_INSTRUCTIONS: Final = 400_000_000  # of SQLite's machine, about as long
FEWEST_TOLD: Final = 10  # a count below it could tell of one person: it is not told to who composes
LENGTHS: Final = {"title": 60, "article": 100}
TABLES: Final[Mapping[str, Any]] = {"person_record": PersonRecord, "enrolment": Enrolment, "income": Income}
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "eq": ("等しい", "is"),
    "ne": ("等しくない", "is not"),
    "ge": ("以上・以後", "at least, on or after"),
    "le": ("以下・以前", "at most, on or before"),
    "empty": ("空", "is empty"),
    "filled": ("空でない", "is not empty"),
}
_COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column != value,
    "ge": lambda column, value: column >= value,
    "le": lambda column, value: column <= value,
}


class WatchTooSlow(RuleBroken):
    """A composed watchdog would look longer than the record may be held up."""

    code = "watch_too_slow"


@dataclass(frozen=True)
class Condition:
    """One line of a rule: an item of the dictionary, how it is compared, and with what (as typed)."""

    item: str
    comparison: str
    value: str


@dataclass(frozen=True)
class Rule:
    """A rule as a page shows it."""

    row: WatchRule
    conditions: Sequence[tuple[Item, str, str]]
    entered_by: str
    decided_by: str
    is_own: bool


@cache
def offered() -> Mapping[str, Item]:
    """The items that may stand in a condition: held, not secret, and a date, an amount, a code or a flag."""
    return {
        item.id: item
        for item in catalog.items().values()
        if item.held is not None
        and item.held[0] in TABLES
        and item.held[1] in TABLES[item.held[0]].__table__.c
        and item.mask in {OPEN, RESTRICTED}
        and item.kind[0] in "DMKBN"
        and item.held[1] != "recorded_at"
    }


def on_duty(ctx: Context) -> dict[str, Watchdog]:
    """The composed watchdogs that another person has put on duty."""
    rows = ctx.session.scalars(select(WatchRule).where(WatchRule.state == ON).order_by(WatchRule.id))
    return {row.key: _as_watchdog(row) for row in rows}


def list_rules(ctx: Context) -> list[Rule]:
    """All rules, the newest first."""
    rows = list(ctx.session.scalars(select(WatchRule).order_by(WatchRule.id.desc())))
    by = {one for row in rows for one in (row.entered_by_id, row.decided_by_id) if one is not None}
    names = names_of(ctx.session, by)
    return [
        Rule(
            row,
            [(catalog.items()[one["item"]], one["comparison"], one["value"]) for one in row.conditions],
            names.get(row.entered_by_id, ""),
            names.get(row.decided_by_id or 0, ""),
            two_people.is_one_of(ctx, [row.entered_by_id]),
        )
        for row in rows
    ]


def try_out(ctx: Context, conditions: Sequence[Condition]) -> int:
    """How many persons of the record of today the conditions find; nobody is named.

    Raises:
        EntryRefused: a condition cannot be, each fault at its field.
        WatchTooSlow: it would look longer than a few seconds.
    """
    errors: dict[str, tuple[str, str]] = {}
    clauses = _clauses(conditions, errors)
    if errors:
        raise EntryRefused(errors)
    counted = select(func.count()).select_from(_statement(ctx, clauses).subquery())
    with _bounded(ctx.session):
        found = int(ctx.session.scalar(counted) or 0)
    audit.record(ctx, Tag.WATCH_RULE_TRIED, "watch", detail={"conditions": len(conditions), "found": found})
    return found


def in_words(count: int) -> tuple[str, str]:
    """How many were found, as it may be told to somebody who may see no person."""
    if count < FEWEST_TOLD:
        return f"{FEWEST_TOLD}人未満", f"Fewer than {FEWEST_TOLD} persons"
    return f"{count:,}人", f"{count:,} persons"


def enter(ctx: Context, title: str, article: str, conditions: Sequence[Condition]) -> WatchRule:
    """Put a rule down after trying it out; it is on duty once another person has approved it.

    Raises:
        EntryRefused: something cannot be, each fault at its field.
        WatchTooSlow: it would look longer than a few seconds.
    """
    if ctx.actor.staff_id is None:
        raise NotAllowed("担当者としてサインインしてください。", "Sign in as one of the staff.")
    errors: dict[str, tuple[str, str]] = {}
    texts = {"title": " ".join(title.split()), "article": " ".join(article.split())}
    for field, text in texts.items():
        if fault := _text_fault(text, LENGTHS[field]):
            errors[field] = fault
    _clauses(conditions, errors)
    if errors:
        raise EntryRefused(errors)
    row = WatchRule(
        **texts,
        conditions=[
            {"item": one.item, "comparison": one.comparison, "value": one.value} for one in conditions
        ],
        tried_count=try_out(ctx, conditions),
        state=DRAFT,
        entered_at=ctx.at,
        entered_by_id=ctx.actor.staff_id,
        entered_by_number=ctx.actor.staff_number,
    )
    ctx.session.add(row)
    ctx.session.flush()
    _tell(ctx, Tag.WATCH_RULE_ENTERED, row)
    return row


def decide(ctx: Context, rule_id: int, *, approve: bool, words: str) -> WatchRule:
    """Put a rule of somebody else on duty after trying it anew, or refuse it, with a reason.

    Raises:
        NotFound: there is no such rule.
        NotAllowed: the actor entered it, by account or by staff number.
        SomebodyElseWasFaster: it was decided.
        RuleBroken: no reason was given, or it cannot look any more.
    """
    row = _locked(ctx, rule_id, DRAFT)
    two_people.must_be_somebody_else(ctx, [row.entered_by_id])
    row.words = two_people.reason_of(words)
    if approve:
        row.tried_count = try_out(ctx, _conditions(row))
    row.state = ON if approve else REFUSED
    row.decided_at, row.decided_by_id = ctx.at, ctx.actor.staff_id
    row.decided_by_number = ctx.actor.staff_number
    _tell(ctx, Tag.WATCH_RULE_APPROVED if approve else Tag.WATCH_RULE_REFUSED, row)
    return row


def switch_off(ctx: Context, rule_id: int) -> WatchRule:
    """Take a rule off duty; what it found and nobody settled stays as it is.

    Raises:
        NotFound: there is no such rule.
        SomebodyElseWasFaster: it is not on duty.
    """
    row = _locked(ctx, rule_id, ON)
    row.state, row.ended_at, row.ended_by_id = OFF, ctx.at, ctx.actor.staff_id
    _tell(ctx, Tag.WATCH_RULE_ENDED, row)
    return row


def _as_watchdog(row: WatchRule) -> Watchdog:
    conditions = _conditions(row)

    def find(ctx: Context) -> Columns:
        with _bounded(ctx.session):
            rows = ctx.session.execute(_statement(ctx, _clauses(conditions, {}))).all()
        found = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return {"household": found[:, 0], "person": found[:, 1], "amount": found[:, 2]}

    told = (row.title, row.title)
    about = ("市で組み立てた見張りです。", "Composed by the office.")
    return Watchdog(row.key, told, row.article, about, ("", ""), find)


def _conditions(row: WatchRule) -> list[Condition]:
    return [Condition(one["item"], one["comparison"], one["value"]) for one in row.conditions]


def _statement(ctx: Context, clauses: Sequence[Any]) -> Any:
    """Who is insured today and meets all conditions, with the income of the year before where it was told."""
    before = FiscalYear.containing(ctx.today).year - 1
    statement: Any = (
        select(
            Enrolment.household_id.label("household"),
            Enrolment.person_id.label("person"),
            literal(0).label("amount"),
        )
        .join(PersonRecord, PersonRecord.person_id == Enrolment.person_id)
        .outerjoin(
            Income,
            and_(
                Income.person_id == Enrolment.person_id,
                Income.income_year == before,
                Income.superseded_at.is_(None),
            ),
        )
    )
    return (
        known(known(statement, Enrolment), PersonRecord)
        .where(
            Enrolment.cancelled.is_(False),
            Enrolment.acquired_on <= ctx.today,
            or_(Enrolment.lost_on.is_(None), Enrolment.lost_on > ctx.today),
            *clauses,
        )
        .distinct()
    )


def _clauses(conditions: Sequence[Condition], errors: dict[str, tuple[str, str]]) -> list[Any]:
    if not conditions:
        errors["item-0"] = ("条件を1つ以上選んでください。", "Choose one condition at least.")
    clauses = []
    for place, one in enumerate(conditions[:MOST]):
        item = offered().get(one.item)
        if item is None or item.held is None:
            errors[f"item-{place}"] = (
                "項目辞書から項目を選んでください。",
                "Choose an item of the dictionary.",
            )
            continue
        column = getattr(TABLES[item.held[0]], item.held[1])
        if one.comparison in {"empty", "filled"}:
            clauses.append(column.is_(None) if one.comparison == "empty" else column.is_not(None))
            continue
        if one.comparison not in _COMPARE:
            errors[f"comparison-{place}"] = ("比べ方を選んでください。", "Choose how it is compared.")
            continue
        if (value := _value(one.value, item, column, f"value-{place}", errors)) is not None:
            clauses.append(_COMPARE[one.comparison](column, value))
    return clauses


def _value(typed: str, item: Item, column: Any, field: str, errors: dict[str, tuple[str, str]]) -> Any:
    """What was typed as the item holds it: a day, whole yen, a flag, or a code."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed))
    if item.kind[0] == "D":
        try:
            day = parse_date(text)
        except DateNotUnderstood as refused:
            errors[field] = (refused.message_ja, "Type a day like 2026-04-01 or R8.4.1.")
            return None
        return day if isinstance(column.type, Date) else day.isoformat()
    if isinstance(column.type, Boolean):
        if text not in {"0", "1"}:
            errors[field] = ("1(はい)か0(いいえ)を入力してください。", "Type 1 (yes) or 0 (no).")
            return None
        return text == "1"
    if column.type.python_type is int:
        plain = text.replace(",", "").removesuffix("円")
        if not re.fullmatch(r"-?\d{1,12}", plain):
            errors[field] = ("整数を入力してください(例 1000000)。", "Type a whole number (1000000).")
            return None
        return int(plain)
    if not re.fullmatch(r"[0-9A-Za-z_]{1,10}", text) or holds_individual_number(text):
        errors[field] = ("コードを半角の英数字で入力してください(例 01)。", "Type a code (01).")
        return None
    return text


@contextmanager
def _bounded(session: Session) -> Iterator[None]:
    """Let the statements within end after a few seconds at most.

    Raises:
        WatchTooSlow: one of them was ended.
    """
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    is_postgresql = connection.dialect.name == "postgresql"
    try:
        if is_postgresql:
            with connection.begin_nested():
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{MOST_SECONDS}s'")
                yield
                connection.exec_driver_sql("SET LOCAL statement_timeout = DEFAULT")
        else:
            driver.set_progress_handler(lambda: 1, MOST_INSTRUCTIONS)
            yield
    except DBAPIError as error:
        if "timeout" not in str(error.orig) and "interrupt" not in str(error.orig):
            raise
        raise WatchTooSlow(
            f"この条件は{MOST_SECONDS}秒で調べ終わりません。条件を足して、調べる範囲を狭めてください。",
            f"It would look longer than {MOST_SECONDS} seconds. Add a condition that narrows it.",
        ) from error
    finally:
        if not is_postgresql:
            driver.set_progress_handler(None, 0)


def _text_fault(text: str, most: int) -> tuple[str, str] | None:
    if not text:
        return "入力してください。見張りの一覧に出ます。", "Type it: it stands in the list of watchdogs."
    if len(text) > most:
        return f"{most}字までです。", f"At most {most} characters."
    if holds_individual_number(text):
        return "個人番号のような番号が入っています。", "This looks like an Individual Number."
    return None


def _locked(ctx: Context, rule_id: int, state: str) -> WatchRule:
    statement = select(WatchRule).where(WatchRule.id == rule_id).with_for_update()
    row = ctx.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("この見張りはありません。一覧から選び直してください。", "There is no such watchdog.")
    if row.state != state:
        raise SomebodyElseWasFaster(
            "この見張りの状態が変わっています。画面を開き直してください。",
            "It has changed meanwhile. Open the page again.",
        )
    return row


def _tell(ctx: Context, tag: Tag, row: WatchRule) -> None:
    detail = {"rule": row.key, "conditions": len(row.conditions), "found": row.tried_count}
    audit.record(ctx, tag, f"watch:{row.key}", detail=detail)
