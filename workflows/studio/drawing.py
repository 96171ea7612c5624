"""A diagram that was drawn in the browser: taken into the draft as it is, under the draft's count."""

from __future__ import annotations

from dataclasses import replace

from services.context import Context
from services.errors import NotFound, RuleBroken
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.checking.diagram import Diagram
from workflows.engine.checking.files import File
from workflows.engine.checking.problems import Problem
from workflows.engine.checking.xml_text import read_xml
from workflows.studio import drafts


def save_diagram(ctx: Context, draft_id: int, seen: int, process: str, text: str) -> int:
    """Keep a drawn diagram in one's draft; the count of the draft after it.

    Only what no file may be is refused here; what keeps it from being run is told by the check.

    Raises:
        NotFound: the draft has no such diagram.
        RuleBroken: the text is beyond the bounds of a diagram, or no longer of this process.
        SomebodyElseWasFaster: the draft is no longer as the page showed it.
    """
    row = drafts.own_row(ctx, draft_id, seen)
    before = unpack(row.content)
    after = with_diagram(before, process, text)
    if after != before:
        drafts.save(ctx, row, after, "drawn")
    return row.lock_version


def with_diagram(bundle: Bundle, process: str, text: str) -> Bundle:
    """The parcel in which a process is drawn so, within the bounds of a file (a pass that builds nothing).

    Raises:
        NotFound: it has no such process.
        RuleBroken: the text is beyond the bounds, or no longer of this process.
    """
    if process not in bundle.bpmn:
        raise NotFound("この図は下書きにありません。", "The draft has no such diagram.")
    file = File(f"{process}/process.bpmn", "bpmn", process, "process", text.encode())
    root = read_xml(file)
    if isinstance(root, Problem):
        raise RuleBroken(f"図を保存できません。{root.message_ja}", f"It cannot be kept. {root.message}")
    if process not in Diagram(file, root).processes:
        raise RuleBroken(
            f"図からプロセス「{process}」がなくなっています。「元に戻す」で戻してください。",
            f"The process {process} is gone from the diagram. Undo that.",
        )
    return replace(bundle, bpmn={**bundle.bpmn, process: text})
