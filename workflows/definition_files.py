"""Definitions as files: what belongs together is gathered, checked under guard, and made one parcel.

A file is looked for where a reader would look: among the files given, then in the same folder, then among
the procedures that we ship.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import forms.catalog
from workflows import catalog
from workflows.engine.checking import guard
from workflows.engine.checking.files import MAX_BYTES, MAX_FILES, File, Surroundings, kind_of, stem_of
from workflows.engine.checking.problems import Problem, problem
from workflows.engine.operations import operation_names

_CALLED = re.compile(rb"""calledElement\s*=\s*["']([^"']{1,80})["']""")
_DECIDED = re.compile(rb"calledDecisionId\s*>\s*([^<]{1,80}?)\s*<")
_IMPORTED = re.compile(rb"""<(?:\w+:)?import\b[^>]{0,2000}?\bnamespace\s*=\s*["']([^"']{1,300})["']""")
_LOCATED = re.compile(
    rb"""<(?:\w+:)?import\b[^>]{0,2000}?\blocationURI\s*=\s*["']([\w./ -]{1,300}\.dmn)["']"""
)
_MOST_NEIGHBOURS = 500


@dataclass
class Gathered:
    """The files that were named, those that they lead to, and what could not be read.

    A form or a role that is missing is a problem only where it is needed: roles are those of an office, and
    files that are looked at alone may be meant for another.
    """

    files: list[File] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    forms_needed: bool = False
    roles_needed: bool = False

    def names_in_order(self) -> list[str]:
        """The names of all given files, each once."""
        return list(dict.fromkeys(self.names))


@dataclass(frozen=True)
class Report:
    """What was found in one file."""

    file: str
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def check(paths: Sequence[Path], roles: Collection[str]) -> list[Report]:
    """Check files that belong together, or folders of them; a report for each file, in the order given."""
    return check_gathered(gather(paths), roles)


def check_gathered(gathered: Gathered, roles: Collection[str]) -> list[Report]:
    """Check what was gathered. `roles` are those of the office, which lanes may name."""
    catalog.load_handlers()
    known = Surroundings(
        operations=operation_names(),
        roles=frozenset(roles),
        forms=_shipped_forms(),
        forms_needed=gathered.forms_needed,
        roles_needed=gathered.roles_needed,
    )
    found = [*gathered.unread, *(guard.check(gathered.files, known) if gathered.files else ())]
    return [
        Report(
            name,
            tuple(one for one in found if one.file == name and not one.is_warning),
            tuple(one for one in found if one.file == name and one.is_warning),
        )
        for name in gathered.names_in_order()
    ]


def gather(paths: Sequence[Path]) -> Gathered:
    """Read the files, those of the folders, and what they lead to; none larger than a definition may be."""
    gathered = Gathered()
    taken: set[Path] = set()
    for path in paths:
        if path.is_dir():
            gathered.forms_needed = True
            inside = sorted(_inside(path))
            if not inside:
                _refuse(gathered, path, "empty_folder")
            for one in inside:
                _take(gathered, one, taken)
        else:
            _take(gathered, path, taken)
    gathered.forms_needed |= any(one.kind in {"schema", "ui"} for one in gathered.files)
    for file in gathered.files:  # grows while it is walked: what a neighbour leads to belongs to it as well
        gathered.files += [one for one in _neighbours(file, taken) if len(gathered.files) < MAX_FILES]
    return gathered


def _inside(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if kind_of(name) is not None and stem_of(name) != "definitions":
                yield Path(place) / name


def _take(gathered: Gathered, path: Path, taken: set[Path]) -> None:
    """Read a given file, once, or say why it is not read."""
    real = path.resolve()
    if real in taken:
        return
    taken.add(real)
    kind = kind_of(path.name)
    if kind is None:
        _refuse(gathered, path, "unknown_kind")
        return
    content = _content(path)
    if isinstance(content, bytes):
        gathered.names.append(_shown(path))
        gathered.files.append(File(_shown(path), kind, str(real.parent), stem_of(path.name), content))
    else:
        code, words = content
        _refuse(gathered, path, code, **words)


def _refuse(gathered: Gathered, path: Path, code: str, **words: object) -> None:
    gathered.names.append(_shown(path))
    gathered.unread.append(problem(code, _shown(path), 1, "", **words))


def _content(path: Path) -> bytes | tuple[str, dict[str, object]]:
    """The bytes of a regular file of bounded size; the size is asked before anything is read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        return "not_readable", {"why": getattr(error, "strerror", None) or error}
    with os.fdopen(descriptor, "rb") as file:
        told = os.fstat(descriptor)
        if not stat.S_ISREG(told.st_mode):
            return "not_readable", {"why": "it is no regular file"}
        if told.st_size > MAX_BYTES:
            return "too_large", {"limit": f"{MAX_BYTES:,}"}
        return file.read(MAX_BYTES + 1)


def _neighbours(file: File, taken: set[Path]) -> Iterator[File]:
    """What a file leads to and was not given: called processes, decisions, its forms, its other half."""
    for path in _led_to(file):
        real = path.resolve()
        if real not in taken and real.is_file():
            content = _content(path)
            kind = kind_of(path.name)
            if isinstance(content, bytes) and kind is not None:
                taken.add(real)
                yield File(_shown(path), kind, str(real.parent), stem_of(path.name), content, given=False)


def _led_to(file: File) -> Iterator[Path]:
    folder = Path(file.folder)
    if file.kind in {"schema", "ui"}:
        yield folder / f"{file.stem}.{'ui' if file.kind == 'schema' else 'schema'}.json"
        return
    named = {
        "bpmn": set(_CALLED.findall(file.content)),
        "dmn": {*_DECIDED.findall(file.content), *_IMPORTED.findall(file.content)},
    }
    for path in sorted(folder.iterdir())[:_MOST_NEIGHBOURS]:
        kind = kind_of(path.name) or ""
        asked = kind in {"schema", "ui"} and f'"{stem_of(path.name)}"'.encode() in file.content
        if asked or (named.get(kind) and _holds(path, named[kind])):
            yield path
    if file.kind == "dmn":
        yield from _located(folder, file.content)
    for name in named["bpmn"] & {one.encode() for one in (*catalog.PROCEDURES, *catalog.CALLED)}:
        yield catalog.ROOT / name.decode() / "process.bpmn"


def _located(folder: Path, content: bytes) -> Iterator[Path]:
    """The decision files below the folder that an import names by its place; never one outside."""
    for told in sorted(set(_LOCATED.findall(content))):
        path = (folder / told.decode("ascii")).resolve()
        if path.is_relative_to(folder):
            yield path


def _holds(path: Path, wanted: set[bytes]) -> bool:
    """Whether a file has one of these ids: enough to look into it."""
    content = _content(path)
    return isinstance(content, bytes) and any(
        b'"' + name + b'"' in content or b"'" + name + b"'" in content for name in wanted
    )


def _shipped_forms() -> frozenset[str]:
    return frozenset(
        f"{slug}/{task}" for slug in forms.catalog.list_slugs() for task in forms.catalog.list_tasks(slug)
    )


def _shown(path: Path) -> str:
    """The path as it was given; what is no text in it is replaced."""
    return os.fsencode(path).decode("utf-8", "replace")


def as_json(report: Report) -> dict[str, Any]:
    """A report as `workflows check` prints it."""
    return {
        "file": report.file,
        "ok": report.ok,
        "problems": [_told(one) for one in report.problems],
        "warnings": [_told(one) for one in report.warnings],
    }


def _told(one: Problem) -> dict[str, Any]:
    return {"element": one.element, "line": one.line, "code": one.code, "message": one.message}
