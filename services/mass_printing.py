"""Many papers printed by a worker: laid out step by step, then kept as one run, all at once or not (C3).

Papers are laid out ahead of a step, in no transaction, so that nobody's deed waits for it. What was laid out
lies in the worker's memory only; the last step lays out again what is not there, or is not what it was, so
that a worker may be killed at any moment and no page with a name lies anywhere before its run is on record.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from models.document import PrintRequest, PrintRun
from models.job import Job
from printing.overlay import join
from services import documents, jobs, print_queue, print_runs, printer_settings
from services.context import Context
from services.documents import Rendered, Sheet, Unprintable
from services.errors import SomebodyElseWasFaster
from services.job_kinds import Progress, Work
from services.print_queue import WAITING

KIND = "print.run"
AT_A_TIME = 20
JOBS_KEPT = 4  # whose laid-out parts lie in memory
Content = tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True)
class _Part:
    """Papers laid out together: which certificates on which request, and what came of it."""

    content: Content
    rendered: Rendered


_parts: OrderedDict[int, dict[int, _Part]] = OrderedDict()


def ask(ctx: Context, key: str, rows: Sequence[PrintRequest], *, demo: bool) -> Job:
    """Ask a worker to print these papers, in this order."""
    payload = {"papers": [row.id for row in rows], "demo": demo}
    return jobs.ask(ctx, KIND, f"{KIND}:{key}", payload, total=len(rows))


def step(ctx: Context, work: Work) -> Progress:
    """Lay out the next papers; after the last ones keep the run.

    Raises:
        SomebodyElseWasFaster: none of the papers waits to be printed any more.
    """
    papers: list[int] = list(work.payload["papers"])
    if work.done < len(papers):
        _part(ctx, work, work.done)
        done = min(work.done + AT_A_TIME, len(papers))
        return Progress({}, done, len(papers), message_ja="紙面を組んでいます。", message_en="Laying out.")
    return _finished(ctx, work, papers)


@dataclass(frozen=True)
class _ToLayOut:
    """Papers read for the layout: of which job, from which place on."""

    job_id: int
    start: int
    sheets: Sequence[Sheet]
    refused: Sequence[Unprintable]


def read(ctx: Context, work: Work) -> list[_ToLayOut]:
    """The papers of the next part, or all of them at the end, that were not laid out as they are now."""
    papers: list[int] = list(work.payload["papers"])
    starts = [work.done] if work.done < len(papers) else range(0, len(papers), AT_A_TIME)
    wanted = []
    for start in starts:
        sheets, refused = _prepared(ctx, work, start)
        if _kept(work.job_id, start, _content(sheets)) is None:
            wanted.append(_ToLayOut(work.job_id, start, sheets, refused))
    return wanted


def lay_out(wanted: Sequence[_ToLayOut]) -> None:
    """Lay out what was read; it lies in memory for the step."""
    for one in wanted:
        _keep(one.job_id, one.start, _content(one.sheets), documents.render(one.sheets, one.refused))


def _finished(ctx: Context, work: Work, papers: list[int]) -> Progress:
    print_queue.choose(ctx, papers, lock=True)
    parts = [_part(ctx, work, start) for start in range(0, len(papers), AT_A_TIME)]
    rendered = _together([part.rendered for part in parts])
    if not rendered.sheets and not rendered.refused:
        raise SomebodyElseWasFaster(
            "選んだ紙は、別の人が刷ったか取り消したため、もう印刷待ちではありません。",
            "What was chosen no longer waits: somebody else printed or cancelled it.",
        )
    run = print_runs.record(ctx, rendered)
    _parts.pop(work.job_id, None)
    left_out = len(papers) - len(rendered.sheets)
    ja, en = _told(len(rendered.sheets), left_out)
    return Progress(_where(run), len(papers), len(papers), finished=True, message_ja=ja, message_en=en)


def _part(ctx: Context, work: Work, start: int) -> _Part:
    """The papers from one place on that still wait; laid out here where that was not done ahead."""
    sheets, refused = _prepared(ctx, work, start)
    content = _content(sheets)
    kept = _kept(work.job_id, start, content)
    return kept or _keep(work.job_id, start, content, documents.render(sheets, refused))


def _prepared(ctx: Context, work: Work, start: int) -> tuple[list[Sheet], list[Unprintable]]:
    wanted = work.payload["papers"][start : start + AT_A_TIME]
    waiting = [row for row in print_queue.choose(ctx, wanted) if row.state == WAITING]
    place = {paper: number for number, paper in enumerate(wanted)}
    waiting.sort(key=lambda row: place[row.id])
    return documents.prepare(ctx, waiting, printer_settings.dress_of(ctx, demo=bool(work.payload["demo"])))


def _content(sheets: Sequence[Sheet]) -> Content:
    return tuple((sheet.request_id, tuple(sheet.certificate_ids)) for sheet in sheets)


def _kept(job_id: int, start: int, content: Content) -> _Part | None:
    part = _parts.get(job_id, {}).get(start)
    return part if part is not None and part.content == content else None


def _keep(job_id: int, start: int, content: Content, rendered: Rendered) -> _Part:
    part = _Part(content, rendered)
    _parts.setdefault(job_id, {})[start] = part
    while len(_parts) > JOBS_KEPT:
        _parts.popitem(last=False)
    return part


def _together(parts: Sequence[Rendered]) -> Rendered:
    pdfs = [one.pdf for one in parts if one.pdf is not None]
    return Rendered(
        (pdfs[0] if len(pdfs) == 1 else join(pdfs)) if pdfs else None,
        tuple(sheet for one in parts for sheet in one.sheets),
        tuple(why for one in parts for why in one.refused),
    )


def _where(run: PrintRun | None) -> dict[str, int]:
    return {} if run is None else {"run": run.id}


def _told(printed: int, left_out: int) -> tuple[str, str]:
    ja = f"{printed}件を一つのPDFにしました。" if printed else "印刷できる紙はありませんでした。"
    en = f"{printed} papers are in one PDF." if printed else "Nothing could be printed."
    if left_out:
        ja += f"{left_out}件は刷っていません。理由は印刷待ちの一覧にあります。"
        en += f" {left_out} were not printed; the queue says why."
    return ja, en
