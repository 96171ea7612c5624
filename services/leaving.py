"""What stands against leaving: no member, no head left, not everybody listed, papers (B5, facts.md 4.2)."""

from __future__ import annotations

from models.enrolment import list_periods_of
from rules.derivation import Decision
from rules.eligibility.loss import Loss, LossFlag, LossReason
from services import person_checks
from services.certificates import events
from services.context import Context
from services.entries.loss import LeavingPerson, LossEntry
from services.findings import Finding, from_rule, refusal, warning
from services.household_findings import Seen, not_members, without_head

LEAVES_HOUSEHOLD = frozenset({LossReason.MOVED_OUT, LossReason.DEATH, LossReason.RESIDENCE})


def findings(ctx: Context, told: LossEntry, seen: Seen, decisions: list[Decision[Loss]]) -> list[Finding]:
    """All findings of a loss, at the fields of the form."""
    rows = [(f"persons.{place}.person_id", row.person_id) for place, row in enumerate(told.persons)]
    found = not_members(seen, rows) or _moved_since(ctx, told, seen)
    if found:
        return found
    found += _law(decisions)
    paths = {f"persons.{place}": row for place, row in enumerate(told.persons)}
    told_of = {path: (row.number, row.person_id) for path, row in paths.items() if row.number is not None}
    numbers = person_checks.number_conflicts(ctx, told_of, asked=False)
    unissued = [row.person_id for row in told.persons if _is_said_unissued(row)]
    out = events.list_out_of(ctx, unissued)
    for path, row in paths.items():
        found += numbers.get(path, [])
        if out.get(row.person_id):
            found.append(_paper_is_out(path))
    return [
        *found,
        *_head(told, seen, decisions),
        *_whole(told, seen),
        *_special(told),
        *_was_head(told, seen),
    ]


def _moved_since(ctx: Context, told: LossEntry, seen: Seen) -> list[Finding]:
    """Somebody was here on that day, and his period goes on in another household since a later change."""
    away = [row.person_id for row in told.persons if seen.period_of(row.person_id, told.event_on) is None]
    periods = list_periods_of(ctx.session, away) if away else []
    elsewhere = {period.person_id for period in periods if period.covers(told.event_on)}
    return [
        refusal(
            "loss.moved_since",
            f"persons.{place}.person_id",
            "この方は、その日より後に別の国保世帯へ移っています(世帯分離又は世帯合併)。その前の日に喪失させるには、"
            "先に世帯変更の届出を取り消してください。移った後の日であれば、今の世帯を選び直してください。",
            "The person has moved to another household since. Cancel that change first, "
            "or choose the present household.",
            "国民健康保険法施行規則9条",
        )
        for place, row in enumerate(told.persons)
        if row.person_id in elsewhere
    ]


def _law(decisions: list[Decision[Loss]]) -> list[Finding]:
    """The rules' findings; the head is dealt with by `_head`, and a late notification is said once."""
    found: list[Finding] = []
    said: set[str] = set()
    for place, decision in enumerate(decisions):
        for one in from_rule(f"persons.{place}", decision.result.refusals, decision.result.cautions):
            if one.code == "loss.household_without_head" or one.message_ja in said:
                continue
            said.add(one.message_ja)
            found.append(one)
    return found


def _head(told: LossEntry, seen: Seen, decisions: list[Decision[Loss]]) -> list[Finding]:
    head_leaves = seen.head_id in told.person_ids and told.reason in LEAVES_HOUSEHOLD
    left = {period.person_id for period in seen.remaining_periods(told.event_on, told.person_ids)}
    path, named = "new_head_person_id", told.new_head_person_id
    if any(LossFlag.HOUSEHOLD_WITHOUT_HEAD in decision.result.flags for decision in decisions):
        return [without_head(path, len(left))]
    if named is None:
        return []
    if not head_leaves:
        return [
            refusal(
                "loss.head_stays",
                path,
                "世帯主はこの届出の後も世帯に残ります(加入していない世帯主として、保険料の納付義務者のままです)。"
                "世帯主を替えるときは、世帯主変更の届出で処理してください。",
                "The head stays in the household. To change the head, use the notification of change.",
                "国民健康保険法76条",
            )
        ]
    gone = set(told.person_ids)
    return not_members(seen, [(path, named)]) or (
        [
            refusal(
                "loss.new_head_leaves",
                path,
                "新しい世帯主として選ばれた方も、この届出で世帯を離れます。残る方の中から選んでください。",
                "The new head leaves by this notification, too. Choose somebody who remains.",
            )
        ]
        if named in gone
        else []
    )


def _whole(told: LossEntry, seen: Seen) -> list[Finding]:
    left = {period.person_id for period in seen.remaining_periods(told.event_on, told.person_ids)}
    if not told.whole_household or not left:
        return []
    return [
        refusal(
            "loss.not_everybody_listed",
            "household_part",
            f"世帯全員の転出となっていますが、この届出に載っていない加入中の方が{len(left)}人います。"
            "全員を載せるか、「一部」を選び直してください。",
            f"The whole household moves out, but {len(left)} insured member(s) are not listed. "
            "List everybody or choose “part”.",
        )
    ]


def _special(told: LossEntry) -> list[Finding]:
    if told.special_residence is None:
        return []
    return [
        refusal(
            "loss.special_residence",
            "special_residence",
            "学生又は施設入所による転出では、資格を喪失しません(住所地の特例)。喪失としては登録できないため、"
            "「届出を受ける」の「住所の特例」で、学生の特例又は住所地特例として受け付けてください。"
            "特例に当たらないときは「該当なし」を選んでください。",
            "A student or somebody in a facility does not lose eligibility by moving. "
            "Take it in as a residence exception, or choose “none”.",
            "国民健康保険法116条、116条の2",
        )
    ]


def _was_head(told: LossEntry, seen: Seen) -> list[Finding]:
    if told.was_head is None or told.was_head == (seen.head_id in told.person_ids):
        return []
    return [
        warning(
            "loss.head_disagrees",
            "was_head",
            "世帯主であったかどうかが、登録と違います。登録されている世帯主によって処理します。書類を確かめてください。",
            "Whether the person was the head differs from the record. The record is used; check the papers.",
        )
    ]


def _is_said_unissued(row: LeavingPerson) -> bool:
    return row.certificate is not None and row.certificate.kind == "not_issued"


def _paper_is_out(path: str) -> Finding:
    return warning(
        "loss.certificate_is_out",
        f"{path}.certificate",
        "証は交付されていないと入力されましたが、この方に交付中の証の記録があります。"
        "回収したか、回収できない理由を確かめて入力し直してください。",
        "No certificate was said to be issued, but one is out by the record. Check and enter it again.",
        "国民健康保険法施行規則7条",
    )
