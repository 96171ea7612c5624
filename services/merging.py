"""Making two records of one person one (名寄せ・統合): proposed, decided, and undone by two people (H16).

What contradicts is never resolved here: it is named, and mended first by the notification that it needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Text, cast, func, or_, select

from models import vault
from models.audit.tags import Tag
from models.case import Case
from models.certificate import CertificateEvent
from models.confirmation import OPEN, ConfirmationRow
from models.enrolment import Enrolment
from models.form_entry import FormEntry
from models.household import HouseholdHead, HouseholdMember
from models.income import Income
from models.merge import PersonMerge
from models.person import Person
from models.staff import names_of
from rules.eras import format_short
from services import audit, merge_rows, merge_shares, number_linking, person_sides, persons, two_people
from services.case_persons import names_person
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.person_sides import Side
from services.protection import list_marked

DECIDERS = frozenset({"verifier", "section_chief"})
MERGED = "同じ方の記録として統合された"
SHOWN = 200


class CannotBeMerged(RuleBroken):
    """Something of the two records contradicts, or something new hangs on what was merged; it is named."""

    code = "cannot_be_merged"


@dataclass(frozen=True)
class Obstacle:
    """Why two records cannot be made one, or apart again, as they stand; and what to do first.

    `household_id` is the household whose notification mends it, where one does.
    """

    ja: str
    en: str
    household_id: int | None = None


@dataclass(frozen=True)
class Comparison:
    """Two records beside one another: what is the same, what differs, and what stands against it."""

    kept: Side
    gone: Side
    differs: Sequence[str]
    obstacles: Sequence[Obstacle]


@dataclass(frozen=True)
class Page:
    """A proposal with both records and those who had to do with it."""

    row: PersonMerge
    comparison: Comparison
    names: Mapping[int, str]
    undo_obstacles: Sequence[Obstacle]


def compare(ctx: Context, kept_id: int, gone_id: int) -> Comparison:
    """Both records, and what stands against making them one.

    Raises:
        NotFound: one of them is not on record.
        RuleBroken: they are the same record.
    """
    if kept_id == gone_id:
        raise RuleBroken("同じ記録どうしは統合できません。", "These are one and the same record.")
    sides = person_sides.read_all(ctx, [kept_id, gone_id])
    if len(sides) < 2:
        raise NotFound("この方は登録されていません。検索し直してください。", "This person is not on record.")
    audit.record(ctx, Tag.MERGE_READ, f"person:{kept_id}", detail={"of": "comparison"})
    kept, gone = sides[kept_id], sides[gone_id]
    facts = ("name", "name_kana", "birth_date", "sex")
    differs = [name for name in facts if getattr(kept.record, name) != getattr(gone.record, name)]
    return Comparison(kept, gone, differs, _obstacles(ctx, kept, gone))


def propose(ctx: Context, kept_id: int, gone_id: int, reason: str) -> PersonMerge:
    """Propose that one record becomes part of the other.

    Raises:
        NotFound, RuleBroken: as `compare`; no reason; it is proposed already.
        CannotBeMerged: something contradicts.
    """
    _refuse(compare(ctx, kept_id, gone_id).obstacles)
    pair = PersonMerge.kept_id.in_((kept_id, gone_id)) & PersonMerge.gone_id.in_((kept_id, gone_id))
    if ctx.session.scalars(select(PersonMerge.id).where(pair, PersonMerge.state == "proposed")).first():
        raise RuleBroken("この二人の統合は、すでに申し出られています。", "That was proposed before.")
    row = PersonMerge(
        kept_id=kept_id,
        gone_id=gone_id,
        state="proposed",
        office_id=ctx.actor.office_id,
        reason=two_people.reason_of(reason),
        asked_at=ctx.at,
        asked_by_id=ctx.actor.staff_id,
        moved={},
        copied={},
        numbers=[],
    )
    ctx.session.add(row)
    ctx.session.flush()
    _tell(ctx, row, "proposed")
    return row


def decide(ctx: Context, merge_id: int, reason: str, *, merges: bool) -> PersonMerge:
    """Make them one, in one transaction, or refuse it.

    Raises:
        NotFound, NotAllowed, SomebodyElseWasFaster, RuleBroken: as every decision of a second person.
        CannotBeMerged: something contradicts by now.
    """
    row = _locked(ctx, merge_id, "proposed", "asked_by_id")
    row.decided_reason = two_people.reason_of(reason)
    row.state, row.decided_at, row.decided_by_id = "done" if merges else "refused", ctx.at, ctx.actor.staff_id
    if merges:
        persons.hold(ctx, [row.kept_id, row.gone_id])
        sides = person_sides.read_all(ctx, [row.kept_id, row.gone_id])
        _refuse(_obstacles(ctx, sides[row.kept_id], sides[row.gone_id]))
        merge_rows.hand_over(ctx, row)
        merge_shares.take_over(ctx, row, sides[row.kept_id], sides[row.gone_id])
        _settle_rows(ctx, row)
    _tell(ctx, row, "merged" if merges else "refused")
    return row


def ask_to_undo(ctx: Context, merge_id: int, reason: str) -> PersonMerge:
    """Propose that two records which were made one are two again.

    Raises:
        NotFound, SomebodyElseWasFaster, RuleBroken: there is no merge of this state, or no reason.
        CannotBeMerged: something new hangs on it that cannot be split.
    """
    row = _locked(ctx, merge_id, "done")
    _refuse(undo_obstacles(ctx, row))
    row.undo_reason = two_people.reason_of(reason)
    row.state, row.undo_asked_at, row.undo_asked_by_id = "undo_asked", ctx.at, ctx.actor.staff_id
    _tell(ctx, row, "undo_asked")
    return row


def decide_undo(ctx: Context, merge_id: int, reason: str, *, undoes: bool) -> PersonMerge:
    """Make them two again as they were, or leave them one.

    Raises:
        NotFound, NotAllowed, SomebodyElseWasFaster, RuleBroken: as every decision of a second person.
        CannotBeMerged: something new hangs on it that cannot be split.
    """
    row = _locked(ctx, merge_id, "undo_asked", "undo_asked_by_id")
    row.undo_decided_reason = two_people.reason_of(reason)
    if undoes:
        persons.hold(ctx, [row.kept_id, row.gone_id])
        _refuse(undo_obstacles(ctx, row))
        merge_rows.give_back(ctx, row)
        merge_shares.give_back(ctx, row)
        row.undone_at, row.undone_by_id = ctx.at, ctx.actor.staff_id
    row.state = "undone" if undoes else "done"
    _tell(ctx, row, "undone" if undoes else "goes_on")
    return row


def read(ctx: Context, merge_id: int) -> Page:
    """A proposal of the actor's office.

    Raises:
        NotFound: there is none.
    """
    row = _get(ctx, merge_id)
    comparison = compare(ctx, row.kept_id, row.gone_id)
    staff = (row.asked_by_id, row.decided_by_id, row.undo_asked_by_id, row.undone_by_id)
    against = undo_obstacles(ctx, row) if row.state in {"done", "undo_asked"} else ()
    return Page(row, comparison, names_of(ctx.session, staff), against)


def list_all(ctx: Context) -> list[tuple[PersonMerge, Side, Side]]:
    """The proposals of the actor's office, the newest first, with both persons."""
    statement = select(PersonMerge).where(PersonMerge.office_id == ctx.actor.office_id)
    rows = ctx.session.scalars(statement.order_by(PersonMerge.id.desc()).limit(SHOWN)).all()
    sides = person_sides.read_all(ctx, {one for row in rows for one in (row.kept_id, row.gone_id)})
    audit.record(ctx, Tag.MERGE_READ, detail={"found": len(rows)})
    return [(row, sides[row.kept_id], sides[row.gone_id]) for row in rows]


