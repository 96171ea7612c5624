"""A schema that contradicts itself is found, with its place; what can be answered is left alone."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from forms import catalog
from forms.contradictions import MOST_STEPS, Contradiction, contradictions

KIND = {"type": "string", "enum": ["a", "b"]}
TEXT = {"type": "string"}


def found(**schema: Any) -> list[tuple[str, str, str]]:
    whole = {"type": "object", "$defs": {}, **schema}
    return [(one.pointer, one.kind, one.why) for one in contradictions(whole, whole["$defs"])]


def when(value: object, then: dict[str, Any], name: str = "kind", **other: Any) -> dict[str, Any]:
    return {"if": {"properties": {name: {"const": value}}, "required": [name]}, "then": then, **other}


@pytest.mark.parametrize("path", sorted(catalog.ROOT.glob("*/*.schema.json")), ids=str)
def test_no_form_that_we_ship_contradicts_itself(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert list(contradictions(catalog.bundled(schema), schema.get("$defs", {}))) == []


def test_a_field_demanded_and_never_asked() -> None:
    assert found(properties={"kind": KIND}, required=["kind", "ghost"]) == [("/required", "demanded", "")]


def test_a_field_demanded_where_it_is_not_asked() -> None:
    only_a = when("a", {"properties": {"more": TEXT}})
    schema = {"properties": {"kind": KIND}, "required": ["kind", "more"], "allOf": [only_a]}
    assert found(**schema) == [("/required", "demanded", "kind=b")]


def test_a_field_asked_in_every_case_is_rightly_demanded() -> None:
    both = when("a", {"properties": {"more": TEXT}}, **{"else": {"properties": {"more": KIND}}})
    assert found(properties={"kind": KIND}, required=["kind", "more"], allOf=[both]) == []
    each = [when(one, {"properties": {"more": TEXT}}) for one in ("a", "b")]
    assert found(properties={"kind": KIND}, required=["kind", "more"], allOf=each) == []
    assert found(properties={"kind": KIND}, required=["more"], allOf=each) == [("/required", "demanded", "")]


@pytest.mark.parametrize(
    "first",
    [
        {"type": "string", "minLength": 5, "maxLength": 3},
        {"type": "array", "minItems": 2, "maxItems": 1},
        {"type": "integer", "minimum": 9, "maximum": 1},
        {"type": "integer", "enum": ["1", "2"]},
        {"type": "boolean", "const": "true"},
        {"type": "integer", "const": True},
        {"type": "string", "enum": ["a"], "const": "b"},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "string", "enum": ["a", "b"], "allOf": [{"enum": ["c"]}]},
    ],
)
def test_a_field_for_which_no_value_is_right(first: dict[str, Any]) -> None:
    ((pointer, kind, _),) = found(properties={"kind": first})
    assert (pointer, kind) == ("/properties/kind", "impossible")


def test_two_branches_clash_only_where_both_hold() -> None:
    clash = [when("a", {"properties": {"more": {"enum": ["x"]}}}), {"properties": {"more": {"enum": ["y"]}}}]
    told = found(properties={"kind": KIND}, allOf=clash)
    assert told == [("/allOf/1/properties/more", "impossible", "['x'] ∩ ['y']")]
    apart = [when(one, {"properties": {"more": {"enum": [one]}}}) for one in ("a", "b")]
    assert found(properties={"kind": KIND}, allOf=apart) == []


def test_a_condition_that_never_holds() -> None:
    assert found(properties={"kind": KIND}, allOf=[when("c", {})]) == [
        ("/allOf/0/if/properties/kind", "never", "c")
    ]
    assert found(properties={"kind": KIND}, allOf=[when("a", {}, "ghost")]) == [
        ("/allOf/0/if/properties/ghost", "never", "")
    ]
    assert found(properties={"yes": {"type": "boolean"}}, allOf=[when("true", {}, "yes")])


def test_rows_and_blocks_are_looked_into() -> None:
    row = {"type": "object", "properties": {"kind": KIND}, "required": ["ghost"]}
    assert found(properties={"rows": {"type": "array", "items": row}}) == [
        ("/properties/rows/items/required", "demanded", "")
    ]
    assert found(**{"$defs": {"row": row}}, properties={}) == [("/$defs/row/required", "demanded", "")]


def test_a_schema_of_very_many_cases_ends_the_look() -> None:
    place = count()
    wide = {f"f{next(place)}": KIND for _ in range(300)}
    many = [when("a", {"properties": {f"g{one}": TEXT}, "required": [f"g{one}"]}, one) for one in wide]
    told = list(contradictions({"properties": wide, "allOf": many * 400, "$defs": {}}, ()))
    assert told == []
    assert MOST_STEPS == 100_000


def test_a_contradiction_says_its_field() -> None:
    (one,) = contradictions({"properties": {"kind": KIND}, "required": ["ghost"], "$defs": {}}, ())
    assert one == Contradiction("/required", "demanded", "ghost", "")
