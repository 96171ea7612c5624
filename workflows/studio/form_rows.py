"""What stands inside a field of a form: the fields of repeated rows, and those of a shared block.

The rows that a form asks itself are a small form of their own: their fields are added, changed, moved and
removed by the same functions. Of a block that several forms share, only the words are changed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from forms.fields import ROW, Field
from forms.rendering import fields
from forms.schemas import reference_name, shape_of_all
from workflows.studio import form_conditions
from workflows.studio.form_kinds import ROWS, kind_of

Form = dict[str, Any]


def row_of(form: Mapping[str, Any], name: str) -> Form | None:
    """The rows of a field as a form; None where the field has none of its own."""
    schema, ui = form["schema"], form["ui"]
    place, _ = form_conditions.home_of(schema, name) or ({}, None)
    own = place.get("properties", {}).get(name)
    words = ui.get("fields", {}).get(name, {})
    if own is None or kind_of(schema, own, words) != ROWS:
        return None
    inner: Form = {**deepcopy(own["items"]), "$defs": schema.get("$defs", {})}
    known = list(shape_of_all(inner, inner).properties)
    told = [one for one in words.get("order", ()) if one in known]
    group = {
        "id": name,
        "label": words.get("label", {}),
        "fields": [*told, *(x for x in known if x not in told)],
    }
    below = {one: dict(told) for one, told in words.get("fields", {}).items()}
    for path, told_of in _below(ui, name).items():
        below[path] = {**below.get(path, {}), **told_of}
    return {"schema": inner, "ui": {"groups": [group], "fields": below, "defs": ui.get("defs", {})}}


def with_row(form: Mapping[str, Any], name: str, row: Form) -> Form:
    """The form with the rows of a field as they are now."""
    made = without_inside(form, name)
    place, _ = form_conditions.home_of(made["schema"], name) or ({}, None)
    place["properties"][name]["items"] = {key: told for key, told in row["schema"].items() if key != "$defs"}
    words = made["ui"].setdefault("fields", {}).setdefault(name, {})
    words.pop("fields", None)
    words["order"] = row["ui"]["groups"][0]["fields"]
    for inner, told in row["ui"]["fields"].items():
        made["ui"]["fields"][f"{name}.{inner}"] = told
    return made


def without_inside(form: Mapping[str, Any], name: str) -> Form:
    """The form without any words for what stands inside a field."""
    made: Form = deepcopy(dict(form))
    for path in _below(made["ui"], name):
        made["ui"]["fields"].pop(f"{name}.{path}")
    return made


def shared_inside(form: Mapping[str, Any], name: str) -> list[Field]:
    """The fields of a block or of rows, as the screen asks them, each with its path in the layout."""
    shown = fields(form["schema"], {"defs": {}, **form["ui"]}, {})
    within = [one for one in shown if one.path.startswith(f"{name}.")]
    return within or [inner for one in shown if one.path == name for inner in one.rows]


def path_of(field: Field) -> str:
    """How the layout names a field inside another: rows do not count."""
    return field.path.replace(f".{ROW}", "")


def prefix_of(form: Mapping[str, Any], name: str) -> tuple[str, str]:
    """What stands before each label of a block, in both languages."""
    ui = form["ui"]
    spoken = shape_of_all(form["schema"], form["schema"]).properties.get(name, [])
    references = [found for one in spoken if (found := reference_name(one))]
    words: dict[str, Any] = {}
    for one in references:
        words |= ui.get("defs", {}).get(one, {})
    words |= ui.get("fields", {}).get(name, {})
    told = words.get("label_prefix", {})
    return str(told.get("ja", "")), str(told.get("en", ""))


def _below(ui: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The words of the layout for what stands inside a field, by its path in it."""
    start = f"{name}."
    return {
        path.removeprefix(start): told
        for path, told in ui.get("fields", {}).items()
        if path.startswith(start)
    }