def to_count(actor: Actor, _today: date) -> Wanted:
    """How many proposals wait for whoever may decide, for the sidebar."""
    if not DECIDERS & actor.own_roles:
        return {}
    waiting = PersonMerge.state.in_(("proposed", "undo_asked"))
    return {
        "merges": select(func.count(PersonMerge.id)).where(waiting, PersonMerge.office_id == actor.office_id)
    }


def undo_obstacles(ctx: Context, row: PersonMerge) -> list[Obstacle]:
    """What new hangs on two records since they were made one, and cannot be split."""
    found = []
    for entity in merge_rows.COPIED:
        kind: type[Enrolment] = entity
        ids = [new for _, new in row.copied.get(merge_rows.name_of(entity), []) if new is not None]
        changed = select(kind.id).where(kind.id.in_(ids), kind.superseded_at.is_not(None))
        if ids and ctx.session.scalars(changed).first() is not None:
            what = {Enrolment: "資格", Income: "所得"}.get(kind, "世帯")
            found.append(
                Obstacle(
                    f"統合のあとに、引き継いだ{what}が変わっています。その届出を先に取り消してください。",
                    "What was taken over has changed since. Cancel that notification first.",
                )
            )
    papers = row.moved.get("certificate", [])
    later = select(CertificateEvent.id).where(
        CertificateEvent.certificate_id.in_(papers), CertificateEvent.at > row.decided_at
    )
    if papers and ctx.session.scalars(later).first() is not None:
        found.append(
            Obstacle(
                "統合のあとに、引き継いだ証が印刷・返還・失効しています。取り消せません。",
                "A certificate that was taken over has changed since.",
            )
        )
    if merge_shares.decided_since(ctx, row):
        found.append(
            Obstacle(
                "統合のあとに、引き継いだ負担割合の登録が承認されています。取り消せません。",
                "An entry of the share that was taken over has been approved since.",
            )
        )
    confirmed = vault.find_confirmed_of(ctx.session, row.kept_id)
    held = {
        one.reference for one in vault.find_all(ctx.session, row.numbers).values() if one.state == "confirmed"
    }
    if held and (confirmed is None or confirmed.reference not in held):
        found.append(
            Obstacle("統合のあとに、個人番号が変わっています。", "The Individual Number has changed since.")
        )
    return found


