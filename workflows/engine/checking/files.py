"""The files of a definition as the check takes them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

MAX_BYTES = 2_000_000
MAX_FILES = 200
KINDS = {".bpmn": "bpmn", ".dmn": "dmn", ".schema.json": "schema", ".ui.json": "ui"}


@dataclass(frozen=True)
class File:
    """A file: `name` as it is told, the path of the `folder` it lies in, `stem` without its ending.

    `given` is false for one that was only looked up because another names it: its own problems are told
    by whoever names it.
    """

    name: str
    kind: str
    folder: str
    stem: str
    content: bytes
    given: bool = True

    @property
    def form_key(self) -> str:
        """The name under which a task asks this form: `slug/task`."""
        return f"{PurePath(self.folder).name}/{self.stem}"

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "content": base64.b64encode(self.content).decode()}

    @classmethod
    def of_dict(cls, told: dict[str, Any]) -> File:
        return cls(**{**told, "content": base64.b64decode(told["content"])})


@dataclass(frozen=True)
class Surroundings:
    """What a definition may call; None where it is not known and not asked.

    `forms` are those known by name (`slug/task`) without being given; `forms_needed` and `roles_needed` say
    whether a missing form, a missing lane or a lane of no role is a problem or a warning.
    """

    operations: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    forms: frozenset[str] = frozenset()
    forms_needed: bool = True
    roles_needed: bool = True

    def as_dict(self) -> dict[str, Any]:
        return {
            "operations": None if self.operations is None else sorted(self.operations),
            "roles": None if self.roles is None else sorted(self.roles),
            "forms": sorted(self.forms),
            "forms_needed": self.forms_needed,
            "roles_needed": self.roles_needed,
        }

    @classmethod
    def of_dict(cls, told: dict[str, Any]) -> Surroundings:
        return cls(
            operations=None if told["operations"] is None else frozenset(told["operations"]),
            roles=None if told["roles"] is None else frozenset(told["roles"]),
            forms=frozenset(told["forms"]),
            forms_needed=told["forms_needed"],
            roles_needed=told["roles_needed"],
        )


def kind_of(name: str) -> str | None:
    """The kind of a file by its ending; None for any other."""
    return next((kind for ending, kind in KINDS.items() if name.endswith(ending)), None)


def stem_of(name: str) -> str:
    """The name of a file without its ending."""
    return next((name.removesuffix(ending) for ending in KINDS if name.endswith(ending)), name)
