"""A form of a draft changed field by field: pure functions from form to form, each refused as a whole.

A form is `{"schema": …, "ui": …}`. Fields that the form itself asks, always or when another field has some
value (`form_conditions`), are changed whole; those of a shared block, or under a condition of another kind,
keep their kind: their words, place and group can be changed. A field inside another (`form_rows`) is named
by its path: `members.name`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from services.errors import NotFound, RuleBroken
from workflows.studio import form_conditions, form_rows
from workflows.studio.form_fields import BOUNDS_OF, FIRST_GROUP, FieldWords, groups_of, new_group, words_of
from workflows.studio.form_kinds import KINDS, OTHER, ROWS, facet_of, kind_of, schema_of
from workflows.studio.form_refusals import must_ask_something, must_be_fit, must_be_whole, must_be_words

Form = dict[str, Any]


def empty_form(ja: str, en: str) -> Form:
    """A form that asks nothing yet."""
    return {
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": ja,
            "type": "object",
            "properties": {},
            "required": [],
            "unevaluatedProperties": False,
        },
        "ui": {"title": {"ja": ja, "en": en}, "groups": [new_group(FIRST_GROUP, ja, en)], "fields": {}},
    }


def put_field(form: Form, told: FieldWords, was: str = "") -> Form:
    """The form with a field added, or changed where `was` is its name now.

    Raises:
        NotFound: there is no field `was`.
        RuleBroken: what was typed cannot be; the message says which field and why.
    """
    told = replace(told, kind="") if told.kind == OTHER else told
    holder, name = _parted(was or f"{told.within}." * bool(told.within))
    if holder:
        inner = replace(told, name=name or told.name, within="", group="" if was else holder)
        return _put_inside(form, holder, name, inner)
    told = _with_ending(told, was)
    made = deepcopy(form)
    made["ui"]["groups"] = groups_of(made)
    schema, ui = made["schema"], made["ui"]
    must_be_fit(made, told, was)
    schema.setdefault("properties", {})
    if was and not any(was in group["fields"] for group in ui["groups"]):
        raise NotFound(f"項目「{was}」はこの様式にありません。", f"The form has no field {was}.")
    before = _own_schema(form, was) if was else {}
    was_kind = kind_of(schema, before, words_of(form, was)) if before else ""
    if before is not None:
        asked = _asked(schema, told, before, was_kind)
        place = form_conditions.put(schema, told.name, told.when)
        place.setdefault("properties", {})[told.name] = asked
        _demand(place, told.name, required=told.required)
        form_conditions.refuse_lost_values(schema)
    ui.setdefault("fields", {})[told.name] = _words(ui["fields"].get(was, {}), told, was_kind)
    _place(ui["groups"], told, was)
    return _with_first_field(made, told, was_kind)


def move_field(form: Form, name: str, by: int) -> Form:
    """The form with a field further up (-1) or down (1); at the end of its block it goes into the next.

    Raises:
        NotFound: there is no such field.
    """
    holder, inner = _parted(name)
    if holder:
        return form_rows.with_row(form, holder, move_field(_row_of(form, holder), inner, by))
    made = deepcopy(form)
    groups = made["ui"]["groups"] = groups_of(made)
    at = next((place for place, group in enumerate(groups) if name in group["fields"]), None)
    if at is None:
        raise NotFound(f"項目「{name}」はこの様式にありません。", f"The form has no field {name}.")
    names = groups[at]["fields"]
    here = names.index(name)
    names.pop(here)
    if 0 <= here + by <= len(names):
        names.insert(here + by, name)
    elif 0 <= at + by < len(groups):
        beside = groups[at + by]["fields"]
        beside.insert(0 if by > 0 else len(beside), name)
    else:
        names.insert(here, name)
    return made


def remove_field(form: Form, name: str) -> Form:
    """The form without a field of its own.

    Raises:
        NotFound: there is no such field.
        RuleBroken: it comes from a shared block or stands under a condition, another field depends on it, or
            it is the last of its rows.
    """
    holder, inner = _parted(name)
    if holder:
        row = remove_field(_row_of(form, holder), inner)
        must_ask_something(row)
        return form_rows.with_row(form, holder, row)
    made = form_rows.without_inside(form, name)
    schema, ui = made["schema"], made["ui"]
    ui["groups"] = groups_of(made)
    if form_conditions.home_of(schema, name) is None:
        raise RuleBroken(
            f"項目「{name}」は共通の部分か条件の中にあるため、ここでは消せません。",
            f"{name} belongs to a shared block or a condition and cannot be removed here.",
        )
    if _is_asked_by_conditions(schema, name):
        raise RuleBroken(
            f"項目「{name}」の値で、ほかの項目を出すかどうかが決まります。消せません。",
            f"Whether other fields are shown depends on {name}. It cannot be removed.",
        )
    form_conditions.take_out(schema, name)
    ui.get("fields", {}).pop(name, None)
    for group in ui["groups"]:
        group["fields"] = [one for one in group["fields"] if one != name]
    return made


def put_group(form: Form, group_id: str, ja: str, en: str, help_ja: str = "", help_en: str = "") -> Form:
    """The form with a block named so; a new one where `group_id` is empty.

    Raises:
        RuleBroken: the name is missing or too long.
    """
    must_be_words(ja, en, help_ja, help_en)
    made = deepcopy(form)
    groups = made["ui"]["groups"] = groups_of(made)
    known = {group["id"] for group in groups}
    if not group_id:
        place = next(one for one in range(1, len(known) + 2) if f"group_{one}" not in known)
        groups.append(new_group(f"group_{place}", ja, en))
        group_id = f"group_{place}"
    for group in groups:
        if group["id"] == group_id:
            group["label"] = {"ja": ja, "en": en or ja}
            group.pop("help", None)
            if help_ja:
                group["help"] = {"ja": help_ja, "en": help_en or help_ja}
    return made


def remove_group(form: Form, group_id: str) -> Form:
    """The form without an empty block.

    Raises:
        RuleBroken: the block holds fields.
    """
    made = deepcopy(form)
    groups = made["ui"]["groups"] = groups_of(made)
    if any(group["id"] == group_id and group["fields"] for group in groups):
        raise RuleBroken(
            "項目のあるまとまりは消せません。先に項目を移すか消してください。",
            "A block that holds fields cannot be removed. Move or remove them first.",
        )
    made["ui"]["groups"] = [group for group in groups if group["id"] != group_id]
    return made


def _parted(path: str) -> tuple[str, str]:
    """The field that a field stands in, empty where it stands in the form itself, and its name there."""
    holder, dot, name = path.partition(".")
    return (holder, name) if dot else ("", path)


def _row_of(form: Mapping[str, Any], holder: str) -> Form:
    row = form_rows.row_of(form, holder)
    if row is None:
        raise RuleBroken(
            f"「{holder}」の中の項目は共通の部分です。ここでは名前と説明だけを変えられます。",
            f"What stands in {holder} is shared: its words alone can be changed here.",
        )
    return row


def _put_inside(form: Form, holder: str, was: str, told: FieldWords) -> Form:
    row = form_rows.row_of(form, holder)
    if row is not None:
        if told.kind == ROWS:
            raise RuleBroken(
                "繰返しの行の中に、繰返しの行は置けません。別の種類を選んでください。",
                "Rows cannot stand inside rows. Choose another kind.",
            )
        return form_rows.with_row(form, holder, put_field(row, told, was))
    path = f"{holder}.{was}"
    if path not in {form_rows.path_of(one) for one in form_rows.shared_inside(form, holder)}:
        if not was:
            _row_of(form, holder)
        raise NotFound(f"項目「{path}」はこの様式にありません。", f"The form has no field {path}.")
    must_be_words(told.ja, told.en, told.help_ja, told.help_en)
    made = deepcopy(form)
    named = made["ui"].setdefault("fields", {})
    named[path] = _words(named.get(path, {}), replace(told, kind="", choices=()), "")
    return made


def _with_ending(told: FieldWords, was: str) -> FieldWords:
    """A new field that is looked up in the register, with the ending by which the house knows its id."""
    ending = KINDS[told.kind].ending if told.kind in KINDS and not was else ""
    if not ending or told.name == ending or told.name.endswith(f"_{ending}"):
        return told
    return replace(told, name=f"{told.name}_{ending}")


def _with_first_field(form: Form, told: FieldWords, was_kind: str) -> Form:
    """New rows with the words of their first field; what was no longer is rows without those ."""
    if told.kind != ROWS and was_kind == ROWS:
        return form_rows.without_inside(form, told.name)
    if told.kind == ROWS and was_kind != ROWS:
        form["ui"]["fields"][f"{told.name}.name"] = {"label": {"ja": "氏名", "en": "Name"}}
    return form


def _own_schema(form: Form, was: str) -> Mapping[str, Any] | None:
    """What the form itself asks by a field that can be changed here; None of any other field."""
    schema = form["schema"]
    place, _ = form_conditions.home_of(schema, was) or ({}, None)
    own: Mapping[str, Any] | None = place.get("properties", {}).get(was)
    return own if own is not None and kind_of(schema, own, words_of(form, was)) != OTHER else None


def _demand(place: Form, name: str, *, required: bool) -> None:
    demanded = place.get("required", [])
    if (name in demanded) != required:
        place["required"] = [one for one in demanded if one != name] + [name] * required


def _asked(schema: Form, told: FieldWords, before: Mapping[str, Any], was_kind: str) -> dict[str, Any]:
    """The schema of a field as it is told; as it was where its kind is to stay."""
    if before and not told.kind:
        return dict(before)
    must_be_whole(told)
    if was_kind == told.kind and _same_facets(schema, told, before):
        return dict(before)
    if was_kind == told.kind == ROWS:
        bounds = schema_of(ROWS, [], told.least, told.most)
        return {**before, "minItems": bounds["minItems"], "maxItems": bounds["maxItems"]}
    kept = {key: value for key, value in before.items() if key == "x-default-feel"}
    choices = [one.value for one in told.choices]
    return {**schema_of(told.kind, choices, told.least, told.most), **kept}


def _same_facets(schema: Form, told: FieldWords, before: Mapping[str, Any]) -> bool:
    """Whether choices and bounds stay, so that all that the schema says beside them stays too."""
    facet = facet_of(schema, before)
    listed = facet.get("items", facet).get("enum", ()) if KINDS[told.kind].has_choices else ()
    least, most = BOUNDS_OF.get(told.kind, ("", ""))
    return ([str(one) for one in listed], facet.get(least), facet.get(most)) == (
        [one.value for one in told.choices],
        told.least,
        told.most,
    )


def _words(before: Mapping[str, Any], told: FieldWords, was_kind: str) -> dict[str, Any]:
    words = {key: value for key, value in before.items() if key not in {"label", "help"}}
    if told.kind and told.kind != was_kind:
        words = {
            key: value for key, value in words.items() if key not in {"widget", "lookup", "order", "fields"}
        }
        words |= KINDS[told.kind].words
    words["label"] = {"ja": told.ja, "en": told.en or told.ja}
    if told.help_ja:
        words["help"] = {"ja": told.help_ja, "en": told.help_en or told.help_ja}
    if told.choices:
        words["options"] = {one.value: {"ja": one.ja, "en": one.en or one.ja} for one in told.choices}
    return words


def _place(groups: list[dict[str, Any]], told: FieldWords, was: str) -> None:
    """Put the name where it was, or at the end of the block that was chosen."""
    for group in groups:
        names = group["fields"]
        if was in names and told.group in {"", group["id"]}:
            names[names.index(was)] = told.name
            return
    for group in groups:
        group["fields"] = [one for one in group["fields"] if one != was]
    wanted = next((group for group in groups if group["id"] == told.group), groups[-1])
    wanted["fields"].append(told.name)


def _is_asked_by_conditions(schema: Any, name: str) -> bool:
    if isinstance(schema, Mapping):
        condition = schema.get("if")
        if isinstance(condition, Mapping) and name in condition.get("properties", {}):
            return True
        return any(_is_asked_by_conditions(inner, name) for inner in schema.values())
    return (
        isinstance(schema, Sequence)
        and not isinstance(schema, str)
        and any(_is_asked_by_conditions(inner, name) for inner in schema)
    )
