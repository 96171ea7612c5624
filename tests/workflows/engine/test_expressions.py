"""What a definition may not hold is refused when it is read, by file and element (Ruling 2, T03)."""

import re
from dataclasses import replace

import pytest

from workflows import catalog
from workflows.engine.bundle import Bundle
from workflows.engine.parser import MAX_BYTES, DefinitionRefused, specify

ACQUISITION = catalog.shipped_bundle("acquisition")
CONDITION = "verification.matches = true"
SCRIPT = '<bpmn:scriptTask id="work_out" name="計算"><bpmn:script>{}</bpmn:script></bpmn:scriptTask>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def altered(old: str, new: str, name: str = "acquisition") -> Bundle:
    """The shipped acquisition with one place of a diagram written otherwise."""
    source = ACQUISITION.bpmn[name]
    assert old in source
    return replace(ACQUISITION, bpmn={**ACQUISITION.bpmn, name: source.replace(old, new, 1)})


def with_table(old: str, new: str, name: str = "acquisition/delivery") -> Bundle:
    source = ACQUISITION.dmn[name]
    assert old in source
    return replace(ACQUISITION, dmn={**ACQUISITION.dmn, name: source.replace(old, new, 1)})


def refusal(bundle: Bundle) -> str:
    with pytest.raises(DefinitionRefused) as refused:
        specify(bundle)
    return str(refused.value)


@pytest.mark.parametrize("slug", catalog.PROCEDURES)
def test_every_shipped_procedure_can_be_run(slug: str) -> None:
    assert specify(catalog.shipped_bundle(slug)).slug == slug


@pytest.mark.parametrize(
    "text",
    [
        '__import__("os").system("true")',
        "().__class__.__bases__[0]",
        "verification.matches == True",
        "open('secret')",
        "lambda: 1",
        "",
    ],
)
def test_a_condition_that_is_python_is_refused_by_the_name_of_its_flow(text: str) -> None:
    assert "acquisition: flow_entry_result_decide_delivery: " in refusal(altered(CONDITION, text))


def test_a_condition_over_a_name_that_no_case_has_is_refused() -> None:
    assert "verifcation" in refusal(altered(CONDITION, "verifcation.matches = true"))


@pytest.mark.parametrize("text", ["import os", "x = 1", "1 + 1", "{ total: sum(unknown) }"])
def test_a_script_that_is_no_context_of_feel_is_refused(text: str) -> None:
    bundle = altered('<bpmn:endEvent id="done"', SCRIPT.format(text) + '<bpmn:endEvent id="done"')
    assert "acquisition: work_out: " in refusal(bundle)


def test_what_a_script_gives_back_is_a_name_for_conditions() -> None:
    script = SCRIPT.format("{ score: 1 }")
    bundle = altered('<bpmn:endEvent id="done"', script + '<bpmn:endEvent id="done"')
    told = bundle.bpmn["acquisition"].replace(CONDITION, "score = 1 and unheard_of = 2")
    assert re.search("unheard_of", refusal(replace(bundle, bpmn={**bundle.bpmn, "acquisition": told})))


def test_a_due_day_that_is_no_expression_is_refused_by_the_name_of_its_task() -> None:
    due = 'if form.papers_arrived.outcome = "still_missing"'
    assert "acquisition: papers_arrived: " in refusal(altered(due, 'if then "still_missing"'))


def test_a_due_day_that_is_no_number_is_refused_by_the_name_of_its_task() -> None:
    told = refusal(altered('name="due_days" value="0"', 'name="due_days" value="soon"'))
    assert "acquisition: apply: due_days" in told


def test_a_timer_and_a_parameter_are_held_to_it_as_well() -> None:
    timer = (
        '<bpmn:boundaryEvent id="too_late" attachedToRef="correct"><bpmn:timerEventDefinition id="t">'
        "<bpmn:timeDuration>datetime.now()</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    assert "acquisition: too_late: " in refusal(
        altered('<bpmn:endEvent id="done"', timer + '<bpmn:endEvent id="done"')
    )
    given = '<spiffworkflow:parameter id="p" value="eval(1)" />'
    told = f"<spiffworkflow:parameters>{given}</spiffworkflow:parameters>"
    assert "acquisition: register: " in refusal(altered("<spiffworkflow:parameters />", told))


def test_all_that_is_wrong_is_told_at_once() -> None:
    bundle = altered(CONDITION, "==")
    wrong = bundle.bpmn["acquisition"].replace('case.way = "ex_officio"', "case.way =", 1)
    told = refusal(replace(bundle, bpmn={**bundle.bpmn, "acquisition": wrong}))
    assert "flow_entry_result_decide_delivery" in told
    assert "flow_by_whom_check_entry" in told


def test_a_decision_that_no_table_has_is_refused_by_the_name_of_its_task() -> None:
    told = refusal(
        altered("<spiffworkflow:calledDecisionId>delivery<", "<spiffworkflow:calledDecisionId>luck<")
    )
    assert "decide_delivery" in told
    assert "luck" in told


def test_a_cell_that_is_no_feel_is_refused_by_its_file_and_column() -> None:
    told = refusal(with_table('"post", "ex_officio"', "__import__(1)"))
    assert told.startswith("acquisition/delivery: ")
    assert "受付方法" in told


def test_a_table_that_reads_what_no_case_has_is_refused() -> None:
    assert "weather" in refusal(with_table("case.way", "weather.today"))


def test_a_task_for_people_without_a_lane_is_refused_by_name() -> None:
    lost = altered("<bpmn:flowNodeRef>papers_arrived</bpmn:flowNodeRef>", "")
    assert "acquisition.papers_arrived" in refusal(lost)


def test_a_task_whose_form_is_not_in_the_parcel_is_refused_by_name() -> None:
    forms = {key: form for key, form in ACQUISITION.forms.items() if key != "verification/verify"}
    assert "verification: verify: " in refusal(replace(ACQUISITION, forms=forms))


def test_a_called_process_that_is_not_in_the_parcel_is_refused() -> None:
    bpmn = {name: source for name, source in ACQUISITION.bpmn.items() if name != "verification"}
    assert "verification" in refusal(replace(ACQUISITION, bpmn=bpmn))


def test_a_doctype_or_an_entity_is_refused_in_a_diagram_and_in_a_table() -> None:
    assert "acquisition" in refusal(altered("<bpmn:definitions", f"{BOMB}<bpmn:definitions"))
    file = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    assert "acquisition" in refusal(altered("<bpmn:definitions", f"{file}<bpmn:definitions"))
    assert "acquisition/delivery: " in refusal(with_table("<definitions", f"{BOMB}<definitions"))


def test_text_that_is_no_xml_or_too_much_of_it_is_refused() -> None:
    assert "identity_check" in refusal(altered("</bpmn:process>", "", "identity_check"))
    padded = "</bpmn:definitions>" + " " * MAX_BYTES
    assert "identity_check" in refusal(altered("</bpmn:definitions>", padded, "identity_check"))
