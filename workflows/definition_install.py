"""A definition of files on record: the parcel of a procedure with all that it calls, decides and asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

import forms.catalog
from models.case import Definition
from services.context import Context
from services.errors import ServiceError
from workflows.definition_files import Gathered
from workflows.engine import definitions
from workflows.engine.bundle import Bundle
from workflows.engine.checking.calls import Calls
from workflows.engine.checking.diagram import Diagram
from workflows.engine.checking.files import File, Surroundings
from workflows.engine.checking.form_files import FormFile
from workflows.engine.checking.tables import Tables
from workflows.engine.checking.xml_text import read_xml


class WhichProcedure(ServiceError):
    """The files hold no process, or several with which a definition could begin."""

    code = "which_procedure"


@dataclass(frozen=True)
class OnRecord:
    """A version of a procedure; `is_new` is false where this content was on record before."""

    slug: str
    version: int
    state: str
    hash: str
    is_new: bool


def install(ctx: Context, bundle: Bundle) -> OnRecord:
    """Put a checked parcel on record: the first version of a procedure in force, a later one as a draft."""
    row = definitions.publish_shipped(ctx, bundle)
    ctx.session.flush()
    kept = row or ctx.session.scalars(select(Definition).where(Definition.hash == bundle.hash)).one()
    return OnRecord(kept.slug, kept.version, kept.state, kept.hash, is_new=row is not None)


def parcel(gathered: Gathered, slug: str | None = None) -> Bundle:
    """The parcel of files that the check has passed; `slug` says with which process, where several could be.

    Raises:
        WhichProcedure: there is none, or more than one.
    """
    calls = Calls(*_read(gathered.files), Surroundings())
    root, name = _root(calls, slug)
    together = calls.closure(root)
    folders = {diagram.file.folder: _process_of(diagram, name) for diagram in together}
    tables = [
        table
        for table in calls.tables
        if table.file.given or any(table is one for one in calls.tables_of(together))
    ]
    return Bundle(
        slug=name,
        bpmn={_process_of(diagram, name): _text(diagram.file) for diagram in together},
        dmn={f"{folders.get(one.file.folder, name)}/{one.file.stem}": _text(one.file) for one in tables},
        forms=_forms(calls, together),
    )


def _read(files: Sequence[File]) -> tuple[list[Diagram], list[Tables], list[FormFile]]:
    return (
        [Diagram(one, read_xml(one)) for one in files if one.kind == "bpmn"],
        [Tables(one) for one in files if one.kind == "dmn"],
        [FormFile(one) for one in files if one.kind in {"schema", "ui"}],
    )


def _root(calls: Calls, slug: str | None) -> tuple[Diagram, str]:
    could_be = [(one, name) for one in calls.roots() for name in one.processes]
    if slug is not None:
        given = [one for one in calls.diagrams if one.file.given]
        could_be = [(one, name) for one in given for name in one.processes if name == slug]
    if len(could_be) != 1:
        names = "、".join(name for _, name in could_be) or "–"
        raise WhichProcedure(
            f"どのプロセスから始まる手続か決まりません({names})。--slug で1つ指定してください。",
            f"It is not clear with which process the procedure begins ({names}). Name one by --slug.",
        )
    return could_be[0]


def _process_of(diagram: Diagram, root: str) -> str:
    """The process under whose name a file is kept: the definition's own, else its first."""
    return root if root in diagram.processes else next(iter(diagram.processes))


def _forms(calls: Calls, together: Sequence[Diagram]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for diagram in together:
        for node in diagram.each("userTask", "manualTask"):
            key, files = calls.form_of(diagram, node)
            slug, _, task = key.rpartition("/")
            parts = {one.file.kind: one.value for one in files}
            found[key] = _whole(slug, task, parts)
    return found


def _whole(slug: str, task: str, parts: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    form = (
        forms.catalog.whole(slug, task, parts["schema"], parts["ui"])
        if parts
        else forms.catalog.load(slug, task)
    )
    return {"schema": dict(form.schema), "ui": dict(form.ui)}


def _text(file: File) -> str:
    return file.content.decode("utf-8-sig")
