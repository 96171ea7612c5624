"""Tasks, sub-processes, call activities and event sub-processes, across save and restore at every step."""

from dataclasses import replace

import pytest

from tests.workflows.engine.elements.drawing import (
    declare,
    draw,
    end,
    event,
    flows,
    gateway,
    message,
    node,
    on_event,
    script,
    service,
    start,
    step,
    sub,
    throw,
    user,
)
from tests.workflows.engine.elements.playing import Play
from workflows.engine.parser import specify


def test_every_task_of_a_line_is_done_once(mode: str) -> None:
    drawn = draw(
        start(),
        step("plain"),
        user("u"),
        node("manualTask", "m"),
        script("s", "{n: 1 + 1}"),
        service("v"),
        end(),
        flows("start > plain > u > m > s > v > end"),
    )
    play = Play(drawn, mode, {"v": lambda data: {"twice": data["n"] * 2}}).begin()
    play.do("u").do("m")
    assert (play.told, play.ended) == ("start plain u m s v end", True)
    assert play.data == {"n": 2, "v": {"twice": 4}}


INNER = (
    start("c_start"),
    user("inner"),
    script("sum", "{total: case.n + 1}"),
    end("c_end"),
    flows("c_start > inner > sum > c_end"),
)


def test_a_called_process_has_the_data_and_gives_them_back(mode: str) -> None:
    calling = node("callActivity", "call", calledElement="called")
    drawn = draw(
        start(), calling, user("after"), end(), flows("start > call > after > end"), called={"called": INNER}
    )
    play = Play(drawn, mode).begin(n=1)
    play.do("inner", x=1)
    assert play.data == {"total": 2}
    play.do("after")
    assert (play.told, play.ended) == ("start c_start inner sum c_end call after end", True)
    assert play.workflow.last_task.data["form"] == {"inner": {"x": 1}, "after": {}}


def test_a_process_called_twice_is_two_runs(mode: str) -> None:
    drawn = draw(
        start(),
        gateway("parallel", "fork"),
        node("callActivity", "one", calledElement="called"),
        node("callActivity", "two", calledElement="called"),
        gateway("parallel", "join"),
        end(),
        flows("start > fork > one > join > end", "fork > two > join"),
        called={"called": INNER},
    )
    play = Play(drawn, mode).begin(n=1)
    assert play.open == ["inner", "inner"]
    play.do("inner")
    assert (play.open, play.ended) == (["inner"], False)
    play.do("inner")
    assert play.ended
    assert (play.trace.count("sum"), play.trace.count("join")) == (2, 1)


def test_sub_processes_may_lie_in_one_another(mode: str) -> None:
    deepest = sub("s3", start("b3"), user("deep"), end("e3"), flows("b3 > deep > e3"))
    middle = sub("s2", start("b2"), deepest, end("e2"), flows("b2 > s3 > e2"))
    outer = sub("s1", start("b1"), middle, user("later"), end("e1"), flows("b1 > s2 > later > e1"))
    play = Play(draw(start(), outer, end(), flows("start > s1 > end")), mode).begin()
    play.do("deep").do("later")
    assert (play.told, play.ended) == ("start b1 b2 b3 deep e3 s3 e2 s2 later e1 s1 end", True)


def test_terminating_ends_a_sub_process_with_all_its_branches_and_the_case_goes_on(mode: str) -> None:
    inner = sub(
        "s",
        start("s1"),
        gateway("parallel", "fork"),
        user("a"),
        user("b"),
        end("stop", event("terminate")),
        end("e1"),
        flows("s1 > fork > a > stop", "fork > b > e1"),
    )
    play = Play(draw(start(), inner, user("after"), end(), flows("start > s > after > end")), mode).begin()
    play.do("a")
    assert play.open == ["after"]
    play.do("after")
    assert (play.told, play.ended) == ("start s1 fork a stop s after end", True)


def test_terminating_the_case_ends_everything_that_runs_in_it(mode: str) -> None:
    inner = sub("s", start("s1"), user("a"), end("e1"), flows("s1 > a > e1"))
    drawn = draw(
        start(),
        gateway("parallel", "fork"),
        inner,
        user("b"),
        end("e"),
        end("stop", event("terminate")),
        flows("start > fork > s > e", "fork > b > stop"),
    )
    play = Play(drawn, mode).begin().do("b")
    assert (play.told, play.ended, play.open) == ("start fork s1 b stop".replace("s1 b", "s1 b"), True, [])


def reacting(definition: str, *, interrupts: bool, inner: str = "react") -> str:
    begin = start(f"{inner}_start", definition, isInterrupting="true" if interrupts else "false")
    return on_event(
        f"{inner}_sub",
        begin,
        user(inner),
        end(f"{inner}_end"),
        flows(f"{inner}_start > {inner} > {inner}_end"),
    )


