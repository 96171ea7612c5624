"""Runs: one PDF on paper, kept with its hash; spoiled sheets printed again; sheets found right (C3, M25).

The PDF is laid out before (`services.documents.render`) and recorded here in one deed: blob, run, events of
requests and certificates. Who was faster wins: a request that is no longer in the state it was chosen in
refuses the whole run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from models import blobs
from models.audit.tags import Tag
from models.certificate import ENDED, last_events
from models.document import PrintEvent, PrintRequest, PrintRun
from models.notification import NotificationPerson
from models.staff import names_of
from services import audit, documents
from services.certificates import events
from services.context import Context
from services.documents import Rendered, Sheet, Unprintable
from services.errors import NotAllowed, NotFound, RuleBroken, ServiceError, SomebodyElseWasFaster
from services.print_queue import DONE, PAPER_ON, PRINTED, REFUSED, WAITING, Row, choose, event, row_of
from services.protection import list_hidden

LONGEST_REASON = 200
RUNS_SHOWN = 50


class OutOfOffice(RuleBroken):
    """The certificate has left the office: it is not printed again but issued again (規則7条)."""

    code = "certificate_out_of_office"


class ReasonMissing(RuleBroken):
    """Printing again needs its reason (M25)."""

    code = "reprint_reason_missing"


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


def record(
    ctx: Context, rendered: Rendered, *, finish: bool = False, expected: Collection[str] = (WAITING,)
) -> PrintRun | None:
    """Keep a PDF and say that its papers are printed; None where nothing could be printed.

    `finish` is for a slip that is handed over at once: nobody checks it later.

    Raises:
        SomebodyElseWasFaster: one of the papers was printed or cancelled meanwhile.
    """
    rows = {row.id: row for row in choose(ctx, _all_ids(rendered), lock=True)}
    _refuse_changed(ctx, rendered, rows, expected)
    run = _keep(ctx, rendered, None)
    for sheet in rendered.sheets:
        row = rows[sheet.request_id]
        _on_paper(ctx, row, sheet, run, "printed", None)
        if finish:
            row.state = DONE
            ctx.session.add(event(ctx, row, "done"))
    _note_refused(ctx, rendered.refused, rows, run)
    return run


def reprint(ctx: Context, run_id: int, rendered: Rendered, reason: str) -> PrintRun | None:
    """Say that papers of a run came out wrong, and keep the PDF that replaces them.

    A certificate keeps its serial and its contents; reason and count are on record.

    Raises:
        ReasonMissing: no reason is given.
        SomebodyElseWasFaster: a paper was printed again by somebody else meanwhile.
        OutOfOffice: a certificate on it was handed over or posted.
    """
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing(
            "刷り直す理由を入力してください(例:紙づまり)。",
            "Give the reason of the reprint (e.g. paper jam).",
        )
    rows = {row.id: row for row in choose(ctx, _all_ids(rendered), lock=True)}
    _refuse_changed(ctx, rendered, rows, (PRINTED, DONE))
    _refuse_later_runs(ctx, run_id, rows.values())
    run = _keep(ctx, rendered, reason)
    for sheet in rendered.sheets:
        row = rows[sheet.request_id]
        ctx.session.add(event(ctx, row, "spoiled", run_id=run_id, reason=reason))
        for certificate_id in sheet.certificate_ids:
            events.append(ctx, certificate_id, "spoiled", None, reason)
        _on_paper(ctx, row, sheet, run, "reprinted", reason)
        audit.record(ctx, Tag.PRINT_SPOILED, f"print_request:{row.id}", detail={"run": run_id})
    _note_refused(ctx, rendered.refused, rows, run)
    return run


def finish(ctx: Context, request_ids: Sequence[int]) -> tuple[list[PrintRequest], list[PrintRequest]]:
    """Say that papers came out right; answer those done now and those that were not waiting for it."""
    rows = choose(ctx, request_ids, lock=True)
    ready = [row for row in rows if row.state == PRINTED]
    for row in ready:
        row.state = DONE
        ctx.session.add(event(ctx, row, "done"))
        audit.record(ctx, Tag.PRINT_RUN, f"print_request:{row.id}", detail={"deed": "checked"})
    return ready, [row for row in rows if row not in ready]


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
    set_aside = {row.id: row for row in _rows(ctx, [one.request_id for one in refused])}
    return RunPage(
        run=run,
        leaves=_leaves(ctx, run, rows, spoiled),
        refused=[(row_of(set_aside[one.request_id], one), trouble_of(one)) for one in refused],
        names=names_of(ctx.session, {run.by_id}),
    )


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


def _all_ids(rendered: Rendered) -> list[int]:
    return [*(sheet.request_id for sheet in rendered.sheets), *(one.request_id for one in rendered.refused)]


def _rows(ctx: Context, ids: Sequence[int]) -> list[PrintRequest]:
    return list(ctx.session.scalars(select(PrintRequest).where(PrintRequest.id.in_(ids))))


def _keep(ctx: Context, rendered: Rendered, reason: str | None) -> PrintRun | None:
    """Store the bytes and the run; nothing where no sheet could be printed."""
    if rendered.pdf is None:
        audit.record(ctx, Tag.PRINT_RUN, detail={"papers": 0, "refused": len(rendered.refused)})
        return None
    digest = blobs.put(ctx.session, rendered.pdf, ctx.at)
    run = PrintRun(
        at=ctx.at,
        by_id=ctx.actor.staff_id,
        papers=len(rendered.sheets),
        sha256=digest,
        reason=reason,
        blob_key=digest,
    )
    ctx.session.add(run)
    ctx.session.flush()
    detail = {"papers": run.papers, "sha256": digest, "refused": len(rendered.refused)}
    audit.record(ctx, Tag.PRINT_RUN, f"print_run:{run.id}", detail=detail)
    return run


def _on_paper(
    ctx: Context, row: PrintRequest, sheet: Sheet, run: PrintRun | None, kind: str, reason: str | None
) -> None:
    if run is None:
        raise AssertionError("a sheet was laid out, so there is a run")
    row.state = PRINTED
    row.copies_printed += 1
    ctx.session.add(event(ctx, row, kind, run_id=run.id, reason=reason))
    for certificate_id in sheet.certificate_ids:
        events.append(ctx, certificate_id, "printed", None, reason)


def _note_refused(
    ctx: Context, refused: Sequence[Unprintable], rows: dict[int, PrintRequest], run: PrintRun | None
) -> None:
    for one in refused:
        reason = f"{one.code}: {one.message_ja}"[:LONGEST_REASON]
        told = event(ctx, rows[one.request_id], REFUSED, run_id=run.id if run else None, reason=reason)
        ctx.session.add(told)


def _refuse_changed(
    ctx: Context, rendered: Rendered, rows: dict[int, PrintRequest], expected: Collection[str]
) -> None:
    """A paper in another state, or a certificate that ended or left the office since it was read."""
    late = [
        rows[sheet.request_id].title
        for sheet in rendered.sheets
        if rows[sheet.request_id].state not in expected
    ]
    ids = [one for sheet in rendered.sheets for one in sheet.certificate_ids]
    states = last_events(ctx.session, ids) if ids else {}
    out = {
        row.certificate_id for row in states.values() if row.kind in {"handed_over", "posted", "undelivered"}
    }
    if out:
        raise OutOfOffice(
            "すでに渡したか郵送した証が含まれているため、刷り直せません。汚れや紛失のときは、再交付の届出で新しい証を交付します。",
            "A certificate on it has left the office. A new one is issued by a reissue.",
            "国民健康保険法施行規則7条",
        )
    late += [
        rows[sheet.request_id].title
        for sheet in rendered.sheets
        if any(states[one].kind in ENDED for one in sheet.certificate_ids)
    ]
    if late:
        others = f"ほか{len(late) - 1}件" if len(late) > 1 else ""
        raise SomebodyElseWasFaster(
            f"「{late[0]}」{others}は、いま別の人が刷ったか、取り消されました。"
            "何も記録していません。一覧を開き直して、いまの状態を確かめてください。",
            "Papers of this run were printed or cancelled by somebody else just now. Open the list again.",
        )


def _refuse_later_runs(ctx: Context, run_id: int, rows: Collection[PrintRequest]) -> None:
    statement = select(PrintEvent.request_id).where(
        PrintEvent.request_id.in_([row.id for row in rows]),
        PrintEvent.kind.in_(PAPER_ON),
        PrintEvent.run_id > run_id,
    )
    if ctx.session.scalars(statement.limit(1)).first() is not None:
        raise SomebodyElseWasFaster(
            "この紙はもう刷り直されています。新しい印刷のほうを開いて確かめてください。",
            "This paper was printed again already. Look at the newer run.",
        )


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