def _obstacles(ctx: Context, kept: Side, gone: Side) -> list[Obstacle]:
    ids = (kept.person.id, gone.person.id)
    rows = {one: merge_rows.open_rows(ctx, HouseholdMember, one) for one in ids}
    heads = {one: merge_rows.open_rows(ctx, HouseholdHead, one) for one in ids}
    checks = (
        (
            kept.person.merged_into_id is not None
            or gone.person.merged_into_id is not None
            or _has_gone(ctx, ids[1]),
            "どちらかの記録は、すでに統合されています。先にその統合を確かめてください。",
            "One of the records was merged before. Look at that merge first.",
        ),
        (
            any(_share_a_day(one, other) for one in kept.periods for other in gone.periods),
            "二つの記録の資格の期間が重なっています。重複した資格の届出を先に取り消してください。",
            "Their periods of eligibility overlap. Cancel the notification that is double first.",
        ),
        (
            kept.has_number and gone.has_number,
            "両方に個人番号が登録されています。確認リストか個人番号の変更の届出で、先に一つにしてください。",
            "Both have an Individual Number. Settle that first.",
        ),
        (
            merge_rows.have_same_card(ctx, *ids),
            "両方が同じ被保険者番号の枝番を持っています。同じ世帯への二重の届出を先に取り消してください。",
            "Both have a branch of the same insured number. Cancel the double notification first.",
        ),
        (
            kept.open_cases > 0 or gone.open_cases > 0 or _named_in_open_cases(ctx, gone.person.id),
            "進行中の届出があります。終わるのを待つか、取り下げてから統合してください。",
            "A case is open. Let it end, or withdraw it.",
        ),
        (
            merge_rows.earned_differently(ctx, *ids),
            "同じ年の所得が二つの記録で違っています。税の担当に確かめ、正しい所得のファイルを先に取り込んでください。",
            "The incomes of the same year differ. Ask the tax section and take in the right file first.",
        ),
        (
            merge_shares.both_wait(ctx, ids),
            "負担割合の登録が、両方の記録で確認を待っています。先に一方を決定するか、取り下げてください。",
            "An entry of the share waits for both. Decide or take back one of them first.",
        ),
        (
            gone.person.id in (marked := list_marked(ctx, ids)) and kept.person.id not in marked,
            "統合される記録に支援措置があります。残す記録に、先に支援措置を登録してください。",
            "The record that goes is under a protective measure. Set it for the other one first.",
        ),
    )
    found = [Obstacle(ja, en) for stands, ja, en in checks if stands]
    apart = _two_households(rows[ids[0]], rows[ids[1]]) or _two_households(heads[ids[0]], heads[ids[1]])
    return [*found, apart] if apart else found


