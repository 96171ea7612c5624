"""Exclusive, parallel, inclusive and event-based gateways, across save and restore at every step."""

import pytest

from tests.workflows.engine.elements.drawing import (
    catch,
    declare,
    draw,
    end,
    event,
    flows,
    gateway,
    message,
    node,
    script,
    start,
    step,
    sub,
    timer,
    user,
)
from tests.workflows.engine.elements.playing import Play
from workflows.engine.elements.failures import StepFailed


@pytest.mark.parametrize(("n", "way"), [(1, "one"), (2, "two"), (3, "other")])
def test_an_exclusive_gateway_takes_the_first_way_that_holds(mode: str, n: int, way: str) -> None:
    drawn = draw(
        start(),
        gateway("exclusive", "g", default="other"),
        *(step(one) for one in ("one", "two", "other")),
        end(),
        flows("start > g", "g > one ? case.n = 1", "g > two ? case.n <= 2", "g > other"),
        flows("one > end", "two > end", "other > end"),
    )
    play = Play(drawn, mode).begin(n=n)
    assert (play.told, play.ended) == (f"start g {way} end", True)


def test_a_gateway_without_a_way_out_fails_by_name(mode: str) -> None:
    drawn = draw(start(), gateway("exclusive", "g"), end(), flows("start > g", "g > end ? case.n = 1"))
    with pytest.raises(StepFailed) as failed:
        Play(drawn, mode).begin(n=2)
    assert (failed.value.element_id, failed.value.code) == ("g", "no_way_out")


def test_a_condition_that_is_not_true_is_not_taken(mode: str) -> None:
    drawn = draw(
        start(),
        gateway("exclusive", "g", default="no"),
        step("yes"),
        step("no"),
        end(),
        flows("start > g", "g > yes ? case.text", "g > no", "yes > end", "no > end"),
    )
    assert Play(drawn, mode).begin(text="はい").told == "start g no end"


PARALLEL = draw(
    start(),
    user("before"),
    gateway("parallel", "fork"),
    user("a"),
    user("b"),
    gateway("parallel", "join"),
    end(),
    flows("start > before > fork > a > join > end", "fork > b > join"),
)


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_parallel_join_waits_for_both_and_keeps_what_each_changed(mode: str, order: str) -> None:
    play = Play(PARALLEL, mode).begin().do("before", x=1)
    assert sorted(play.open) == ["a", "b"]
    first, second = order
    play.do(first, n=1)
    assert (play.open, play.ended) == ([second], False)
    play.do(second, n=2)
    assert (play.told, play.ended) == (f"start before fork {first} {second} join end", True)
    assert play.workflow.last_task.data["form"] == {"before": {"x": 1}, first: {"n": 1}, second: {"n": 2}}


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_branch_does_not_undo_what_another_changed(mode: str, order: str) -> None:
    """SpiffWorkflow lets the branch that ends last put back the value it never touched, and cuts lists."""
    drawn = draw(
        start(),
        script("first", "{x: 1, names: [1]}"),
        gateway("parallel", "fork"),
        user("a"),
        user("b"),
        script("change", "{x: 2, names: [1, 2, 3]}"),
        gateway("parallel", "join"),
        end(),
        flows("start > first > fork > a > change > join > end", "fork > b > join"),
    )
    play = Play(drawn, mode).begin()
    for one in order:
        play.do(one)
    assert play.data == {"x": 2, "names": [1, 2, 3]}


def test_branches_without_a_join_end_each_and_the_case_with_the_last(mode: str) -> None:
    drawn = draw(
        start(),
        gateway("parallel", "fork"),
        user("a"),
        user("b"),
        end("end_a"),
        end("end_b"),
        flows("start > fork > a > end_a", "fork > b > end_b"),
    )
    play = Play(drawn, mode).begin().do("b", n=2)
    assert (play.open, play.ended) == (["a"], False)
    play.do("a", n=1)
    assert (play.told, play.ended) == ("start fork b end_b a end_a", True)
    assert play.workflow.last_task.data["form"] == {"b": {"n": 2}, "a": {"n": 1}}


