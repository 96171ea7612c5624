"""Residence exceptions: students away from home (法116条) and people in facilities (法116条の2); F16 and F17.

What stands against an entry is what stands against the change of which it consists (services/change.py),
and what the exception itself asks for. How it ends: the person comes back, or lives elsewhere and is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from models.notification import Notification
from models.person import list_current
from rules.ages import ages_possible_on
from services import change, loss, registry_blocks, resident_kinds
from services.context import Context
from services.entries import reading
from services.entries.reading import Entry
from services.findings import Finding, Registered, refusal, refusals_in, warning
from services.household_findings import Seen, look, not_members

STUDENT, FACILITY = "student", "facility"
ENTER, TRANSFER, END = "enter", "transfer", "end"
ARTICLES: Final = {
    STUDENT: "国民健康保険法116条、施行規則5条",
    FACILITY: "国民健康保険法116条の2、施行規則5条の2",
}
NAMES: Final = {
    STUDENT: ("学生の特例", "the exception for students"),
    FACILITY: ("住所地特例", "the exception for facilities"),
}
ADULT = 18
RETURNED, ELSEWHERE = "returned", "elsewhere"
MOVED_OUT = "01"


def check_student(ctx: Context, entry: Entry) -> list[Finding]:
    """What stands against F16: begin (該当), continue (継続), end (非該当)."""
    told = {**entry, "kind": STUDENT, "persons": [_student_row(entry, row) for row in entry["persons"]]}
    found = [_at_person(one) for one in change.check(ctx, told)]
    seen, _ = look(ctx, int(entry["household_id"]), reading.required_day(entry, "event_on"))
    if seen is None or entry["reason"] == END:
        return found + _about_the_end(ctx, entry)
    day = reading.required_day(entry, "event_on")
    found += [] if seen.insured_on(day) - _ids(entry) else [_everybody_leaves()]
    return found + [
        _works(f"persons.{place}.works_full_time")
        for place, row in enumerate(entry["persons"])
        if row.get("works_full_time")
    ]


def check_facility(ctx: Context, entry: Entry) -> list[Finding]:
    """What stands against F17: enter (該当), transfer to another facility (変更), continue, end (非該当)."""
    day = reading.required_day(entry, "event_on")
    seen, found = look(ctx, int(entry["household_id"]), day)
    if seen is None:
        return found
    ids = sorted(_ids(entry))
    found = not_members(seen, [("persons.0.person_id", one) for one in ids])
    if found:
        return found
    if entry["reason"] in {ENTER, TRANSFER}:
        found = [_at_person(one) for one in change.check(ctx, _as_change(entry, seen))]
    marked = registry_blocks.still_marked(ctx, seen.household_id, ids, day, FACILITY)
    if entry["reason"] == ENTER:
        found += [_marked_already()] if marked else []
        return found + _about_entering(ctx, entry, seen, day)
    found += [] if marked else [_not_marked(FACILITY)]
    return found + _about_the_end(ctx, entry)


def end(
    ctx: Context,
    notification: Notification,
    household_id: int,
    rows: Sequence[Mapping[str, Any]],
    ended_on: date,
    delivery: str,
) -> Registered:
    """End the exception: who came back stays insured without the mark; who lives elsewhere is lost (法8条).

    Raises:
        NotInsured, RegistrationRefused: the register does not allow it.
    """
    back = {int(row["person_id"]): row for row in rows if row.get("afterwards") == RETURNED}
    gone = [row for row in rows if row.get("afterwards") != RETURNED]
    done = Registered(household_id)
    if back:
        registry_blocks.mark(ctx, notification, household_id, list(back), ended_on, None)
        resident_kinds.come_back(ctx, list(back), household_id, ended_on, notification)
        returns = {one: reading.certificate_return(row) for one, row in back.items()}
        done = registry_blocks.renew_certificates(
            ctx, notification, household_id, returns, ended_on, delivery
        )
    if gone:
        ids = [int(row["person_id"]) for row in gone]
        registry_blocks.mark(ctx, notification, household_id, ids, ended_on, None)
        lost = loss.register(ctx, notification, _as_loss(ctx, household_id, gone, ended_on), delivery)
        done = _together(done, lost)
    return done


def _as_loss(
    ctx: Context, household_id: int, rows: Sequence[Mapping[str, Any]], ended_on: date
) -> dict[str, Any]:
    """The loss that follows, as an entry: he lives in another municipality since (法8条1項)."""
    persons = [
        {"person_id": row["person_id"], "certificate": row.get("certificate") or "not_returned"}
        | {name: row[name] for name in ("not_returned_reason", "not_returned_detail") if row.get(name)}
        for row in rows
    ]
    return {
        "reason": MOVED_OUT,
        "household_id": household_id,
        "event_on": ended_on.isoformat(),
        "received_on": max(ctx.today, ended_on).isoformat(),
        "persons": persons,
    }


def _together(one: Registered, other: Registered) -> Registered:
    return replace(
        other,
        person_ids=(*one.person_ids, *other.person_ids),
        certificate_ids=(*one.certificate_ids, *other.certificate_ids),
        print_request_ids=(*one.print_request_ids, *other.print_request_ids),
        messages=(*one.messages, *other.messages),
    )


def _student_row(entry: Entry, row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "student_status": entry["reason"]}


def _as_change(entry: Entry, seen: Seen) -> dict[str, Any]:
    """A move, and a split where somebody is left behind: the change that the law looks at."""
    persons = [{**row, "new_household_number": 1, "relationship": "head"} for row in entry["persons"]]
    splits = entry["reason"] == ENTER and seen.member_ids != _ids(entry)
    place = {"new_address": entry["facility_address"]}
    return {**entry, "kind": "split" if splits else "address", "persons": persons, **place}


def _about_entering(ctx: Context, entry: Entry, seen: Seen, day: date) -> list[Finding]:
    ids, found = _ids(entry), []
    if not ids <= seen.insured_on(day):
        found.append(_not_insured(FACILITY))
    records = list_current(ctx.session, list(ids))
    young = [one for one in records.values() if ages_possible_on(one.birth, day)[1] < ADULT]
    return found + ([_child()] if young else [])


def _about_the_end(ctx: Context, entry: Entry) -> list[Finding]:
    rows = [row for row in entry["persons"] if row.get("afterwards") == ELSEWHERE]
    if entry["reason"] != END:
        return []
    if not rows:
        return []
    day = reading.required_day(entry, "event_on")
    found = loss.check(ctx, _as_loss(ctx, int(entry["household_id"]), rows, day))
    stands_against = [replace(one, path="persons.0.person_id") for one in refusals_in(found)]
    return stands_against + _leads_to_loss()


def _leads_to_loss() -> list[Finding]:
    return [
        warning(
            "exception.leads_to_loss",
            "persons.0.afterwards",
            "市外に住み続けるため、特例の終了とともに国保の資格を喪失します。資格喪失証明書を交付し、"
            "新しい市区町村で加入の手続をするよう説明してください。",
            "The person goes on living elsewhere and loses eligibility with the exception. He joins there.",
            "国民健康保険法8条",
        )
    ]


def _at_person(one: Finding) -> Finding:
    """The row of the change's form stands at the person in ours."""
    head, dot, last = one.path.rpartition(".")
    if last in {"student_status", "new_household_number", "relationship"} and dot:
        return replace(one, path=f"{head}.person_id")
    return one


