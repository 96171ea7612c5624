"""A running case on another version: what is finished stays, what is ahead is done (stack.md 2.5)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from services.context import SYSTEM, Context
from tests.factories.small_processes import Ask, Call, Fork, Wait, a_bundle
from workflows.engine import store
from workflows.engine.bundle import Bundle
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.comparison import compare
from workflows.engine.migration import move
from workflows.engine.migration_check import Verdict, examine
from workflows.engine.parser import Specification, specify
from workflows.engine.script_engine import FeelScriptEngine

A, B, C, D, N = Ask("a"), Ask("b"), Ask("c"), Ask("d"), Ask("n")
MOST_TURNS = 60
NOW = Context(session=Session(), actor=SYSTEM, at=datetime(2026, 11, 23, 1, 0, tzinfo=UTC))


class Run:
    """A case in memory that people work through, step by step, always the first that waits."""

    def __init__(self, bundle: Bundle, until: Sequence[str] = ()) -> None:
        self.specification = specify(bundle)
        self.workflow = CaseWorkflow(self.specification.process, self.specification.called)
        self._engage()
        self.workflow.task_tree.set_data(case={"way": "counter"}, form={}, outcome={})
        self.workflow.do_engine_steps()
        self.done: list[str] = []
        for element in until:
            self.complete(element)

    def _engage(self) -> None:
        self.workflow.script_engine = FeelScriptEngine(NOW, 1, 1, self.specification.slug)

    @property
    def waiting(self) -> list[str]:
        return sorted(task.task_spec.bpmn_id for task in self.workflow.ready_manual_tasks())

    def complete(self, element: str) -> None:
        (task, *_) = [t for t in self.workflow.ready_manual_tasks() if t.task_spec.bpmn_id == element]
        task.data["form"] = {**task.data["form"], element: {"by": element}}
        task.run()
        self.done.append(element)
        self.workflow.do_engine_steps()

    def check(self, bundle: Bundle) -> Verdict:
        return examine(self.workflow, compare(self.specification, specify(bundle)))

    def move(self, bundle: Bundle) -> None:
        """As the service does it: move, store, and load again on the new version."""
        after: Specification = specify(bundle)
        move(self.workflow, compare(self.specification, after))
        self.specification = after
        self.workflow = store.thaw(store.freeze(self.workflow), after)
        self._engage()

    def finish(self) -> list[str]:
        """The steps that are done from here to the end."""
        before = len(self.done)
        for _ in range(MOST_TURNS):
            if not self.waiting:
                break
            self.complete(self.waiting[0])
        assert self.workflow.is_completed()
        return self.done[before:]


def small(*steps: Any, **called: Any) -> Bundle:
    return a_bundle("small", steps, called)


def codes(verdict: Verdict) -> list[str]:
    return [one.code for one in verdict.refusals]


def moved(before: Bundle, until: Sequence[str], after: Bundle) -> Run:
    run = Run(before, until)
    verdict = run.check(after)
    assert verdict.can, verdict.refusals
    run.move(after)
    return run


def test_a_step_added_ahead_is_done_and_not_passed_by() -> None:
    run = moved(small(A, B, C), ["a"], small(A, B, N, C))
    assert run.waiting == ["b"]
    assert run.finish() == ["b", "n", "c"]


def test_a_step_that_was_not_reached_may_go() -> None:
    run = moved(small(A, B, C), ["a"], small(A, B))
    assert run.finish() == ["b"]


def test_what_was_entered_is_there_after_the_move() -> None:
    run = moved(small(A, B, C), ["a"], small(A, B, N, C))
    (task,) = run.workflow.ready_manual_tasks()
    assert task.data["form"] == {"a": {"by": "a"}}
    assert task.data["case"] == {"way": "counter"}


def test_a_step_where_the_case_stands_may_not_go_and_the_refusal_names_it() -> None:
    verdict = Run(small(A, B, C), ["a"]).check(small(A, C))
    assert codes(verdict) == ["removed"]
    assert "手順b" in verdict.refusals[0].ja
    assert "b" in verdict.refusals[0].en


def test_a_finished_step_that_is_gone_stays_on_record_and_the_check_says_so() -> None:
    run = Run(small(A, B, C), ["a", "b"])
    verdict = run.check(small(A, C))
    assert verdict.can
    assert [one.code for one in verdict.cautions] == ["finished_removed"]
    run.move(small(A, C))
    (task,) = run.workflow.ready_manual_tasks()
    assert task.data["form"] == {"a": {"by": "a"}, "b": {"by": "b"}}
    assert run.finish() == ["c"]


def test_a_step_added_behind_is_not_done_and_the_check_says_so() -> None:
    run = Run(small(A, B, C), ["a", "b"])
    verdict = run.check(small(A, N, B, C))
    assert [one.code for one in verdict.cautions] == ["passed_by"]
    assert "手順n" in verdict.cautions[0].ja
    run.move(small(A, N, B, C))
    assert run.finish() == ["c"]


def test_a_step_of_another_id_is_found_by_its_title_and_its_task_changes() -> None:
    after = small(A, Ask("b9", "手順b"), C)
    run = Run(small(A, B, C), ["a"])
    verdict = run.check(after)
    assert [(one.before.id, one.after.id) for one in verdict.tasks] == [("b", "b9")]
    run.move(after)
    assert run.waiting == ["b9"]
    assert run.finish() == ["b9", "c"]


def test_what_was_entered_under_an_old_id_is_found_under_the_new_one() -> None:
    run = moved(small(A, B, C), ["a"], small(Ask("a9", "手順a"), B, C))
    (task,) = run.workflow.ready_manual_tasks()
    assert task.data["form"] == {"a": {"by": "a"}, "a9": {"by": "a"}}


def test_an_old_id_that_kept_somebody_from_a_later_step_may_not_change() -> None:
    after = small(Ask("a9", "手順a"), B, Ask("c", properties={"not_by": "a9"}))
    assert codes(Run(small(A, B, C), ["a"]).check(after)) == ["exclusion_lost"]


def test_another_role_title_and_due_date_of_the_waiting_task_are_told() -> None:
    after = small(A, Ask("b", "審査", "verifier", {"due_days": "3"}), C)
    verdict = Run(small(A, B, C), ["a"]).check(after)
    (change,) = verdict.tasks
    assert change.after.ja == "審査"
    assert set(change.aspects) == {"title", "role", "due"}
    assert [one.id for one in verdict.finished] == ["a"]
    assert [one.id for one in verdict.here] == ["b"]


def test_a_step_that_is_of_another_kind_now_is_refused_where_the_case_stands() -> None:
    assert codes(Run(small(A, B, C), ["a"]).check(small(A, Wait("b"), C))) == ["type"]


def test_a_token_inside_a_called_process_moves_with_it() -> None:
    before = small(A, Call("calls", "inner"), D, inner=[B, C])
    after = small(A, Call("calls", "inner"), N, D, inner=[B, Ask("m"), C])
    run = moved(before, ["a"], after)
    assert run.waiting == ["b"]
    assert run.finish() == ["b", "m", "c", "n", "d"]


def test_a_finished_call_that_is_gone_leaves_its_record_and_the_case_goes_on() -> None:
    run = moved(small(Call("calls", "inner"), C, D, inner=[A]), ["a"], small(C, D))
    assert run.finish() == ["c", "d"]


def test_a_call_of_another_process_is_refused_while_the_case_is_inside() -> None:
    run = Run(small(A, Call("calls", "inner"), inner=[B]), ["a"])
    assert codes(run.check(small(A, Call("calls", "other"), other=[Ask("x")]))) == ["removed"]


def test_a_branch_added_after_the_split_is_refused_and_before_it_is_done() -> None:
    before, after = small(A, Fork("g", [[B], [C]]), D), small(A, Fork("g", [[B], [C], [N]]), D)
    assert set(codes(Run(before, ["a"]).check(after))) == {"branches"}
    run = moved(before, [], after)
    assert run.finish() == ["a", "b", "c", "n", "d"]


def test_a_branch_added_after_the_join_concerns_the_case_no_more() -> None:
    before, after = small(A, Fork("g", [[B], [C]]), D), small(A, Fork("g", [[B], [C], [N]]), D)
    assert moved(before, ["a", "b", "c"], after).finish() == ["d"]


def test_a_step_added_ahead_inside_a_branch_is_done() -> None:
    before, after = small(A, Fork("g", [[B], [C]]), D), small(A, Fork("g", [[B, N], [C]]), D)
    assert sorted(moved(before, ["a", "c"], after).finish()) == ["b", "d", "n"]


def test_a_step_added_between_a_finished_branch_and_its_join_is_refused() -> None:
    before, after = small(A, Fork("g", [[B], [C]]), D), small(A, Fork("g", [[B], [C, N]]), D)
    assert codes(Run(before, ["a", "c"]).check(after)) == ["branches"]


def test_ways_at_the_same_time_may_be_added_ahead() -> None:
    after = small(A, B, Fork("g", [[N], [Ask("m")]]), C)
    assert moved(small(A, B, C), ["a"], after).finish() == ["b", "m", "n", "c"]


def test_a_waiting_timer_goes_on_waiting() -> None:
    run = Run(small(A, Wait("t"), C), ["a"])
    before = [one.event_type for one in run.workflow.waiting_events()]
    verdict = run.check(small(A, Wait("t", "P3D"), N, C))
    assert [one.code for one in verdict.cautions] == ["keeps_waiting"]
    run.move(small(A, Wait("t", "P3D"), N, C))
    assert [one.event_type for one in run.workflow.waiting_events()] == before


def test_the_same_version_changes_nothing() -> None:
    bundle = small(A, Fork("g", [[B], [C]]), D)
    run = Run(bundle, ["a", "b"])
    before = store.freeze(run.workflow)
    verdict = run.check(bundle)
    assert (verdict.refusals, verdict.cautions, verdict.tasks) == ((), (), ())
    assert run.finish() == ["c", "d"]
    assert before


# Any small change anywhere

NAMES = [f"s{number}" for number in range(12)]


@st.composite
def blocks(draw: Callable[..., Any], names: list[str], depth: int = 2) -> list[Any]:
    """One to three steps, some of them ways at the same time or one of two."""
    steps: list[Any] = []
    for _ in range(draw(st.integers(1, 3))):
        if not names:
            break
        kind = draw(st.sampled_from(["ask", "ask", "parallel", "exclusive"])) if depth else "ask"
        name = names.pop(0)
        if kind == "ask" or len(names) < 2:
            steps.append(Ask(name))
        else:
            ways = [draw(blocks(names, depth - 1)) or [Ask(f"{name}x")], draw(blocks(names, depth - 1))]
            conditions = ["true" if draw(st.booleans()) else "false"] if kind == "exclusive" else []
            steps.append(Fork(name, ways, kind, conditions))
    return steps


def places(steps: list[Any], before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every list of steps inside, by the way to it."""
    found = [before]
    for at, one in enumerate(steps):
        if isinstance(one, Fork):
            for way, inside in enumerate(one.ways):
                found += places(list(inside), (*before, (at, way)))
    return found


