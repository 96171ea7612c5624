"""The forms that we ship: what installing publishes as version 1 of each procedure (architecture, Ruling 1).

A form is `forms/<slug>/<user_task_id>.schema.json` with its `.ui.json`. Shared blocks stand once in
`definitions.schema.json` and `definitions.ui.json`; a loaded form carries those it uses, so that the hash
of a definition covers all it asks.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent
REFERENCE: Final = "../definitions.schema.json#/$defs/"
PROCEDURES: Final = (
    "acquisition",
    "loss",
    "change",
    "reissue",
    "ceiling_certificate",
    "cancellation",
    "student_exception",
    "facility_exception",
    "exemption",
)
_CORRECTION: Final = "correct"
_ARRIVAL: Final = "await_papers"


class FormNotShipped(LookupError):
    """No form of this procedure and user task is shipped."""


@dataclass(frozen=True)
class FormDefinition:
    """One form: its schema with the definitions it uses, and its layout."""

    slug: str
    task: str
    schema: Mapping[str, Any]
    ui: Mapping[str, Any]


def list_slugs() -> tuple[str, ...]:
    """Return the folders that hold forms."""
    return tuple(sorted({path.parent.name for path in ROOT.glob("*/*.schema.json")}))


def list_tasks(slug: str) -> tuple[str, ...]:
    """Return the user tasks of a procedure that have a form, those that share one included."""
    own = {path.name.removesuffix(".schema.json") for path in (ROOT / slug).glob("*.schema.json")}
    shared = {_CORRECTION, _ARRIVAL} if slug in PROCEDURES else set()
    return tuple(sorted(own | shared))


@cache
def load(slug: str, task: str) -> FormDefinition:
    """Return the form of a user task. Correcting asks what applying asked; papers arrive alike everywhere.

    Raises:
        FormNotShipped: there is no such form.
    """
    folder, stem = _file_of(slug, task)
    schema_path = ROOT / folder / f"{stem}.schema.json"
    if slug not in list_slugs() or task not in list_tasks(slug):
        raise FormNotShipped(f"{slug}/{task}")
    return whole(slug, task, _read(schema_path), _read(ROOT / folder / f"{stem}.ui.json"))


def whole(slug: str, task: str, schema: Mapping[str, Any], ui: Mapping[str, Any]) -> FormDefinition:
    """Return a form that carries the shared blocks it uses, and their words."""
    alone, words = bundled(schema), _read(ROOT / "definitions.ui.json")
    used = {name: words[name] for name in alone["$defs"] if name in words}
    return FormDefinition(slug, task, alone, {**ui, "defs": {**used, **ui.get("defs", {})}})


def bundled(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that stands alone: the shared definitions it uses stand in its own `$defs`."""
    shared = shared_definitions()
    wanted, used = list(_references(schema)), dict(schema.get("$defs", {}))
    while wanted:
        name = wanted.pop()
        if name not in used:
            used[name] = shared[name]
            wanted += _references(shared[name])
    alone = {key: value for key, value in schema.items() if key != "$defs"}
    whole: dict[str, Any] = json.loads(
        json.dumps({**alone, "$defs": dict(sorted(used.items()))}).replace(REFERENCE, "#/$defs/")
    )
    return whole


def shared_definitions() -> Mapping[str, Any]:
    """Return the blocks that every form may refer to."""
    found: Mapping[str, Any] = _read(ROOT / "definitions.schema.json")["$defs"]
    return found


def _file_of(slug: str, task: str) -> tuple[str, str]:
    if task == _ARRIVAL:
        return _ARRIVAL, "papers_arrived"
    return slug, "apply" if task == _CORRECTION else task


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(REFERENCE).removeprefix("#/$defs/")
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


@cache
def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
