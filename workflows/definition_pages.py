"""The procedures as they are shown: versions, running cases, diagrams, decision tables (Ruling 1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from models.case import Case, Definition
from models.staff import names_of
from services.context import Context
from services.errors import NotFound
from workflows.diagrams import in_language, words_of_tables
from workflows.engine import definitions
from workflows.engine.bundle import Bundle
from workflows.engine.parser import safe_xml

STATES = {
    "draft": ("下書き", "Draft", "draft"),
    "published": ("公開中", "In force", "done"),
    "replaced": ("旧版", "Earlier version", "stopped"),
    "retired": ("廃止", "Retired", "stopped"),
}


@dataclass(frozen=True)
class Version:
    """A version of a procedure, and how many cases run on it. `state` is a key of `STATES`."""

    id: int
    slug: str
    version: int
    hash: str
    state: str
    published_at: datetime | None
    published_by: str
    author: str
    reason: str
    running: int


@dataclass(frozen=True)
class DecisionTable:
    """A table as people read it: inputs, outputs, and a line for each rule."""

    process: str
    name: str
    hit_policy: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    rules: Sequence[tuple[str, Sequence[str], Sequence[str]]]


@dataclass(frozen=True)
class Shown:
    """A version with what is in it."""

    version: Version
    processes: Sequence[str]
    tables: Sequence[DecisionTable]


def list_versions(ctx: Context) -> list[Version]:
    """All versions, by procedure, the newest first."""
    running = (
        select(Case.definition_hash, func.count().label("count"))
        .where(Case.state.in_(("open", "suspended")))
        .group_by(Case.definition_hash)
        .subquery()
    )
    columns = (
        Definition.id,
        Definition.slug,
        Definition.version,
        Definition.hash,
        Definition.state,
        Definition.published_at,
        Definition.published_by_id,
        Definition.author_id,
        Definition.reason,
    )
    rows = ctx.session.execute(
        select(*columns, func.coalesce(running.c.count, 0).label("running"))
        .outerjoin(running, running.c.definition_hash == Definition.hash)
        .order_by(Definition.slug, Definition.version.desc())
    ).all()
    names = names_of(ctx.session, [who for row in rows for who in (row.published_by_id, row.author_id)])
    newest: dict[str, int] = {}
    for row in rows:
        if row.state == "published":
            newest.setdefault(row.slug, row.version)
    return [
        Version(
            id=row.id,
            slug=row.slug,
            version=row.version,
            hash=row.hash,
            state="replaced" if row.state == "published" and newest[row.slug] != row.version else row.state,
            published_at=row.published_at,
            published_by=names.get(row.published_by_id or 0, ""),
            author=names.get(row.author_id or 0, ""),
            reason=row.reason or "",
            running=row.running,
        )
        for row in rows
    ]


def read(ctx: Context, slug: str, version: int, language: str) -> Shown:
    """One version with its processes and tables, in the language of the screen where it says so.

    Raises:
        NotFound: there is no such version.
    """
    found = next((one for one in list_versions(ctx) if (one.slug, one.version) == (slug, version)), None)
    if found is None:
        raise _no_such_version()
    bundle = definitions.by_hash(ctx.session, found.hash).bundle
    processes = sorted(bundle.bpmn, key=lambda name: (name != slug, name))
    return Shown(found, processes, tables_of(bundle, words_of_tables(bundle, language)))


def diagram(ctx: Context, slug: str, version: int, process: str | None, language: str) -> str:
    """The BPMN of a version, or of a process that it calls.

    Raises:
        NotFound: there is no such version or process.
    """
    statement = select(Definition.hash).where(Definition.slug == slug, Definition.version == version)
    content_hash = ctx.session.scalars(statement).one_or_none()
    if content_hash is None:
        raise _no_such_version()
    source = definitions.by_hash(ctx.session, content_hash).bundle.bpmn.get(process or slug)
    if source is None:
        raise NotFound("この図は見つかりません。", "There is no such diagram.")
    return in_language(source, language, slug)


def _no_such_version() -> NotFound:
    return NotFound("この版はありません。一覧から選び直してください。", "There is no such version.")


def tables_of(bundle: Bundle, words: Callable[[str], str]) -> list[DecisionTable]:
    """The decision tables of a parcel, in the order of its files, with their words as `words` says them."""
    return [
        _table(name.split("/")[0], decision, node, words)
        for name, source in bundle.dmn.items()
        for decision in safe_xml(source.encode(), name).iterfind("{*}decision")
        for node in decision.iterfind("{*}decisionTable")
    ]


def _table(process: str, decision: Any, node: Any, words: Callable[[str], str]) -> DecisionTable:
    return DecisionTable(
        process=process,
        name=words(decision.get("name") or decision.get("id")),
        hit_policy=node.get("hitPolicy", "UNIQUE"),
        inputs=[words(_label(one, "{*}inputExpression/{*}text")) for one in node.iterfind("{*}input")],
        outputs=[words(one.get("label") or one.get("name") or "") for one in node.iterfind("{*}output")],
        rules=[
            (
                words(_text(rule, "{*}description")),
                [_text(cell, "{*}text") for cell in rule.iterfind("{*}inputEntry")],
                [_text(cell, "{*}text") for cell in rule.iterfind("{*}outputEntry")],
            )
            for rule in node.iterfind("{*}rule")
        ],
    )


def _label(node: Any, otherwise: str) -> str:
    return str(node.get("label") or _text(node, otherwise))


def _text(node: Any, path: str) -> str:
    return (node.findtext(path) or "").strip()
