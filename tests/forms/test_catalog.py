"""The shipped forms are whole: every field has words, a place and a bound."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from forms import catalog
from forms.catalog import FormDefinition, FormNotShipped
from forms.formats import FORMATS
from forms.rendering import Field, fields
from forms.schemas import all_parts, facets, plain_condition, shape_of_all

ALL = [catalog.load(slug, task) for slug in catalog.list_slugs() for task in catalog.list_tasks(slug)]
EACH = pytest.mark.parametrize("form", ALL, ids=lambda form: f"{form.slug}/{form.task}")


def leaves(form: FormDefinition, schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    shape = shape_of_all(form.schema, schema)
    for name in shape.properties:
        part = shape.schema_of(name)
        facet = facets(all_parts(form.schema, part))
        yield f"{path}{name}", facet
        if facet.get("type") == "object":
            yield from leaves(form, part, f"{path}{name}.")
        elif facet.get("type") == "array":
            yield from leaves(form, facet["items"], f"{path}{name}.__row__.")


def conditions(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "if" in value:
            yield value["if"]
        for inner in value.values():
            yield from conditions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from conditions(inner)


def shown(form: FormDefinition) -> Iterator[Field]:
    """Every field under every kind that may be settled when the case starts."""
    kind = {"change": "kind", "verification": "procedure", "identity_check": "attendee"}.get(
        form.slug, "reason"
    )
    told = form.ui["fields"].get(kind, {}).get("options", {})  # where the schema takes any procedure
    for value in form.schema["properties"].get(kind, {}).get("enum") or list(told) or [None]:
        for one in fields(form.schema, form.ui, {kind: value} if value else {}):
            yield one
            yield from one.rows


@EACH
def test_a_schema_is_of_the_draft_and_stands_alone(form: FormDefinition):
    Draft202012Validator.check_schema(form.schema)
    assert form.schema["unevaluatedProperties"] is False
    assert "../" not in str(form.schema)


@EACH
def test_every_block_refuses_what_it_does_not_ask(form: FormDefinition):
    for name, definition in form.schema["$defs"].items():
        if definition.get("type") == "object":
            assert definition["unevaluatedProperties"] is False, name


@EACH
def test_every_field_has_a_type_a_known_format_and_a_bound(form: FormDefinition):
    for path, facet in leaves(form, form.schema):
        assert facet.get("type") in {"string", "integer", "boolean", "array", "object"}, path
        if facet["type"] == "array":
            assert "maxItems" in facet, path
        if facet["type"] == "string":
            assert facet.keys() & {"enum", "maxLength", "pattern", "format"}, path
            assert facet.get("format") in {None, *FORMATS}, path


@EACH
def test_every_condition_is_of_the_plain_kind_that_a_screen_can_follow(form: FormDefinition):
    assert all(plain_condition(condition) is not None for condition in conditions(dict(form.schema)))


@EACH
def test_every_field_has_a_place_on_the_screen(form: FormDefinition):
    asked = {path for path, facet in leaves(form, form.schema) if facet["type"] != "object"}
    assert {one.path for one in shown(form)} == asked


@EACH
def test_every_field_and_choice_has_words_in_both_languages(form: FormDefinition):
    for one in shown(form):
        assert one.label_ja != one.path.rpartition(".")[2], one.path
        assert one.label_en.isascii() or "–" in one.label_en, one.path
        assert not (one.widget in {"radio", "select", "checks"} and not one.options), one.path
        assert bool(one.help_ja) == bool(one.help_en), one.path
        for option in one.options:
            assert option.ja != option.value, (one.path, option)
            assert option.en != option.value, (one.path, option)


@pytest.mark.parametrize("slug", catalog.PROCEDURES)
def test_correcting_asks_what_applying_asked_without_a_copy(slug: str):
    assert catalog.load(slug, "correct").schema == catalog.load(slug, "apply").schema
    assert not (catalog.ROOT / slug / "correct.schema.json").exists()


def test_papers_arrive_alike_in_every_procedure():
    one = catalog.load("await_papers", "papers_arrived")
    assert all(catalog.load(slug, "await_papers").schema == one.schema for slug in catalog.PROCEDURES)


@pytest.mark.parametrize(
    ("slug", "task"),
    [("marriage", "apply"), ("loss", "verify"), ("verification", "correct"), ("..", "apply")],
)
def test_a_form_that_is_not_shipped_is_said_to_be_missing(slug: str, task: str):
    with pytest.raises(FormNotShipped):
        catalog.load(slug, task)


def test_every_paper_that_a_decision_table_asks_for_has_words():
    asked = {
        code
        for table in (catalog.ROOT.parent / "workflows").glob("*/required_documents.dmn")
        for code in re.findall(r'_o0"><text>"(\w+)"', table.read_text(encoding="utf-8"))
    }
    papers = next(one for one in fields(ALL[0].schema, ALL[0].ui, {}) if one.path == "papers")
    assert asked <= {option.value for option in papers.rows[0].options}
