"""Multi-instance activities and loops, across save and restore at every step."""

import pytest

from tests.workflows.engine.elements.drawing import (
    again,
    boundary,
    declare,
    draw,
    end,
    event,
    flows,
    many,
    node,
    script,
    service,
    start,
    sub,
    timer,
    user,
)
from tests.workflows.engine.elements.playing import Play
from workflows.engine.bundle import Bundle
from workflows.engine.elements.failures import StepFailed

PERSONS = [{"n": 1}, {"n": 2}, {"n": 3}]


def line(*parts: str) -> Bundle:
    """start, the activity `each`, then a person, end."""
    return draw(start(), *parts, user("after"), end(), flows("start > each > after > end"))


@pytest.mark.parametrize("sequential", [False, True])
def test_a_script_is_run_for_each_item_and_the_results_come_in_the_order_of_the_items(
    mode: str, sequential: bool
) -> None:
    drawn = line(
        script(
            "each",
            "{twice: person.n * 2}",
            many("case.persons", item="person", gives="twice", into="all", sequential=sequential),
        )
    )
    play = Play(drawn, mode).begin(persons=PERSONS)
    assert play.data == {"all": [2, 4, 6]}
    play.do("after")
    assert (play.told, play.ended) == ("start each after end", True)


def test_people_do_parallel_instances_in_any_order(mode: str) -> None:
    inner = sub(
        "each",
        start("s1"),
        user("look"),
        script("note", "{seen: form.look.n}"),
        end("e1"),
        many("case.persons", item="person", gives="seen", into="all"),
        flows("s1 > look > note > e1"),
    )
    play = Play(line(inner), mode).begin(persons=PERSONS)
    assert play.open == ["look"] * 3
    assert [task.data["person"] for task in play.ready("look")] == PERSONS
    for n, place in ((30, 2), (10, 0), (20, 0)):
        task = play.ready("look")[place]
        task.data["form"] = {**task.data["form"], "look": {"n": n}}
        task.run()
        play._run()
    assert play.data == {"all": [10, 20, 30]}


def test_people_do_sequential_instances_one_after_another_and_what_they_enter_stays(mode: str) -> None:
    play = Play(line(user("each", many(count="3", sequential=True))), mode).begin()
    for n in (1, 2, 3):
        assert play.open == ["each"], n
        play.do("each", n=n)
    assert play.open == ["after"]
    play.do("after")
    assert play.ended
    assert play.workflow.last_task.data["form"]["each"] == {"n": 3}


@pytest.mark.parametrize("sequential", [False, True])
def test_instances_do_not_undo_what_another_has_changed(mode: str, sequential: bool) -> None:
    drawn = draw(
        start(),
        script("before", "{a: 0, b: 0, c: 0}"),
        script(
            "each",
            "{a: if i = 0 then 1 else a, b: if i = 1 then 1 else b, c: if i = 2 then 1 else c}",
            many("[0, 1, 2]", item="i", sequential=sequential),
        ),
        end(),
        flows("start > before > each > end"),
    )
    play = Play(drawn, mode).begin()
    assert (play.data, play.ended) == ({"a": 1, "b": 1, "c": 1}, True)


@pytest.mark.parametrize("sequential", [False, True])
def test_an_empty_collection_is_passed_by(mode: str, sequential: bool) -> None:
    drawn = line(user("each", many("case.persons", item="p", gives="p", into="all", sequential=sequential)))
    play = Play(drawn, mode).begin(persons=[])
    assert (play.open, play.data) == (["after"], {"all": []})


@pytest.mark.parametrize(("sequential", "left"), [(False, []), (True, [])])
def test_enough_instances_end_the_activity(mode: str, sequential: bool, left: list[str]) -> None:
    each = user("each", many(count="5", sequential=sequential, enough="form.each.n = 2"))
    play = Play(line(each), mode).begin()
    play.do("each", n=1).do("each", n=2)
    assert play.open == ["after", *left]


@pytest.mark.parametrize("value", [None, "text", 7])
def test_what_is_no_list_fails_by_name(mode: str, value: object) -> None:
    with pytest.raises(StepFailed) as failed:
        Play(line(user("each", many("case.persons", item="p"))), mode).begin(persons=value)
    assert (failed.value.element_id, failed.value.code) == ("each", "instances_no_list")


@pytest.mark.parametrize("count", [-1, "2", 1.5, None, True])
def test_what_is_no_number_fails_by_name(mode: str, count: object) -> None:
    with pytest.raises(StepFailed) as failed:
        Play(line(user("each", many(count="case.n"))), mode).begin(n=count)
    assert (failed.value.element_id, failed.value.code) == ("each", "instances_no_number")