def test_a_parallel_join_inside_a_loop_waits_in_every_turn(mode: str) -> None:
    drawn = draw(
        start(),
        gateway("exclusive", "again"),
        gateway("parallel", "fork"),
        user("a"),
        user("b"),
        gateway("parallel", "join"),
        gateway("exclusive", "enough", default="again"),
        end(),
        flows("start > again > fork > a > join > enough", "fork > b > join"),
        flows("enough > end ? form.a.n = 3", "enough > again"),
    )
    play = Play(drawn, mode).begin()
    for turn in (1, 2, 3):
        assert sorted(play.open) == ["a", "b"], turn
        play.do("b", n=turn)
        assert play.open == ["a"]
        play.do("a", n=turn)
    assert play.ended
    assert play.trace.count("join") == 3
    assert play.workflow.last_task.data["form"] == {"a": {"n": 3}, "b": {"n": 3}}


INCLUSIVE = draw(
    start(),
    gateway("inclusive", "split", default="c"),
    user("a"),
    user("b"),
    user("c"),
    gateway("inclusive", "join", default="end"),
    end(),
    flows("start > split", 'split > a ? contains(case.ways, "a")', 'split > b ? contains(case.ways, "b")'),
    flows("split > c", "a > join", "b > join", "c > join", "join > end"),
)


@pytest.mark.parametrize("ways", ["a", "b", "ab", ""])
def test_an_inclusive_join_waits_for_the_ways_that_were_taken(mode: str, ways: str) -> None:
    play = Play(INCLUSIVE, mode).begin(ways=ways)
    taken = ways or "c"
    assert sorted(play.open) == sorted(taken)
    for n, one in enumerate(taken):
        assert not play.ended
        play.do(one, n=n)
    assert (play.told, play.ended) == (f"start split {' '.join(taken)} join end", True)
    assert play.workflow.last_task.data["form"] == {one: {"n": n} for n, one in enumerate(taken)}


def test_an_inclusive_join_waits_for_a_token_that_may_yet_come_by_a_long_way(mode: str) -> None:
    """Two steps behind another gateway: SpiffWorkflow looks back along one path only."""
    drawn = draw(
        start(),
        gateway("inclusive", "split"),
        user("a"),
        user("b"),
        gateway("exclusive", "more", default="b2"),
        user("b2"),
        end("aside"),
        gateway("inclusive", "join", default="end"),
        end(),
        flows("start > split", "split > a ? true", "split > b ? true", "a > join", "b > more"),
        flows("more > aside ? form.b.aside = true", "more > b2", "b2 > join", "join > end"),
    )
    play = Play(drawn, mode).begin().do("a")
    assert play.open == ["b"]
    play.do("b", aside=False)
    assert play.open == ["b2"]
    play.do("b2")
    assert play.ended
    assert play.trace.count("join") == 1
    aside = Play(drawn, mode).begin().do("a").do("b", aside=True)
    assert aside.ended
    assert aside.trace.count("join") == aside.trace.count("end") == 1


FIRST = draw(
    start(),
    gateway("eventBased", "which"),
    catch("paid", message("paid", variable="told")),
    catch("stopped", event("signal", "stop")),
    catch("late", timer("timeDuration", '"P14D"')),
    catch("very_late", timer("timeDuration", '"P20D"')),
    node("receiveTask", "letter", messageRef="m_letter"),
    user("book"),
    end(),
    end("other"),
    flows("start > which > paid > book > end", "which > stopped > other", "which > late > other"),
    flows("which > very_late > other", "which > letter > other"),
    declared=declare(message=["paid", "letter"], signal=["stop"]),
)


