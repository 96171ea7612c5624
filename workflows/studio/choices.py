"""What an element of a draft may name: forms and decisions by their titles, for who draws it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import forms.catalog
from workflows.engine.bundle import Bundle
from workflows.engine.parser import NAME_EN, safe_xml


@dataclass(frozen=True)
class Choice:
    """Something that an element may name: `key` is what the diagram says, `ja` and `en` what it is called."""

    key: str
    ja: str
    en: str


def forms_of(bundle: Bundle) -> list[Choice]:
    """The forms of a draft and those that we ship, by key."""
    shipped = {
        f"{slug}/{task}": forms.catalog.load(slug, task).ui
        for slug in forms.catalog.list_slugs()
        for task in forms.catalog.list_tasks(slug)
    }
    own = {key: form.get("ui", {}) for key, form in bundle.forms.items()}
    return [_form(key, ui) for key, ui in sorted({**shipped, **own}.items())]


def decisions_of(bundle: Bundle) -> list[Choice]:
    """The decisions of the tables of a draft, in the order of the files."""
    return [one for name in sorted(bundle.dmn) for one in _decisions(name, bundle.dmn[name])]


def tables_of(bundle: Bundle) -> list[tuple[str, str, list[str]]]:
    """The decision files of a draft: folder, stem, names of their decisions."""
    names = [name.rpartition("/") for name in sorted(bundle.dmn)]
    return [
        (folder, stem, [one.ja or one.key for one in _decisions(stem, bundle.dmn[f"{folder}/{stem}"])])
        for folder, _, stem in names
        if folder
    ]


def _form(key: str, ui: Mapping[str, Any]) -> Choice:
    title = ui.get("title")
    told = title if isinstance(title, Mapping) else {}
    return Choice(key, str(told.get("ja", "")), str(told.get("en", "")))


def _decisions(name: str, text: str) -> Iterator[Choice]:
    for node in safe_xml(text.encode(), name).iterfind("{*}decision"):
        ja = node.get("name") or ""
        yield Choice(node.get("id") or "", ja, node.get(NAME_EN) or ja)