@pytest.mark.parametrize("sequential", [False, True])
def test_very_many_instances_are_refused(mode: str, sequential: bool) -> None:
    with pytest.raises(StepFailed) as failed:
        Play(line(user("each", many(count="case.n", sequential=sequential))), mode).begin(n=1001)
    assert failed.value.code == "instances_too_many"


@pytest.mark.parametrize("sequential", [False, True])
def test_each_instance_may_call_a_process(mode: str, sequential: bool) -> None:
    each = node(
        "callActivity",
        "each",
        many("case.persons", item="person", sequential=sequential),
        calledElement="called",
    )
    inner = (start("cs"), user("inner"), end("ce"), flows("cs > inner > ce"))
    drawn = draw(
        start(), each, user("after"), end(), flows("start > each > after > end"), called={"called": inner}
    )
    play = Play(drawn, mode).begin(persons=PERSONS)
    for n in range(3):
        assert play.open == ["inner"] * (1 if sequential else 3 - n)
        play.do("inner", n=n)
    assert play.open == ["after"]


@pytest.mark.parametrize("sequential", [False, True])
def test_a_timer_on_the_boundary_ends_all_instances(mode: str, sequential: bool) -> None:
    each = sub(
        "each",
        start("s1"),
        user("look"),
        end("e1"),
        many("case.persons", item="p", sequential=sequential),
        flows("s1 > look > e1"),
    )
    late = boundary("late", "each", timer("timeDuration", '"P1D"'))
    drawn = draw(
        start(),
        each,
        late,
        user("after"),
        user("chase"),
        end(),
        end("e2"),
        flows("start > each > after > end", "late > chase > e2"),
    )
    play = Play(drawn, mode).begin(persons=PERSONS)
    play.do("look").pass_time(days=1)
    assert play.open == ["chase"]
    play.do("chase")
    assert (play.ended, play.trace[-3:]) == (True, ["late", "chase", "e2"])


@pytest.mark.parametrize("sequential", [False, True])
def test_an_error_in_one_instance_ends_all_of_them(mode: str, sequential: bool) -> None:
    each = sub(
        "each",
        start("s1"),
        user("look"),
        end("wrong_end", event("error", "wrong")),
        many("case.persons", item="p", sequential=sequential),
        flows("s1 > look > wrong_end"),
    )
    drawn = draw(
        start(),
        each,
        boundary("caught", "each", event("error", "wrong")),
        user("after"),
        user("mend"),
        end(),
        end("e2"),
        flows("start > each > after > end", "caught > mend > e2"),
        declared=declare(error=["wrong"]),
    )
    play = Play(drawn, mode).begin(persons=PERSONS, says=5).do("look")
    assert (play.open, play.data["told"]) == (["mend"], 5)
    assert play.do("mend").ended


def test_a_loop_goes_on_while_its_condition_holds(mode: str) -> None:
    play = Play(line(user("each", again("form.each.more = true"))), mode).begin()
    play.do("each", more=True).do("each", more=True)
    assert play.open == ["each"]
    play.do("each", more=False)
    assert play.open == ["after"]


def test_a_loop_that_asks_first_may_be_passed_by(mode: str) -> None:
    drawn = line(user("each", again("case.wanted", before=True)))
    assert Play(drawn, mode).begin(wanted=False).open == ["after"]
    assert Play(drawn, mode).begin(wanted=True).open == ["each"]


def test_a_loop_ends_at_its_maximum(mode: str) -> None:
    drawn = draw(
        start(),
        script("before", "{n: 0}"),
        script("each", "{n: n + 1}", again("true", at_most=4)),
        end(),
        flows("start > before > each > end"),
    )
    play = Play(drawn, mode).begin()
    assert (play.data, play.ended) == ({"n": 4}, True)


def test_a_loop_around_a_sub_process_begins_it_anew(mode: str) -> None:
    inner = sub(
        "each", start("s1"), user("look"), end("e1"), again("form.look.more"), flows("s1 > look > e1")
    )
    play = Play(line(inner), mode).begin()
    play.do("look", more=True).do("look", more=False)
    assert (play.open, play.trace.count("s1")) == (["after"], 2)


def test_a_loop_without_end_is_stopped_by_name() -> None:
    drawn = draw(
        start(),
        script("before", "{n: 0}"),
        script("each", "{n: n + 1}", again("true")),
        end(),
        flows("start > before > each > end"),
    )
    with pytest.raises(StepFailed) as failed:
        Play(drawn, "never").begin()
    assert (failed.value.element_id, failed.value.code) == ("each", "instances_too_many")


def test_services_may_be_done_for_each(mode: str) -> None:
    drawn = line(service("each", many("case.persons", item="person", gives="each", into="all")))
    play = Play(drawn, mode, {"each": lambda data: {"n": data["person"]["n"] + 1}}).begin(persons=PERSONS)
    assert play.data == {"all": [{"n": 2}, {"n": 3}, {"n": 4}]}