DECLARED = declare(message=["asked"], signal=["stop"])


@pytest.mark.parametrize("definition", [message("asked", variable="told"), event("signal", "stop")])
def test_an_event_sub_process_that_interrupts_ends_what_runs_around_it(mode: str, definition: str) -> None:
    drawn = draw(
        start(),
        user("work"),
        end(),
        flows("start > work > end"),
        reacting(definition, interrupts=True),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin()
    assert play.open == ["work"]
    taken = play.message("asked", payload=7) if "message" in definition else play.signal("stop", payload=7)
    assert (taken, play.open) == (1, ["react"])
    assert play.data == {"told": 7}
    assert (play.message("asked"), play.signal("stop")) == (0, 0)
    play.do("react", x=1)
    assert (play.told, play.ended) == ("start react_start react react_end react_sub", True)


def test_an_event_sub_process_that_does_not_interrupt_runs_beside_as_often_as_it_is_asked(mode: str) -> None:
    drawn = draw(
        start(),
        user("first"),
        user("work"),
        end(),
        flows("start > first > work > end"),
        reacting(message("asked", variable="told"), interrupts=False),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin().do("first", n=1)
    assert (play.message("asked", payload=1), play.message("asked", payload=2)) == (1, 1)
    assert sorted(play.open) == ["react", "react", "work"]
    play.do("work", n=2)
    assert not play.ended
    play.do("react", n=3).do("react", n=4)
    assert play.ended
    assert play.workflow.last_task.data["form"] == {"first": {"n": 1}, "work": {"n": 2}, "react": {"n": 4}}
    assert play.message("asked") == 0


def test_an_event_that_nobody_sends_leaves_the_case_as_it_is(mode: str) -> None:
    drawn = draw(
        start(),
        user("work"),
        end(),
        flows("start > work > end"),
        reacting(message("asked"), interrupts=True),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin().do("work")
    assert (play.told, play.ended) == ("start work end", True)


def test_an_event_sub_process_inside_a_sub_process_ends_only_that_one(mode: str) -> None:
    inner = sub(
        "s",
        start("s1"),
        user("a"),
        end("e1"),
        flows("s1 > a > e1"),
        reacting(event("signal", "stop"), interrupts=True),
    )
    drawn = draw(
        start(),
        gateway("parallel", "fork"),
        inner,
        user("b"),
        gateway("parallel", "join"),
        end(),
        flows("start > fork > s > join > end", "fork > b > join"),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin()
    assert play.signal("stop") == 1
    assert sorted(play.open) == ["b", "react"]
    play.do("react").do("b")
    assert play.ended
    assert "a" not in play.trace


def test_a_triggered_event_sub_process_does_not_touch_other_cases_on_the_same_definition(mode: str) -> None:
    """SpiffWorkflow connects it in the shared specification, so that every later case would run it."""
    drawn = draw(
        start(),
        user("work"),
        end(),
        flows("start > work > end"),
        reacting(message("asked"), interrupts=False),
        declared=DECLARED,
    )
    first = Play(drawn, "never").begin()
    second = Play(drawn, mode)
    second.workflow = type(first.workflow)(first.workflow.spec, first.workflow.subprocess_specs)
    assert first.message("asked") == 1
    third = Play(drawn, "never")
    third.workflow = type(first.workflow)(first.workflow.spec, first.workflow.subprocess_specs)
    assert (second.begin().open, third.begin().open) == (["work"], ["work"])


def test_a_signal_thrown_inside_reaches_all_who_wait_and_goes_out(mode: str) -> None:
    drawn = draw(
        start(),
        gateway("parallel", "fork"),
        user("a"),
        throw("call_all", event("signal", "stop")),
        node("intermediateCatchEvent", "heard", event("signal", "stop")),
        user("b"),
        end("e1"),
        end("e2"),
        flows("start > fork > a > call_all > e1", "fork > heard > b > e2"),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin(says="now").do("a")
    assert (play.open, play.data) == (["b"], {"told": "now"}) or play.open == ["b"]
    assert play.thrown == [("stop", "", "now")]
    play.do("b")
    assert play.ended


def test_a_task_inside_is_done_by_the_lane_of_the_sub_process_where_no_lane_names_it() -> None:
    inner = sub("part", start("s1"), user("work"), end("e1"), flows("s1 > work > e1"))
    drawn = draw(start(), inner, end(), flows("start > part > end"))
    reference = "<bpmn:flowNodeRef>{}</bpmn:flowNodeRef>"
    source = drawn.bpmn["drawn.bpmn"].replace(reference.format("work"), reference.format("part"))
    specification = specify(replace(drawn, bpmn={"drawn.bpmn": source}))
    assert specification.user_tasks["drawn", "work"].role == "counter"
