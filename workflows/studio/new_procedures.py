"""A procedure begun in the browser, without a file: a small one that runs, to be changed (issue 5)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr  # writes only

from sqlalchemy import select

from models.case import Definition
from models.definition_draft import DefinitionDraft
from services.context import Context
from services.errors import RuleBroken
from workflows import catalog
from workflows.engine.bundle import Bundle
from workflows.engine.parser import called_processes, safe_xml
from workflows.studio import drafts, layout

KINDS: Final = {
    "notification": ("届出から始まる手続", "Begins with a notification"),
    "plain": ("届出によらない手続", "Without a notification"),
}
LONGEST_NAME = 60
_FOLDER = Path(__file__).parent / "beginnings"
_SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)


def begin(ctx: Context, slug: str, ja: str, en: str, kind: str) -> int:
    """Begin a draft of a new procedure; the draft's id.

    Raises:
        RuleBroken: the id or a name cannot be, or the id is taken.
    """
    _must_be_fit(slug, ja, en, kind)
    taken = {*catalog.PROCEDURES, *catalog.CALLED}
    taken |= set(ctx.session.scalars(select(Definition.slug).where(Definition.slug == slug)))
    taken |= set(ctx.session.scalars(select(DefinitionDraft.slug).where(DefinitionDraft.slug == slug)))
    if slug in taken:
        raise RuleBroken(
            f"手続「{slug}」はすでにあります。別の記号にするか、その版から下書きを作ってください。",
            f"There is a procedure {slug} already. Choose another id, or begin from a version of it.",
        )
    return drafts.begin_with(ctx, first_bundle(slug, ja, en or ja, kind)).id


def first_bundle(slug: str, ja: str, en: str, kind: str) -> Bundle:
    """The parcel that a new procedure begins with; the processes that it calls are in it."""
    text = (_FOLDER / f"{kind}.bpmn").read_text(encoding="utf-8")
    for name, value in (("ja", ja), ("en", en), ("slug", slug)):
        text = text.replace(f"{{{name}}}", quoteattr(value)[1:-1].replace('"', "&quot;"))
    diagram = layout.laid_out(text, slug)
    forms: dict[str, Any] = json.loads((_FOLDER / f"{kind}.forms.json").read_text(encoding="utf-8"))
    forms = {f"{slug}/{task}": form for task, form in forms.items()}
    if kind == "notification":
        forms[f"{slug}/apply"]["ui"]["title"] = {"ja": ja, "en": en}
    called = {
        name: (catalog.ROOT / name / "process.bpmn").read_text(encoding="utf-8")
        for name in called_processes(safe_xml(diagram.encode(), slug))
    }
    return Bundle(slug, {slug: diagram, **called}, {}, forms)


def _must_be_fit(slug: str, ja: str, en: str, kind: str) -> None:
    if not _SLUG.fullmatch(slug) or len(slug) > drafts.LONGEST_SLUG:
        raise RuleBroken(
            f"手続の記号は、英小文字・数字・_ で、英字から始めて{drafts.LONGEST_SLUG}字までです。",
            f"The id of a procedure is small letters, digits and _, {drafts.LONGEST_SLUG} at most.",
        )
    if not ja or len(ja) > LONGEST_NAME or len(en) > LONGEST_NAME or not (ja + en).isprintable():
        raise RuleBroken(
            f"手続の名前を{LONGEST_NAME}字までで入力してください。",
            f"Say the name of the procedure in {LONGEST_NAME} characters at most.",
        )
    if kind not in KINDS:
        raise RuleBroken("何から始まる手続かを選んでください。", "Choose what the procedure begins with.")
