"""Whether a form can be asked: keywords that forms know, references that stay inside, bounded patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from forms import catalog, rendering, validation
from forms.contradictions import contradictions
from forms.fields import MOST_ROWS
from forms.formats import FORMATS
from forms.patterns import PatternRefused, compiled
from forms.schemas import SchemaNotUnderstood
from workflows.engine import default_values
from workflows.engine.checking.expressions import excerpt
from workflows.engine.checking.files import File
from workflows.engine.checking.json_text import JsonText, read_json
from workflows.engine.checking.problems import Problem, problem
from workflows.engine.checking.xml_text import decoded
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import compile_expression

MAX_PARTS = 20_000
MAX_PATTERN = 200
_SHARED = "../definitions.schema.json#/$defs/"
_OWN = "#/$defs/"
_TYPES = frozenset({"string", "boolean", "integer", "array", "object"})
_REFUSED = frozenset(
    {
        *("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"),
        *("$vocabulary", "patternProperties", "propertyNames", "contentSchema", "contentEncoding"),
        *("dependentSchemas", "definitions"),
    }
)
_MAPS_OF_SCHEMAS = frozenset({"properties", "$defs"})
_BOUNDS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DEFAULT_DEPTH = 4  # /properties/name/x-default-feel
_SOME_DAY = date(2026, 4, 1)


class FormFile:
    """A schema or a layout of a form that was read; `problems` says what keeps it from being asked."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.text: JsonText | None = None
        text = decoded(file)
        if isinstance(text, str):
            found = read_json(file, text)
            if isinstance(found, JsonText):
                self._take(found)
                return
            text = found
        if isinstance(text, Problem):
            self.problems.append(text)

    @property
    def value(self) -> dict[str, Any]:
        """The content; empty where it could not be read."""
        value: dict[str, Any] = self.text.value if self.text is not None else {}
        return value

    def tell(self, code: str, pointer: str, **words: object) -> None:
        line = self.text.line_of(pointer) if self.text is not None else 1
        self.problems.append(problem(code, self.file.name, line, pointer or "/", **words))

    def _take(self, text: JsonText) -> None:
        if isinstance(text.value, dict):
            self.text = text
            for pointer, inner in _walk(text.value, ""):
                if isinstance(inner, str) and "\0" in inner:
                    self.tell("markup_in_name", pointer)
        else:
            line = text.line_of("")
            self.problems.append(problem("not_json", self.file.name, line, "/", why="an object is missing"))


def check_schema(form: FormFile) -> None:
    """Tell what a schema may not hold."""
    schema = form.value
    if form.text is None:
        return
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        form.tell("schema_wrong", _pointer(error.absolute_path), why=error.message)
        return
    if schema.get("$schema", _DRAFT) != _DRAFT:
        form.tell("schema_wrong", "/$schema", why=schema["$schema"])
    for pointer, part in _schemas(schema, ""):
        for keyword, look in _LOOKS.items():
            if keyword in part:
                look(form, f"{pointer}/{keyword}", part[keyword])
        for keyword in _REFUSED & set(part):
            form.tell("keyword_refused", f"{pointer}/{keyword}", what=keyword)
        _contradictions(form, pointer, part)
    if not form.problems:
        _size(form)


def check_form(schema: FormFile, layout: FormFile) -> None:
    """Show and ask the form once, with nothing entered."""
    if schema.problems or layout.problems:
        return
    try:
        whole = catalog.bundled(schema.value)
        known = {*_properties(whole)}
        for pointer, name in _fields_named(layout.value):
            if name.partition(".")[0] not in known:
                layout.tell("layout_unknown_field", pointer, what=name)
        rendering.fields(whole, {"defs": {}, **layout.value}, {})
        for found in contradictions(whole, schema.value.get("$defs", {})):
            schema.tell(f"form_{found.kind}", found.pointer, what=found.field, why=found.why or "–")
        validation.check(whole, {}, today=_SOME_DAY)
    except validation.FormRefused:
        return
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, LookupError) as error:
        layout.tell("form_not_shown", "", why=f"{type(error).__name__}: {error}")


def _contradictions(form: FormFile, pointer: str, part: Mapping[str, Any]) -> None:
    """Tell where no entry can ever fulfil one schema, whatever it is."""
    for least, most in _BOUNDS:
        if least in part and most in part and part[least] > part[most]:
            form.tell("schema_contradicts", f"{pointer}/{least}", what=f"{least} > {most}")
    if part.get("minItems", 0) > MOST_ROWS:
        form.tell("schema_contradicts", f"{pointer}/minItems", what=f"minItems > {MOST_ROWS}")
    choices = part.get("enum")
    if choices == []:
        form.tell("schema_contradicts", f"{pointer}/enum", what="enum = []")
    if choices and "const" in part and part["const"] not in choices:
        form.tell("schema_contradicts", f"{pointer}/const", what="const, enum")
    shut = [name for name in part.get("required", ()) if part.get("properties", {}).get(name) is False]
    if shut:
        form.tell("schema_contradicts", f"{pointer}/required", what=", ".join(shut))


