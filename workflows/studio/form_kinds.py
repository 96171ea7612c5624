"""The kinds of fields that a form of the studio can ask, and the schema each stands for (issue 5, forms)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from forms.schemas import SchemaNotUnderstood, facets, parts_in_force

LONGEST_LINE, LONGEST_PARAGRAPH = 200, 4_000
OTHER = "other"


@dataclass(frozen=True)
class Kind:
    """A kind of field: what it is called, and its schema without choices and bounds."""

    ja: str
    en: str
    schema: Mapping[str, Any]
    has_choices: bool = False
    has_bounds: bool = False


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "line": Kind(
            "文字(1行)", "Text (a line)", {"type": "string", "format": "printable-line", "maxLength": 100}
        ),
        "paragraph": Kind(
            "文字(複数行)",
            "Text (lines)",
            {"type": "string", "format": "printable-paragraph", "maxLength": 1000},
        ),
        "number": Kind("数", "Number", {"type": "integer"}, has_bounds=True),
        "date": Kind("日付", "Date", {"type": "string", "format": "wareki-date"}),
        "past_date": Kind(
            "日付(今日まで)",
            "Date (until today)",
            {"type": "string", "format": "wareki-date", "x-not-after": "today"},
        ),
        "yes_no": Kind("はい・いいえ", "Yes or no", {"type": "boolean"}),
        "choice": Kind("一つ選ぶ", "Choose one", {"type": "string"}, has_choices=True),
        "choices": Kind("いくつか選ぶ", "Choose some", {"type": "array"}, has_choices=True),
        "name": Kind(
            "氏名", "Name of a person", {"type": "string", "format": "person-name", "maxLength": 100}
        ),
        "kana": Kind("カナ", "Kana", {"type": "string", "format": "katakana-name", "maxLength": 100}),
        "postal_code": Kind("郵便番号", "Postal code", {"type": "string", "format": "postal-code"}),
        "phone": Kind("電話番号", "Telephone", {"type": "string", "format": "phone", "maxLength": 20}),
        "municipality": Kind(
            "市区町村コード", "Municipality code", {"type": "string", "format": "municipality-code"}
        ),
    }
)


def facet_of(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What holds of a field without a condition, references followed; empty where it is not understood."""
    try:
        return facets(parts_in_force(root, schema, None))
    except SchemaNotUnderstood:
        return {}


def kind_of(root: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The kind of a field by its schema: a key of `KINDS`, or `OTHER` for what is not made here."""
    facet = facet_of(root, schema)
    match facet.get("type"), facet.get("format"):
        case "boolean", _:
            return OTHER if "const" in facet else "yes_no"
        case "integer", _:
            return "number"
        case "array", _:
            return "choices" if "enum" in facet.get("items", {}) else OTHER
        case "string", None:
            return "choice" if "enum" in facet else OTHER
        case "string", "wareki-date":
            return "past_date" if facet.get("x-not-after") == "today" else "date"
        case "string", form:
            return next((key for key, kind in KINDS.items() if kind.schema.get("format") == form), OTHER)
    return OTHER


def schema_of(kind: str, choices: list[str], least: int | None, most: int | None) -> dict[str, Any]:
    """The schema of a field of this kind. `least` and `most` bound a number; other kinds have none."""
    plain = dict(KINDS[kind].schema)
    if kind == "choice":
        return {**plain, "enum": choices}
    if kind == "choices":
        return {**plain, "items": {"type": "string", "enum": choices}, "uniqueItems": True}
    if kind == "number":
        bounds = {"minimum": least, "maximum": most}
        return {**plain, **{key: value for key, value in bounds.items() if value is not None}}
    return plain
