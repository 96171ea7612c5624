"""Reading JSON Schemas: references, allOf and if/then/else, down to the properties that are in force.

Only what our schemas use: `$ref` into their own `$defs`, `allOf`, `if`/`then`/`else`, `properties`, `items`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

from forms.patterns import BoundedValidator

Schema = Mapping[str, Any]
MOST_STEPS: Final = 32


class SchemaNotUnderstood(ValueError):
    """A schema refers to what it does not define, or goes in circles."""


@dataclass
class Shape:
    """The properties of an object that are in force, each with every schema that speaks of it."""

    properties: dict[str, list[Schema]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)

    def schema_of(self, name: str) -> Schema:
        return joined(self.properties[name])


def joined(schemas: list[Schema]) -> Schema:
    """Return one schema that asks what all of them ask."""
    return schemas[0] if len(schemas) == 1 else {"allOf": schemas}


def resolve_reference(root: Schema, reference: str) -> Schema:
    """Return what a reference into `$defs` of the same schema means."""
    name = reference.removeprefix("#/$defs/")
    found = root.get("$defs", {}).get(name)
    if not isinstance(found, Mapping) or name == reference:
        raise SchemaNotUnderstood(f"no such definition: {reference}")
    return found


def reference_name(schema: Schema) -> str | None:
    """Return the name of the first definition a schema refers to, itself or in its allOf."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix("#/$defs/")
    return next((name for part in schema.get("allOf", ()) if (name := reference_name(part))), None)


def parts_in_force(root: Schema, schema: Schema, value: object, depth: int = 0) -> Iterator[Schema]:
    """Yield every schema that applies to a value, with its conditions decided by the value."""
    if depth > MOST_STEPS:
        raise SchemaNotUnderstood("references go in circles")
    yield schema
    if "$ref" in schema:
        yield from parts_in_force(root, resolve_reference(root, schema["$ref"]), value, depth + 1)
    for part in schema.get("allOf", ()):
        yield from parts_in_force(root, part, value, depth + 1)
    if "if" in schema:
        branch = schema.get("then" if holds(root, schema["if"], value) else "else")
        if branch is not None:
            yield from parts_in_force(root, branch, value, depth + 1)


def all_parts(root: Schema, schema: Schema, depth: int = 0) -> Iterator[Schema]:
    """Yield every schema that may apply, whatever the value."""
    if depth > MOST_STEPS:
        raise SchemaNotUnderstood("references go in circles")
    yield schema
    if "$ref" in schema:
        yield from all_parts(root, resolve_reference(root, schema["$ref"]), depth + 1)
    for part in schema.get("allOf", ()):
        yield from all_parts(root, part, depth + 1)
    for branch in ("then", "else"):
        if branch in schema:
            yield from all_parts(root, schema[branch], depth + 1)


def holds(root: Schema, condition: Schema, value: object) -> bool:
    """Say whether a value meets the `if` of a schema."""
    wanted = plain_condition(condition)
    if wanted is not None:
        return isinstance(value, Mapping) and all(
            any(_same(value.get(name), choice) for choice in choices) for name, choices in wanted.items()
        )
    return bool(BoundedValidator({**condition, "$defs": root.get("$defs", {})}).is_valid(value))


def plain_condition(condition: Schema) -> dict[str, tuple[Any, ...]] | None:
    """Read an `if` of the plain kind: named properties, each required and one of some values."""
    properties = condition.get("properties", {})
    if set(condition) != {"properties", "required"} or set(condition["required"]) != set(properties):
        return None
    choices = {name: _choices(schema) for name, schema in properties.items()}
    return None if () in choices.values() else choices


def _choices(schema: Schema) -> tuple[Any, ...]:
    if set(schema) == {"const"}:
        return (schema["const"],)
    return tuple(schema["enum"]) if set(schema) == {"enum"} else ()


def _same(value: object, choice: object) -> bool:
    return type(value) is type(choice) and value == choice


def shape_in_force(root: Schema, schema: Schema, value: object) -> Shape:
    """Return the properties of an object that are in force for this value."""
    return _shape(parts_in_force(root, schema, value))


def shape_of_all(root: Schema, schema: Schema) -> Shape:
    """Return every property that any branch of a schema knows."""
    return _shape(all_parts(root, schema))


def facets(parts: Iterator[Schema]) -> dict[str, Any]:
    """Return the plain keywords of several schemas as one: choices narrowed, else the first said."""
    return reduce(_narrow, parts, {})


def _shape(parts: Iterator[Schema]) -> Shape:
    shape = Shape()
    for part in parts:
        for name, schema in part.get("properties", {}).items():
            shape.properties.setdefault(name, []).append(schema)
        shape.required.update(part.get("required", ()))
    return shape


def _narrow(found: dict[str, Any], part: Schema) -> dict[str, Any]:
    result = {**part, **found}
    if "enum" in found and "enum" in part:
        result["enum"] = [choice for choice in found["enum"] if choice in part["enum"]]
    if "items" in found and "items" in part:
        result["items"] = {"allOf": [found["items"], part["items"]]}
    return result
