"""The ledger of media: registering, what each holds, destroying one before a witness (L6, M33)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from models.audit.tags import Tag
from models.contractor import ChainLink
from models.medium import ASKED, OPEN, OUT, Medium, MediumUse
from models.staff import names_of
from services import audit, two_people
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster

KINDS = {
    "usb": ("USBメモリ(暗号化)", "USB stick (encrypted)"),
    "disc": ("光ディスク", "Optical disc"),
    "drive": ("外付けドライブ", "External drive"),
}
DESTROYING = {
    "shredder": ("シュレッダーで粉砕", "Shredded"),
    "magnetic": ("磁気破壊", "Degaussed"),
    "physical": ("穴開け・破壊", "Broken"),
}
SHOWN = 200
AUDITOR = "auditor"


@dataclass(frozen=True)
class Line:
    """A medium with the use that is not finished, and the names that stand beside it."""

    medium: Medium
    use: MediumUse | None
    names: Mapping[int, str]
    late: bool


@dataclass(frozen=True)
class Page:
    """A medium with all its uses, the newest first."""

    line: Line
    uses: Sequence[MediumUse]
    names: Mapping[int, str]


def list_all(ctx: Context) -> list[Line]:
    """The media of the actor's office (an auditor: all); what is late first. Looking is on record."""
    statement = (
        select(Medium, MediumUse)
        .outerjoin(MediumUse, (MediumUse.medium_id == Medium.id) & MediumUse.state.in_(OPEN))
        .order_by(Medium.destroyed_on.is_not(None), Medium.number)
        .limit(SHOWN)
    )
    if AUDITOR not in ctx.actor.own_roles:
        statement = statement.where(Medium.office_id == ctx.actor.office_id)
    rows = ctx.session.execute(statement).all()
    names = names_of(ctx.session, {use.carrier_id for _, use in rows if use is not None})
    audit.listed(ctx, "media", len(rows))
    lines = [Line(medium, use, names, is_late(use, ctx.at)) for medium, use in rows]
    return sorted(lines, key=lambda one: not one.late)


def read(ctx: Context, medium_id: int) -> Page:
    """One medium. Looking is on record.

    Raises:
        NotFound: there is none in the actor's office; an auditor sees those of every office.
    """
    medium = get(ctx, medium_id)
    statement = select(MediumUse).where(MediumUse.medium_id == medium.id).order_by(MediumUse.id.desc())
    with_firm = joinedload(MediumUse.receiver).joinedload(ChainLink.firm)
    uses = ctx.session.scalars(statement.limit(SHOWN).options(with_firm)).all()
    people = {
        who
        for one in uses
        for who in (
            *(one.asked_by_id, one.decided_by_id, one.carrier_id, one.copied_by_id, one.handed_by_id),
            *(one.brought_by_id, one.returned_to_id, one.wiped_by_id),
        )
    } | {medium.added_by_id, medium.destroyed_by_id, medium.witness_id}
    names = names_of(ctx.session, people)
    audit.record(ctx, Tag.MEDIUM_READ, f"medium:{medium.id}")
    use = next((one for one in uses if one.state in OPEN), None)
    return Page(Line(medium, use, names, is_late(use, ctx.at)), uses, names)


def is_late(use: MediumUse | None, at: datetime) -> bool:
    """Whether a medium should be back in its place."""
    return use is not None and use.state in OUT and use.due_at < at


