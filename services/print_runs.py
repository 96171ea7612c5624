"""Runs: one PDF on paper, kept with its hash; spoiled sheets printed again; sheets found right (C3, M25).

What is known of runs afterwards is read in `print_register`.

The PDF is laid out before (`services.documents.render`) and recorded here in one deed: blob, run, events of
requests and certificates. Who was faster wins: a request that is no longer in the state it was chosen in
refuses the whole run.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from models import blobs
from models.audit.tags import Tag
from models.certificate import ENDED, last_events
from models.document import PrintEvent, PrintRequest, PrintRun
from services import audit
from services.certificates import events
from services.context import Context
from services.documents import Rendered, Sheet, Unprintable
from services.errors import RuleBroken, SomebodyElseWasFaster
from services.print_queue import DONE, PAPER_ON, PRINTED, REFUSED, WAITING, choose, event

LONGEST_REASON = 200


class OutOfOffice(RuleBroken):
    """The certificate has left the office: it is not printed again but issued again (規則7条)."""

    code = "certificate_out_of_office"


class ReasonMissing(RuleBroken):
    """Printing again needs its reason (M25)."""

    code = "reprint_reason_missing"


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


def _all_ids(rendered: Rendered) -> list[int]:
    return [*(sheet.request_id for sheet in rendered.sheets), *(one.request_id for one in rendered.refused)]


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
