"""What becomes of a printed certificate: handed over, posted, back undelivered, collected, lost (C2, H29).

Handed over at once only against a photo ID; else by post to the head (letters, section 1; issue B6). All of
it is appended to the certificate's events (`services.certificates.events`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from models.certificate import ENDED, EVENTS, Certificate, last_events
from models.document import PrintRequest
from models.masters import PaperKind
from services import print_queue
from services.certificates import events
from services.context import Context
from services.documents import certificate_ids
from services.errors import NotFound, RuleBroken

COUNTER, POST = "counter", "post"
PHOTO = "identity_one"
# Papers with a photo that the master files under their other use (Regulation of the My Number Act, art. 1).
PHOTO_OF_OTHER_USE = ("my_number_card", "passport", "residence_card")
MOST_SHOWN = "my_number_card"
OUT = frozenset({"handed_over", "posted"})
LONGEST_REASON = 200


class NotInOffice(RuleBroken):
    """The certificate does not lie printed in the office, so it can neither be handed over nor posted."""

    code = "certificate_not_in_office"


class NotPosted(RuleBroken):
    """Only what was posted can come back undelivered."""

    code = "certificate_not_posted"


class PhotoIdMissing(RuleBroken):
    """Handing over at once needs a photo ID; without one the certificate goes to the head by post."""

    code = "photo_id_missing"


class ReasonMissing(RuleBroken):
    """What was reported of a certificate needs its circumstances."""

    code = "reason_missing"


@dataclass(frozen=True)
class HandedOver:
    """What came of it for each paper: those that went out, and those that did not, with why."""

    done: tuple[PrintRequest, ...]
    left: tuple[tuple[PrintRequest, str, str], ...]  # request, why in Japanese and English


def hand_over(ctx: Context, request_ids: Sequence[int], way: str, photo_paper: str = "") -> HandedOver:
    """Say that checked papers went out, at the counter against a photo ID or by post.

    Raises:
        PhotoIdMissing: at the counter, and no paper with a photo is named.
    """
    reason = _photo(ctx, photo_paper) if way == COUNTER else None
    kind = "handed_over" if way == COUNTER else "posted"
    done: list[PrintRequest] = []
    left: list[tuple[PrintRequest, str, str]] = []
    for row in print_queue.choose(ctx, request_ids, lock=True):
        if row.state != print_queue.DONE:
            left.append((row, "紙の確認がまだです", "not checked yet"))
            continue
        ids = _in_office(ctx, certificate_ids(row))
        if not ids:
            left.append((row, "渡す証がありません", "nothing on it to hand over"))
            continue
        for one in ids:
            events.append(ctx, one, kind, None, reason)
        done.append(row)
    return HandedOver(tuple(done), tuple(left))


def hand_over_one(ctx: Context, certificate_id: int, way: str, photo_paper: str = "") -> Certificate:
    """Say that one certificate that lies in the office (again) went out.

    Raises:
        NotFound: there is none, or it lies in another office.
        NotInOffice: it is not printed, is out already, or has ended.
        PhotoIdMissing: at the counter, and no paper with a photo is named.
    """
    row = get(ctx, certificate_id, lock=True)
    _must_lie_here(ctx, row)
    reason = _photo(ctx, photo_paper) if way == COUNTER else None
    if not _in_office(ctx, (row.id,)):
        raise NotInOffice(
            f"証{row.serial}は、いま「{state_of(ctx, row)}」です。"
            "渡すか郵送できるのは、刷って手元にある証だけです。",
            f"Certificate {row.serial} does not lie printed in the office.",
        )
    events.append(ctx, row.id, "handed_over" if way == COUNTER else "posted", None, reason)
    return row


def take_back(ctx: Context, certificate_id: int, kind: str, reason: str) -> Certificate:
    """Write down that a certificate came back undelivered, was collected (回収) or lost (紛失).

    Raises:
        NotPosted: undelivered, and it was not posted last.
        ReasonMissing: lost or undelivered without its circumstances.
        CertificateEnded: it has ended already.
    """
    told = reason.strip()[:LONGEST_REASON]
    row = get(ctx, certificate_id, lock=True)
    if kind not in {"undelivered", "returned", "lost"}:
        raise KeyError(kind)
    if kind != "returned" and not told:
        raise ReasonMissing(
            "事情を入力してください(例:あて所に尋ねあたらない、財布ごと紛失)。",
            "Say what happened (e.g. unknown at the address, lost with the purse).",
        )
    if kind == "undelivered" and last_kind(ctx, row) != "posted":
        raise NotPosted(
            f"証{row.serial}は郵送していないため、不着にはできません。"
            f"いまの状態は「{state_of(ctx, row)}」です。",
            f"Certificate {row.serial} was not posted.",
        )
    events.record_event(ctx, row, kind, None, told or None)
    print_queue.strike_off_ended(ctx, row.household_id)
    return row


def deeds_for(kind: str) -> frozenset[str]:
    """What can be written down of a certificate whose last event is `kind`."""
    if kind == "not_returned":
        return frozenset({"returned"})
    if kind in ENDED:
        return frozenset()
    possible = {"returned", "lost"}
    if kind in print_queue.IN_OFFICE:
        possible |= {"handed_over", "posted"}
    if kind == "posted":
        possible.add("undelivered")
    return frozenset(possible)


def photo_papers(ctx: Context) -> list[tuple[str, str, str]]:
    """Papers with a photo, one of which is enough: (code, Japanese, English)."""
    bears_photo = or_(PaperKind.use == PHOTO, PaperKind.code.in_(PHOTO_OF_OTHER_USE))
    statement = select(PaperKind).where(PaperKind.active.is_(True), bears_photo)
    rows = ctx.session.scalars(statement.order_by(PaperKind.code != MOST_SHOWN, PaperKind.id))
    return [(row.code, row.name, row.name_en or row.name) for row in rows]


def get(ctx: Context, certificate_id: int, *, lock: bool = False) -> Certificate:
    """A certificate.

    Raises:
        NotFound: there is none.
    """
    statement = select(Certificate).where(Certificate.id == certificate_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = ctx.session.scalars(statement).one_or_none()
    if row is None:
        raise NotFound("この証は見つかりません。番号を確かめてください。", "There is no such certificate.")
    return row


def last_kind(ctx: Context, row: Certificate) -> str:
    """What happened to a certificate last."""
    return last_events(ctx.session, [row.id])[row.id].kind


def state_of(ctx: Context, row: Certificate) -> str:
    """The last event in Japanese."""
    return EVENTS[last_kind(ctx, row)][0]


def _must_lie_here(ctx: Context, row: Certificate) -> None:
    """A certificate lies in the office that printed it; what comes back is taken at every counter (N2)."""
    requests = select(PrintRequest).where(
        PrintRequest.household_id == row.household_id, PrintRequest.certificate_id.is_not(None)
    )
    offices = {one.office_id for one in ctx.session.scalars(requests) if row.id in certificate_ids(one)}
    if offices and ctx.actor.office_id not in offices:
        raise NotFound(
            "この証は、ほかの課・窓口で印刷され、そこにあります。渡すのはその窓口です。",
            "This certificate lies in the office that printed it; it is handed over there.",
        )


def _in_office(ctx: Context, ids: Sequence[int]) -> list[int]:
    if not ids:
        return []
    locked = select(Certificate.id).where(Certificate.id.in_(ids)).order_by(Certificate.id).with_for_update()
    ctx.session.scalars(locked).all()
    states = last_events(ctx.session, list(ids))
    return [one for one in ids if states[one].kind in print_queue.IN_OFFICE]


def _photo(ctx: Context, code: str) -> str:
    named = {paper: name for paper, name, _ in photo_papers(ctx)}
    if code not in named:
        raise PhotoIdMissing(
            "窓口で渡すときは、確認した写真付きの本人確認書類を選んでください。ないときは世帯主あてに郵送します。",
            "To hand it over, name the photo ID that was shown; without one it is posted to the head.",
        )
    return f"写真付き書類で確認:{named[code]}"[:LONGEST_REASON]
