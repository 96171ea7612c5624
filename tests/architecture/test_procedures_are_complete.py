"""One slug, all its parts: diagram, forms, operations, tables, documents, story, page."""

import dataclasses
import re

import pytest

from forms.catalog import PROCEDURES
from printing.documents import DOCUMENTS
from tests.architecture.diagrams import SPIFF, Diagram, diagrams, properties
from tests.architecture.tree import ROOT, procedures
from workflows import catalog
from workflows.engine.dmn.tables import parse_dmn
from workflows.engine.operations import operation_names

EACH = pytest.mark.parametrize("diagram", diagrams(), ids=lambda diagram: diagram.slug)


def forms_asked(diagram: Diagram) -> list[str]:
    """The forms of a diagram as `slug/task`."""
    return [
        properties(task).get("form", f"{diagram.slug}/{task.get('id')}") for task in diagram.each("userTask")
    ]


def test_each_procedure_that_people_begin_has_a_diagram() -> None:
    assert set(PROCEDURES) - set(procedures()) == set()


@EACH
def test_every_task_for_people_has_a_form_with_a_layout(diagram: Diagram) -> None:
    for form in forms_asked(diagram):
        for kind in ("schema", "ui"):
            assert (ROOT / "forms" / f"{form}.{kind}.json").is_file(), f"{form}.{kind}.json"


def test_every_form_is_asked_by_some_task() -> None:
    asked = {form for diagram in diagrams() for form in forms_asked(diagram)}
    shipped = {
        f"{path.parent.name}/{path.name.removesuffix('.schema.json')}"
        for path in (ROOT / "forms").glob("*/*.schema.json")
    }
    assert shipped - asked == set()


@EACH
def test_every_service_task_names_an_operation_that_is_offered(diagram: Diagram) -> None:
    catalog.load_handlers()
    for task in diagram.each("serviceTask"):
        operator = task.find(f".//{SPIFF}serviceTaskOperator")
        assert operator is not None, task.get("id")
        assert str(operator.get("id")) in operation_names(), operator.get("id")
        offered_by = str(operator.get("id")).partition(".")[0]
        assert offered_by in (
            {"registry", "letters"} if diagram.slug in catalog.WITHOUT_CODE else {diagram.slug}
        )


def test_every_operation_is_named_by_some_service_task_or_asked_at_intake() -> None:
    catalog.load_handlers()
    named = {
        str(operator.get("id"))
        for diagram in diagrams()
        for operator in diagram.root.iter(f"{SPIFF}serviceTaskOperator")
    }
    named |= {
        properties(task).get("examine", "") for diagram in diagrams() for task in diagram.each("userTask")
    }
    beginning = (ROOT / "workflows" / "studio" / "beginnings" / "notification.bpmn").read_text("utf-8")
    named |= set(re.findall(r'name="examine" value="([a-z_.]+)"', beginning))  # what a new one begins with
    named |= {f"{slug}.examine" for slug in PROCEDURES}  # what the law says before the entry is accepted
    assert operation_names() - named == set()


@EACH
def test_every_decision_has_its_table(diagram: Diagram) -> None:
    tables = {
        decision for path in (ROOT / "workflows").glob("*/*.dmn") for decision in parse_dmn(path.read_bytes())
    }
    called = {str(found.text) for found in diagram.root.iter(f"{SPIFF}calledDecisionId")}
    assert called - tables == set()


@EACH
def test_every_called_procedure_is_there(diagram: Diagram) -> None:
    called = {str(activity.get("calledElement")) for activity in diagram.each("callActivity")}
    assert called - set(procedures()) == set()


@pytest.mark.parametrize("slug", procedures())
def test_every_procedure_is_explained(slug: str) -> None:
    assert (ROOT / "workflows" / slug / "README.md").is_file()
    assert (ROOT / "docs" / "procedures" / f"{slug}.md").is_file()


@pytest.mark.parametrize("slug", PROCEDURES)
def test_every_procedure_that_people_begin_has_a_story_from_door_to_paper(slug: str) -> None:
    assert (ROOT / "tests" / "scenarios" / f"test_{slug}.py").is_file()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_document_has_its_parts(name: str) -> None:
    kind = DOCUMENTS[name]
    assert kind.name == name
    assert dataclasses.is_dataclass(kind.dataclass)
    assert "__setattr__" in vars(kind.dataclass), "a page is frozen"
    for part in (kind.template, *kind.stylesheets):
        assert (ROOT / "printing" / part).is_file(), part


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_document_has_a_picture_of_how_it_must_look(name: str) -> None:
    assert (ROOT / "tests" / "golden" / "printing" / f"{name}-1.png").is_file()
