"""Messages, signals, errors, escalations and cancellations, across save and restore at every step."""

from typing import Any

import pytest

from tests.workflows.engine.elements.drawing import (
    boundary,
    catch,
    declare,
    draw,
    end,
    event,
    flows,
    gateway,
    message,
    node,
    on_event,
    service,
    start,
    sub,
    throw,
    user,
)
from tests.workflows.engine.elements.playing import Play
from workflows.engine.bundle import Bundle
from workflows.engine.elements.failures import BpmnError, StepFailed

DECLARED = declare(
    message=["paid", "asked"], signal=["stop"], error=["wrong", "other"], escalation=["late", "later"]
)
KEY = {"correlation": "case.number"}


def test_a_message_is_taken_by_the_one_of_its_key_and_leaves_what_it_brings(mode: str) -> None:
    drawn = draw(
        start(),
        catch("wait", message("paid", variable="payment"), props=KEY),
        user("book"),
        end(),
        flows("start > wait > book > end"),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin(number="7-1")
    assert (play.message("paid", "7-2"), play.message("asked", "7-1"), play.message("paid")) == (0, 0, 0)
    assert play.message("paid", "7-1", {"yen": 100}) == 1
    assert play.data == {"payment": {"yen": 100}}
    assert play.message("paid", "7-1") == 0
    assert play.do("book").told == "start wait book end"


def test_a_catch_event_without_a_key_takes_any(mode: str) -> None:
    drawn = draw(
        start(),
        node("receiveTask", "wait", messageRef="m_paid"),
        end(),
        flows("start > wait > end"),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin()
    assert play.message("paid", "whatever") == 1
    assert (play.told, play.ended) == ("start wait end", True)


@pytest.mark.parametrize("number", [None, True, [1], "x" * 201, ""])
def test_a_key_that_is_none_fails_by_name(mode: str, number: Any) -> None:
    drawn = draw(
        start(),
        catch("wait", message("paid"), props=KEY),
        end(),
        flows("start > wait > end"),
        declared=DECLARED,
    )
    with pytest.raises(StepFailed) as failed:
        Play(drawn, mode).begin(number=number)
    assert (failed.value.element_id, failed.value.code) == ("wait", "correlation_key")


SENDERS = {
    "throw": throw("send", message("paid", payload="{yen: case.yen}"), props=KEY),
    "task": node(
        "sendTask", "send", "<bpmn:documentation>…</bpmn:documentation>", messageRef="m_paid", props=KEY
    ),
    "end": "",
}


@pytest.mark.parametrize("kind", ["throw", "end"])
def test_what_is_thrown_for_others_goes_out_with_its_key(mode: str, kind: str) -> None:
    told = message("paid", payload="{yen: case.yen}")
    parts = [throw("send", told, props=KEY), end()] if kind == "throw" else [end("send", told, props=KEY)]
    way = "start > a > send > end" if kind == "throw" else "start > a > send"
    play = Play(draw(start(), user("a"), *parts, flows(way), declared=DECLARED), mode).begin(
        number=7, yen=100
    )
    assert play.thrown == []
    play.do("a")
    assert (play.thrown, play.ended) == ([("paid", "7", {"yen": 100})], True)


def test_a_send_task_sends(mode: str) -> None:
    sending = node(
        "sendTask",
        "send",
        "<spiffworkflow:messagePayload>case.yen</spiffworkflow:messagePayload>",
        messageRef="m_paid",
        props=KEY,
    )
    play = Play(draw(start(), sending, end(), flows("start > send > end"), declared=DECLARED), mode)
    assert play.begin(number="n", yen=5).thrown == [("paid", "n", 5)]


def test_a_message_to_the_case_itself_stays_inside(mode: str) -> None:
    drawn = draw(
        start(),
        gateway("parallel", "fork"),
        catch("wait", message("paid", variable="got")),
        user("b"),
        end("e1"),
        user("a"),
        throw("send", message("paid", payload="9")),
        end("e2"),
        flows("start > fork > wait > b > e1", "fork > a > send > e2"),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin().do("a")
    assert (play.open, play.data, play.thrown) == (["b"], {"got": 9}, [])


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_message_on_the_boundary_of_a_task(mode: str, goes_on: bool) -> None:
    drawn = draw(
        start(),
        user("work"),
        boundary("asked", "work", message("asked", variable="what"), goes_on=goes_on),
        user("answer"),
        end(),
        end("e2"),
        flows("start > work > end", "asked > answer > e2"),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin()
    assert play.message("asked", payload=1) == 1
    assert sorted(play.open) == (["answer", "work"] if goes_on else ["answer"])
    assert play.message("asked", payload=2) == (1 if goes_on else 0)
    assert play.open.count("answer") == (2 if goes_on else 1)
    if goes_on:
        play.do("work")
        assert play.message("asked") == 0
        play.do("answer")
    play.do("answer")
    assert play.ended


@pytest.mark.parametrize("kind", ["subProcess", "callActivity"])
def test_a_signal_on_the_boundary_ends_what_runs_inside(mode: str, kind: str) -> None:
    inner = (start("s1"), user("a"), end("e1"), flows("s1 > a > e1"))
    host = sub("s", *inner) if kind == "subProcess" else node("callActivity", "s", calledElement="called")
    drawn = draw(
        start(),
        host,
        boundary("stopped", "s", event("signal", "stop")),
        user("after"),
        end(),
        end("e2"),
        flows("start > s > end", "stopped > after > e2"),
        declared=DECLARED,
        called={"called": inner},
    )
    play = Play(drawn, mode).begin()
    assert (play.signal("stop", payload="because"), play.open, play.data) == (
        1,
        ["after"],
        {"told": "because"},
    )
    assert play.do("after").told == "start s1 stopped after e2"
    assert play.ended


def throwing(element_id: str, definition: str) -> str:
    """A sub-process with a person, then an end event of this kind."""
    return sub(
        element_id,
        start(f"{element_id}_start"),
        user(f"{element_id}_work"),
        end(f"{element_id}_end", definition),
        flows(f"{element_id}_start > {element_id}_work > {element_id}_end"),
    )


def test_an_error_is_caught_by_the_activity_around_it_and_by_no_other(mode: str) -> None:
    """SpiffWorkflow hands it to every boundary of the case."""
    drawn = draw(
        start(),
        gateway("parallel", "fork"),
        throwing("one", event("error", "wrong")),
        throwing("two", event("error", "wrong")),
        boundary("of_one", "one", event("error", "wrong")),
        boundary("of_two", "two", event("error", "wrong")),
        user("mend_one"),
        user("mend_two"),
        end(),
        end("e1"),
        end("e2"),
        flows("start > fork > one > end", "fork > two > end", "of_one > mend_one > e1"),
        flows("of_two > mend_two > e2"),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin(says=3).do("one_work")
    assert sorted(play.open) == ["mend_one", "two_work"]
    play.do("two_work").do("mend_one").do("mend_two")
    assert play.ended
    assert "one" not in play.trace


def test_a_boundary_of_its_code_comes_before_one_that_takes_any(mode: str) -> None:
    drawn = draw(
        start(),
        throwing("s", event("error", "wrong")),
        boundary("any", "s", event("error")),
        boundary("exact", "s", event("error", "wrong")),
        end(),
        end("e1"),
        end("e2"),
        flows("start > s > end", "any > e1", "exact > e2"),
        declared=DECLARED,
    )
    assert Play(drawn, mode).begin().do("s_work").trace[-2:] == ["exact", "e2"]


def test_an_error_of_another_code_goes_further_out(mode: str) -> None:
    outer = sub(
        "outer",
        start("o1"),
        throwing("s", event("error", "wrong")),
        boundary("b", "s", event("error", "other")),
        end("o2"),
        end("o3"),
        flows("o1 > s > o2", "b > o3"),
    )
    drawn = draw(
        start(),
        outer,
        boundary("caught", "outer", event("error", "wrong")),
        end(),
        end("e2"),
        flows("start > outer > end", "caught > e2"),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin().do("s_work")
    assert (play.trace[-2:], play.ended) == (["caught", "e2"], True)


def test_an_error_of_a_called_process_is_caught_where_it_was_called(mode: str) -> None:
    inner = (start("cs"), user("work"), end("ce", event("error", "wrong")), flows("cs > work > ce"))
    drawn = draw(
        start(),
        node("callActivity", "call", calledElement="called"),
        boundary("caught", "call", event("error", "wrong")),
        end(),
        end("e2"),
        flows("start > call > end", "caught > e2"),
        declared=DECLARED,
        called={"called": inner},
    )
    play = Play(drawn, mode).begin().do("work")
    assert (play.trace[-2:], play.ended) == (["caught", "e2"], True)


def test_an_error_that_nobody_catches_fails_by_name(mode: str) -> None:
    drawn = draw(
        start(), throwing("s", event("error", "wrong")), end(), flows("start > s > end"), declared=DECLARED
    )
    play = Play(drawn, mode).begin()
    with pytest.raises(StepFailed) as failed:
        play.do("s_work")
    assert (failed.value.element_id, failed.value.code, failed.value.detail) == (
        "s_end",
        "not_caught",
        "wrong",
    )


def refuse(_data: dict[str, Any]) -> dict[str, Any]:
    raise BpmnError("wrong", {"field": "date"})


SERVED = draw(
    start(),
    user("a"),
    service("v"),
    boundary("caught", "v", event("error", "wrong")),
    user("mend"),
    end(),
    end("e2"),
    flows("start > a > v > end", "caught > mend > e2"),
    declared=DECLARED,
)


def test_an_error_that_a_handler_declares_is_caught_at_its_task(mode: str) -> None:
    play = Play(SERVED, mode, {"v": refuse}).begin().do("a")
    assert (play.open, play.data) == (["mend"], {"told": {"field": "date"}})
    assert (play.do("mend").told, play.ended) == ("start a caught mend e2", True)


def test_a_handler_that_declares_nothing_takes_the_usual_way(mode: str) -> None:
    play = Play(SERVED, mode, {"v": lambda _data: {"ok": True}}).begin().do("a")
    assert (play.told, play.ended) == ("start a v end", True)


def test_an_error_of_a_handler_goes_out_of_the_sub_process(mode: str) -> None:
    inner = sub("s", start("s1"), service("v"), end("e1"), flows("s1 > v > e1"))
    drawn = draw(
        start(),
        inner,
        boundary("caught", "s", event("error", "wrong")),
        end(),
        end("e2"),
        flows("start > s > end", "caught > e2"),
        declared=DECLARED,
    )
    play = Play(drawn, mode, {"v": refuse}).begin()
    assert (play.told, play.ended) == ("start s1 caught e2", True)


def test_an_error_of_a_handler_that_nobody_catches_stays_an_error(mode: str) -> None:
    drawn = draw(start(), service("v"), end(), flows("start > v > end"))
    with pytest.raises(BpmnError):
        Play(drawn, mode, {"v": refuse}).begin()


def test_an_error_starts_the_event_sub_process_around_it(mode: str) -> None:
    react = on_event(
        "r", start("r1", event("error", "wrong")), user("mend"), end("r2"), flows("r1 > mend > r2")
    )
    drawn = draw(start(), service("v"), end(), flows("start > v > end"), react, declared=DECLARED)
    play = Play(drawn, mode, {"v": refuse}).begin()
    assert (play.open, play.data) == (["mend"], {"told": {"field": "date"}})
    assert (play.do("mend").told, play.ended) == ("start r1 mend r2 r", True)


@pytest.mark.parametrize("goes_on", [False, True])
@pytest.mark.parametrize("thrown", ["intermediate", "end"])
def test_an_escalation_is_caught_around_it(mode: str, goes_on: bool, thrown: str) -> None:
    definition = event("escalation", "late")
    if thrown == "end":
        inner = throwing("s", definition)
    else:
        inner = sub(
            "s",
            start("s1"),
            user("s_work"),
            throw("up", definition),
            user("more"),
            end("e1"),
            flows("s1 > s_work > up > more > e1"),
        )
    drawn = draw(
        start(),
        inner,
        boundary("told_chief", "s", definition, goes_on=goes_on),
        user("chief"),
        end(),
        end("e2"),
        flows("start > s > end", "told_chief > chief > e2"),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin(says="late").do("s_work")
    assert "chief" in play.open
    assert ("more" in play.open) == (goes_on and thrown == "intermediate")
    while play.open:
        play.do(play.open[0])
    assert play.ended
    assert ("s" in play.trace) == goes_on


def test_an_escalation_that_nobody_catches_is_nothing(mode: str) -> None:
    drawn = draw(
        start(),
        throwing("s", event("escalation", "late")),
        boundary("b", "s", event("escalation", "later")),
        end(),
        end("e2"),
        flows("start > s > end", "b > e2"),
        declared=DECLARED,
    )
    play = Play(drawn, mode).begin().do("s_work")
    assert (play.trace[-2:], play.ended) == (["s", "end"], True)


def transaction(*more: str) -> Bundle:
    inner = sub(
        "t",
        start("t1"),
        gateway("parallel", "fork"),
        user("a"),
        user("b"),
        end("cancelled", event("cancel")),
        end("t2"),
        flows("t1 > fork > a > cancelled", "fork > b > t2"),
        kind="transaction",
    )
    return draw(start(), inner, *more, end(), flows("start > t > end"), declared=DECLARED)


def test_a_cancel_event_ends_its_transaction_and_goes_on_at_the_boundary(mode: str) -> None:
    drawn = transaction(
        boundary("undone", "t", event("cancel")), user("tell"), end("e2"), flows("undone > tell > e2")
    )
    play = Play(drawn, mode).begin().do("a")
    assert play.open == ["tell"]
    assert (play.do("tell").trace[-3:], play.ended) == (["undone", "tell", "e2"], True)


def test_a_cancel_event_that_nobody_catches_fails_by_name(mode: str) -> None:
    play = Play(transaction(), mode).begin()
    with pytest.raises(StepFailed) as failed:
        play.do("a")
    assert (failed.value.element_id, failed.value.code) == ("cancelled", "not_caught")


def test_a_service_in_the_background_is_not_done_in_the_deed(mode: str) -> None:
    done: list[int] = []
    drawn = draw(
        start(), user("a"), service("v", async_="true"), user("b"), end(), flows("start > a > v > b > end")
    )
    play = Play(drawn, mode, {"v": lambda _data: done.append(1) or {"ok": True}}).begin().do("a")
    assert (play.open, play.ended, done) == ([], False, [])
    assert [t.task_spec.bpmn_id for t in play.workflow.background_tasks()] == ["v"]
    play.background()
    assert (play.open, play.data, done) == (["b"], {"v": {"ok": True}}, [1])
    assert play.do("b").told == "start a v b end"


def test_two_services_in_the_background_are_done_one_by_one(mode: str) -> None:
    drawn = draw(
        start(),
        gateway("parallel", "fork"),
        service("v", async_="true"),
        service("w", async_="true"),
        gateway("parallel", "join"),
        end(),
        flows("start > fork > v > join > end", "fork > w > join"),
    )
    play = Play(drawn, mode, {"v": lambda _d: {"n": 1}, "w": lambda _d: {"n": 2}}).begin()
    play.background()
    assert (len(play.workflow.background_tasks()), play.ended) == (1, False)
    play.background()
    assert (play.ended, play.data) == (True, {"v": {"n": 1}, "w": {"n": 2}})
