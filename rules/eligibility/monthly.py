"""Who stands on the lists of a month that open cases ex officio (職権).

Each predicate answers for one person and one month: a `Listing`, or None. What cannot be computed without
doubt (a date of birth known in part, 29 February) is listed for a person's decision, never decided silently.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from rules.ages import birthday_on, is_born_on_leap_day, reaches_on
from rules.calendar_months import add_months
from rules.eras import PartialDate, format_long
from rules.law import LawAt
from rules.periods import month_end, month_start

LATE_ELDERLY_AGE: Final = "national/eligibility/late_elderly_age"
SHARE_AGE: Final = "national/eligibility/elderly_share_age"


class ListKind(StrEnum):
    """The monthly lists."""

    REACHING_70 = "reaching_70"
    REACHING_75 = "reaching_75"
    RESIDENCE_ENDING = "residence_ending"
    STUDENT_PROOF_DUE = "student_proof_due"


@dataclass(frozen=True)
class Listing:
    """One entry: the day that counts (None when unknown), and whether a person has to decide first."""

    kind: ListKind
    due_on: date | None
    needs_decision: bool
    note_ja: str


def reaching_70(birth: PartialDate, month: date, law: LawAt) -> Listing | None:
    """国民健康保険法42条1項3号: 70歳に達する日(誕生日の前日)の属する月の一覧。割合はその翌月から変わる。"""
    years = law.integer(SHARE_AGE)
    known = birth.as_date()
    if known is None:
        return _unsure(ListKind.REACHING_70, birth, _span(birth, years, before=True), month, years)
    reached_on = reaches_on(known, years)
    if not _is_in(reached_on, month):
        return None
    note = f"{years}歳に達する日 {format_long(reached_on)}、割合は翌月から"
    return _listing(ListKind.REACHING_70, reached_on, known, note)


def reaching_75(birth: PartialDate, month: date, law: LawAt) -> Listing | None:
    """高齢者の医療の確保に関する法律52条: 75歳の誕生日の属する月の一覧。誕生日から後期高齢者医療に移る。"""
    years = law.integer(LATE_ELDERLY_AGE)
    known = birth.as_date()
    if known is None:
        return _unsure(ListKind.REACHING_75, birth, _span(birth, years, before=False), month, years)
    birthday = birthday_on(known, years)
    if not _is_in(birthday, month):
        return None
    return _listing(ListKind.REACHING_75, birthday, known, f"{years}歳の誕生日 {format_long(birthday)}")


def residence_ending(
    until_on: date | None, month: date, *, extension_applied: bool = False
) -> Listing | None:
    """国民健康保険法6条11号: 在留期間がその月に満了する人。更新の申請中は、決定を待つ人として載せる。"""
    if until_on is None or not _is_in(until_on, month):
        return None
    note = f"在留期間の満了日 {format_long(until_on)}"
    if extension_applied:
        note += "、更新の申請中(2か月の特例期間を確かめる)"
    return Listing(ListKind.RESIDENCE_ENDING, until_on, extension_applied, note)


def student_proof_due(proved_until_on: date | None, month: date, *, months_ahead: int = 1) -> Listing | None:
    """国民健康保険法116条: 学生の証明の期限が来る人。期限の1か月前に案内し、過ぎた人も載せ続ける。"""
    if proved_until_on is None or month_start(proved_until_on) > month_start(add_months(month, months_ahead)):
        return None
    overdue = proved_until_on < month_start(month)
    note = f"学生の証明の期限 {format_long(proved_until_on)}" + ("、期限を過ぎています" if overdue else "")
    return Listing(ListKind.STUDENT_PROOF_DUE, proved_until_on, overdue, note)


def _is_in(day: date, month: date) -> bool:
    return month_start(month) <= day <= month_end(month)


def _span(birth: PartialDate, years: int, *, before: bool) -> tuple[date, date]:
    count = reaches_on if before else birthday_on
    return count(birth.earliest, years), count(birth.latest, years)


def _unsure(
    kind: ListKind, birth: PartialDate, span: tuple[date, date], month: date, years: int
) -> Listing | None:
    """List a person in every month in which the day may lie."""
    if span[1] < month_start(month) or span[0] > month_end(month):
        return None
    note = (
        f"生年月日の一部が不明です({format_long(birth)})。{years}歳の日は{format_long(span[0])}から"
        f"{format_long(span[1])}までのいずれかです。担当者が日付を定めてください"
    )
    return Listing(kind, None, needs_decision=True, note_ja=note)


def _listing(kind: ListKind, day: date, birth: date, note: str) -> Listing:
    if not is_born_on_leap_day(birth):
        return Listing(kind, day, needs_decision=False, note_ja=note)
    return Listing(
        kind, day, needs_decision=True, note_ja=f"{note}(2月29日生まれ:広域連合に確認してください)"
    )
