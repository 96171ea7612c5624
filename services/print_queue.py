"""What waits to be printed, checked or handed over: the clerk's list by state, kind and postal area (C3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from models.audit.tags import Tag
from models.certificate import ENDED, EVENTS, CertificateEvent, last_events
from models.document import PrintEvent, PrintRequest
from models.staff import names_of
from services import audit
from services.context import Actor, Context
from services.counts import Wanted
from services.documents import certificate_ids, tray_of
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster

WAITING, PRINTED, DONE, CANCELLED = "waiting", "printed", "done", "cancelled"
TO_HAND_OVER = "to_hand_over"  # checked, and a certificate on it is still in the office
STATES = {
    WAITING: ("印刷待ち", "To print"),
    PRINTED: ("確認待ち", "To check"),
    TO_HAND_OVER: ("交付待ち", "To hand over"),
}
DELIVERIES = {"counter": ("窓口", "Counter"), "post": ("郵送", "Post"), "inner": ("庁内", "In the office")}
IN_OFFICE = frozenset({"printed", "undelivered"})
HAND_OVER_DAYS = 90  # what lies longer is found by the certificate itself
PAGE_SIZE = 100
MOST_AT_ONCE = 200  # papers in one PDF
REFUSED = "refused"
PAPER_ON = ("printed", "reprinted")  # events that brought a request on paper


class StillNeeded(RuleBroken):
    """A paper whose certificate is in force is not struck off the queue; its notification is cancelled."""

    code = "paper_still_needed"


@dataclass(frozen=True)
class Wish:
    """What the list is narrowed to; empty means all."""

    state: str = WAITING
    kind: str = ""
    area: str = ""
    delivery: str = ""
    page: int = 1


@dataclass(frozen=True)
class Row:
    """One paper: `name` is the first person on it, `more` how many others, `run_id` its last run."""

    request: PrintRequest
    name: str
    more: int
    trouble: PrintEvent | None
    run_id: int | None = None


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue, with counts beside it."""

    wish: Wish
    rows: Sequence[Row]
    states: dict[str, int]
    kinds: Sequence[tuple[str, int]]
    areas: Sequence[tuple[str, int]]
    count: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE_SIZE))


