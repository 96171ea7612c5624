"""From schema and layout to the fields of a screen: only those that this kind of notification asks (B2).

Conditions on values that are settled (`fixed`: the reason) are decided here; conditions on what is still to
be typed go along with the field, and the screen shows it when they hold.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from forms.fields import LOOKUPS, MOST_ROWS, ROW, Alternatives, Condition, Field, Group, Option
from forms.refusals import FieldError
from forms.schemas import (
    Schema,
    facets,
    joined,
    parts_in_force,
    plain_condition,
    reference_name,
    resolve_reference,
)
from rules.eras import PartialDate, format_short

__all__ = ["Condition", "Field", "Group", "Option", "as_typed", "fields", "in_order"]

Ui = Mapping[str, Any]
Choices = Mapping[str, Sequence[Option | tuple[str, str, str]]]
YES_NO = (Option("true", "はい", "Yes"), Option("false", "いいえ", "No"))
_MOST_RADIOS = 4
_MOST_LETTERS = 34  # half-width letters of radio labels that fit into a third of the form
_WIDGETS = {
    "wareki-date": "date",
    "wareki-partial-date": "date",
    "individual-number-ref": "individual_number",
    "printable-paragraph": "textarea",
}
_FILLS_BY = {"postal-code": "postal", "person-name": "kana"}
_WIDTHS = {
    "wareki-date": "short",
    "wareki-partial-date": "short",
    "postal-code": "short",
    "phone": "short",
    "municipality-code": "short",
    "insurer-number": "short",
}


def fields(
    schema: Schema, ui: Ui, fixed: Mapping[str, Any], *, choices: Choices | None = None
) -> list[Field]:
    """Return the fields of a form in the order of the paper.

    `choices` gives lists that the office keeps itself (`options_from` in the layout: "paper_kinds").
    """
    return list(_Layout(schema, ui, fixed, choices or {}).fields())


def in_order(shown: Sequence[Field], errors: Iterable[FieldError]) -> list[FieldError]:
    """Return errors in the order of the fields on the screen; those of no field come first."""
    places: dict[str, int] = {}
    for field in (inner for one in shown for inner in (one, *one.rows)):
        places.setdefault(field.path, len(places))

    def place(error: FieldError) -> tuple[int, int, int]:
        top, _, rest = error.path.partition(".")
        row, _, _ = rest.partition(".")
        below = error.path.replace(f"{top}.{row}.", f"{top}.{ROW}.", 1) if row.isdecimal() else error.path
        return (
            places.get(top, places.get(below, -1)),
            int(row) if row.isdecimal() else -1,
            places.get(below, -1),
        )

    return sorted(errors, key=place)


def as_typed(schema: Schema, clean: Mapping[str, Any]) -> dict[str, Any]:
    """Return clean data as a clerk would type it (R8.11.23), to correct it in the form."""
    return {name: _typed(schema, part, clean[name]) for name, part in _parts_of(schema, schema, clean)}


def _typed(root: Schema, schema: Schema, value: Any) -> Any:
    facet = facets(parts_in_force(root, schema, value))
    if isinstance(value, Mapping):
        return {name: _typed(root, part, value[name]) for name, part in _parts_of(root, schema, value)}
    if isinstance(value, list):
        return [_typed(root, facet.get("items", {}), row) for row in value]
    if str(facet.get("format")).startswith("wareki-") and isinstance(value, str):
        return format_short(PartialDate.parse_iso(value))
    return value


def _parts_of(root: Schema, schema: Schema, value: Mapping[str, Any]) -> Iterator[tuple[str, Schema]]:
    found: dict[str, list[Schema]] = {}
    for part in parts_in_force(root, schema, value):
        for name, inner in part.get("properties", {}).items():
            found.setdefault(name, []).append(inner)
    return ((name, joined(found[name])) for name in value if name in found)


@dataclass(frozen=True)
class _Asked:
    """A property with the schemas that speak of it, and when it is shown and required."""

    schema: Schema
    shown_when: Alternatives
    required: bool
    required_when: Alternatives


class _Layout:
    def __init__(self, schema: Schema, ui: Ui, fixed: Mapping[str, Any], choices: Choices) -> None:
        self.schema = schema
        self.ui = ui
        self.fixed = fixed
        self.choices = choices

    def fields(self) -> Iterator[Field]:
        asked = self._asked(self.schema, self.fixed)
        for words in self.ui.get("groups") or [self._whole(asked)]:
            group = _group(words)
            for name in words["fields"]:
                if name in asked:
                    yield from self._field(name, asked[name], self.ui, "", group, self.fixed)

    def _whole(self, asked: Mapping[str, _Asked]) -> Ui:
        """The one group of a form that names none: all that is asked, under the title of the form."""
        return {
            "id": "all",
            "label": self.ui.get("title", {}),
            "fields": [name for name in self.ui.get("order", asked) if name in asked],
        }

    def _field(
        self, name: str, asked: _Asked, holder: Ui, prefix: str, group: Group, fixed: Mapping[str, Any]
    ) -> Iterator[Field]:
        path = f"{prefix}{name}"
        words = self._words(name, asked.schema, holder, path)
        facet = facets(self._unconditional(asked.schema, {}))
        shown_when, required_when = _full(asked.shown_when, prefix), _full(asked.required_when, prefix)
        if facet.get("type") == "object":
            inner = self._asked(asked.schema, _mapping(fixed.get(name)))
            for below in words.get("order", inner):
                if below in inner:
                    for found in self._field(
                        below, inner[below], words, f"{path}.", group, _mapping(fixed.get(name))
                    ):
                        yield _within(found, asked, shown_when, required_when, words)
            return
        options = self._options(facet, words)
        widget = words.get("widget") or ("rows" if self._has_rows(facet) else _widget(facet, options))
        plain = Field(
            path=path,
            name=path.replace(".", "-"),
            id="f-" + path.replace(".", "-"),
            label_ja=words.get("label", {}).get("ja", name),
            label_en=words.get("label", {}).get("en", name),
            help_ja=words.get("help", {}).get("ja", ""),
            help_en=words.get("help", {}).get("en", ""),
            widget=widget,
            required=asked.required or (bool(required_when) and required_when == shown_when),
            group=group,
            options=options,
            shown_when=shown_when,
            required_when=() if asked.required or required_when == shown_when else required_when,
            width=words.get("width") or _width(facet, widget, options),
            autofill=words.get("autofill", ""),
            fills=(prefix + words.get("fills", "")).replace(".", "-") if "fills" in words else "",
            fills_by=_FILLS_BY.get(facet.get("format", ""), ""),
            lookup=_known_lookup(words.get("lookup", "")),
            example=str(next(iter(facet.get("examples", ())), "")),
            max_length=facet.get("maxLength"),
            partial=facet.get("format") == "wareki-partial-date",
            fixed_value=fixed.get(name),
        )
        if fixed.get(name) is not None:
            plain = replace(plain, widget="fixed", shown_when=(), required=False, required_when=())
        yield self._with_rows(plain, facet, words) if plain.widget == "rows" else plain

    def _has_rows(self, facet: Schema) -> bool:
        return bool(facet.get("type") == "array" and self._asked(facet.get("items", {}), {}))

    def _with_rows(self, plain: Field, facet: Schema, words: Ui) -> Field:
        asked = self._asked(facet["items"], {})
        row_words = {**self._words("", facet["items"], {}, plain.path), **words}
        rows = tuple(
            found
            for name in row_words.get("order", asked)
            if name in asked
            for found in self._field(name, asked[name], row_words, f"{plain.path}.{ROW}.", plain.group, {})
        )
        most = min(facet.get("maxItems", 1), MOST_ROWS)
        numbered = {"ja": f"{plain.label_ja} {{n}}", "en": f"{plain.label_en} {{n}}"}
        row_label = row_words.get("row_label", numbered)
        return replace(
            plain,
            rows=rows,
            row_label_ja=row_label["ja"],
            row_label_en=row_label["en"],
            initial_rows=min(_whole(words.get("initial_rows", max(1, facet.get("minItems", 0)))), most),
            most_rows=most,
        )

    def _words(self, name: str, schema: Schema, holder: Ui, path: str) -> dict[str, Any]:
        """Gather the words of a field: of its definition, of the block it stands in, of its own path."""
        definitions: Ui = self.ui.get("defs", {})
        words: dict[str, Any] = {}
        for reference in reversed(list(self._reference_chain(schema))):
            words.update(definitions.get(reference, {}))
        words.update(holder.get("fields", {}).get(name, {}))
        if "." in path:
            words.update(self.ui.get("fields", {}).get(path.replace(f".{ROW}", ""), {}))
        for variant in words.pop("variants", ()):
            if all(self.fixed.get(key) in values for key, values in variant["when"].items()):
                words.update({key: value for key, value in variant.items() if key != "when"})
        return words

    def _reference_chain(self, schema: Schema) -> Iterator[str]:
        name = reference_name(schema)
        while name is not None:
            yield name
            name = reference_name(resolve_reference(self.schema, f"#/$defs/{name}"))

    def _options(self, facet: Schema, words: Ui) -> tuple[Option, ...]:
        offered = self.choices.get(words.get("options_from", ""))
        if offered is not None:
            return tuple(Option(*option) for option in offered)
        labels: Mapping[str, Mapping[str, str]] = words.get("options", {})
        if facet.get("type") == "boolean":
            return YES_NO
        items = facet.get("items", {})
        inner = facets(self._unconditional(items, {})) if facet.get("type") == "array" else facet
        values = inner.get("enum", labels if "options_from" in words else ())
        return tuple(Option(str(one), *_label(labels.get(str(one), {}), str(one))) for one in values)

    def _asked(self, schema: Schema, fixed: Mapping[str, Any]) -> dict[str, _Asked]:
        seen: dict[str, list[tuple[Schema, tuple[Condition, ...]]]] = {}
        required: dict[str, list[tuple[Condition, ...]]] = {}
        for part, conditions in self._conditional(schema, fixed, ()):
            for name, inner in part.get("properties", {}).items():
                seen.setdefault(name, []).append((inner, conditions))
            for name in part.get("required", ()):
                required.setdefault(name, []).append(conditions)
        return {name: _asked_of(found, required.get(name, [])) for name, found in seen.items()}

    def _unconditional(self, schema: Schema, fixed: Mapping[str, Any]) -> Iterator[Schema]:
        return (part for part, conditions in self._conditional(schema, fixed, ()) if not conditions)

    def _conditional(
        self, schema: Schema, fixed: Mapping[str, Any], conditions: tuple[Condition, ...]
    ) -> Iterator[tuple[Schema, tuple[Condition, ...]]]:
        """Yield each schema with the conditions under which it applies; settled conditions are decided."""
        yield schema, conditions
        if "$ref" in schema:
            yield from self._conditional(resolve_reference(self.schema, schema["$ref"]), fixed, conditions)
        for part in schema.get("allOf", ()):
            yield from self._conditional(part, fixed, conditions)
        if "if" not in schema:
            return
        wanted = plain_condition(schema["if"]) or {}
        still = [
            Condition(name, tuple(map(_form_value, values)))
            for name, values in wanted.items()
            if name not in fixed
        ]
        if not all(fixed[name] in values for name, values in wanted.items() if name in fixed):
            yield from self._conditional(schema.get("else", {}), fixed, conditions)
            return
        yield from self._conditional(schema.get("then", {}), fixed, (*conditions, *still))
        if len(still) == 1:
            turned = still[0]._replace(negated=True)
            yield from self._conditional(schema.get("else", {}), fixed, (*conditions, turned))


def _asked_of(
    found: list[tuple[Schema, tuple[Condition, ...]]], required: list[tuple[Condition, ...]]
) -> _Asked:
    always = [schema for schema, conditions in found if not conditions]
    shown = () if always else tuple(dict.fromkeys(conditions for _, conditions in found))
    needed = () if () in required else tuple(dict.fromkeys(required))
    return _Asked(joined(always or [schema for schema, _ in found]), shown, () in required, needed)


def _within(
    found: Field, holder: _Asked, shown_when: Alternatives, required_when: Alternatives, words: Ui
) -> Field:
    """Place a field of a block: it is shown and required only where its block is."""
    prefix = words.get("label_prefix", {"ja": "", "en": ""})
    needed = found.required_when
    if found.required and not holder.required and required_when != shown_when:
        needed = required_when
    return replace(
        found,
        label_ja=prefix["ja"] + found.label_ja,
        label_en=prefix["en"] + found.label_en,
        shown_when=_both(shown_when, found.shown_when),
        required=found.required and (holder.required or (bool(shown_when) and required_when == shown_when)),
        required_when=needed,
    )


def _both(outer: Alternatives, inner: Alternatives) -> Alternatives:
    if not outer or not inner:
        return outer or inner
    return tuple((*one, *other) for one in outer for other in inner)


def _full(alternatives: Alternatives, prefix: str) -> Alternatives:
    """Write the names of conditions as the names of inputs."""
    start = prefix.replace(".", "-")
    return tuple(
        tuple(condition._replace(name=start + condition.name) for condition in conditions)
        for conditions in alternatives
    )


def _whole(number: object) -> int:
    if not isinstance(number, int):
        raise TypeError(f"the number of rows is {number!r}")
    return number


def _known_lookup(name: str) -> str:
    """What is looked up; it becomes part of an address that the browser asks.

    Raises:
        LookupError: there is nothing of this name to look up.
    """
    if name and name not in LOOKUPS:
        raise LookupError(f"nothing is looked up by the name {name!r}")
    return name


def _group(words: Ui) -> Group:
    label, text = words.get("label", {}), words.get("help", {})
    return Group(
        words["id"],
        label.get("ja", ""),
        label.get("en", ""),
        text.get("ja", ""),
        text.get("en", ""),
        words.get("columns", 3),
    )


def _widget(facet: Schema, options: tuple[Option, ...]) -> str:
    if facet.get("format") in _WIDGETS:
        return _WIDGETS[facet["format"]]
    match facet.get("type"):
        case "boolean":
            return "yes_no"
        case "integer":
            return "number"
        case "array":
            return "checks"
    if "enum" in facet:
        return "radio" if len(facet["enum"]) <= _MOST_RADIOS else "select"
    return "select" if options else "text"


def _width(facet: Schema, widget: str, options: tuple[Option, ...]) -> str:
    letters = sum(max(2 * len(option.ja), len(option.en)) + 4 for option in options)
    if widget == "radio" and letters > _MOST_LETTERS:
        return "long"
    return _WIDTHS.get(str(facet.get("format")), "medium")


def _label(words: Mapping[str, str], value: str) -> tuple[str, str]:
    return words.get("ja", value), words.get("en", value)


def _form_value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
