"""Changes of one person: extension of stay, a student away from home, another Individual Number (A1, C1).

Law: 国民健康保険法6条11号 (stay), 116条 (students), 番号法7条2項 (numbers).
"""

from __future__ import annotations

from datetime import date

from models.notification import Notification
from models.person import PersonRecord, list_current
from rules.eligibility.changes import ARTICLES, ChangeKind
from services import eligibility, number_linking, person_checks, persons, resident_kinds
from services.context import Context
from services.entries.change import ChangedPerson, ChangeEntry
from services.findings import Finding, refusal
from services.household_findings import Seen
from services.numbers_vault import Conflict

STUDENT = "student"
BEGINS, GOES_ON, ENDS = "begin", "continue", "end"
KINDS = frozenset({ChangeKind.RESIDENCE, ChangeKind.STUDENT, ChangeKind.MY_NUMBER})


def is_same(ctx: Context, told: ChangeEntry, seen: Seen) -> bool:
    """Whether the record says already what was told of everybody; a student's yearly proof never does."""
    if told.kind == ChangeKind.RESIDENCE:
        records = list_current(ctx.session, told.person_ids)
        return all(row.person_id in records and _stays(records[row.person_id], row) for row in told.persons)
    if told.kind == ChangeKind.STUDENT:
        return all(
            row.student_status != GOES_ON
            and _is_student(seen, row, told.event_on) == (row.student_status == BEGINS)
            for row in told.persons
        )
    return False


def findings(ctx: Context, told: ChangeEntry, seen: Seen) -> list[Finding]:
    """What stands against it beside the law's own refusals."""
    found: list[Finding] = []
    insured = seen.insured_on(told.event_on)
    for place, row in enumerate(told.persons):
        path = f"persons.{place}"
        if row.person_id not in insured:
            found.append(_not_insured(f"{path}.person_id", told.kind))
        elif told.kind == ChangeKind.STUDENT and row.student_status == GOES_ON:
            found += [] if _is_student(seen, row, told.event_on) else [_no_student(path)]
        elif row.residence_expires_on is not None and row.residence_expires_on < told.event_on:
            found.append(_stay_is_over(path))
    return found if told.kind != ChangeKind.MY_NUMBER else [*found, *_numbers(ctx, told)]


def register(ctx: Context, told: ChangeEntry, seen: Seen, notification: Notification) -> None:
    """Write the change."""
    if told.kind == ChangeKind.RESIDENCE:
        stays = {row.person_id: _stay(row) for row in told.persons}
        persons.revise_all(ctx, stays, told.event_on, notification)
    elif told.kind == ChangeKind.STUDENT:
        changed = [row for row in told.persons if row.student_status != GOES_ON]
        periods = [(seen.period_of(row.person_id, told.event_on), row) for row in changed]
        marks = [
            (period, {"residence_exception": STUDENT if row.student_status == BEGINS else None})
            for period, row in periods
            if period is not None
        ]
        eligibility.correct_periods(ctx, marks, notification)
        _tell_the_register(ctx, told, notification)
    else:
        numbers = {row.person_id: row.number for row in told.persons if row.number is not None}
        number_linking.write_all(ctx, numbers, notification, replacing=True)


def _tell_the_register(ctx: Context, told: ChangeEntry, notification: Notification) -> None:
    """A student lives and is registered where the school is, until he comes back."""
    day, begun = told.event_on, [row for row in told.persons if row.student_status == BEGINS]
    homes = {row.person_id: row.address_there for row in begun if row.address_there}
    resident_kinds.stand_outside(ctx, [row.person_id for row in begun], homes, day, notification)
    back = [row.person_id for row in told.persons if row.student_status == ENDS]
    resident_kinds.come_back(ctx, back, told.household_id, day, notification)


def _numbers(ctx: Context, told: ChangeEntry) -> list[Finding]:
    """A number told twice stops it, one of somebody else is held; that he has another one is what changes."""
    rows = {f"persons.{place}": (row.number, row.person_id) for place, row in enumerate(told.persons)}
    found = [one for several in person_checks.number_conflicts(ctx, rows).values() for one in several]
    twice = person_checks.numbers_told_twice(ctx, [(path, number) for path, (number, _) in rows.items()])
    return [*(one for one in found if one.code != f"number.{Conflict.PERSON_HAS_ANOTHER}"), *twice]


def _stay(row: ChangedPerson) -> dict[str, str | date | None]:
    told: dict[str, str | date | None] = {"residence_expires_on": row.residence_expires_on}
    return told | ({"residence_status": row.residence_status} if row.residence_status else {})


def _stays(record: PersonRecord, row: ChangedPerson) -> bool:
    return all(getattr(record, name) == value for name, value in _stay(row).items())


def _is_student(seen: Seen, row: ChangedPerson, day: date) -> bool:
    period = seen.period_of(row.person_id, day)
    return period is not None and period.residence_exception == STUDENT


def _not_insured(path: str, kind: str) -> Finding:
    return refusal(
        "change.not_insured",
        path,
        "この方は、その日に加入していません。加入している方を選び、日付を確かめてください。",
        "This person is not insured on that day. Choose somebody who is, and check the day.",
        ARTICLES[ChangeKind(kind)],
    )


def _no_student(path: str) -> Finding:
    return refusal(
        "change.not_a_student",
        f"{path}.student_status",
        "この方は、学生の特例(法116条)の登録がありません。初めての届出であれば「開始」を選んでください。",
        "Nobody recorded this person as a student. Choose “begins” for a first notification.",
        ARTICLES[ChangeKind.STUDENT],
    )


def _stay_is_over(path: str) -> Finding:
    return refusal(
        "change.stay_is_over",
        f"{path}.residence_expires_on",
        "新しい満了日が、許可の日より前です。在留カードを見て入力し直してください。"
        "在留期間が終わった方は、喪失の届出で処理してください。",
        "The new end of the stay is before the day of the permit. Look at the residence card; a stay that is "
        "over is a loss.",
        ARTICLES[ChangeKind.RESIDENCE],
    )