def read(ctx: Context, wish: Wish) -> QueuePage:
    """The page of the actor's office, in order of postal area, household and request."""
    narrowed = _narrow(ctx, select(PrintRequest), wish)
    rows = ctx.session.scalars(
        in_order(narrowed).offset((max(wish.page, 1) - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    ).all()
    troubles = _troubles(ctx, [row.id for row in rows if row.state == WAITING])
    runs = _runs(ctx, [row.id for row in rows if row.state != WAITING])
    kinds = _grouped(ctx, Wish(wish.state, "", wish.area, wish.delivery), PrintRequest.document)
    areas = _grouped(ctx, Wish(wish.state, wish.kind, "", wish.delivery), PrintRequest.postal_code)
    return QueuePage(
        wish=wish,
        rows=[row_of(row, troubles.get(row.id), runs.get(row.id)) for row in rows],
        states=_states(ctx),
        kinds=kinds,
        areas=areas,
        count=sum(count for kind, count in kinds if wish.kind in {"", kind}),
    )


def row_of(request: PrintRequest, trouble: PrintEvent | None = None, run_id: int | None = None) -> Row:
    """A request with the name on it, as lists show it."""
    more = max(0, len(certificate_ids(request)) - 1)
    name = request.title.partition(" ")[2] or request.addressee
    return Row(request, name.removesuffix(f" ほか{more}人") if more else name, more, trouble, run_id)


def to_count(actor: Actor, _today: date) -> Wanted:
    """How many papers of an office wait to be printed, for the sidebar of those who print."""
    if "certificate_clerk" not in actor.own_roles:
        return {}
    waiting = PrintRequest.office_id == actor.office_id, PrintRequest.state == WAITING
    return {"print": select(func.count(PrintRequest.id)).where(*waiting)}


def choose(ctx: Context, request_ids: Sequence[int], *, lock: bool = False) -> list[PrintRequest]:
    """Requests of the actor's office, in order of paper and postal area.

    Raises:
        NotFound: one of them is another office's, or there is none.
        RuleBroken: nothing was chosen, or more than one run takes.
    """
    wanted = set(request_ids)
    if not wanted:
        raise RuleBroken(
            "何も選ばれていません。紙を選んでから、もう一度押してください。", "Nothing was chosen."
        )
    if len(wanted) > MOST_AT_ONCE:
        raise RuleBroken(
            f"一度に扱えるのは{MOST_AT_ONCE}件までです。種類か地区で絞ってから選び直してください。",
            f"At most {MOST_AT_ONCE} papers at once. Narrow the list by kind or area.",
        )
    statement = select(PrintRequest).where(
        PrintRequest.id.in_(wanted), PrintRequest.office_id == ctx.actor.office_id
    )
    if lock:
        statement = (
            statement.order_by(PrintRequest.id).with_for_update().execution_options(populate_existing=True)
        )
    rows = list(ctx.session.scalars(statement))
    if len(rows) != len(wanted):
        raise NotFound(
            "この印刷の依頼は見つかりません。一覧から開き直してください。", "There is no such paper."
        )
    return sorted(rows, key=_place)


def cancel(ctx: Context, request_id: int, reason: str) -> PrintRequest:
    """Strike a paper off the queue that nobody needs any more.

    Raises:
        RuleBroken: no reason is given.
        SomebodyElseWasFaster: it was printed or cancelled meanwhile.
        StillNeeded: a certificate on it is in force.
    """
    [row] = choose(ctx, [request_id], lock=True)
    if not reason.strip():
        raise RuleBroken("取り消す理由を入力してください。", "Give the reason.")
    if row.state != WAITING:
        raise SomebodyElseWasFaster(
            f"「{row.title}」はもう印刷待ちではありません。一覧を開き直してください。",
            "This paper no longer waits to be printed. Open the list again.",
        )
    ids = list(certificate_ids(row))
    states = last_events(ctx.session, ids) if ids else {}
    if any(states[one].kind not in ENDED for one in ids):
        raise StillNeeded(
            f"「{row.title}」の証は交付が決まっており、取り消せるのは届出の取消だけです。届出の画面から取消の手続をしてください。",
            "The certificate was issued; only cancelling its notification takes it back.",
        )
    _strike_off(ctx, row, reason.strip())
    return row


def strike_off_ended(ctx: Context, household_id: int) -> list[PrintRequest]:
    """Take the papers of a household out of the queue on which every certificate has ended.

    What the certificates ended of stands as the reason. Papers that were printed are destroyed by hand.
    """
    statement = select(PrintRequest).where(
        PrintRequest.household_id == household_id,
        PrintRequest.state == WAITING,
        PrintRequest.certificate_id.is_not(None),
    )
    rows = list(ctx.session.scalars(statement.order_by(PrintRequest.id).with_for_update()))
    states = last_events(ctx.session, [one for row in rows for one in certificate_ids(row)]) if rows else {}
    struck = []
    for row in rows:
        ends = {states[one].kind for one in certificate_ids(row)}
        if ends <= ENDED:
            told = "・".join(EVENTS[kind][0] for kind in sorted(ends))
            _strike_off(ctx, row, f"印刷の前に証が「{told}」となったため")
            struck.append(row)
    return struck


def _strike_off(ctx: Context, row: PrintRequest, reason: str) -> None:
    row.state = CANCELLED
    ctx.session.add(event(ctx, row, "cancelled", reason=reason[:200]))
    audit.record(ctx, Tag.PRINT_RUN, f"print_request:{row.id}", detail={"deed": "cancelled"})


def event(
    ctx: Context, row: PrintRequest, kind: str, *, run_id: int | None = None, reason: str | None = None
) -> PrintEvent:
    """One line of what happened to a request."""
    return PrintEvent(
        request_id=row.id, run_id=run_id, kind=kind, at=ctx.at, by_id=ctx.actor.staff_id, reason=reason
    )


def askers_of(ctx: Context, rows: Sequence[Row]) -> dict[int, str]:
    """Names of those who asked for the papers of a list."""
    return names_of(ctx.session, {row.request.requested_by_id for row in rows})


def in_order(statement: Select[Any]) -> Select[Any]:
    """Postal area, household, request: the order of the envelopes."""
    return statement.order_by(PrintRequest.postal_code, PrintRequest.household_id, PrintRequest.id)


def _place(row: PrintRequest) -> tuple[str, str, int, int]:
    """The paper it goes on, so that trays change once, then the order of the envelopes."""
    return (tray_of(row.document), row.postal_code, row.household_id or 0, row.id)


def _narrow(ctx: Context, statement: Select[Any], wish: Wish) -> Select[Any]:
    statement = statement.where(PrintRequest.office_id == ctx.actor.office_id, *_in_state(ctx, wish.state))
    for column, wanted in (
        (PrintRequest.document, wish.kind),
        (PrintRequest.postal_code, wish.area),
        (PrintRequest.delivery, wish.delivery),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    return statement


def _in_state(ctx: Context, state: str) -> list[ColumnElement[bool]]:
    if state == TO_HAND_OVER:
        return [PrintRequest.state == DONE, _lies_in_office(ctx)]
    return [PrintRequest.state == state]


def _lies_in_office(ctx: Context) -> ColumnElement[bool]:
    last = (
        select(CertificateEvent.kind)
        .where(CertificateEvent.certificate_id == PrintRequest.certificate_id)
        .order_by(CertificateEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(
        PrintRequest.certificate_id.is_not(None),
        PrintRequest.requested_at >= ctx.at - timedelta(days=HAND_OVER_DAYS),
        last.in_(IN_OFFICE),
    )


def _states(ctx: Context) -> dict[str, int]:
    mine = PrintRequest.office_id == ctx.actor.office_id
    statement = (
        select(PrintRequest.state, func.count())
        .where(mine, PrintRequest.state.in_((WAITING, PRINTED)))
        .group_by(PrintRequest.state)
    )
    counted = {state: int(count) for state, count in ctx.session.execute(statement)}
    lying = select(func.count()).where(mine, *_in_state(ctx, TO_HAND_OVER))
    return {
        WAITING: counted.get(WAITING, 0),
        PRINTED: counted.get(PRINTED, 0),
        TO_HAND_OVER: int(ctx.session.scalar(lying) or 0),
    }


def _grouped(ctx: Context, wish: Wish, column: Any) -> list[tuple[str, int]]:
    statement = _narrow(ctx, select(column, func.count()), wish).group_by(column).order_by(column)
    return [(str(value), int(count)) for value, count in ctx.session.execute(statement)]


def _runs(ctx: Context, request_ids: Sequence[int]) -> dict[int, int]:
    """By which run papers were printed last."""
    if not request_ids:
        return {}
    statement = (
        select(PrintEvent.request_id, func.max(PrintEvent.run_id))
        .where(PrintEvent.request_id.in_(request_ids), PrintEvent.kind.in_(PAPER_ON))
        .group_by(PrintEvent.request_id)
    )
    return {request_id: run_id for request_id, run_id in ctx.session.execute(statement) if run_id}


def _troubles(ctx: Context, request_ids: Sequence[int]) -> dict[int, PrintEvent]:
    """Why papers could not be printed, as found at the last try."""
    if not request_ids:
        return {}
    newest = (
        select(func.max(PrintEvent.id))
        .where(PrintEvent.request_id.in_(request_ids))
        .group_by(PrintEvent.request_id)
    )
    rows = ctx.session.scalars(
        select(PrintEvent).where(PrintEvent.id.in_(newest), PrintEvent.kind == REFUSED)
    )
    return {row.request_id: row for row in rows}