def test_the_first_message_decides_and_the_timers_are_forgotten(mode: str) -> None:
    play = Play(FIRST, mode).begin()
    assert play.message("unknown") == 0
    assert play.message("paid", payload={"yen": 100}) == 1
    assert play.open == ["book"]
    assert play.data == {"told": {"yen": 100}}
    play.pass_time(days=30)
    assert (play.message("paid"), play.signal("stop")) == (0, 0)
    play.do("book")
    assert (play.told, play.ended) == ("start which paid book end", True)


def test_the_earlier_of_two_timers_decides_even_when_both_are_overdue(mode: str) -> None:
    play = Play(FIRST, mode).begin()
    assert not play.pass_time(days=13).ended
    assert play.pass_time(days=30).told == "start which late other"
    assert play.ended


def test_conditions_and_timers_run_as_other_editors_write_them(mode: str) -> None:
    drawn = draw(
        start(),
        gateway("exclusive", "g", default="no"),
        step("yes"),
        step("no"),
        catch("wait", timer("timeDuration", "P14D")),
        catch("day", timer("timeDate", "2999-12-01T09:00:00+09:00")),
        end(),
        flows("start > g", "g > yes ? = case.n = 1", "g > no", "yes > wait", "no > wait > day > end"),
    )
    play = Play(drawn, mode).begin(n=1)
    assert play.pass_time(days=13).told == "start g yes"
    assert play.pass_time(days=1).told == "start g yes wait"
    assert not play.ended


def test_data_objects_on_the_drawing_change_nothing(mode: str) -> None:
    lines = (
        '<bpmn:property id="place" name="__targetRef_placeholder" />'
        '<bpmn:dataInputAssociation id="in"><bpmn:sourceRef>paper</bpmn:sourceRef>'
        "<bpmn:targetRef>place</bpmn:targetRef></bpmn:dataInputAssociation>"
        '<bpmn:dataOutputAssociation id="out"><bpmn:targetRef>register</bpmn:targetRef>'
        "</bpmn:dataOutputAssociation>"
    )
    drawn = draw(
        '<bpmn:dataObjectReference id="paper" dataObjectRef="paper_object" />',
        '<bpmn:dataObject id="paper_object" /><bpmn:dataStoreReference id="register" />',
        start(),
        user("book", lines),
        script("count", "{ n: case.n + 1 }"),
        end(),
        flows("start > book > count > end"),
    )
    play = Play(drawn, mode).begin(n=1)
    play.do("book")
    assert (play.told, play.data["n"], play.ended) == ("start book count end", 2, True)


@pytest.mark.parametrize(("kind", "element"), [("signal", "stopped"), ("message", "letter")])
def test_a_signal_or_a_receive_task_may_come_first(mode: str, kind: str, element: str) -> None:
    play = Play(FIRST, mode).begin()
    assert (play.signal("stop") if kind == "signal" else play.message("letter")) == 1
    assert (play.told, play.ended) == (f"start which {element} other", True)


def test_an_event_gateway_in_a_loop_waits_anew(mode: str) -> None:
    drawn = draw(
        start(),
        gateway("exclusive", "again"),
        gateway("eventBased", "which"),
        catch("asked", message("asked")),
        catch("late", timer("timeDuration", '"P1D"')),
        end(),
        flows("start > again > which > asked > again", "which > late > end"),
        declared=declare(message=["asked"]),
    )
    play = Play(drawn, mode).begin()
    play.pass_time(hours=23)
    assert play.message("asked") == 1
    assert not play.pass_time(hours=23).ended
    assert play.pass_time(hours=1).ended


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_gateways_work_inside_a_sub_process(mode: str, order: str) -> None:
    inner = sub(
        "s",
        start("s1"),
        gateway("parallel", "fork"),
        user("a"),
        user("b"),
        gateway("parallel", "join"),
        end("e1"),
        flows("s1 > fork > a > join > e1", "fork > b > join"),
    )
    play = Play(draw(start(), inner, end(), flows("start > s > end")), mode).begin()
    for one in order:
        play.do(one)
    assert (play.told, play.ended) == (f"start s1 fork {' '.join(order)} join e1 s end", True)
