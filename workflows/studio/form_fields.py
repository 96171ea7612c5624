"""The fields of a form as the editor lists them: their words, their kind, and what stands inside them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from forms.rendering import fields
from workflows.studio import form_conditions, form_rows
from workflows.studio.form_conditions import When
from workflows.studio.form_kinds import OTHER, ROWS, facet_of, kind_of

Form = dict[str, Any]
BOUNDS_OF = MappingProxyType({"number": ("minimum", "maximum"), ROWS: ("minItems", "maxItems")})
FIRST_GROUP = "main"


@dataclass(frozen=True)
class Choice:
    """A choice of a field: its value and its words."""

    value: str
    ja: str
    en: str


@dataclass(frozen=True)
class FieldWords:
    """A field as it is typed into the editor. `kind` is empty where it is to stay as it is.

    `when` is the condition under which it is shown, None where it is always. `within` names the rows that a
    new field is to stand in; `least` and `most` bound a number or the count of rows.
    """

    name: str
    ja: str
    en: str
    help_ja: str = ""
    help_en: str = ""
    kind: str = ""
    group: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    least: int | None = None
    most: int | None = None
    when: When | None = None
    within: str = ""


@dataclass(frozen=True)
class ListedField:
    """A field of the form as the editor lists it. `is_own` where its kind can be changed here.

    `inside` are the fields of its rows or its block; `is_block` where it has no words of its own.
    """

    words: FieldWords
    is_own: bool
    inside: tuple[ListedField, ...] = ()
    is_block: bool = False


@dataclass(frozen=True)
class ListedGroup:
    """A block of the form with its fields in order."""

    id: str
    ja: str
    en: str
    help_ja: str
    help_en: str
    fields: tuple[ListedField, ...]


def list_groups(form: Mapping[str, Any]) -> list[ListedGroup]:
    """The blocks of a form with their fields, as the editor shows them."""
    return [
        ListedGroup(
            group["id"],
            *both(group.get("label")),
            *both(group.get("help")),
            tuple(_listed(form, group["id"], name) for name in group["fields"]),
        )
        for group in groups_of(form)
    ]


def groups_of(form: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The blocks of the layout; of one that names none, all its fields under the title."""
    schema, ui = form["schema"], form["ui"]
    groups = deepcopy(ui.get("groups"))
    if groups:
        return list(groups)
    names = list(dict.fromkeys(one.path.partition(".")[0] for one in fields(schema, {"defs": {}, **ui}, {})))
    return [{**new_group(FIRST_GROUP, *both(ui.get("title"))), "fields": names}]


def new_group(group_id: str, ja: str, en: str) -> dict[str, Any]:
    return {"id": group_id, "label": {"ja": ja, "en": en or ja}, "fields": []}


def words_of(form: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The words of a field: those of the shared block it refers to, and its own."""
    schema, ui = form["schema"], form["ui"]
    place, _ = form_conditions.home_of(schema, name) or ({}, None)
    reference = str(place.get("properties", {}).get(name, {}).get("$ref", "")).rpartition("/")[2]
    return {**ui.get("defs", {}).get(reference or name, {}), **ui.get("fields", {}).get(name, {})}


def _listed(form: Mapping[str, Any], group: str, name: str) -> ListedField:
    schema = form["schema"]
    place, when = form_conditions.home_of(schema, name) or ({}, None)
    own = place.get("properties", {}).get(name)
    words = words_of(form, name)
    kind = OTHER if own is None else kind_of(schema, own, words)
    facet = {} if own is None else facet_of(schema, own)
    listed = facet.get("items", facet).get("enum", ()) if kind in {"choice", "choices"} else ()
    options = words.get("options", {})
    least, most = BOUNDS_OF.get(kind, ("", ""))
    ja, en = both(words.get("label"))
    inside = _inside(form, name)
    told = FieldWords(
        name,
        ja or name,
        en or name,
        *both(words.get("help")),
        kind=kind,
        group=group,
        required=name in (place or schema).get("required", ()),
        choices=tuple(Choice(str(one), *both(options.get(str(one), {"ja": str(one)}))) for one in listed),
        least=facet.get(least),
        most=facet.get(most),
        when=when,
    )
    return ListedField(told, own is not None and kind != OTHER, inside, bool(inside) and not ja)


def _inside(form: Mapping[str, Any], name: str) -> tuple[ListedField, ...]:
    """The fields of rows or of a block; those that are shared can have other words, nothing else."""
    row = form_rows.row_of(form, name)
    if row is not None:
        (group,) = list_groups(row)
        return tuple(_below(one, name) for one in group.fields)
    ja, en = form_rows.prefix_of(form, name)
    return tuple(
        ListedField(
            FieldWords(
                form_rows.path_of(one),
                str(one.label_ja).removeprefix(ja),
                str(one.label_en).removeprefix(en),
                one.help_ja,
                one.help_en,
                kind=OTHER,
                required=one.required,
            ),
            is_own=False,
        )
        for one in form_rows.shared_inside(form, name)
    )


def _below(one: ListedField, name: str) -> ListedField:
    words = replace(one.words, name=f"{name}.{one.words.name}", group="")
    return replace(one, words=words, inside=tuple(_below(inner, name) for inner in one.inside))


def both(words: Any) -> tuple[str, str]:
    told = words if isinstance(words, Mapping) else {}
    return str(told.get("ja", "")), str(told.get("en", ""))