def _share_a_day(one: Enrolment, other: Enrolment) -> bool:
    starts = max(one.acquired_on, other.acquired_on)
    return all(row.lost_on is None or row.lost_on > starts for row in (one, other))


def _two_households(rows: Sequence[HouseholdMember], others: Sequence[HouseholdMember]) -> Obstacle | None:
    """The first two memberships that contradict, and the change of household that brings them together."""
    pairs = ((row, other) for row in rows for other in others if row.household_id != other.household_id)
    apart = next((pair for pair in pairs if merge_rows.overlap(*pair)), None)
    if apart is None:
        return None
    day = max(apart[0].from_on, apart[1].from_on)
    return Obstacle(
        f"二つの記録が、{format_short(day)}から別の世帯に属しています。先に、残す記録の世帯で世帯合併の届出を受け、"
        f"統合される記録の方だけをこの世帯に移してください(異動日は{format_short(day)})。",
        f"They belong to two households since {day}. First take, at the household of the kept record, "
        f"a merge of households that brings the other record in, dated {day}.",
        apart[0].household_id,
    )


def _has_gone(ctx: Context, person_id: int) -> bool:
    """Whether another record was made part of this one before."""
    statement = select(Person.id).where(Person.merged_into_id == person_id)
    return ctx.session.scalars(statement).first() is not None


def _named_in_open_cases(ctx: Context, person_id: int) -> bool:
    """Whether an entry of a running case names the record, before anything is registered."""
    statement = (
        select(cast(FormEntry.data, Text))
        .join(Case, Case.id == FormEntry.case_id)
        .where(Case.state.in_(("open", "suspended")), cast(FormEntry.data, Text).contains("person_id"))
    )
    return any(names_person(text, person_id) for text in ctx.session.scalars(statement))


def _settle_rows(ctx: Context, row: PersonMerge) -> None:
    """What waits on the confirmation list for either because of the other, or for the record that went."""
    both = (row.kept_id, row.gone_id)
    concerned = or_(
        ConfirmationRow.person_id == row.gone_id,
        ConfirmationRow.person_id.in_(both) & ConfirmationRow.other_person_id.in_(both),
    )
    statement = select(ConfirmationRow).where(ConfirmationRow.state == OPEN, concerned)
    for one in ctx.session.scalars(statement.order_by(ConfirmationRow.id)):
        number_linking.settle(ctx, one, MERGED)


def _refuse(obstacles: Sequence[Obstacle]) -> None:
    if obstacles:
        raise CannotBeMerged(
            " ".join(one.ja for one in obstacles), " ".join(one.en for one in obstacles), "番号法16条"
        )


def _get(ctx: Context, merge_id: int) -> PersonMerge:
    statement = select(PersonMerge).where(
        PersonMerge.id == merge_id, PersonMerge.office_id == ctx.actor.office_id
    )
    row = ctx.session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("この統合は見つかりません。一覧から開き直してください。", "There is no such merge.")
    return row


def _locked(ctx: Context, merge_id: int, state: str, asked_by: str = "") -> PersonMerge:
    """The row of a state; of a decision, by somebody who may decide and did not ask."""
    row = _get(ctx, merge_id)
    if asked_by:
        two_people.must_have_any(
            ctx,
            DECIDERS,
            "統合を決定するのは、照合担当か課長です。",
            "A verifier or the section chief decides a merge.",
        )
        two_people.must_be_somebody_else(ctx, [getattr(row, asked_by)])
    if row.state != state:
        raise SomebodyElseWasFaster("この統合は、すでに決定されています。", "This was decided meanwhile.")
    return row


def _tell(ctx: Context, row: PersonMerge, deed: str) -> None:
    for person_id in (row.kept_id, row.gone_id):
        audit.record(ctx, Tag.MERGE_CHANGED, f"person:{person_id}", detail={"deed": deed, "row": row.id})
