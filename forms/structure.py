"""What the JSON Schema itself says of clean data, told in our words."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from forms.patterns import BoundedValidator
from forms.refusals import FieldError
from forms.schemas import Schema, resolve_reference

_CODES = {
    "enum": "not_a_choice",
    "const": "not_a_choice",
    "maxLength": "too_long",
    "minLength": "too_short",
    "pattern": "pattern",
    "minimum": "out_of_range",
    "maximum": "out_of_range",
    "minItems": "too_few_rows",
    "maxItems": "too_many_rows",
    "uniqueItems": "repeated",
    "contains": "rows_disagree",
    "maxContains": "rows_disagree",
    "minContains": "rows_disagree",
    "type": "not_a_form",
}
_MOST_KEPT = 64
_validators: dict[int, tuple[Mapping[str, Any], Draft202012Validator]] = {}


def structural_errors(
    schema: Mapping[str, Any], clean: Mapping[str, Any], told: set[str]
) -> Iterator[FieldError]:
    """Yield what the schema refuses, leaving out the fields of which something was told already."""
    for error in _validator(schema).iter_errors(clean):
        for found in _of(error):
            if not any(found.path == path or path.startswith(f"{found.path}.") for path in told):
                told.add(found.path)
                yield found


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """Return the compiled schema; the runner keeps definitions by their hash, so the object is the same.

    References are written out once, and `unevaluatedProperties` is left to the reader, which has dropped
    and told every unknown name already: together they took two thirds of the time of a check.
    """
    kept = _validators.get(id(schema))
    if kept is None or kept[0] is not schema:
        if len(_validators) >= _MOST_KEPT:
            _validators.clear()
        kept = _validators[id(schema)] = (schema, BoundedValidator(_written_out(schema, schema)))
    return kept[1]


def _written_out(root: Schema, value: Any) -> Any:
    if isinstance(value, list):
        return [_written_out(root, inner) for inner in value]
    if not isinstance(value, Mapping):
        return value
    plain = {
        key: _written_out(root, inner)
        for key, inner in value.items()
        if key not in {"$ref", "$defs", "unevaluatedProperties"}
    }
    reference = value.get("$ref")
    if isinstance(reference, str):
        target = _written_out(root, resolve_reference(root, reference))
        return {"allOf": [target, plain]} if plain else target
    return plain


def _of(error: ValidationError) -> Iterator[FieldError]:
    path = ".".join(str(step) for step in error.absolute_path)
    if error.validator == "required":
        for name in cast("list[str]", error.validator_value):
            if name not in cast("Mapping[str, Any]", error.instance):
                yield FieldError.of(f"{path}.{name}" if path else name, "required")
        return
    subschema = error.schema if isinstance(error.schema, Mapping) else {}
    own = subschema.get("x-message")
    example = str(next(iter(subschema.get("examples", ())), ""))
    code = _CODES.get(str(error.validator), "not_allowed")
    if error.validator == "const" and error.validator_value is True:
        code = "must_be_agreed"
    if own:
        yield FieldError(path, code, own["ja"], own["en"], example)
    else:
        yield FieldError.of(path, code, example, limit=error.validator_value)
