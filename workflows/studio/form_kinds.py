"""The kinds of fields that a form of the studio can ask, and the schema each stands for (issue 5, forms)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from forms.schemas import SchemaNotUnderstood, facets, parts_in_force

OTHER, ROWS = "other", "rows"
MOST_ROWS, USUAL_ROWS = 50, 20
_BY_ID = frozenset({"person", "household", "notification"})
_ID = {"type": "integer", "minimum": 1, "maximum": 9223372036854775807}


@dataclass(frozen=True)
class Kind:
    """A kind of field: what it is called, and its schema without choices and bounds.

    `lookup` names what is looked up by typing. The id of such a field that holds a row of the register ends
    with `ending`: by it the house knows an id of a person from a number.
    """

    ja: str
    en: str
    schema: Mapping[str, Any]
    has_choices: bool = False
    has_bounds: bool = False
    lookup: str = ""
    ending: str = ""

    @property
    def words(self) -> dict[str, str]:
        """What the layout says of a field of this kind."""
        return {"widget": "lookup", "lookup": self.lookup} if self.lookup else {}


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
            "市区町村(名前で探す)",
            "Municipality (looked up)",
            {"type": "string", "format": "municipality-code"},
            lookup="municipality",
        ),
        "insurer": Kind(
            "保険者(名前で探す)",
            "Insurer (looked up)",
            {"type": "string", "format": "insurer-number"},
            lookup="insurer",
        ),
        "person": Kind(
            "登録のある人(氏名・番号で探す)",
            "Person on record (looked up)",
            _ID,
            lookup="person",
            ending="person_id",
        ),
        "household": Kind(
            "国保世帯(氏名・番号で探す)",
            "Household (looked up)",
            _ID,
            lookup="household",
            ending="household_id",
        ),
        "notification": Kind(
            "届出(受付番号で探す)",
            "Notification (looked up)",
            _ID,
            lookup="notification",
            ending="notification_id",
        ),
        ROWS: Kind("繰返しの行(世帯員など)", "Repeated rows", {"type": "array"}, has_bounds=True),
    }
)


def facet_of(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What holds of a field without a condition, references followed; empty where it is not understood."""
    try:
        return facets(parts_in_force(root, schema, None))
    except SchemaNotUnderstood:
        return {}


def kind_of(root: Mapping[str, Any], schema: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """The kind of a field by its schema and words: a key of `KINDS`; `OTHER` is not made here."""
    facet = facet_of(root, schema)
    match facet.get("type"), facet.get("format"):
        case "boolean", _:
            return OTHER if "const" in facet else "yes_no"
        case "integer", _:
            return _number_or_id(words)
        case "array", _:
            if "enum" in facet.get("items", {}):
                return "choices"
            return ROWS if "properties" in facet.get("items", {}) else OTHER
        case "string", None:
            return "choice" if "enum" in facet else OTHER
        case "string", "wareki-date":
            return "past_date" if facet.get("x-not-after") == "today" else "date"
        case "string", form:
            return next((key for key, kind in KINDS.items() if kind.schema.get("format") == form), OTHER)
    return OTHER


def schema_of(kind: str, choices: list[str], least: int | None, most: int | None) -> dict[str, Any]:
    """The schema of a field of this kind. `least` and `most` bound a number or rows; other kinds have none.

    Rows begin with one field, the name of a person: rows that ask nothing nobody can fill in.
    """
    plain = dict(KINDS[kind].schema)
    if kind == "choice":
        return {**plain, "enum": choices}
    if kind == "choices":
        return {**plain, "items": {"type": "string", "enum": choices}, "uniqueItems": True}
    if kind == ROWS:
        row = {"type": "object", "properties": {"name": dict(KINDS["name"].schema)}, "required": ["name"]}
        bounds = {"minItems": least or 0, "maxItems": USUAL_ROWS if most is None else most}
        return {**plain, **bounds, "items": {**row, "unevaluatedProperties": False}}
    if kind == "number":
        told = {"minimum": least, "maximum": most}
        return {**plain, **{key: value for key, value in told.items() if value is not None}}
    return plain


def _number_or_id(words: Mapping[str, Any]) -> str:
    """A whole number, or the id of a row of the register that is looked up."""
    if words.get("widget") != "lookup":
        return "number"
    looked_up = str(words.get("lookup"))
    return looked_up if looked_up in _BY_ID else OTHER
