"""What a form asks that nobody can answer: a schema that contradicts itself (issue 5, bad input).

A field demanded where it is not asked, a field for which no value is right, a condition that never holds.
Each has the place in the schema. Conditions are those that forms know (`if` over named fields with fixed
values); a contradiction that only shows through others is found when the form is filled in, not here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product
from math import prod
from typing import Any, Final

from forms.schemas import Schema, all_parts, facets, plain_condition, resolve_reference

MOST_CASES: Final = 4000
MOST_STEPS: Final = 100_000
_STEPS: Final = "\0steps"
ABSENT: Final = object()
OTHER: Final = object()
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "array": (list,),
    "object": (dict,),
}
_BOUNDS: Final = (
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minContains", "maxContains"),
    ("minimum", "maximum"),
)


@dataclass(frozen=True)
class Contradiction:
    """One: its JSON pointer, its kind (`demanded`, `impossible`, `never`), the field, the case or reason."""

    pointer: str
    kind: str
    field: str
    why: str


@dataclass(frozen=True)
class _Condition:
    wanted: Mapping[str, tuple[Any, ...]]
    negated: bool = False

    def holds(self, case: Mapping[str, Any]) -> bool:
        met = all(
            any(_same(case.get(name, ABSENT), one) for one in ones) for name, ones in self.wanted.items()
        )
        return met is not self.negated


@dataclass(frozen=True)
class _Part:
    """A schema that speaks of one object, where it stands, and when it applies."""

    pointer: str
    schema: Schema
    conditions: tuple[_Condition, ...]

    def applies(self, case: Mapping[str, Any]) -> bool:
        return all(condition.holds(case) for condition in self.conditions)


class _Enough(Exception):
    """More cases than are looked at."""


def contradictions(whole: Schema, own: Iterable[str]) -> Iterator[Contradiction]:
    """Yield every contradiction of a schema that carries the shared blocks it uses.

    `own` names the definitions that stand in its own file; the others are told at the reference to them. A
    schema with more cases than MOST_STEPS is looked at as far as that.
    """
    steps = count()
    root = {**whole, _STEPS: steps}
    try:
        yield from _object(root, whole, "")
        for name in own:
            yield from _object(root, whole["$defs"][name], f"/$defs/{name}")
    except _Enough:
        return


def _step(root: Schema) -> None:
    if next(root[_STEPS]) > MOST_STEPS:
        raise _Enough


def _object(root: Schema, schema: Schema, pointer: str) -> Iterator[Contradiction]:
    parts = list(_parts(root, schema, pointer, ()))
    yield from _never(root, parts)
    yield from _demanded(root, parts)
    yield from _impossible(root, parts)
    for part in parts:
        if part.pointer.startswith("\0"):
            continue
        for name, inner in part.schema.get("properties", {}).items():
            here = f"{part.pointer}/properties/{name}"
            if "properties" in inner or "allOf" in inner or "if" in inner:
                yield from _object(root, inner, here)
            if isinstance(inner.get("items"), Mapping):
                yield from _object(root, inner["items"], f"{here}/items")


def _parts(root: Schema, schema: Schema, pointer: str, when: tuple[_Condition, ...]) -> Iterator[_Part]:
    """Every schema that may apply to an object; those of shared blocks stand at the reference to them."""
    _step(root)
    yield _Part(pointer, schema, when)
    if "$ref" in schema:
        place = pointer if pointer.startswith("\0") else f"\0{pointer}/$ref"
        yield from _parts(root, resolve_reference(root, schema["$ref"]), place, when)
    for index, inner in enumerate(schema.get("allOf", ())):
        yield from _parts(root, inner, _below(pointer, f"allOf/{index}"), when)
    wanted = plain_condition(schema["if"]) if "if" in schema else None
    if wanted is not None:
        for branch, negated in (("then", False), ("else", True)):
            if branch in schema:
                now = (*when, _Condition(wanted, negated))
                yield from _parts(root, schema[branch], _below(pointer, branch), now)


def _demanded(root: Schema, parts: Sequence[_Part]) -> Iterator[Contradiction]:
    """Fields that are required in a case in which they are not asked."""
    for part in parts:
        for name in part.schema.get("required", ()):
            asking = [one for one in parts if name in one.schema.get("properties", {})]
            if any(not one.conditions for one in asking):
                continue
            for case in _cases(root, parts, [part, *asking]):
                if part.applies(case) and not any(one.applies(case) for one in asking):
                    yield Contradiction(_place(part.pointer, "required"), "demanded", name, _told(case))
                    break


def _impossible(root: Schema, parts: Sequence[_Part]) -> Iterator[Contradiction]:
    """Fields of which, in some case, so much is asked that no value is right."""
    spoken: dict[str, list[tuple[_Part, Schema]]] = {}
    for part in parts:
        for name, inner in part.schema.get("properties", {}).items():
            spoken.setdefault(name, []).append((part, inner))
    for name, found in spoken.items():
        for case in _cases(root, parts, [part for part, _ in found]):
            asked = [(part, inner) for part, inner in found if part.applies(case)]
            why = _clash([one for _, inner in asked for one in _unconditional(root, inner)])
            if why:
                place = next((part for part, _ in reversed(asked) if part.pointer[:1] != "\0"), asked[-1][0])
                yield Contradiction(_place(place.pointer, f"properties/{name}"), "impossible", name, why)
                break


def _never(root: Schema, parts: Sequence[_Part]) -> Iterator[Contradiction]:
    """Conditions over a field that is not asked, or over values that it cannot have."""
    for part in parts:
        wanted = plain_condition(part.schema["if"]) if "if" in part.schema else None
        if wanted is None or part.pointer.startswith("\0"):
            continue
        for name, values in wanted.items():
            place = f"{part.pointer}/if/properties/{name}"
            possible = _values(root, parts, name)
            if possible is None:
                yield Contradiction(place, "never", name, "")
            elif OTHER not in possible:
                for value in values:
                    if not any(_same(value, one) for one in possible):
                        yield Contradiction(place, "never", name, str(value))


def _cases(root: Schema, parts: Sequence[_Part], concerned: Sequence[_Part]) -> Iterator[dict[str, Any]]:
    """Every case that the conditions of some parts tell apart; none where there are too many."""
    names = {name for part in concerned for one in part.conditions for name in one.wanted}
    always = {name for part in parts if not part.conditions for name in part.schema.get("required", ())}
    choices = {}
    for name in sorted(names):
        values = _values(root, parts, name) or []
        mentioned = [v for p in concerned for c in p.conditions for v in c.wanted.get(name, ())]
        values = [*values, *(one for one in mentioned if OTHER in values)]
        choices[name] = values if name in always else [*values, ABSENT]
    if prod(map(len, choices.values())) <= MOST_CASES:
        for chosen in product(*choices.values()):
            _step(root)
            yield dict(zip(choices, chosen, strict=True))


def _values(root: Schema, parts: Sequence[_Part], name: str) -> list[Any] | None:
    """The values that a field may have, with OTHER where they are not counted; None where it is not asked."""
    asked = [part.schema["properties"][name] for part in parts if name in part.schema.get("properties", {})]
    if not asked:
        return None
    found: list[Any] = []
    for inner in asked:
        facet = facets(all_parts(root, inner))
        if "const" in facet:
            found.append(facet["const"])
        elif "enum" in facet:
            found += facet["enum"]
        elif facet.get("type") == "boolean":
            found += [True, False]
        elif facet:
            found.append(OTHER)
    return found or [OTHER]


def _clash(schemas: Sequence[Schema]) -> str:
    """Why no value fits all of these; empty where one may."""
    types = {one["type"] for one in schemas if isinstance(one.get("type"), str)}
    if len(types) > 1:
        return " ≠ ".join(sorted(types))
    for low, high in _BOUNDS:
        least = max((one[low] for one in schemas if low in one), default=None)
        most = min((one[high] for one in schemas if high in one), default=None)
        if least is not None and most is not None and least > most:
            return f"{low} {least} > {high} {most}"
    lists = [one["enum"] for one in schemas if "enum" in one]
    lists += [[one["const"]] for one in schemas if "const" in one]
    if not lists:
        return ""
    left = [
        value for value in lists[0] if all(any(_same(value, one) for one in other) for other in lists[1:])
    ]
    kind = _TYPES[types.pop()] if types else (object,)
    fits = [
        value for value in left if isinstance(value, kind) and (bool in kind or not isinstance(value, bool))
    ]
    return "" if fits or (left and kind == (object,)) else " ∩ ".join(str(one) for one in lists)


def _unconditional(root: Schema, schema: Schema) -> Iterator[Schema]:
    yield schema
    if "$ref" in schema:
        yield from _unconditional(root, resolve_reference(root, schema["$ref"]))
    for inner in schema.get("allOf", ()):
        yield from _unconditional(root, inner)


def _below(pointer: str, step: str) -> str:
    return pointer if pointer.startswith("\0") else f"{pointer}/{step}"


def _place(pointer: str, step: str) -> str:
    return pointer[1:] if pointer.startswith("\0") else f"{pointer}/{step}"


def _told(case: Mapping[str, Any]) -> str:
    """A case in words: reason=02."""
    told = [f"{name}={value}" for name, value in case.items() if value is not ABSENT and value is not OTHER]
    return ", ".join(told)


def _same(value: object, choice: object) -> bool:
    return value is choice or (type(value) is type(choice) and value == choice)
