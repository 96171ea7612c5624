"""Reading what was sent, field by field, as the schema says; nothing is copied by name."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from forms.formats import FORMATS, FormatRefused
from forms.messages import texts
from forms.refusals import FieldError
from forms.schemas import Schema, facets, parts_in_force, shape_in_force, shape_of_all
from rules.eras import PartialDate, format_short
from rules.kana import grapheme_length

MOST_CHARACTERS = 4000
_TODAY = "today"
_NOTHING = object()
_TYPES = {
    "string": (str, "not_a_text"),
    "boolean": (bool, "not_yes_or_no"),
    "integer": (int, "not_an_integer"),
    "array": (list, "not_rows"),
    "object": (Mapping, "not_a_block"),
}


class Reader:
    """Reads one form. `errors` holds what was refused on the way; those fields are not in the result."""

    def __init__(self, schema: Schema, today: date) -> None:
        self.schema = schema
        self.today = today
        self.errors: list[FieldError] = []
        self._whole: dict[str, Any] = {}

    def read(self, raw: object, fixed: Mapping[str, Any]) -> dict[str, Any]:
        """Return the clean data of the whole form, with the fixed values in it."""
        if not isinstance(raw, Mapping):
            self._refuse("", "not_a_form")
            return {}
        for name, value in fixed.items():
            if raw.get(name, value) != value:
                self._refuse(name, "fixed")
        self._object(self.schema, {**raw, **fixed}, "", self._whole)
        return self._whole

    def _refuse(self, path: str, code: str, example: str = "", **words: object) -> None:
        self.errors.append(FieldError.of(path, code, example, **words))

    def _object(self, schema: Schema, raw: Mapping[Any, Any], path: str, clean: dict[str, Any]) -> None:
        filled = {name: value for name, value in raw.items() if not _is_blank(value)}
        shape = shape_in_force(self.schema, schema, filled)
        asked: dict[str, dict[str, Any]] = {}
        for name in shape.properties:
            part = shape.schema_of(name)
            if name not in filled and name in shape.required and self._is_block(part):
                filled[name] = {}  # so that each field of it is told, not the block
            if name in filled:
                asked[name] = facets(parts_in_force(self.schema, part, filled[name]))
                value = self._value(part, asked[name], filled[name], _join(path, name))
                if value is not _NOTHING:
                    clean[name] = value
        self._refuse_the_rest(schema, set(filled) - set(shape.properties), path)
        for name in clean:
            self._compare(asked[name], name, clean, path)

    def _is_block(self, schema: Schema) -> bool:
        return facets(parts_in_force(self.schema, schema, {})).get("type") == "object"

    def _refuse_the_rest(self, schema: Schema, names: set[Any], path: str) -> None:
        known = shape_of_all(self.schema, schema).properties if names else {}
        for name in sorted(names, key=str):
            if name in known:
                self._refuse(_join(path, name), "not_asked")
            else:
                self._refuse(path, "unknown_field")

    def _value(self, schema: Schema, facet: Schema, raw: object, path: str) -> Any:
        kind = facet.get("type", "string")
        expected, code = _TYPES[kind]
        if not isinstance(raw, expected) or (kind == "integer" and isinstance(raw, bool)):
            self._refuse(path, code)
            return _NOTHING
        match raw:
            case str():
                return self._text(facet, raw, path)
            case list():
                return self._rows(facet, raw, path)
            case Mapping():
                clean: dict[str, Any] = {}
                self._object(schema, raw, path, clean)
                self._differ(facet, clean, path)
                return clean
        return raw

    def _text(self, facet: Schema, raw: str, path: str) -> Any:
        example = str(next(iter(facet.get("examples", ())), ""))
        if len(raw) > MOST_CHARACTERS:
            self._refuse(path, "too_long", example, limit=facet.get("maxLength", MOST_CHARACTERS))
            return _NOTHING
        text = raw
        if "format" in facet:
            known = FORMATS[facet["format"]]
            example = example or known.example
            try:
                text = known.read(raw)
            except FormatRefused as error:
                self.errors.append(FieldError(path, error.code, error.message_ja, error.message_en, example))
                return _NOTHING
        limit = facet.get("x-max-graphemes")
        if limit is not None and grapheme_length(text) > limit:
            self._refuse(path, "too_long", example, limit=limit)
            return _NOTHING
        return text

    def _rows(self, facet: Schema, raw: list[Any], path: str) -> Any:
        limit = facet.get("maxItems", MOST_CHARACTERS)
        if len(raw) > limit:
            self._refuse(path, "too_many_rows", limit=limit)
            return _NOTHING
        item = facet.get("items", {})
        rows = [
            self._value(item, facets(parts_in_force(self.schema, item, row)), row, _join(path, place))
            for place, row in enumerate(raw)
        ]
        self._refuse_repeated(facet, rows, path)
        return [None if row is _NOTHING else row for row in rows]

    def _refuse_repeated(self, facet: Schema, rows: list[Any], path: str) -> None:
        key = facet.get("x-unique")
        seen: list[Any] = []
        for place, row in enumerate(rows):
            value = row.get(key) if isinstance(row, Mapping) and key else None
            if value is not None and value in seen:
                self._refuse(f"{path}.{place}.{key}", "repeated")
            seen.append(value)

    def _differ(self, facet: Schema, clean: Mapping[str, Any], path: str) -> None:
        names = facet.get("x-differ", ())
        values = [clean[name] for name in names if name in clean]
        if len(values) != len(set(map(str, values))):
            self._refuse(_join(path, names[-1]), "repeated")

    def _compare(self, facet: Schema, name: str, clean: Mapping[str, Any], path: str) -> None:
        """Measure a date against today or another date of the same block (x-not-after, x-not-before)."""
        for keyword, code in (("x-not-after", "date.after"), ("x-not-before", "date.before")):
            other = facet.get(keyword)
            limit = self.today.isoformat() if other == _TODAY else clean.get(other or "")
            if not isinstance(limit, str) or not isinstance(clean[name], str):
                continue
            if clean[name] > limit if keyword == "x-not-after" else clean[name] < limit:
                shown = format_short(PartialDate.parse_iso(limit))
                label = facet.get("x-other-label", {"ja": other, "en": other})
                told = "date.future" if other == _TODAY else code
                japanese, _ = texts(told, limit=shown, other=label["ja"])
                _, english = texts(told, limit=shown, other=label["en"])
                self.errors.append(FieldError(_join(path, name), told, japanese, english, shown))


def _join(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _is_blank(value: object) -> bool:
    """Say whether nothing was entered. null is nothing, as an empty text is."""
    return value is None or (isinstance(value, str) and not value.strip())