def changed(steps: list[Any], place: tuple[Any, ...], change: Callable[[list[Any]], list[Any]]) -> list[Any]:
    if not place:
        return change(list(steps))
    (at, way), *rest = place
    fork = steps[at]
    ways = [
        changed(list(inside), tuple(rest), change) if number == way else list(inside)
        for number, inside in enumerate(fork.ways)
    ]
    return [*steps[:at], replace(fork, ways=ways), *steps[at + 1 :]]


def expected(steps: Sequence[Any]) -> list[str]:
    """The steps that a case does from the beginning to the end, in no certain order."""
    found: list[str] = []
    for one in steps:
        if isinstance(one, Ask):
            found.append(one.id)
        elif one.kind == "parallel":
            found += [name for way in one.ways for name in expected(way)]
        else:
            found += expected(one.ways[0] if one.conditions[0] == "true" else one.ways[1])
    return found


@settings(max_examples=150)
@given(data=st.data())
def test_any_small_change_anywhere_is_refused_or_followed_exactly(data: st.DataObject) -> None:
    """Whatever the check lets pass ends, does all that is ahead, and passes by only what it has told."""
    before = data.draw(blocks(list(NAMES)))
    place = data.draw(st.sampled_from(places(before)))
    inside: list[Any] = before
    for at, way in place:
        inside = list(inside[at].ways[way])
    at = data.draw(st.integers(0, len(inside)))
    kind = data.draw(st.sampled_from(["add", "remove", "rename", "fork"]))

    def change(steps: list[Any]) -> list[Any]:
        if kind == "add" or at >= len(steps):
            return [*steps[:at], Ask("new"), *steps[at:]]
        if kind == "fork":
            return [*steps[:at], Fork("newfork", [[Ask("new")], [Ask("other")]]), *steps[at:]]
        if kind == "rename" and isinstance(steps[at], Ask):
            return [*steps[:at], Ask(f"{steps[at].id}_9", f"手順{steps[at].id}"), *steps[at + 1 :]]
        return [*steps[:at], *steps[at + 1 :]]

    after = changed(before, place, change)
    old, new = a_bundle("small", before), a_bundle("small", after)
    run = Run(old)
    for _ in range(data.draw(st.integers(0, 8))):
        if run.waiting and len(expected(before)) - len(run.done) > 1:
            run.complete(data.draw(st.sampled_from(run.waiting)))
    done = set(run.done)
    verdict = run.check(new)
    if not verdict.can:
        assert all(one.ja and one.en for one in verdict.refusals)
        return
    told = {
        name
        for name in expected(after)
        for one in verdict.cautions
        if one.code == "passed_by" and f"({name})" in one.ja
    }
    run.move(new)
    ahead = run.finish()
    was = {f"{name}_9" for name in done} | done
    assert sorted(ahead) == sorted(name for name in expected(after) if name not in was and name not in told)