def add(ctx: Context, number: str, kind: str, serial: str, place: str) -> Medium:
    """Register a medium.

    Raises:
        NotAllowed: the actor belongs to no office.
        RuleBroken: something is missing, or the number is there already.
    """
    if ctx.actor.office_id is None:
        raise NotAllowed("配属のある職員が登録してください。", "Somebody of an office must register it.")
    number = number.strip()
    if not number or kind not in KINDS or not place.strip():
        raise RuleBroken(
            "管理番号・種類・保管場所を入力してください。", "Give the number, the kind and the place."
        )
    if ctx.session.scalars(select(Medium.id).where(Medium.number == number)).first() is not None:
        raise RuleBroken("この管理番号は、すでに登録されています。", "There is a medium of this number.")
    row = Medium(
        number=number[:20],
        kind=kind,
        serial=serial.strip()[:60],
        place=place.strip()[:100],
        office_id=ctx.actor.office_id,
        added_at=ctx.at,
        added_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(ctx, Tag.MEDIUM_CHANGED, f"medium:{row.id}", detail={"deed": "added", "kind": kind})
    return row


def destroy(ctx: Context, medium_id: int, way: str, words: str) -> Medium:
    """Put down that a medium was destroyed; it counts when another person has witnessed it.

    Raises:
        NotFound: there is none in the actor's office.
        SomebodyElseWasFaster: it was destroyed already.
        RuleBroken: a use is not finished, no way, or no words.
    """
    row = get(ctx, medium_id, lock=True)
    if row.destroyed_on is not None:
        raise SomebodyElseWasFaster("この媒体は、すでに廃棄されています。", "It was destroyed already.")
    open_one = select(MediumUse.id).where(MediumUse.medium_id == row.id, MediumUse.state.in_(OPEN))
    if ctx.session.scalars(open_one).first() is not None:
        raise RuleBroken(
            "この媒体の使用が終わっていません。返却と消去を記録してから廃棄してください。",
            "A use of it is not finished: return and wiping come first.",
        )
    if way not in DESTROYING:
        raise RuleBroken("廃棄の方法を選んでください。", "Choose how it was destroyed.")
    row.destroyed_words = two_people.reason_of(words)
    row.destroyed_on, row.destroyed_way, row.destroyed_by_id = ctx.today, way, ctx.actor.staff_id
    audit.record(ctx, Tag.MEDIUM_CHANGED, f"medium:{row.id}", detail={"deed": "destroyed", "way": way})
    return row


def witness(ctx: Context, medium_id: int) -> Medium:
    """Say that one saw it destroyed; another person than who destroyed it.

    Raises:
        NotFound: there is none in the actor's office.
        NotAllowed: it was he who destroyed it.
        SomebodyElseWasFaster: nothing is left to be witnessed.
    """
    row = get(ctx, medium_id, lock=True)
    if row.destroyed_on is None or row.witness_id is not None:
        raise SomebodyElseWasFaster("立会いを記録する廃棄はありません。", "Nothing is left to witness.")
    two_people.must_be_somebody_else(ctx, [row.destroyed_by_id])
    row.witness_id, row.witnessed_at = ctx.actor.staff_id, ctx.at
    audit.record(ctx, Tag.MEDIUM_CHANGED, f"medium:{row.id}", detail={"deed": "witnessed"})
    return row


def get(ctx: Context, medium_id: int, *, lock: bool = False) -> Medium:
    """A medium of the actor's office; to be looked at only, an auditor gets one of any office.

    Raises:
        NotFound: there is none.
    """
    row = ctx.session.get(Medium, medium_id, with_for_update=lock or None, populate_existing=lock)
    looks = AUDITOR in ctx.actor.own_roles and not lock
    if row is None or (row.office_id != ctx.actor.office_id and not looks):
        raise NotFound("この媒体は登録されていません。", "There is no such medium.")
    return row


def to_count(actor: Actor, _today: date) -> Wanted:
    """How many requests wait for whoever decides, and uses are not finished for the contract section."""
    if not actor.own_roles & {"section_chief", "contract_clerk"}:
        return {}
    states = (ASKED, *OUT) if "section_chief" in actor.own_roles else OPEN
    statement = (
        select(func.count())
        .select_from(MediumUse)
        .join(Medium, Medium.id == MediumUse.medium_id)
        .where(Medium.office_id == actor.office_id, MediumUse.state.in_(states))
    )
    return {"media": statement}
