"""From the flat pairs of an HTML form to the nested data of a schema, and Individual Numbers out of it.

A field is named by its path with hyphens: `persons-0-birth_date`. A name that the schema does not know is
kept, so that the check refuses it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forms.characters import hide_individual_numbers
from forms.fields import MOST_ROWS
from forms.formats import is_reference
from forms.messages import NUMBER_TEXTS_EN
from forms.refusals import FieldError
from forms.schemas import Schema, all_parts, facets, shape_of_all
from rules.numbers import NumberNotValid, normalize_individual_number, twelve_digits

TECHNICAL: Final = frozenset({"csrf_token"})
REMOVED: Final = "none"  # an Individual Number is taken out of the form again
AS_TYPED: Final = "as_typed"  # it is to be held as it was typed, though its check digit is wrong
_BOOLEANS: Final = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "0": False}
_PLACE: Final = re.compile(r"(\d{1,3})-(.+)", re.ASCII)


@dataclass(frozen=True)
class _Vault:
    """How a number is sealed, and which references may come back."""

    seal: Callable[[str], str]
    owns: Callable[[str], bool]


def unflatten(
    pairs: Iterable[tuple[str, str]], schema: Mapping[str, Any], *, ignore: frozenset[str] = TECHNICAL
) -> dict[str, Any]:
    """Return the nested data of a sent form.

    Empty texts and empty rows fall out, rows close up. Of a name sent twice the last that is not empty
    counts, and all of them where the schema asks for a list. Texts stay as they were typed.
    """
    sent: dict[str, list[str]] = {}
    for name, text in pairs:
        if name not in ignore and text.strip():
            sent.setdefault(name, []).append(text)
    return _block(schema, schema, sent)


def seal_individual_numbers(
    raw: Mapping[str, Any],
    schema: Mapping[str, Any],
    seal: Callable[[str], str],
    owns: Callable[[str], bool] = bool,
) -> tuple[dict[str, Any], list[FieldError]]:
    """Put each typed Individual Number into the vault and leave its reference in its place.

    `seal` takes twelve digits and returns `vault:<uuid>`; it may raise NumberNotValid where this office does
    not take the number. Their check digit is right, or whoever typed them asks that they be held as they are.
    `owns` says whether a reference that the browser sent back is one it
    may use. What is no Individual Number is taken out and told as an error, never kept. Texts of other
    fields that hold such a number are masked, so that the result can be kept as a draft and shown again.
    """
    errors: list[FieldError] = []
    vault = _Vault(seal, owns)
    sealed = _sealed(schema, schema, raw, "", vault, errors)
    return sealed, errors


def _block(root: Schema, schema: Schema, sent: Mapping[str, list[str]]) -> dict[str, Any]:
    shape = shape_of_all(root, schema)
    found: dict[str, Any] = {}
    below: dict[str, dict[str, list[str]]] = {}
    for name, texts in sent.items():
        head, _, rest = name.partition("-")
        if name in shape.properties:
            facet = facets(all_parts(root, shape.schema_of(name)))
            if facet.get("format") == "individual-number-ref":
                found.update(_number(name, texts))
            else:
                found[name] = _single(facet, texts)
        elif rest and head in shape.properties:
            below.setdefault(head, {})[rest] = texts
        else:
            found[name] = texts[-1]
    for head, inner in below.items():
        part = shape.schema_of(head)
        facet = facets(all_parts(root, part))
        value = _rows(root, facet, inner) if facet.get("type") == "array" else _block(root, part, inner)
        if value:
            found[head] = value
    return found


def _number(name: str, texts: list[str]) -> dict[str, str]:
    """The digits or the reference of one person; before digits to be held as they were typed stands so."""
    typed = [text for text in texts if text != AS_TYPED]
    if not typed or typed[-1] == REMOVED:
        return {}
    wished = AS_TYPED in texts and not is_reference(typed[-1])
    return {name: f"{AS_TYPED} {typed[-1]}" if wished else typed[-1]}


def _rows(root: Schema, facet: Schema, sent: Mapping[str, list[str]]) -> list[Any]:
    rows: dict[int, dict[str, list[str]]] = {}
    for name, texts in sent.items():
        place = _PLACE.fullmatch(name)
        if place is None or len(rows) >= MOST_ROWS:
            rows.setdefault(MOST_ROWS, {})[name] = texts
        else:
            rows.setdefault(int(place[1]), {})[place[2]] = texts
    return [row for _, inner in sorted(rows.items()) if (row := _block(root, facet.get("items", {}), inner))]


def _single(facet: Schema, texts: list[str]) -> Any:
    match facet.get("type"):
        case "array":
            return texts
        case "boolean":
            return _BOOLEANS.get(texts[-1].strip().lower(), texts[-1])
        case "integer":
            digits = unicodedata.normalize("NFKC", texts[-1]).strip()
            return int(digits) if re.fullmatch(r"\d{1,18}", digits, re.ASCII) else texts[-1]
    return texts[-1]


def _sealed(
    root: Schema,
    schema: Schema,
    raw: Mapping[str, Any],
    path: str,
    vault: "_Vault",
    errors: list[FieldError],
) -> dict[str, Any]:
    shape = shape_of_all(root, schema)
    result: dict[str, Any] = {}
    for name, value in raw.items():
        here = f"{path}.{name}" if path else name
        part = shape.schema_of(name) if name in shape.properties else {}
        facet = facets(all_parts(root, part))
        if facet.get("format") == "individual-number-ref":
            result.update(_reference(name, value, here, vault, errors))
        elif isinstance(value, Mapping):
            result[name] = _sealed(root, part, value, here, vault, errors)
        elif isinstance(value, list):
            result[name] = [
                _sealed(root, facet.get("items", {}), row, f"{here}.{place}", vault, errors)
                if isinstance(row, Mapping)
                else _masked(row)
                for place, row in enumerate(value)
            ]
        else:
            result[name] = _masked(value)
    return result


def _reference(
    name: str, value: object, path: str, vault: "_Vault", errors: list[FieldError]
) -> Iterator[tuple[str, Any]]:
    if value is None or (is_reference(value) and vault.owns(str(value))):
        yield name, value
        return
    try:
        sealed = vault.seal(_digits(value if isinstance(value, str) else ""))
    except NumberNotValid as error:
        english = NUMBER_TEXTS_EN.get(error.code, error.message_ja)
        errors.append(FieldError(path, error.code, error.message_ja, english))
        return
    yield name, sealed


def _digits(typed: str) -> str:
    if typed.startswith(AS_TYPED):
        return twelve_digits(typed.removeprefix(AS_TYPED))
    return normalize_individual_number(typed)


def _masked(value: object) -> object:
    return hide_individual_numbers(value) if isinstance(value, str) else value
