"""The register of prints: the page of a run, its very bytes, who printed what (C3, M25).

Who is under a protective measure stays hidden in what is looked at again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from models import blobs
from models.audit.tags import Tag
from models.document import PrintEvent, PrintRequest, PrintRun
from models.notification import NotificationPerson
from models.staff import names_of
from services import audit, documents
from services.context import Context
from services.documents import Sheet, Unprintable
from services.errors import NotAllowed, NotFound, RuleBroken, ServiceError
from services.print_queue import PAPER_ON, PRINTED, REFUSED, Row, choose, row_of
from services.protection import list_hidden

RUNS_SHOWN = 50


@dataclass(frozen=True)
class Leaf:
    """One paper of a run: its pages in the PDF, and whether it was spoiled since."""

    row: Row
    first_page: int
    last_page: int
    tray: str
    state: str  # printed spoiled done


@dataclass(frozen=True)
class RunPage:
    """A run as its page shows it."""

    run: PrintRun
    leaves: Sequence[Leaf]
    refused: Sequence[tuple[Row, Unprintable]]
    names: dict[int, str]

    @property
    def unchecked(self) -> list[int]:
        """Requests that nobody has said yet whether they came out right."""
        return [leaf.row.request.id for leaf in self.leaves if leaf.state == PRINTED]


@dataclass(frozen=True)
class RunLine:
    """A run in the register of prints."""

    run: PrintRun
    by: str
    documents: Sequence[tuple[str, int]]


def of_run(ctx: Context, run_id: int, request_ids: Sequence[int] | None = None) -> list[PrintRequest]:
    """The papers of a run of the actor's office, in the order in which they were printed.

    Raises:
        NotFound: no such run, or one of the papers was not printed by it.
    """
    statement = (
        select(PrintRequest)
        .join(PrintEvent, PrintEvent.request_id == PrintRequest.id)
        .where(
            PrintEvent.run_id == run_id,
            PrintEvent.kind.in_(PAPER_ON),
            PrintRequest.office_id == ctx.actor.office_id,
        )
        .order_by(PrintEvent.id)
    )
    rows = list(ctx.session.scalars(statement))
    wanted = set(request_ids) if request_ids is not None else {row.id for row in rows}
    if not rows or not wanted <= {row.id for row in rows}:
        raise NotFound(
            "この印刷は見つかりません。一覧から開き直してください。", "There is no such print run."
        )
    if not wanted:
        raise RuleBroken(
            "刷り直す紙が選ばれていません。紙を選んでから、もう一度押してください。", "No sheet was chosen."
        )
    return [row for row in rows if row.id in wanted]


def read(ctx: Context, run_id: int) -> RunPage:
    """A run with the pages of each paper.

    Raises:
        NotFound: no such run in the actor's office.
    """
    rows = of_run(ctx, run_id)
    run = ctx.session.get_one(PrintRun, run_id)
    happened = ctx.session.scalars(
        select(PrintEvent).where(PrintEvent.run_id == run_id, PrintEvent.kind.in_(("spoiled", REFUSED)))
    ).all()
    spoiled = {one.request_id for one in happened if one.kind == "spoiled"}
    refused = [one for one in happened if one.kind == REFUSED]
    set_aside = {row.id: row for row in _papers(ctx, [one.request_id for one in refused])}
    return RunPage(
        run=run,
        leaves=_leaves(ctx, run, rows, spoiled),
        refused=[(row_of(set_aside[one.request_id], one), trouble_of(one)) for one in refused],
        names=names_of(ctx.session, {run.by_id}),
    )


def on_pages(ctx: Context, run_id: int, first: int, last: int) -> list[int]:
    """The papers of a run of which a page lies in a range (both inclusive), but for those spoiled already.

    Raises:
        NotFound: no such run in the actor's office.
        RuleBroken: no paper lies there.
    """
    found = [
        leaf.row.request.id
        for leaf in read(ctx, run_id).leaves
        if leaf.first_page <= last and leaf.last_page >= first and leaf.state != "spoiled"
    ]
    if not found:
        raise RuleBroken(
            f"{first}〜{last}ページには、刷り直せる紙がありません。ページの番号を確かめてください。",
            f"No paper to be printed again lies on pages {first} to {last}.",
        )
    return found


def pdf_of(ctx: Context, run_id: int, kinds: Collection[str] | None = None) -> bytes:
    """The very bytes of a run, checked against its hash; each reading is recorded.

    `kinds` narrows to documents of these kinds, for doors that open only to them.

    Raises:
        NotFound: no such run in the actor's office, or it holds another kind.
        ServiceError: the file is not where it was put, or is not what was printed.
    """
    rows = of_run(ctx, run_id)
    if kinds is not None and not {row.document for row in rows} <= set(kinds):
        raise NotFound(
            "この印刷は見つかりません。一覧から開き直してください。", "There is no such print run."
        )
    run = ctx.session.get_one(PrintRun, run_id)
    if run.by_id != ctx.actor.staff_id and _hidden_among(ctx, rows):
        raise NotAllowed(
            "支援措置の対象の方あての紙が含まれているため、印刷した本人だけが開けます。"
            "もう一度必要なときは、印刷の画面から刷り直してください。",
            "One of these papers is for somebody under a protective measure: only who printed it opens it.",
        )
    audit.record(ctx, Tag.PRINT_PREVIEWED, f"print_run:{run_id}", detail={"deed": "fetched"})
    try:
        found = blobs.get(ctx.session, run.blob_key or "")
    except blobs.BlobMissing as error:
        raise ServiceError(
            "印刷した紙の控えを開けません。保管場所を確かめるよう管理者に連絡してください。",
            "The copy of this run cannot be opened. Tell an administrator.",
        ) from error
    if hashlib.sha256(found).hexdigest() != run.sha256:
        raise ServiceError(
            "印刷した紙の控えが記録と一致しません。管理者に連絡してください。",
            "The copy of this run is not what was printed. Tell an administrator.",
        )
    return found


def to_be_looked_at(ctx: Context, requests: Sequence[PrintRequest], sheets: Sequence[Sheet]) -> list[Sheet]:
    """Sheets as a preview shows them: without the place of whoever is protected."""
    hidden = _hidden_among(ctx, requests)
    return [
        replace(one, document=documents.without_places(one.document)) if one.request_id in hidden else one
        for one in sheets
    ]


def _hidden_among(ctx: Context, requests: Sequence[PrintRequest]) -> set[int]:
    """Those of the requests that go to, or tell of, somebody whose places are hidden."""
    ids = [row.notification_id for row in requests if row.notification_id is not None]
    statement = select(NotificationPerson).where(NotificationPerson.notification_id.in_(ids))
    told: dict[int, set[int]] = {}
    for one in ctx.session.scalars(statement) if ids else ():
        told.setdefault(one.notification_id, set()).add(one.person_id)
    of = {
        row.id: told.get(row.notification_id or 0, set()) | ({row.person_id} if row.person_id else set())
        for row in requests
    }
    hidden = list_hidden(ctx, {one for people in of.values() for one in people})
    return {request_id for request_id, people in of.items() if people & hidden}


def pdf_of_request(ctx: Context, request_id: int, kinds: Collection[str]) -> bytes:
    """The very bytes in which a paper was printed last.

    Raises:
        NotFound: no such paper of these kinds in the actor's office.
        RuleBroken: it waits to be printed.
    """
    [row] = choose(ctx, [request_id])
    if row.document not in kinds:
        raise NotFound("この印刷は見つかりません。画面を開き直してください。", "There is no such print.")
    run_id = ctx.session.scalar(
        select(func.max(PrintEvent.run_id)).where(
            PrintEvent.request_id == request_id, PrintEvent.kind.in_(PAPER_ON)
        )
    )
    if run_id is None:
        raise RuleBroken(
            f"「{row.title}」はまだ刷れていません。証の交付の画面の印刷待ちにあります。",
            "This paper is not printed yet; it waits in the print queue.",
        )
    return pdf_of(ctx, run_id)


def list_runs(ctx: Context) -> list[RunLine]:
    """The last runs of the actor's office, newest first: who printed what, when and why again."""
    statement = (
        select(PrintRun)
        .where(
            PrintRun.id.in_(
                select(PrintEvent.run_id)
                .join(PrintRequest, PrintRequest.id == PrintEvent.request_id)
                .where(PrintRequest.office_id == ctx.actor.office_id, PrintEvent.kind.in_(PAPER_ON))
            )
        )
        .order_by(PrintRun.id.desc())
        .limit(RUNS_SHOWN)
    )
    runs = ctx.session.scalars(statement).all()
    counted: dict[int | None, list[tuple[str, int]]] = {}
    grouped = (
        select(PrintEvent.run_id, PrintRequest.document, func.count())
        .join(PrintRequest, PrintRequest.id == PrintEvent.request_id)
        .where(PrintEvent.run_id.in_([run.id for run in runs]), PrintEvent.kind.in_(PAPER_ON))
        .group_by(PrintEvent.run_id, PrintRequest.document)
    )
    for run_id, document, count in ctx.session.execute(grouped):
        counted.setdefault(run_id, []).append((document, count))
    names = names_of(ctx.session, {run.by_id for run in runs})
    return [RunLine(run, names.get(run.by_id or 0, ""), counted.get(run.id, [])) for run in runs]


def previewed(ctx: Context, subject: str) -> None:
    """Record that somebody looked at a paper before it was printed; `subject` is `kind:id`."""
    audit.record(ctx, Tag.PRINT_PREVIEWED, subject)


def trouble_of(told: PrintEvent) -> Unprintable:
    """Why a paper could not be printed, as it was kept."""
    code, _, message = (told.reason or "").partition(": ")
    return Unprintable(told.request_id, code, message)


def _papers(ctx: Context, ids: Sequence[int]) -> list[PrintRequest]:
    return list(ctx.session.scalars(select(PrintRequest).where(PrintRequest.id.in_(ids))))


def _leaves(
    ctx: Context, run: PrintRun, rows: Sequence[PrintRequest], spoiled: Collection[int]
) -> list[Leaf]:
    leaves, page = [], 1
    for row, sheet in zip(rows, documents.as_printed(ctx, rows, run.at), strict=True):
        sides = documents.sides_of(sheet.document)
        state = "spoiled" if row.id in spoiled else row.state
        leaves.append(Leaf(row_of(row), page, page + sides - 1, documents.tray_of(row.document), state))
        page += sides
    return leaves
