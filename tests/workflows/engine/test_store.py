"""A case as bytes and back is the same case (Ruling 3)."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from services.context import Actor
from tests.factories.cases import UnitOfWork, complete, next_item, seen_on_paper, take_in, up_to_verification
from tests.factories.registry import an_acquisition
from workflows import catalog
from workflows.engine import store
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.parser import Specification, specify
from workflows.engine.script_engine import FeelScriptEngine

SPECIFICATION = specify(catalog.shipped_bundle("acquisition"))
TURNS = 400


class AlwaysDifferent(FeelScriptEngine):
    """Stands for the services: the verifier's entry never agrees."""

    def call_service(self, task: Any, **kwargs: Any) -> str:
        del task, kwargs
        return json.dumps({"matches": False, "differences": ["event_on"]})


def begun() -> CaseWorkflow:
    """A case in memory only, that waits for its intake."""
    workflow = CaseWorkflow(SPECIFICATION.process, SPECIFICATION.called)
    workflow.script_engine = AlwaysDifferent(None, 1, 1, "acquisition")
    workflow.task_tree.set_data(case={"way": "ex_officio"}, form={}, outcome={})
    workflow.do_engine_steps()
    return workflow


def seen(workflow: CaseWorkflow) -> list[tuple[Any, ...]]:
    """All that a case is made of, task by task."""
    return [
        (
            t.id,
            t.parent.id if t.parent else None,
            t.task_spec.name,
            t.state,
            t.data,
            t.internal_data,
            t.triggered,
        )
        for t in workflow.all_tasks()
    ]


def again(workflow: CaseWorkflow, specification: Specification = SPECIFICATION) -> CaseWorkflow:
    thawed = store.thaw(store.freeze(workflow), specification)
    thawed.script_engine = workflow.script_engine
    return thawed


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_a_stored_case_comes_back_as_it_was_at_every_step(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor, steps: int
) -> None:
    wrong = seen_on_paper(an_acquisition(event_on="2026-11-19"))
    done = take_in(uow, actor_counter)
    if steps > 1:
        item = up_to_verification(uow, actor_counter)
    if steps > 2:
        done = complete(uow, actor_verifier, item, wrong)
    if steps > 3:
        complete(uow, actor_counter, next_item(done), an_acquisition())
    blob = session.scalars(select(Case.blob).order_by(Case.id.desc())).first()
    assert blob is not None
    first = store.thaw(blob, SPECIFICATION)
    second = again(first)
    assert seen(second) == seen(first)
    assert orjson.loads(store.freeze(first)) == orjson.loads(blob)
    assert orjson.loads(store.freeze(second)) == orjson.loads(blob)
    assert [t.task_spec.bpmn_id for t in second.ready_manual_tasks()] != []


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.sampled_from([0.0, 1.0, 2.5])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    before=st.dictionaries(st.text(max_size=4), VALUES), after=st.dictionaries(st.text(max_size=4), VALUES)
)
def test_whatever_a_task_added_changed_or_took_away_is_kept(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    workflow = begun()
    (task,) = workflow.ready_manual_tasks()
    task.parent.data = before
    task.data = after
    thawed = again(workflow)
    (there,) = thawed.ready_manual_tasks()
    assert written(there.parent.data) == written(before)
    assert written(there.data) == written(after)


@pytest.mark.parametrize(
    ("before", "after"), [(1, True), (0, False), (1, 1.0), ([0, {"a": 1}], [0, {"a": True}]), ("", None)]
)
def test_a_value_that_python_takes_for_equal_is_kept_where_json_tells_them_apart(
    before: object, after: object
) -> None:
    workflow = begun()
    (task,) = workflow.ready_manual_tasks()
    task.parent.data = {"form": {"apply": before, "same": 1}, "alone": before}
    task.data = {"form": {"apply": after, "same": 1}, "alone": after}
    (there,) = again(workflow).ready_manual_tasks()
    assert written(there.parent.data) == written(task.parent.data)
    assert written(there.data) == written(task.data)


def test_a_change_comes_after_all_that_were_stored_before() -> None:
    """Joins ask in which order branches arrived; cases stored earlier hold seconds instead of a count."""
    workflow = begun()
    state = orjson.loads(store.freeze(workflow))
    state["top"]["since"] = 1_796_000_000.25
    for blob in (store.freeze(workflow), orjson.dumps(state)):
        there = store.thaw(blob, SPECIFICATION)
        there.script_engine = workflow.script_engine
        for _ in range(2):
            (task,) = there.ready_manual_tasks()
            before = max(map(changed, there.all_tasks()))
            task.run()
            assert changed(task) > before
            there.do_engine_steps()
            assert in_order(again(there)) == in_order(there)
            there = again(there)


def in_order(workflow: CaseWorkflow) -> list[Any]:
    return [task.id for task in sorted(workflow.all_tasks(), key=changed)]


def changed(task: Any) -> float:
    return float(task.last_state_change)


def written(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def test_the_specification_is_not_in_the_bytes() -> None:
    blob = store.freeze(begun())
    assert b"sequenceFlow" not in blob
    assert len(blob) < 3_000


def test_bytes_of_a_later_format_are_refused() -> None:
    state = orjson.loads(store.freeze(begun())) | {"format": store.FORMAT + 1}
    with pytest.raises(ValueError, match="format"):
        store.thaw(orjson.dumps(state), SPECIFICATION)


def test_a_case_sent_back_four_hundred_times_still_waits() -> None:
    """Past a depth of 1,000 tasks SpiffWorkflow's own walk stalls and says that the case is complete."""
    workflow = begun()
    for _ in range(2 * TURNS):  # the verifier sends back, the counter corrects
        (task,) = workflow.ready_manual_tasks()
        task.run()
        workflow.do_engine_steps()
        assert not workflow.is_completed()
    (task,) = workflow.ready_manual_tasks()
    assert task.task_spec.bpmn_id == "correct"
    assert len(list(again(workflow).all_tasks())) > 4 * TURNS
