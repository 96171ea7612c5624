"""What is not run is refused by name at upload, with the reason; what is run is drawn in the other tests."""

import pytest

from tests.workflows.engine.elements.drawing import (
    again,
    boundary,
    catch,
    declare,
    draw,
    end,
    event,
    flows,
    gateway,
    many,
    message,
    node,
    on_event,
    start,
    sub,
    throw,
    timer,
    user,
)
from workflows.engine.parser import DefinitionRefused, refuse_faulty
from workflows.engine.supported import REASONS

DECLARED = declare(message=["paid"], signal=["stop"], error=["wrong"], escalation=["late"])
DAY = timer("timeDuration", '"P1D"')


def inside(*parts: str, **more: str) -> str:
    return sub("inner", start("i1"), *parts, end("i2"), flows("i1 > i2"), **more)


def on_work(definition: str, *, goes_on: bool = False) -> tuple[str, ...]:
    return (
        user("work"),
        boundary("wrong", "work", definition, goes_on=goes_on),
        end(),
        end("e2"),
        flows("start > work > end", "wrong > e2"),
    )


def in_line(part: str) -> tuple[str, ...]:
    return (part, end(), flows("start > wrong > end"))


BEGIN = start()
REFUSED: dict[str, tuple[str, tuple[str, ...]]] = {
    "a task of no kind": ("task_undecided", (BEGIN, *in_line(node("task", "wrong")))),
    "an ad-hoc sub-process": ("adhoc", (BEGIN, *in_line(node("adHocSubProcess", "wrong")))),
    "a complex gateway": ("complex_gateway", (BEGIN, *in_line(node("complexGateway", "wrong")))),
    "a message that begins a case": (
        "start_by_event",
        (start("wrong", message("paid")), end(), flows("wrong > end")),
    ),
    "a timer that begins a case": ("start_by_event", (start("wrong", DAY), end(), flows("wrong > end"))),
    "two start events": ("start_events_many", (BEGIN, start("s2"), end(), flows("start > end", "s2 > end"))),
    "a compensation": (
        "event_unknown",
        (BEGIN, *in_line(throw("wrong", "<bpmn:compensateEventDefinition />"))),
    ),
    "a link": ("event_unknown", (BEGIN, *in_line(throw("wrong", '<bpmn:linkEventDefinition name="x" />')))),
    "a condition": (
        "event_unknown",
        (
            BEGIN,
            *in_line(
                catch(
                    "wrong",
                    "<bpmn:conditionalEventDefinition><bpmn:condition>true</bpmn:condition>"
                    "</bpmn:conditionalEventDefinition>",
                )
            ),
        ),
    ),
    "two definitions in one event": (
        "event_multiple",
        (BEGIN, *in_line(catch("wrong", message("paid") + DAY))),
    ),
    "an error that is thrown on the way": (
        "event_not_here",
        (BEGIN, *in_line(throw("wrong", event("error", "wrong")))),
    ),
    "a timer that is thrown": ("event_not_here", (BEGIN, *in_line(throw("wrong", DAY)))),
    "an error that does not interrupt": (
        "error_must_interrupt",
        (BEGIN, *on_work(event("error", "wrong"), goes_on=True)),
    ),
    "a cancellation of a task": ("cancel_outside", (BEGIN, *on_work(event("cancel")))),
    "a cancellation outside a transaction": (
        "cancel_outside",
        (BEGIN, end("wrong", event("cancel")), flows("start > wrong")),
    ),
    "a cycle that interrupts": ("timer_cycle", (BEGIN, *on_work(timer("timeCycle", '"R3/P1D"')))),
    "a cycle that is waited for": (
        "timer_cycle",
        (BEGIN, *in_line(catch("wrong", timer("timeCycle", '"R3/P1D"')))),
    ),
    "an event sub-process by timer": (
        "timer_start",
        (
            BEGIN,
            end(),
            flows("start > end"),
            on_event("r", start("wrong", DAY), end("r2"), flows("wrong > r2")),
        ),
    ),
    "an event gateway that waits for all": (
        "gateway_parallel_events",
        (
            BEGIN,
            node("eventBasedGateway", "wrong", eventGatewayType="Parallel"),
            catch("c", DAY),
            end(),
            flows("start > wrong > c > end"),
        ),
    ),
    "an event gateway before a task": (
        "event_not_here",
        (BEGIN, gateway("eventBased", "wrong"), user("u"), end(), flows("start > wrong > u > end")),
    ),
    "a loop without bound": ("loop_unbounded", (BEGIN, *in_line(user("wrong", again())))),
    "instances of nothing": ("instances_unknown", (BEGIN, *in_line(user("wrong", many())))),
    "instances by list and count": (
        "instances_unknown",
        (BEGIN, *in_line(user("wrong", many("case.l", count="2")))),
    ),
    "an activity for compensation": (
        "for_compensation",
        (BEGIN, *in_line(user("wrong", isForCompensation="true"))),
    ),
    "a message without a name": (
        "message_unnamed",
        (BEGIN, *in_line(catch("wrong", "<bpmn:messageEventDefinition />"))),
    ),
    "two ways out of a task": (
        "condition_on_activity",
        (BEGIN, user("wrong"), end(), end("e2"), flows("start > wrong > end", "wrong > e2")),
    ),
    "data associations": (
        "data_mapping",
        (BEGIN, *in_line(user("wrong", '<bpmn:ioSpecification id="io" />'))),
    ),
    "a property that nobody reads": (
        "property_unknown",
        (BEGIN, *in_line(user("wrong", props={"retries": "3"}))),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_element_and_the_reason(name: str) -> None:
    code, parts = REFUSED[name]
    with pytest.raises(DefinitionRefused) as refused:
        refuse_faulty(draw(*parts, declared=DECLARED))
    assert REASONS[code][1].rstrip(".") in str(refused.value) or REASONS[code][0] in str(refused.value)
    assert "wrong" in str(refused.value) or "drawn" in str(refused.value)


def test_every_reason_is_told_in_both_languages_and_says_what_to_do() -> None:
    for japanese, english in REASONS.values():
        assert japanese.endswith("。")
        assert english.endswith(".")


def test_sub_processes_are_looked_into() -> None:
    wrong = sub("outer", start("o1"), node("task", "wrong"), end("o2"), flows("o1 > wrong > o2"))
    with pytest.raises(DefinitionRefused, match="wrong"):
        refuse_faulty(draw(BEGIN, wrong, end(), flows("start > outer > end")))
