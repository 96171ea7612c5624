"""A form of a draft changed field by field: pure functions from form to form, each refused as a whole.

A form is `{"schema": …, "ui": …}`. Fields that the form itself asks, always or when another field has some
value (`form_conditions`), are changed whole; those of a shared block, or under a condition of another kind,
keep their kind: their words, place and group can be changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from forms.rendering import fields
from services.errors import NotFound, RuleBroken
from workflows.studio import form_conditions
from workflows.studio.form_conditions import When
from workflows.studio.form_kinds import KINDS, OTHER, facet_of, kind_of, schema_of

Form = dict[str, Any]
MOST_FIELDS, MOST_CHOICES, LONGEST = 100, 60, 100
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_FIRST_GROUP = "main"


@dataclass(frozen=True)
class Choice:
    """A choice of a field: its value and its words."""

    value: str
    ja: str
    en: str


@dataclass(frozen=True)
class FieldWords:
    """A field as it is typed into the editor. `kind` is empty where it is to stay as it is.

    `when` is the condition under which it is shown, None where it is always.
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


@dataclass(frozen=True)
class ListedField:
    """A field of the form as the editor lists it. `is_own` where its kind can be changed here."""

    words: FieldWords
    is_own: bool


@dataclass(frozen=True)
class ListedGroup:
    """A block of the form with its fields in order."""

    id: str
    ja: str
    en: str
    help_ja: str
    help_en: str
    fields: tuple[ListedField, ...]


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
        "ui": {"title": {"ja": ja, "en": en}, "groups": [_new_group(_FIRST_GROUP, ja, en)], "fields": {}},
    }


def list_groups(form: Mapping[str, Any]) -> list[ListedGroup]:
    """The blocks of a form with their fields, as the editor shows them."""
    schema, ui = form["schema"], form["ui"]
    return [
        ListedGroup(
            group["id"],
            *_both(group.get("label")),
            *_both(group.get("help")),
            tuple(_listed(schema, ui, group["id"], name) for name in group["fields"]),
        )
        for group in _groups(form)
    ]


def put_field(form: Form, told: FieldWords, was: str = "") -> Form:
    """The form with a field added, or changed where `was` is its name now.

    Raises:
        NotFound: there is no field `was`.
        RuleBroken: what was typed cannot be; the message says which field and why.
    """
    made = deepcopy(form)
    made["ui"]["groups"] = _groups(made)
    schema, ui = made["schema"], made["ui"]
    _must_be_fit(made, told, was)
    schema.setdefault("properties", {})
    if was and not any(was in group["fields"] for group in ui["groups"]):
        raise NotFound(f"項目「{was}」はこの様式にありません。", f"The form has no field {was}.")
    before = _own_schema(schema, was) if was else {}
    if before is not None:
        asked = _asked(schema, told, before)
        place = form_conditions.put(schema, told.name, told.when)
        place.setdefault("properties", {})[told.name] = asked
        _demand(place, told.name, required=told.required)
        form_conditions.refuse_lost_values(schema)
    ui.setdefault("fields", {})[told.name] = _words(ui["fields"].get(was, {}), told)
    _place(ui["groups"], told, was)
    return made


def move_field(form: Form, name: str, by: int) -> Form:
    """The form with a field further up (-1) or down (1); at the end of its block it goes into the next.

    Raises:
        NotFound: there is no such field.
    """
    made = deepcopy(form)
    groups = made["ui"]["groups"] = _groups(made)
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
        RuleBroken: it comes from a shared block or stands under a condition, or another field depends on it.
    """
    made = deepcopy(form)
    schema, ui = made["schema"], made["ui"]
    ui["groups"] = _groups(made)
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
    _must_be_words(ja, en, help_ja, help_en)
    made = deepcopy(form)
    groups = made["ui"]["groups"] = _groups(made)
    known = {group["id"] for group in groups}
    if not group_id:
        place = next(one for one in range(1, len(known) + 2) if f"group_{one}" not in known)
        groups.append(_new_group(f"group_{place}", ja, en))
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
    groups = made["ui"]["groups"] = _groups(made)
    if any(group["id"] == group_id and group["fields"] for group in groups):
        raise RuleBroken(
            "項目のあるまとまりは消せません。先に項目を移すか消してください。",
            "A block that holds fields cannot be removed. Move or remove them first.",
        )
    made["ui"]["groups"] = [group for group in groups if group["id"] != group_id]
    return made


def _groups(form: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The blocks of the layout; of one that names none, all its fields under the title."""
    schema, ui = form["schema"], form["ui"]
    groups = deepcopy(ui.get("groups"))
    if groups:
        return list(groups)
    names = list(dict.fromkeys(one.path.partition(".")[0] for one in fields(schema, {"defs": {}, **ui}, {})))
    return [{**_new_group(_FIRST_GROUP, *_both(ui.get("title"))), "fields": names}]


def _new_group(group_id: str, ja: str, en: str) -> dict[str, Any]:
    return {"id": group_id, "label": {"ja": ja, "en": en or ja}, "fields": []}


