"""What is strange in a month of the audit record: one named rule each, one statement over all events (M16).

A rule answers who did it, about whom where that matters, how often, on how many days and between which
events. It reads no row in Python: a month may have a million. Its limits are settings of the city by date
(`municipal/review/…`). What is known of a pseudonym (a case, a protective measure, one's own family) stands
in `audit_mark` while the rules run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from models.audit.event import AuditEvent
from models.audit.tags import Tag
from models.audit_review import AuditMark
from services.audit_clock import Clock

LOOKS = tuple(
    tag.value
    for tag in (
        Tag.PERSON_READ,
        Tag.HOUSEHOLD_READ,
        Tag.ASSESSMENT_READ,
        Tag.CASE_READ,
        Tag.ATTACHMENT_READ,
        Tag.PERSON_SEARCHED,
        Tag.RESIDENT_REGISTER_ASKED,
        Tag.NUMBER_SHOWN,
        Tag.LIST_READ,
        Tag.PRINT_PREVIEWED,
        Tag.PRINT_RUN,
    )
)
ONE_PERSON = (Tag.PERSON_READ.value, Tag.HOUSEHOLD_READ.value, Tag.ASSESSMENT_READ.value)
EMERGENCY = "emergency:"
DONE, REFUSED = "done", "refused"
NOBODY = ("", "system")
CASE, PROTECTED, OWN = "case", "protected", "own"
Found = Select[Any]


@dataclass(frozen=True)
class Span:
    """The events under review, the earlier ones that a rule may look back to, and the limits in force."""

    start: datetime
    end: datetime
    back_to: datetime
    closed: tuple[str, ...]  # days without office hours, as ISO text in Japan's time
    limits: Mapping[str, int]
    clock: Clock


@dataclass(frozen=True)
class Rule:
    """A rule by name: what it finds in words, what its number counts, and the limits that it reads."""

    name: str
    ja: str
    en: str
    counts_ja: str
    counts_en: str
    limits: tuple[str, ...]
    statement: Callable[[Span], Found]


RULES: dict[str, Rule] = {}
E_ = AuditEvent


def rule(
    ja: str, en: str, counts: tuple[str, str], *limits: str
) -> Callable[[Callable[[Span], Found]], Callable[[Span], Found]]:
    """Put a rule up under the name of its function."""

    def add(statement: Callable[[Span], Found]) -> Callable[[Span], Found]:
        name = statement.__name__
        RULES[name] = Rule(name, ja, en, *counts, limits, statement)
        return statement

    return add


@rule(
    "夜間・閉庁日の閲覧",
    "Looked at by night or on a closed day",
    ("閲覧", "looks"),
    "night_from_hour",
    "night_until_hour",
)
def out_of_hours(span: Span) -> Found:
    """Views, reveals and prints between the hours of the night, or on a day on which the office is closed."""
    hour = span.clock.hour(E_.at)
    night = or_(hour >= span.limits["night_from_hour"], hour < span.limits["night_until_hour"])
    closed = span.clock.day(E_.at).in_(span.closed)
    return _by_staff(span, func.count()).where(*_within(span), E_.tag.in_(LOOKS), or_(night, closed))


@rule(
    "自分・家族・同じ住所の人の閲覧",
    "Own record, family or address",
    ("閲覧", "looks"),
    "homonyms",
)
def own_people(span: Span) -> Found:
    """Somebody of the staff looked at himself, at his household, or at who lives at his address."""
    mark = aliased(AuditMark)
    return (
        _by_staff(span, func.count(), subject=E_.subject, reason=func.min(mark.reason))
        .join(mark, and_(mark.kind == OWN, mark.subject == E_.subject, mark.staff_number == E_.staff_number))
        .where(*_within(span))
        .group_by(E_.subject)
    )


@rule(
    "届出のない人の閲覧が多い",
    "Many persons without a case",
    ("人・世帯", "persons"),
    "no_case_persons",
    "case_days_before",
    "case_days_after",
)
def no_case(span: Span) -> Found:
    """More persons and households in the month than usual without a case about them at that time."""
    number = func.count(E_.subject.distinct())
    return (
        _by_staff(span, number)
        .where(*_within(span), *_one_person(), ~_marked(CASE))
        .having(number > span.limits["no_case_persons"])
    )


@rule(
    "1時間に多数の閲覧",
    "Very many in an hour",
    ("人・世帯(最多の1時間)", "persons in the fullest hour"),
    "persons_an_hour",
)
def mass_in_an_hour(span: Span) -> Found:
    """More persons within an hour of the clock than anybody can serve."""
    return _fullest(span, "persons_an_hour", span.clock.day(E_.at), span.clock.hour(E_.at))


@rule(
    "1日に多数の閲覧",
    "Very many in a day",
    ("人・世帯(最多の1日)", "persons on the fullest day"),
    "persons_a_day",
)
def mass_in_a_day(span: Span) -> Found:
    """More persons on a day than anybody can serve."""
    return _fullest(span, "persons_a_day", span.clock.day(E_.at))


@rule(
    "拒否された操作が多い",
    "Many refusals",
    ("拒否(最多の1日)", "refusals on the fullest day"),
    "refusals_a_day",
)
def many_refusals(span: Span) -> Found:
    """Somebody signed in tried what he may not, again and again on one day."""
    wanted = (E_.result == REFUSED, E_.tag != Tag.LOGIN_REFUSED.value, E_.staff_number.not_in(NOBODY))
    return _days(span, "refusals_a_day", wanted)


@rule(
    "サインインの失敗が多い端末",
    "Many failures at one door",
    ("失敗(最多の1日)", "failures on the fullest day"),
    "refusals_at_a_door",
)
def many_failures_at_a_door(span: Span) -> Found:
    """Sign-ins failed from one terminal, again and again on one day; who it was nobody knows yet."""
    day = span.clock.day(E_.at).label("day")
    part = (
        _grouped(E_.terminal.label("terminal"), day)
        .where(*_within(span), E_.tag == Tag.LOGIN_REFUSED.value, E_.terminal != "")
        .group_by(E_.terminal, day)
        .having(func.count() > span.limits["refusals_at_a_door"])
        .subquery()
    ).c
    nobody = (
        literal("").label("staff_number"),
        cast(None, Integer).label("actor_id"),
        cast(None, Integer).label("office_id"),
    )
    return select(*nobody, ("terminal:" + part.terminal).label("subject"), *_summed(part)).group_by(
        part.terminal
    )


@rule(
    "支援措置対象者の閲覧(届出なし)",
    "Protected persons without a case",
    ("閲覧", "looks"),
    "case_days_before",
    "case_days_after",
)
def protected_people(span: Span) -> Found:
    """Somebody under a protective measure was looked at though no case was about him at that time."""
    return (
        _by_staff(span, func.count(), subject=E_.subject)
        .where(*_within(span), *_one_person(), _marked(PROTECTED), ~_marked(CASE))
        .group_by(E_.subject)
    )


@rule(
    "少しずつ続く閲覧(届出なし)",
    "A little every day, for weeks",
    ("人・世帯(全期間)", "persons in all weeks"),
    "slow_persons_a_day",
    "slow_days",
    "slow_weeks",
)
def slow_extraction(span: Span) -> Found:
    """On many days of the last weeks some persons without a case each: too few for any one (T29)."""
    day = span.clock.day(E_.at).label("day")
    people = func.count(E_.subject.distinct())
    part = (
        _grouped(E_.staff_number, day, number=people)
        .where(E_.at >= span.back_to, E_.at < span.end, *_one_person(), ~_marked(CASE))
        .group_by(E_.staff_number, day)
        .having(people >= span.limits["slow_persons_a_day"])
        .subquery()
    ).c
    total = [func.sum(part.number).label("number"), *_summed(part)[1:]]
    return (
        select(*_who(part), literal("").label("subject"), *total)
        .group_by(part.staff_number)
        .having(and_(func.count() >= span.limits["slow_days"], func.max(part.last_at) >= span.start))
    )


@rule("個人番号の閲覧が多い", "Many reveals", ("閲覧", "reveals"), "reveals_a_month")
def many_reveals(span: Span) -> Found:
    """More Individual Numbers were shown to somebody than his work explains."""
    return (
        _by_staff(span, func.count())
        .where(*_within(span), E_.tag == Tag.NUMBER_SHOWN.value, E_.result == DONE)
        .having(func.count() > span.limits["reveals_a_month"])
    )


@rule("拒否された個人番号の閲覧", "Reveals that were refused", ("拒否", "refusals"))
def refused_reveals(span: Span) -> Found:
    """Somebody asked for an Individual Number that he may not see: each counts."""
    return _by_staff(span, func.count()).where(
        *_within(span), E_.tag == Tag.NUMBER_SHOWN.value, E_.result == REFUSED
    )


@rule("緊急時アクセスの使用", "Emergency access", ("使用", "uses"))
def emergency_access(span: Span) -> Found:
    """Emergency access was used: each use is looked at."""
    return _by_staff(span, func.count()).where(*_within(span), E_.tag.startswith(EMERGENCY))


def span_of(
    session: Session,
    start: datetime,
    end: datetime,
    back_to: datetime,
    closed: list[date],
    limits: Mapping[str, int],
) -> Span:
    """What the rules read of a month."""
    days = tuple(day.isoformat() for day in closed)
    return Span(start, end, back_to, days, limits, Clock.of(session))


def _within(span: Span) -> tuple[ColumnElement[bool], ...]:
    return (E_.at >= span.start, E_.at < span.end)


def _one_person() -> tuple[ColumnElement[bool], ...]:
    """Views of one person or household, by somebody of the staff."""
    return (E_.tag.in_(ONE_PERSON), E_.subject != "", E_.staff_number.not_in(NOBODY))


def _marked(kind: str) -> ColumnElement[bool]:
    """Whether something is known of whom an event is about, at that time."""
    mark = aliased(AuditMark)
    return exists().where(
        mark.kind == kind, mark.subject == E_.subject, mark.from_at <= E_.at, mark.until_at >= E_.at
    )


def _grouped(*columns: Any, number: Any = None) -> Found:
    counted = func.count() if number is None else number
    return select(
        *columns,
        func.max(E_.actor_id).label("actor_id"),
        func.max(E_.office_id).label("office_id"),
        counted.label("number"),
        func.min(E_.id).label("first_id"),
        func.max(E_.id).label("last_id"),
        func.min(E_.at).label("first_at"),
        func.max(E_.at).label("last_at"),
    )


def _by_staff(span: Span, number: Any, subject: Any = "", reason: Any = "") -> Found:
    told = literal(subject) if isinstance(subject, str) else subject
    why = literal(reason) if isinstance(reason, str) else reason
    return (
        select(
            E_.staff_number,
            func.max(E_.actor_id).label("actor_id"),
            func.max(E_.office_id).label("office_id"),
            told.label("subject"),
            number.label("number"),
            func.count(span.clock.day(E_.at).distinct()).label("days"),
            func.min(E_.id).label("first_id"),
            func.max(E_.id).label("last_id"),
            func.min(E_.at).label("first_at"),
            func.max(E_.at).label("last_at"),
            why.label("reason"),
        )
        .where(E_.staff_number.not_in(NOBODY))
        .group_by(E_.staff_number)
    )


def _fullest(span: Span, limit: str, *when: ColumnElement[Any]) -> Found:
    """Per person of the staff, the hours or days with more persons than the limit; the number is the most."""
    labelled = [one.label(f"when_{place}") for place, one in enumerate(when)]
    people = func.count(E_.subject.distinct())
    part = (
        _grouped(E_.staff_number, *labelled, number=people)
        .where(*_within(span), *_one_person())
        .group_by(E_.staff_number, *labelled)
        .having(people > span.limits[limit])
        .subquery()
    ).c
    return select(*_who(part), literal("").label("subject"), *_summed(part)).group_by(part.staff_number)


def _days(span: Span, limit: str, wanted: tuple[ColumnElement[bool], ...]) -> Found:
    day = span.clock.day(E_.at).label("day")
    part = (
        _grouped(E_.staff_number, day)
        .where(*_within(span), *wanted)
        .group_by(E_.staff_number, day)
        .having(func.count() > span.limits[limit])
        .subquery()
    ).c
    return select(*_who(part), literal("").label("subject"), *_summed(part)).group_by(part.staff_number)


def _who(part: Any) -> tuple[Any, ...]:
    return (
        part.staff_number,
        func.max(part.actor_id).label("actor_id"),
        func.max(part.office_id).label("office_id"),
    )


def _summed(part: Any) -> list[Any]:
    """The fullest part, how many there were, and between which events they lie."""
    return [
        func.max(part.number).label("number"),
        func.count().label("days"),
        func.min(part.first_id).label("first_id"),
        func.max(part.last_id).label("last_id"),
        func.min(part.first_at).label("first_at"),
        func.max(part.last_at).label("last_at"),
        literal("").label("reason"),
    ]
