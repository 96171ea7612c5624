"""Under which condition a form asks a field: shown when another field has some value (issue 5).

In the schema it is an `if` of one field with what stands in its `then`. Server and browser follow the same:
the check by the schema, the page by what is worked out of it. Other conditions (several fields, `else`, those
of shared blocks) are kept as they are and not changed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.rendering import fields
from forms.schemas import SchemaNotUnderstood, all_parts, facets, parts_in_force, plain_condition
from services.errors import RuleBroken

Schema = dict[str, Any]
CHOSEN = frozenset({"radio", "select", "yes_no"})


@dataclass(frozen=True)
class When:
    """The field `name` has one of these values, as a form sends them."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Askable:
    """A field that a condition may ask, with its values and their words."""

    name: str
    ja: str
    en: str
    values: tuple[tuple[str, str, str], ...]


def home_of(schema: Schema, name: str) -> tuple[Schema, When | None] | None:
    """The part of a form's schema in which a field stands, and its condition.

    None where it comes from a shared block, stands under another kind of condition, or in several places.
    """
    found = [(part, when) for part, when in _homes(schema) if name in part.get("properties", {})]
    told = sum(name in part.get("properties", {}) for part in all_parts(schema, schema))
    return found[0] if len(found) == told == 1 else None


def askable(form: Mapping[str, Any]) -> list[Askable]:
    """The fields of a form that a condition may ask: those of which one of some values is chosen."""
    schema, ui = form["schema"], {"defs": {}, **form["ui"]}
    found = []
    for one in fields(schema, ui, {}):
        values = _values(schema, one.path)
        if one.widget in CHOSEN and values:
            words = {option.value: (option.ja, option.en) for option in one.options}
            told = tuple((_sent(value), *words.get(_sent(value), (_sent(value),) * 2)) for value in values)
            found.append(Askable(one.path, one.label_ja, one.label_en, told))
    return found


def put(schema: Schema, name: str, when: When | None) -> Schema:
    """The part in which a field is to stand from now on; it is taken out of the part where it stood.

    Raises:
        RuleBroken: the condition asks no such field or value, or the field itself in a circle.
    """
    here = home_of(schema, name)
    if here is not None and _same(here[1], when):
        return here[0]
    take_out(schema, name)
    if when is None:
        return schema
    _must_not_circle(schema, name, when)
    for part, same in _homes(schema):
        if _same(same, when):
            return part
    values = [one for one in _values(schema, when.name) if _sent(one) in when.values]
    if not when.values or len(values) != len(set(when.values)):
        raise RuleBroken(
            f"条件の項目「{when.name}」に、その値はありません。選択肢から選び直してください。",
            f"The condition asks {when.name} for a value that it does not have. Choose again.",
        )
    made: Schema = {
        "if": {"properties": {when.name: {"enum": values}}, "required": [when.name]},
        "then": {"properties": {}, "required": []},
    }
    schema.setdefault("allOf", []).append(made)
    then: Schema = made["then"]
    return then


def take_out(schema: Schema, name: str) -> None:
    """Ask a field no more, with a condition under which nothing else stands."""
    for part, _ in list(_homes(schema)):
        part.get("properties", {}).pop(name, None)
        if name in part.get("required", ()):
            part["required"] = [one for one in part["required"] if one != name]
    _drop_empty(schema)


def refuse_lost_values(schema: Schema) -> None:
    """Refuse a change after which a condition asks for a value that no longer can be chosen.

    Raises:
        RuleBroken: with the field that depends on it.
    """
    for part, when in _homes(schema):
        known = {_sent(one) for one in _values(schema, when.name)} if when else set()
        lost = [one for one in when.values if one not in known] if when else []
        if when is not None and lost:
            names = "、".join(part.get("properties", {}))
            raise RuleBroken(
                f"項目「{names}」は「{when.name}」が「{lost[0]}」のときに出ます。"
                f"先にその条件を変えてから、選択肢「{lost[0]}」を消してください。",
                f"{names} is shown when {when.name} is {lost[0]}. Change that condition first.",
            )


def _homes(schema: Schema) -> Iterator[tuple[Schema, When | None]]:
    """The form itself, and what stands under a condition of one field."""
    yield schema, None
    for part in schema.get("allOf", ()):
        when = _when(part)
        if when is not None:
            yield part["then"], when


def _when(part: Mapping[str, Any]) -> When | None:
    if set(part) != {"if", "then"} or not set(part["then"]) <= {"properties", "required"}:
        return None
    wanted = plain_condition(part["if"]) or {}
    if len(wanted) != 1:
        return None
    ((name, values),) = wanted.items()
    return When(name, tuple(map(_sent, values)))


def _same(one: When | None, other: When | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.name, set(one.values)) == (other.name, set(other.values))


def _values(schema: Schema, name: str) -> list[Any]:
    """The values that a field may have; none where they are not a list."""
    parts = [
        one["properties"][name] for one in all_parts(schema, schema) if name in one.get("properties", {})
    ]
    try:
        found = [facets(parts_in_force(schema, one, None)) for one in parts]
    except SchemaNotUnderstood:
        return []
    if any(one.get("type") == "boolean" and "const" not in one for one in found):
        return [True, False]
    return list(dict.fromkeys(value for one in found for value in one.get("enum", ())))


def _drop_empty(schema: Schema) -> None:
    """A condition under which nothing stands any more goes."""
    kept = [one for one in schema.get("allOf", ()) if _when(one) is None or one["then"].get("properties")]
    if "allOf" in schema:
        schema["allOf"] = kept
    if not kept:
        schema.pop("allOf", None)


def _must_not_circle(schema: Schema, name: str, when: When) -> None:
    asked, seen = when.name, {name}
    while asked not in seen:
        seen.add(asked)
        home = home_of(schema, asked)
        if home is None or home[1] is None:
            return
        asked = home[1].name
    raise RuleBroken(
        f"項目「{name}」の条件が、項目どうしで輪になっています({when.name})。別の項目を選んでください。",
        f"The condition of {name} goes round in a circle by {when.name}. Choose another field.",
    )


def _sent(value: Any) -> str:
    """A value as a form sends it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