def _listed(schema: Form, ui: Mapping[str, Any], group: str, name: str) -> ListedField:
    place, when = form_conditions.home_of(schema, name) or ({}, None)
    own = place.get("properties", {}).get(name)
    words = ui.get("fields", {}).get(name, {})
    reference = str((own or {}).get("$ref", "")).rpartition("/")[2]
    words = {**ui.get("defs", {}).get(reference or name, {}), **words}
    kind = OTHER if own is None else kind_of(schema, own)
    facet = {} if own is None else facet_of(schema, own)
    listed = facet.get("items", facet).get("enum", ()) if kind in {"choice", "choices"} else ()
    options = words.get("options", {})
    ja, en = _both(words.get("label"))
    return ListedField(
        FieldWords(
            name,
            ja or name,
            en or name,
            *_both(words.get("help")),
            kind=kind,
            group=group,
            required=name in (place or schema).get("required", ()),
            choices=tuple(
                Choice(str(one), *_both(options.get(str(one), {"ja": str(one)}))) for one in listed
            ),
            least=facet.get("minimum"),
            most=facet.get("maximum"),
            when=when,
        ),
        own is not None and kind != OTHER,
    )


def _own_schema(schema: Form, name: str) -> Mapping[str, Any] | None:
    """What the form itself asks by a field that can be changed here; None of any other field."""
    place, _ = form_conditions.home_of(schema, name) or ({}, None)
    own: Mapping[str, Any] | None = place.get("properties", {}).get(name)
    return own if own is not None and kind_of(schema, own) != OTHER else None


def _demand(place: Form, name: str, *, required: bool) -> None:
    demanded = place.get("required", [])
    if (name in demanded) != required:
        place["required"] = [one for one in demanded if one != name] + [name] * required


def _asked(schema: Form, told: FieldWords, before: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a field as it is told; as it was where its kind is to stay."""
    if before and not told.kind:
        return dict(before)
    _must_be_whole(told)
    if before and kind_of(schema, before) == told.kind and not _has_more(told.kind):
        return dict(before)
    kept = {key: value for key, value in before.items() if key == "x-default-feel"}
    choices = [one.value for one in told.choices]
    return {**schema_of(told.kind, choices, told.least, told.most), **kept}


def _has_more(kind: str) -> bool:
    return KINDS[kind].has_choices or KINDS[kind].has_bounds


def _words(before: Mapping[str, Any], told: FieldWords) -> dict[str, Any]:
    words = {key: value for key, value in before.items() if key not in {"label", "help"}}
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


def _must_be_fit(form: Form, told: FieldWords, was: str) -> None:
    if not _NAME.fullmatch(told.name) or len(told.name) > LONGEST:
        raise RuleBroken(
            f"項目の記号「{told.name}」は、英小文字・数字・_ で、英字から始めてください。",
            f"The name of a field ({told.name}) is small letters, digits and _, beginning with a letter.",
        )
    _must_be_words(told.ja, told.en, told.help_ja, told.help_en)
    taken = {name for group in form["ui"]["groups"] for name in group["fields"]}
    if told.name != was and (told.name in taken or told.name in form["schema"].get("properties", {})):
        raise RuleBroken(
            f"項目「{told.name}」はすでにあります。別の記号にしてください。",
            f"There is a field {told.name} already.",
        )
    if was and told.name != was:
        raise RuleBroken(
            f"項目「{was}」の記号は変えられません。消して、新しい項目を加えてください。",
            f"The name of the field {was} stays. Remove it and add another.",
        )
    if len(taken) >= MOST_FIELDS:
        raise RuleBroken(
            f"項目は{MOST_FIELDS}個までです。様式を分けてください。",
            f"A form has {MOST_FIELDS} fields at most.",
        )


def _must_be_words(ja: str, en: str, help_ja: str, help_en: str) -> None:
    if not ja:
        raise RuleBroken("日本語の名前が空です。名前を入力してください。", "The Japanese name is missing.")
    if max(len(ja), len(en)) > LONGEST or max(len(help_ja), len(help_en)) > 4 * LONGEST:
        raise RuleBroken(
            f"名前は{LONGEST}字、説明は{4 * LONGEST}字までです。短くしてください。",
            f"A name has {LONGEST} characters at most, a help {4 * LONGEST}.",
        )
    if not (ja + en + help_ja + help_en).isprintable():
        raise RuleBroken("使えない文字があります。入力し直してください。", "A text holds hidden characters.")


def _must_be_whole(told: FieldWords) -> None:
    """The choices and bounds of a kind must not contradict themselves."""
    kind = KINDS.get(told.kind)
    if kind is None:
        raise RuleBroken(f"項目「{told.ja}」の種類を選んでください。", f"Choose the kind of {told.name}.")
    values = [one.value for one in told.choices]
    if kind.has_choices and (not values or len(set(values)) < len(values) or len(values) > MOST_CHOICES):
        raise RuleBroken(
            f"項目「{told.ja}」の選択肢は1〜{MOST_CHOICES}個、値は重ならないように、1行に1つ入力してください。",
            f"{told.name}: one choice a line, 1 to {MOST_CHOICES}, each value once.",
        )
    wrong = next((one for one in values if not re.fullmatch(r"[A-Za-z0-9_]{1,40}", one, re.ASCII)), None)
    if wrong is not None:
        raise RuleBroken(
            f"項目「{told.ja}」の選択肢「{wrong}」の値は英数字と_で入力してください(値=日本語=英語)。",
            f"{told.name}: the value {wrong} is letters, digits and _ (value=Japanese=English).",
        )
    if told.least is not None and told.most is not None and told.least > told.most:
        raise RuleBroken(
            f"項目「{told.ja}」の範囲が逆です({told.least}〜{told.most})。どんな数も入力できません。",
            f"{told.name}: from {told.least} to {told.most} no number can be entered.",
        )


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


def _both(words: Any) -> tuple[str, str]:
    told = words if isinstance(words, Mapping) else {}
    return str(told.get("ja", "")), str(told.get("en", ""))
