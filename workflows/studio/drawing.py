"""Diagrams and tables drawn in the browser: taken into the draft as they are, under the draft's count."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape  # writes only

from services.context import Context
from services.errors import NotFound, RuleBroken
from workflows import catalog
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.checking.diagram import Diagram
from workflows.engine.checking.files import File
from workflows.engine.checking.problems import Problem
from workflows.engine.checking.xml_text import read_xml
from workflows.engine.parser import called_processes
from workflows.studio import drafts
from workflows.studio.choices import decisions_of
from workflows.studio.elements import LONGEST_NAME


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

    A process of ours that it calls now (identity check, verification) comes into the parcel with it.

    Raises:
        NotFound: it has no such process.
        RuleBroken: the text is beyond the bounds, or no longer of this process.
    """
    if process not in bundle.bpmn:
        raise NotFound("この図は下書きにありません。", "The draft has no such diagram.")
    file = File(f"{process}/process.bpmn", "bpmn", process, "process", text.encode())
    root = _read(file)
    if process not in Diagram(file, root).processes:
        raise RuleBroken(
            f"図からプロセス「{process}」がなくなっています。「元に戻す」で戻してください。",
            f"The process {process} is gone from the diagram. Undo that.",
        )
    called = {
        name: (catalog.ROOT / name / "process.bpmn").read_text(encoding="utf-8")
        for name in called_processes(root)
        if name in catalog.CALLED and name not in bundle.bpmn
    }
    return replace(bundle, bpmn={**bundle.bpmn, **called, process: text})


def save_table(ctx: Context, draft_id: int, seen: int, name: str, text: str) -> int:
    """Keep a drawn decision file (`process/stem`) in one's draft; the count of the draft after it.

    Raises:
        NotFound: the draft has no such file.
        RuleBroken: the text is beyond the bounds of a file, or holds no decision any more.
        SomebodyElseWasFaster: the draft is no longer as the page showed it.
    """
    row = drafts.own_row(ctx, draft_id, seen)
    before = unpack(row.content)
    if name not in before.dmn:
        raise NotFound("この判定表は下書きにありません。", "The draft has no such table.")
    folder, _, stem = name.rpartition("/")
    root = _read(File(f"{name}.dmn", "dmn", folder, stem, text.encode()))
    if root.find("{*}decision") is None:
        raise RuleBroken(
            "判定が一つもなくなっています。「元に戻す」で戻してください。",
            "There is no decision left. Undo that.",
        )
    after = replace(before, dmn={**before.dmn, name: text})
    if after != before:
        drafts.save(ctx, row, after, "table")
    return row.lock_version


def begin_table(ctx: Context, draft_id: int, seen: int, process: str, decision: str, title: str) -> str:
    """Put a new decision table with one input and one output into one's draft; its name there.

    Raises:
        NotFound: the draft has no such process.
        RuleBroken: the id or title cannot be, or the id is taken.
        SomebodyElseWasFaster: the draft is no longer as the page showed it.
    """
    row = drafts.own_row(ctx, draft_id, seen)
    bundle = unpack(row.content)
    if process not in bundle.bpmn:
        raise NotFound("この図は下書きにありません。", "The draft has no such diagram.")
    if not _ID.fullmatch(decision) or len(decision) > _LONGEST_ID:
        raise RuleBroken(
            "判定表の記号は、英小文字・数字・_ で、英字から始めてください。",
            "The id of a table is small letters, digits and _, beginning with a letter.",
        )
    if not title or len(title) > LONGEST_NAME or not title.isprintable():
        raise RuleBroken(
            f"判定表の名前を{LONGEST_NAME}字までで入力してください。", "Say the name of the table."
        )
    name = f"{process}/{decision}"
    if name in bundle.dmn or decision in {one.key for one in decisions_of(bundle)}:
        raise RuleBroken(
            f"判定表「{decision}」はすでにあります。別の記号にしてください。",
            f"There is a decision {decision} already.",
        )
    text = _NEW_TABLE.format(id=decision, name=escape(title, {'"': "&quot;"}))
    drafts.save(ctx, row, replace(bundle, dmn={**bundle.dmn, name: text}), "table")
    return name


_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_LONGEST_ID = 40
_NEW_TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" \
xmlns:portal="urn:kokuho-portal:bpmn" id="definitions_{id}" name="{name}" namespace="urn:kokuho:{id}">
  <decision id="{id}" name="{name}">
    <decisionTable id="table_{id}" hitPolicy="FIRST">
      <input id="{id}_in0" label="条件">
        <inputExpression id="{id}_ie0" typeRef="string"><text>case.way</text></inputExpression>
      </input>
      <output id="{id}_out0" label="結果" name="{id}" typeRef="string" />
      <rule id="{id}_r1">
        <inputEntry id="{id}_r1_i0"><text>-</text></inputEntry>
        <outputEntry id="{id}_r1_o0"><text>"-"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""


def _read(file: File) -> Any:
    """The root of a file that keeps the bounds of every file."""
    root = read_xml(file)
    if isinstance(root, Problem):
        raise RuleBroken(f"図や表を保存できません。{root.message_ja}", f"It cannot be kept. {root.message}")
    return root
