"""What two versions of the forms of a procedure ask differently, field by field, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from forms.fields import Field
from forms.rendering import fields
from forms.schemas import Schema, resolve_reference, shape_of_all
from workflows.studio.form_rows import path_of

Form = Mapping[str, Any]
ASPECTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "words": ("名前", "name"),
        "help": ("説明", "help"),
        "kind": ("種類", "kind"),
        "required": ("必須", "required"),
        "choices": ("選択肢", "choices"),
        "condition": ("出すとき", "when it is shown"),
        "place": ("まとまり", "block"),
        "rows": ("行の数", "number of rows"),
        "rules": ("入力の決まり", "what may be entered"),
    }
)
_EMPTY: Form = {"schema": {}, "ui": {"groups": []}}


@dataclass(frozen=True)
class FieldDifference:
    """A field that was added, removed or changed. `kind` as of the engine's differences of elements.

    `aspects` are keys of ASPECTS; rules are all else that the schema asks of the field.
    """

    form: str
    kind: str
    path: str
    ja: str
    en: str
    aspects: tuple[str, ...] = ()


def of_forms(before: Mapping[str, Form], after: Mapping[str, Form]) -> list[FieldDifference]:
    """The differences of all forms, by form and place on the screen."""
    return [
        one
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
        for one in _of_form(key, before.get(key, _EMPTY), after.get(key, _EMPTY))
    ]


def _of_form(key: str, before: Form, after: Form) -> Iterator[FieldDifference]:
    old, new = _shown(before), _shown(after)
    told: set[str] = set()
    for path in [*new, *(one for one in old if one not in new)]:
        field = new.get(path) or old[path]
        kind = "added" if path not in old else "removed" if path not in new else "changed"
        aspects = _aspects(old[path], new[path]) if kind == "changed" else ()
        if kind != "changed" or aspects:
            told.add(path.partition(".")[0])
            yield FieldDifference(key, kind, path, field.label_ja, field.label_en, aspects)
    for name in _with_other_rules(before, after):
        if name not in told:
            known = new.get(name) or old.get(name)
            words = (known.label_ja, known.label_en) if known else (name, name)
            yield FieldDifference(key, "changed", name, *words, ("rules",))


def _shown(form: Form) -> dict[str, Field]:
    """Every field that the screen asks, those of rows too, by its path."""
    shown = fields(form["schema"], {"defs": {}, **form["ui"]}, {})
    return {path_of(inner): inner for one in shown for inner in (one, *one.rows)}


def _aspects(old: Field, new: Field) -> tuple[str, ...]:
    compared: Mapping[str, Callable[[Field], object]] = {
        "words": lambda one: (one.label_ja, one.label_en),
        "help": lambda one: (one.help_ja, one.help_en),
        "kind": lambda one: (one.widget, one.lookup, one.max_length, one.partial),
        "required": lambda one: (one.required, one.required_when),
        "choices": lambda one: one.options,
        "condition": lambda one: one.shown_when,
        "place": lambda one: one.group.id,
        "rows": lambda one: (one.most_rows, one.initial_rows),
    }
    return tuple(name for name, of in compared.items() if of(old) != of(new))


def _with_other_rules(before: Form, after: Form) -> list[str]:
    """The fields of which the schemas ask something else."""
    old, new = _rules(before["schema"]), _rules(after["schema"])
    return [name for name in dict.fromkeys([*new, *old]) if old.get(name) != new.get(name)]


def _rules(schema: Schema) -> dict[str, list[Any]]:
    """What a schema asks of each field of the form, with its references written out."""
    shape = shape_of_all(schema, schema)
    return {name: [_written_out(schema, one) for one in asked] for name, asked in shape.properties.items()}


def _written_out(root: Schema, part: Any) -> Any:
    if isinstance(part, list):
        return [_written_out(root, one) for one in part]
    if not isinstance(part, Mapping):
        return part
    plain = {key: _written_out(root, one) for key, one in part.items() if key not in {"$ref", "$defs"}}
    reference = part.get("$ref")
    if isinstance(reference, str):
        plain["$ref"] = _written_out(root, resolve_reference(root, reference))
    return plain
