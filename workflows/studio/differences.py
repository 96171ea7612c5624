"""What two parcels differ in: files by name, and elements where both can be run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from models.case import Definition
from services.context import Context
from services.errors import NotFound
from workflows.diagrams import in_language
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.comparison import Difference, compare
from workflows.engine.parser import build
from workflows.studio import drawn, form_differences
from workflows.studio.drafts import Draft
from workflows.studio.form_differences import FieldDifference
from workflows.studio.whole_forms import with_forms


@dataclass(frozen=True)
class FileDifference:
    """A diagram, table or form that was added, removed or changed. `kind` as of `Difference`.

    `drawn` are the keys of `drawn.ASPECTS` in which a changed diagram differs beside what runs.
    """

    kind: str
    sort: str
    name: str
    drawn: tuple[str, ...] = ()


@dataclass(frozen=True)
class Compared:
    """Two parcels side by side. `elements` is None where the newer one cannot be run yet.

    `fields` are the fields of their forms that are different, told with the elements.
    """

    before: Bundle
    after: Bundle
    files: Sequence[FileDifference]
    elements: Sequence[Difference] | None
    fields: Sequence[FieldDifference] = ()

    def marks(self, *, after: bool) -> dict[str, list[str]]:
        """The elements to mark on the diagrams of one side, `process.id` by kind."""
        found: dict[str, list[str]] = {}
        for one in self.elements or ():
            shown = one.became if after else one.element
            there = one.kind != ("removed" if after else "added")
            if shown is not None and there:
                kind = "changed" if one.kind == "renamed" else one.kind
                found.setdefault(kind, []).append(f"{shown.process}.{shown.id}")
        return found


def of_draft(ctx: Context, draft: Draft) -> Compared | None:
    """A draft beside the version in force; None where its procedure is new. Elements only of a sound one."""
    if not draft.newest:
        return None
    sound = draft.found is not None and not draft.problems
    after = with_forms(draft.bundle) if sound else draft.bundle
    return _compared(bundle_of(ctx, draft.slug, draft.newest), after, sound=sound)


def of_versions(ctx: Context, slug: str, before: int, after: int) -> Compared:
    """Two versions.

    Raises:
        NotFound: there is no such version.
    """
    return _compared(bundle_of(ctx, slug, before), bundle_of(ctx, slug, after), sound=True)


def bundle_of(ctx: Context, slug: str, version: int) -> Bundle:
    """The parcel of a version.

    Raises:
        NotFound: there is no such version.
    """
    statement = select(Definition.content).where(Definition.slug == slug, Definition.version == version)
    content = ctx.session.scalars(statement).one_or_none()
    if content is None:
        raise NotFound("この版はありません。一覧から選び直してください。", "There is no such version.")
    return unpack(content)


def diagram(bundle: Bundle, process: str | None, language: str) -> str:
    """A diagram of a parcel in the language of the screen.

    Raises:
        NotFound: there is no such process in it.
    """
    source = bundle.bpmn.get(process or bundle.slug)
    if source is None:
        raise NotFound("この図は見つかりません。", "There is no such diagram.")
    return in_language(source, language, bundle.slug)


def _compared(before: Bundle, after: Bundle, *, sound: bool) -> Compared:
    elements = compare(build(before), build(after)).differences() if sound else None
    fields = form_differences.of_forms(before.forms, after.forms) if sound else []
    return Compared(before, after, _files(before, after, sound=sound), elements, fields)


def _files(before: Bundle, after: Bundle, *, sound: bool) -> list[FileDifference]:
    diagrams = _changed("bpmn", before.bpmn, after.bpmn)
    if sound:  # whatever else may be no XML
        diagrams = [_with_drawn(one, before, after) for one in diagrams]
    return [
        *diagrams,
        *_changed("dmn", before.dmn, after.dmn),
        *_changed("form", before.forms, after.forms),
    ]


def _with_drawn(one: FileDifference, before: Bundle, after: Bundle) -> FileDifference:
    if one.kind != "changed":
        return one
    return replace(one, drawn=drawn.differences(before.bpmn[one.name], after.bpmn[one.name], one.name))


def _changed(sort: str, old: dict[str, Any], new: dict[str, Any]) -> list[FileDifference]:
    found = []
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            kind = "added" if name not in old else "removed" if name not in new else "changed"
            found.append(FileDifference(kind, sort, name))
    return found
