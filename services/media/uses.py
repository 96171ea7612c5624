"""One use of a medium: approved by another, copied once, lent and returned by two, wiped (L6, M32, X15)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select

from interchange import sealed_file
from models.audit.tags import Tag
from models.medium import (
    APPROVED,
    ASKED,
    BROUGHT,
    COPIED,
    DROPPED,
    HANDED,
    LENT,
    OPEN,
    OUT,
    REFUSED,
    RETURNED,
    WIPED,
    Medium,
    MediumUse,
)
from services import audit, notices, staffing, two_people
from services.context import JST, Context
from services.contracting import receivers
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.media import ledger
from services.notices import About

CHIEF = "section_chief"
CARRIERS = frozenset({"counter", "contract_clerk", CHIEF})
BACK_BY = time(17, 0)
LARGEST = 20 * 1024 * 1024
LONGEST = {"what": 400, "why": 400, "from_place": 100, "to_place": 100}


COPIES = ("複製できるのは、申請した人か運ぶ人です。", "Only who asked or carries it copies.")


class CopyRefused(RuleBroken):
    """A copy without a valid approval, a second copy, or one after its time (M32)."""

    code = "copy_refused"


@dataclass(frozen=True)
class Wish:
    """What is asked: what is copied, why, from where to where, who carries it, until when it is back.

    `link_id`: the firm that receives it, by its place in the chain of a contract; None within the city.
    """

    what: str
    why: str
    from_place: str
    to_place: str
    carrier_id: int
    due_at: datetime
    link_id: int | None = None


@dataclass(frozen=True)
class CopiedFile:
    """What is sealed: a file as it was sent, the passphrase that the portal made, the number of records."""

    name: str
    content: bytes
    passphrase: str
    records: int


def ask(ctx: Context, medium_id: int, wish: Wish) -> MediumUse:
    """Ask to copy personal data to a registered medium.

    Raises:
        NotFound: no such medium in the actor's office.
        RuleBroken: it is destroyed or in use, something is missing, or it comes back too late.
        ReceiverNotWhole: it goes to a firm of whose chain something is missing.
    """
    medium = ledger.get(ctx, medium_id, lock=True)
    if medium.destroyed_on is not None or _open_use(ctx, medium) is not None:
        raise RuleBroken(
            "この媒体は廃棄済みか、使用中です。別の媒体を選ぶか、返却と消去を待ってください。",
            "It is destroyed or in use. Choose another one.",
        )
    texts = {name: " ".join(getattr(wish, name).split()) for name in LONGEST}
    if not all(texts.values()) or any(len(text) > LONGEST[name] for name, text in texts.items()):
        raise RuleBroken(
            "何を・なぜ・どこから・どこへを、すべて入力してください。", "Say what, why, from where to where."
        )
    _refuse_due(ctx, wish.due_at)
    if wish.carrier_id not in dict(carriers(ctx)):
        raise RuleBroken(
            "運ぶ人には、この課・窓口の窓口担当・契約担当・課長から選んでください。",
            "The carrier must be counter staff, a contract clerk or the chief of this office.",
        )
    if wish.link_id is None:
        receivers.refuse_hidden(ctx, texts["to_place"])
    _must_reach(ctx, wish.link_id)
    row = MediumUse(
        medium_id=medium.id,
        state=ASKED,
        **texts,
        carrier_id=wish.carrier_id,
        due_at=wish.due_at,
        link_id=wish.link_id,
        asked_at=ctx.at,
        asked_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    ctx.session.flush()
    _told(ctx, row, "asked")
    return row


def decide(ctx: Context, medium_id: int, use_id: int, words: str, *, approves: bool) -> MediumUse:
    """Approve or refuse a request.

    Raises:
        NotFound: there is none of this medium in the actor's office.
        NotAllowed: he is no section chief, or it was he who asked or who carries it.
        SomebodyElseWasFaster: it was decided already.
        ReceiverNotWhole: approved, while something is missing of the firm that receives it.
        RuleBroken: no reason.
    """
    row = locked(ctx, medium_id, use_id)
    two_people.must_have_any(
        ctx, frozenset({CHIEF}), "媒体への複製を承認できるのは課長です。", "Only the section chief approves."
    )
    two_people.must_not_be_borrowed(ctx, CHIEF)
    two_people.must_be_somebody_else(ctx, [row.asked_by_id, row.carrier_id])
    _must_be(row, ASKED)
    if approves:
        _must_reach(ctx, row.link_id)
    row.decided_words = two_people.reason_of(words)
    row.state = APPROVED if approves else REFUSED
    row.decided_at, row.decided_by_id = ctx.at, ctx.actor.staff_id
    _told(ctx, row, row.state)
    return row


def may_copy(ctx: Context, medium_id: int, use_id: int) -> MediumUse:
    """A use of which somebody is about to make the copy.

    Raises:
        NotFound: there is none of this medium in the actor's office.
        NotAllowed: it was neither he who asked nor he who carries it.
        SomebodyElseWasFaster: it is not approved, or copied already.
    """
    row = locked(ctx, medium_id, use_id)
    _must_be_of(ctx, row, *COPIES)
    _must_be(row, APPROVED)
    audit.record(ctx, Tag.MEDIUM_READ, f"medium:{row.medium_id}", detail={"use": row.id})
    return row


def copy(ctx: Context, medium_id: int, use_id: int, file: CopiedFile) -> bytes:
    """Seal a file for the medium; once, and only under an approval that still holds. Nothing of it is kept.

    Raises:
        NotFound: there is none of this medium in the actor's office.
        NotAllowed: it was neither he who asked nor he who carries it.
        CopyRefused: not approved, copied already, or over its time.
        ReceiverNotWhole: something is missing by now of the firm that receives it.
        RuleBroken: no file, one that is too large, or no count.
    """
    row = locked(ctx, medium_id, use_id)
    _must_be_of(ctx, row, *COPIES)
    if row.state != APPROVED or row.due_at <= ctx.at:
        raise CopyRefused(
            "承認が有効でないため複製できません(未承認、複製済み、又は返却期限を過ぎています)。申請し直してください。",
            "There is no approval in force: not approved, copied already, or over its time.",
        )
    _must_reach(ctx, row.link_id)
    if not file.content or len(file.content) > LARGEST or file.records < 1:
        raise RuleBroken(
            "複製するファイル(20MBまで)と件数を入力してください。",
            "Choose a file of up to 20 MB, and its count.",
        )
    sealed = sealed_file.seal(file.content, file.passphrase)
    row.state, row.copied_at, row.copied_by_id = COPIED, ctx.at, ctx.actor.staff_id
    row.file_name, row.size, row.records = file.name, len(sealed), file.records
    row.sha256 = hashlib.sha256(sealed).hexdigest()
    audit.record(
        ctx,
        Tag.MEDIUM_COPIED,
        f"medium:{row.medium_id}",
        detail={"use": row.id, "sha256": row.sha256, "records": file.records},
    )
    return sealed


def hand_over(ctx: Context, medium_id: int, use_id: int) -> MediumUse:
    """Give the medium to its carrier; the carrier says himself that he has it.

    Raises:
        NotFound: there is none of this medium in the actor's office.
        NotAllowed: the carrier would hand it to himself.
        ReceiverNotWhole: something is missing by now of the firm that receives it.
        SomebodyElseWasFaster: nothing was copied, or it is out already.
    """
    row = locked(ctx, medium_id, use_id)
    _must_be(row, COPIED)
    two_people.must_be_somebody_else(ctx, [row.carrier_id])
    _must_reach(ctx, row.link_id)
    row.state, row.handed_at, row.handed_by_id = HANDED, ctx.at, ctx.actor.staff_id
    _told(ctx, row, HANDED)
    return row


def receive(ctx: Context, medium_id: int, use_id: int) -> MediumUse:
    """Say that one has the medium in hand.

    Raises:
        NotFound: there is none of this medium in the actor's office.
        NotAllowed: he is not the carrier.
        SomebodyElseWasFaster: it was not handed over.
    """
    row = locked(ctx, medium_id, use_id)
    _must_be(row, HANDED)
    if ctx.actor.staff_id != row.carrier_id:
        raise NotAllowed("受け取れるのは、運ぶ人だけです。", "Only the carrier receives it.")
    row.state, row.lent_at = LENT, ctx.at
    _told(ctx, row, LENT)
    return row


def bring_back(ctx: Context, medium_id: int, use_id: int) -> MediumUse:
    """Say that one has brought the medium back; another one takes it.

    Raises:
        NotFound: there is none of this medium in the actor's office.
        NotAllowed: he is not the carrier.
        SomebodyElseWasFaster: it is not out.
    """
    row = locked(ctx, medium_id, use_id)
    _must_be(row, LENT)
    if ctx.actor.staff_id != row.carrier_id:
        raise NotAllowed("返却できるのは、運ぶ人だけです。", "Only the carrier brings it back.")
    row.state, row.brought_at, row.brought_by_id = BROUGHT, ctx.at, ctx.actor.staff_id
    _told(ctx, row, BROUGHT)
    return row


def take_back(ctx: Context, medium_id: int, use_id: int) -> MediumUse:
    """Take a medium that its carrier brought back, and lock it away.

    Raises:
        NotFound: there is none of this medium in the actor's office.
        NotAllowed: he brought it himself.
        SomebodyElseWasFaster: nobody brought it.
    """
    row = locked(ctx, medium_id, use_id)
    _must_be(row, BROUGHT)
    two_people.must_be_somebody_else(ctx, [row.brought_by_id])
    row.state, row.returned_at, row.returned_to_id = RETURNED, ctx.at, ctx.actor.staff_id
    _told(ctx, row, RETURNED)
    return row


def wipe(ctx: Context, medium_id: int, use_id: int, words: str) -> MediumUse:
    """Put down that the copy was wiped, and how that was seen; the use is finished.

    A copy that never left the office is wiped without having been lent.

    Raises:
        NotFound: there is none of this medium in the actor's office.
        SomebodyElseWasFaster: nothing was copied, or it is not back.
        RuleBroken: no words.
    """
    row = locked(ctx, medium_id, use_id)
    _must_be(row, RETURNED, COPIED)
    row.wiped_words = two_people.reason_of(words)
    row.state, row.wiped_at, row.wiped_by_id = WIPED, ctx.at, ctx.actor.staff_id
    _told(ctx, row, WIPED)
    return row


def drop(ctx: Context, medium_id: int, use_id: int) -> MediumUse:
    """Take back a request of which nothing was copied, so that the medium is free again.

    Raises:
        NotFound: there is none of this medium in the actor's office.
        NotAllowed: it was neither he who asked nor he who carries it.
        SomebodyElseWasFaster: it was refused or copied.
    """
    row = locked(ctx, medium_id, use_id)
    _must_be_of(
        ctx, row, "申請を取りやめられるのは、申請した人か運ぶ人です。", "Only who asked or carries it."
    )
    _must_be(row, ASKED, APPROVED)
    row.state = DROPPED
    _told(ctx, row, DROPPED)
    return row


def escalate(ctx: Context) -> int:
    """Tell the chiefs of every medium that is not back in time, once each; how many there were (X15)."""
    statement = (
        select(MediumUse, Medium.office_id)
        .join(Medium, Medium.id == MediumUse.medium_id)
        .where(MediumUse.state.in_(OUT), MediumUse.due_at < ctx.at, MediumUse.escalated_at.is_(None))
        .order_by(MediumUse.id)
    )
    late = ctx.session.execute(statement).all()
    for row, office_id in late:
        colleagues = staffing.of_office(ctx.session, office_id, ctx.today)
        told = {one.user_id for one in staffing.chiefs(colleagues)} | {row.carrier_id}
        notices.tell(ctx, told, About(notices.MEDIUM, f"{notices.MEDIUM}:{row.id}", number=row.medium_id))
        row.escalated_at = ctx.at
        _told(ctx, row, "escalated")
    return len(late)


def locked(ctx: Context, medium_id: int, use_id: int) -> MediumUse:
    """A use of this medium of the actor's office, held for this deed.

    Raises:
        NotFound: there is none.
    """
    statement = (
        select(MediumUse)
        .join(Medium, Medium.id == MediumUse.medium_id)
        .where(MediumUse.id == use_id, Medium.id == medium_id, Medium.office_id == ctx.actor.office_id)
        .with_for_update(of=MediumUse)
        .execution_options(populate_existing=True)
    )
    row = ctx.session.scalars(statement).one_or_none()
    if row is None:
        raise NotFound("この使用の記録は見つかりません。", "There is no such use of a medium.")
    return row


def _must_reach(ctx: Context, link_id: int | None) -> None:
    """Nothing goes to a firm while something is missing of its chain, looked at anew in each step."""
    if link_id is not None:
        receivers.must_be_whole(ctx, link_id)


def _refuse_due(ctx: Context, due_at: datetime) -> None:
    local = due_at.astimezone(JST)
    if due_at <= ctx.at or local.time() > BACK_BY:
        raise RuleBroken(
            f"返却の期限は、これからの日の{BACK_BY:%H:%M}までの時刻にしてください(当日のうちに確かめるため)。",
            f"It must be back at a time to come, by {BACK_BY:%H:%M}.",
        )


def _must_be_of(ctx: Context, row: MediumUse, ja: str, en: str) -> None:
    if not two_people.is_one_of(ctx, [row.asked_by_id, row.carrier_id]):
        raise NotAllowed(ja, en)


def _must_be(row: MediumUse, *states: str) -> None:
    if row.state not in states:
        raise SomebodyElseWasFaster(
            "この媒体の状態が変わっています。画面を開き直して、いまの状態を確かめてください。",
            "The state of this medium has changed. Open the page again.",
        )


def _open_use(ctx: Context, medium: Medium) -> int | None:
    statement = select(MediumUse.id).where(MediumUse.medium_id == medium.id, MediumUse.state.in_(OPEN))
    return ctx.session.scalars(statement).first()


def carriers(ctx: Context) -> list[tuple[int, str]]:
    """Who of the office may carry a medium."""
    here = staffing.of_office(ctx.session, ctx.actor.office_id, ctx.today)
    return [(one.user_id, one.name) for one in here if one.roles & CARRIERS]


def _told(ctx: Context, row: MediumUse, deed: str) -> None:
    detail = {"deed": deed, "use": row.id}
    audit.record(ctx, Tag.MEDIUM_CHANGED, f"medium:{row.medium_id}", detail=detail)
