"""The monthly lists from which the office acts ex officio (職権; docs/procedures/ex-officio.md).

A list is made from the register for a kind and a month, and may be made again: what was decided stays. What
is decided is in `services/batch/deciding.py`; cases are begun by the worker, as jobs (Ruling 10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from interchange.juki.deaths import DeathsFile
from interchange.juki.register_file import RegisterFileWrong
from models.audit.tags import Tag
from models.ex_officio import ExOfficioRow
from models.household import Household
from models.person import PersonRecord
from rules.periods import month_start
from services import audit, jobs
from services.batch import monthly_candidates as candidates
from services.batch.monthly_candidates import Candidate
from services.context import SYSTEM, Actor, Context
from services.counts import Wanted
from services.errors import NotAllowed, NotFound, ServiceError

CHIEF = "section_chief"
SHOWN = 500
NO_LONGER = "一覧を作り直したとき、該当しなくなっていた"
_register: list[DeathsFile] = []


class DeathsFileRefused(ServiceError):
    """The file of deaths cannot be used as it is; nothing of it was taken."""

    code = "deaths_file"


@dataclass(frozen=True)
class Kind:
    """A list: its names, the law behind it, the reason of loss of its cases, and what is done in the end."""

    ja: str
    en: str
    article: str
    reason: str
    done_ja: str
    done_en: str
    leads_to_ja: str
    leads_to_en: str


_LOSS = ("案件を開始", "Case begun")
KINDS: dict[str, Kind] = {
    "reaching_75": Kind(
        "75歳到達",
        "Reaching 75",
        "高齢者の医療の確保に関する法律52条、国民健康保険法6条8号・8条",
        "05",
        *_LOSS,
        "決定すると、後期高齢者医療への移行による喪失の案件が始まります。",
        "A decision begins a case of loss (late-elderly scheme).",
    ),
    "reaching_70": Kind(
        "70歳到達",
        "Reaching 70",
        "国民健康保険法42条1項3号、施行規則7条の4",
        "",
        "証の交付を依頼",
        "Certificates asked for",
        "決定すると、割合の変わる日から使う証の交付を印刷待ちに入れます。資格は変わりません。",
        "A decision puts certificates that hold from the change of the share into the print queue.",
    ),
    "residence_ending": Kind(
        "在留期間満了",
        "Residence ending",
        "国民健康保険法6条11号、施行規則1条",
        "07",
        *_LOSS,
        "更新のないことを確かめて日付を定めた方だけ、喪失の案件が始まります。",
        "A decision begins a case of loss for those whose stay was seen to have ended.",
    ),
    "student_proof_due": Kind(
        "学生の証明",
        "Proof of study due",
        "国民健康保険法116条",
        "",
        "案内済",
        "Reminded",
        "決定すると、証明の提出を案内したことを記録します。案件は始まりません。",
        "A decision records that the proof was asked for; no case begins.",
    ),
    "deaths": Kind(
        "死亡",
        "Deaths",
        "国民健康保険法8条、施行規則12条",
        "04",
        *_LOSS,
        "決定すると、死亡による喪失の案件が始まります。",
        "A decision begins a case of loss by death.",
    ),
}


@dataclass(frozen=True)
class Made:
    """What making a list did: how many came new, stayed, and fell away."""

    added: int
    kept: int
    gone: int


@dataclass(frozen=True)
class Listed:
    """A row as the list shows it."""

    row: ExOfficioRow
    person: PersonRecord
    household_number: str
    error: str


def configure(register: DeathsFile) -> None:
    """Say where the register's file of deaths is; `create_app` hands it in."""
    _register[:] = [register]


def make_list(ctx: Context, kind: str, month: date) -> Made:
    """Find who stands on a list and bring it up to date; what was decided or left out stays as it is.

    Raises:
        NotFound: there is no such list.
        NotAllowed: the actor is neither the section chief nor the worker.
        DeathsFileRefused: the file of deaths is wrong; nothing was changed.
    """
    _must_be_chief(ctx, get_kind(kind))
    month = month_start(month)
    decided = _decided_in_other_months(ctx, kind, month)
    found = [one for one in _find(ctx, kind, month) if one.person_id not in decided]
    rows = {row.person_id: row for row in _rows(ctx, kind, month)}
    added = [_row(ctx, kind, month, one) for one in found if one.person_id not in rows]
    ctx.session.add_all(added)
    for one in found:
        if one.person_id in rows:
            _refresh(rows[one.person_id], one)
    listed = {one.person_id for one in found}
    gone = [row for row in rows.values() if row.state == "listed" and row.person_id not in listed]
    for row in gone:
        row.state, row.excluded_because = "excluded", NO_LONGER
    detail = {"month": f"{month:%Y-%m}", "added": len(added), "gone": len(gone)}
    audit.record(ctx, Tag.LIST_MADE, f"ex_officio:{kind}", detail=detail)
    ctx.session.flush()
    return Made(len(added), len(rows) - len(gone), len(gone))


def get_kind(kind: str) -> Kind:
    """The list of a name.

    Raises:
        NotFound: there is none.
    """
    if kind not in KINDS:
        raise NotFound("この一覧はありません。種類を選び直してください。", "There is no such list.")
    return KINDS[kind]