def _ids(entry: Entry) -> set[int]:
    return {int(row["person_id"]) for row in entry["persons"]}


def _everybody_leaves() -> Finding:
    return refusal(
        "exception.everybody_leaves",
        "persons",
        "この世帯の加入者全員が市外へ移ることになっています。学生の特例は、この世帯の仕送りで"
        "暮らす学生だけが移るときのものです。世帯全員が移るときは、転出による資格喪失届を受け付けてください。",
        "All insured members would leave. The exception is for a student whom the household supports; "
        "take a loss by moving out instead.",
        ARTICLES[STUDENT],
    )


def _works(path: str) -> Finding:
    return refusal(
        "exception.earns_own_living",
        path,
        "働いて自分で生計を立てている方は、学生の特例の対象になりません(夜間の学校に通う会社員など)。"
        "転出による資格喪失届を受け付けてください。",
        "Who earns his own living is no student in the sense of art. 116. Take a loss by moving out.",
        ARTICLES[STUDENT],
    )


def _not_insured(exception: str) -> Finding:
    return refusal(
        "exception.not_insured",
        "persons.0.person_id",
        "この方は、その日に加入していません。加入している方を選び、日付を確かめてください。",
        "This person is not insured on that day. Choose somebody who is, and check the day.",
        ARTICLES[exception],
    )


def _not_marked(exception: str) -> Finding:
    ja, en = NAMES[exception]
    return refusal(
        "exception.not_on_record",
        "persons.0.person_id",
        f"この方には{ja}の登録がありません。初めての届出であれば「該当」を選んで受け付けてください。",
        f"Nobody recorded {en} for this person. Take a first notification instead.",
        ARTICLES[exception],
    )


def _marked_already() -> Finding:
    return refusal(
        "exception.on_record_already",
        "persons.0.person_id",
        "この方には、住所地特例の登録が既にあります。別の施設へ移ったときは「変更」を選んで受け付けてください。",
        "The exception stands on record already. Take a change of facility instead.",
        ARTICLES[FACILITY],
    )


def _child() -> Finding:
    return warning(
        "exception.child",
        "persons.0.person_id",
        "18歳未満の方です。施設に入る子は、家族の世帯に残す扱い(マル遠)のことがあります。措置や生計の状況を確かめてください。",
        "A minor may have to stay in the family's household. Check how he is supported.",
        ARTICLES[FACILITY],
    )