def _reference(form: FormFile, pointer: str, told: Any) -> None:
    name = str(told).removeprefix(_SHARED).removeprefix(_OWN)
    own, shared = form.value.get("$defs", {}), catalog.shared_definitions()
    inside = (str(told).startswith(_OWN) and name in own) or (
        str(told).startswith(_SHARED) and name in shared
    )
    if not inside:
        form.tell("schema_reference", pointer, what=told)


def _pattern(form: FormFile, pointer: str, told: Any) -> None:
    """RE2 matches in time that grows with the text only; what it cannot read is refused."""
    if len(told) > MAX_PATTERN:
        form.tell("pattern_refused", pointer, why=f"longer than {MAX_PATTERN} characters")
        return
    try:
        compiled(told)
    except PatternRefused as refused:
        form.tell("pattern_refused", pointer, why=refused)


def _format(form: FormFile, pointer: str, told: Any) -> None:
    if told not in FORMATS:
        form.tell("unknown_format", pointer, what=told)


def _type(form: FormFile, pointer: str, told: Any) -> None:
    if told not in _TYPES if isinstance(told, str) else True:
        form.tell("unknown_type", pointer, what=told)


def _default(form: FormFile, pointer: str, told: Any) -> None:
    """A default is FEEL over what every case has, at a field of the form itself."""
    if not isinstance(told, str) or len(pointer.split("/")) != _DEFAULT_DEPTH:
        form.tell("keyword_refused", pointer, what=default_values.KEYWORD)
        return
    try:
        compile_expression(told, default_values.NAMES)
    except FeelError as error:
        form.tell(
            "not_feel",
            pointer,
            row=error.line,
            column=error.column,
            excerpt=excerpt(told, error),
            why=error.message_ja,
        )


_LOOKS: dict[str, Callable[[FormFile, str, Any], None]] = {
    default_values.KEYWORD: _default,
    "$ref": _reference,
    "pattern": _pattern,
    "format": _format,
    "type": _type,
}


def _walk(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    yield pointer, value
    inside: Any = ()
    if isinstance(value, Mapping):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for key, inner in inside:
        yield from _walk(inner, f"{pointer}/{key}")


def _schemas(schema: Any, pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A schema and every schema in it, with its pointer; names of properties are no keywords."""
    if isinstance(schema, list):
        for index, inner in enumerate(schema):
            yield from _schemas(inner, f"{pointer}/{index}")
    if not isinstance(schema, Mapping):
        return
    yield pointer, schema
    for keyword, inner in schema.items():
        if keyword in _MAPS_OF_SCHEMAS and isinstance(inner, Mapping):
            for name, one in inner.items():
                yield from _schemas(one, f"{pointer}/{keyword}/{name}")
        elif keyword in _HOLD_SCHEMAS:
            yield from _schemas(inner, f"{pointer}/{keyword}")


_HOLD_SCHEMAS = frozenset(
    {
        *("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "items", "prefixItems", "contains"),
        *("additionalProperties", "unevaluatedProperties", "unevaluatedItems", "dependentSchemas"),
    }
)


def _size(form: FormFile) -> None:
    """How large the schema is with its references written out, and whether they go in a circle."""
    definitions = {**catalog.shared_definitions(), **form.value.get("$defs", {})}
    known: dict[str, int] = {}

    def size_of(schema: Any, trail: tuple[str, ...]) -> int:
        total = 0
        for _, part in _schemas(schema, ""):
            total += 1
            if "$ref" in part:
                name = str(part["$ref"]).removeprefix(_SHARED).removeprefix(_OWN)
                if name in trail:
                    raise SchemaNotUnderstood(name)
                if name not in known:
                    known[name] = size_of(definitions[name], (*trail, name))
                total += known[name]
        return min(total, MAX_PARTS + 1)

    try:
        sizes = [size_of({k: v for k, v in form.value.items() if k != "$defs"}, ())]
        sizes += [size_of(one, (name,)) for name, one in form.value.get("$defs", {}).items()]
    except SchemaNotUnderstood as error:
        form.tell("schema_circle", f"/$defs/{error}", what=error)
        return
    if max(sizes) > MAX_PARTS:
        form.tell("schema_too_large", "", limit=f"{MAX_PARTS:,}")


def _properties(whole: Mapping[str, Any]) -> Iterator[str]:
    for _, part in _schemas(whole, ""):
        yield from part.get("properties", {})


def _fields_named(layout: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for place, group in enumerate(layout.get("groups", ())):
        for index, name in enumerate(group.get("fields", ())):
            yield f"/groups/{place}/fields/{index}", str(name)


def _pointer(path: Any) -> str:
    return "".join(f"/{step}" for step in path)