def read(ctx: Context, kind: str, month: date) -> list[Listed]:
    """A list, what is to be decided first; looking at it is recorded."""
    get_kind(kind)
    order = case({"listed": 0, "decided": 1, "opened": 2}, value=ExOfficioRow.state, else_=3)
    statement = (
        select(ExOfficioRow, PersonRecord, Household.household_number)
        .join(PersonRecord, PersonRecord.person_id == ExOfficioRow.person_id)
        .join(Household, Household.id == ExOfficioRow.household_id)
        .where(
            ExOfficioRow.kind == kind,
            ExOfficioRow.month == month_start(month),
            PersonRecord.superseded_at.is_(None),
        )
        .order_by(order, ExOfficioRow.needs_decision.desc(), ExOfficioRow.due_on, ExOfficioRow.id)
        .limit(SHOWN)
    )
    found = ctx.session.execute(statement).all()
    errors = jobs.errors_of(ctx, [row.key for row, _, _ in found if row.state == "decided"])
    audit.record(ctx, Tag.PERSON_SEARCHED, f"ex_officio:{kind}", detail={"found": len(found)})
    return [Listed(row, person, number, errors.get(row.key, "")) for row, person, number in found]


def count_by_kind(ctx: Context, month: date) -> dict[str, dict[str, int]]:
    """How many rows of a month are in which state, by kind."""
    statement = (
        select(ExOfficioRow.kind, ExOfficioRow.state, func.count())
        .where(ExOfficioRow.month == month_start(month))
        .group_by(ExOfficioRow.kind, ExOfficioRow.state)
    )
    told: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    for kind, state, count in ctx.session.execute(statement):
        told[kind][state] = count
    return told


def to_count(actor: Actor, today: date) -> Wanted:
    """How many rows wait for the chief's decision, for the sidebar."""
    if CHIEF not in actor.own_roles:
        return {}
    listed = ExOfficioRow.state == "listed", ExOfficioRow.month <= month_start(today)
    return {"ex_officio": select(func.count(ExOfficioRow.id)).where(*listed)}


def opened(ctx: Context, row_id: int, case_id: int) -> None:
    """Say which case a decided row has begun."""
    row = lock(ctx, [row_id])[0]
    row.state, row.case_id = "opened", case_id


def lock(ctx: Context, row_ids: Sequence[int]) -> list[ExOfficioRow]:
    """Rows by id, as they are now, held for this transaction."""
    statement = select(ExOfficioRow).where(ExOfficioRow.id.in_(list(row_ids))).order_by(ExOfficioRow.id)
    return list(ctx.session.scalars(statement.with_for_update().execution_options(populate_existing=True)))


def _must_be_chief(ctx: Context, _kind: Kind) -> None:
    if CHIEF not in ctx.actor.own_roles and ctx.actor != SYSTEM:
        raise NotAllowed(
            "職権処理の一覧を作るのは課長です。", "The section chief makes the ex officio lists."
        )


def _find(ctx: Context, kind: str, month: date) -> list[Candidate]:
    if kind == "residence_ending":
        return candidates.residence_ending(ctx, month)
    if kind == "student_proof_due":
        return candidates.student_proof_due(ctx, month)
    if kind == "deaths":
        return _deaths(ctx, month)
    return candidates.reaching(ctx, month, kind)


def _deaths(ctx: Context, month: date) -> list[Candidate]:
    if not _register:
        raise RuntimeError("services.ex_officio.configure was not called")
    try:
        told = _register[0].read(ctx.today)
    except RegisterFileWrong as error:
        place = f"({error.line}行目)" if error.line else ""
        raise DeathsFileRefused(
            f"死亡のファイルを読めません。{error.message_ja}{place}。何も取り込んでいません。"
            "住民記録の担当に正しいファイルを置いてもらい、もう一度作成してください。",
            f"The file of deaths cannot be read: {error.message_en}"
            f"{f' (line {error.line})' if error.line else ''}. Nothing was taken from it. "
            "Ask for a right file and make the list again.",
        ) from error
    return candidates.deaths(ctx, month, told)


def _decided_in_other_months(ctx: Context, kind: str, month: date) -> set[int]:
    """Who was dealt with on the list of another month: a birth known in part, a death told late."""
    statement = select(ExOfficioRow.person_id).where(
        ExOfficioRow.kind == kind, ExOfficioRow.month != month, ExOfficioRow.state.in_(("decided", "opened"))
    )
    if kind == "student_proof_due":  # due again each year
        statement = statement.where(ExOfficioRow.due_on >= month)
    return set(ctx.session.scalars(statement))


def _rows(ctx: Context, kind: str, month: date) -> list[ExOfficioRow]:
    statement = select(ExOfficioRow).where(ExOfficioRow.kind == kind, ExOfficioRow.month == month)
    return list(ctx.session.scalars(statement.with_for_update()))


def _row(ctx: Context, kind: str, month: date, one: Candidate) -> ExOfficioRow:
    return ExOfficioRow(
        kind=kind,
        month=month,
        person_id=one.person_id,
        household_id=one.household_id,
        due_on=one.due_on,
        needs_decision=one.needs_decision,
        note=one.note,
        article=KINDS[kind].article,
        event_on=one.due_on,
        reason=KINDS[kind].reason,
        state="listed",
        made_at=ctx.at,
        made_by_id=ctx.actor.staff_id,
    )


def _refresh(row: ExOfficioRow, one: Candidate) -> None:
    if row.state == "excluded" and row.excluded_because == NO_LONGER:
        row.state, row.excluded_because = "listed", None
    if row.state == "listed":
        row.household_id, row.due_on, row.event_on = one.household_id, one.due_on, one.due_on
        row.needs_decision, row.note = one.needs_decision, one.note
