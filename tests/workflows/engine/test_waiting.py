"""What a case waits for beside people: timers, messages, services in the background; on both databases."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit.event import AuditEvent
from models.job import Job
from models.waiting import Timer, list_timers, list_waiting
from services import job_kinds
from services.context import Actor
from services.errors import RuleBroken, SomebodyElseWasFaster
from tests.fixtures.databases import UnitOfWork
from tests.workflows.engine.elements.drawing import (
    boundary,
    catch,
    declare,
    draw,
    end,
    event,
    flows,
    message,
    on_event,
    script,
    service,
    start,
    sub,
    throw,
    timer,
    user,
)
from tests.workflows.engine.waiting_office import Office
from workflows.engine import (
    broken_steps,
    definitions,
    incident_repair,
    messaging,
    operations,
    runner,
    suspending,
    waking,
)
from workflows.engine.elements.failures import BpmnError
from workflows.engine.messaging import MessageAmbiguous, MessageNotAwaited
from workflows.engine.running import CaseSuspended
from workflows.engine.services_in_background import ServiceFailed
from workflows.engine.work_between_deeds import WORK
from workflows.operating import moving

DECLARED = declare(message=["paid"], signal=["stop"], error=["wrong"])


@pytest.fixture
def office(
    session: Session, uow: UnitOfWork, actor_counter: Actor, clock: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    monkeypatch.setattr(operations, "_operations", {})
    before = dict(job_kinds.KINDS)
    for kind in WORK:
        job_kinds.register(kind)
    yield Office(session, uow, actor_counter, clock)
    job_kinds.KINDS.clear()
    job_kinds.KINDS.update(before)


WITH_TIMER = draw(
    start(),
    user("first"),
    catch("wait", timer("timeDuration", '"P14D"')),
    user("after"),
    end(),
    flows("start > first > wait > after > end"),
)


def waiting_case(office: Office) -> int:
    office.publish(WITH_TIMER)
    case = office.begin()
    office.do(case, "first")
    return case


def test_a_timer_is_a_row_until_it_is_due_and_then_the_case_goes_on(office: Office) -> None:
    case = waiting_case(office)
    (row,) = list_timers(office.session, case)
    assert (row.element_id, row.due_at, row.wake_at) == (
        "wait",
        office.at.replace(month=12, day=7),
        row.due_at,
    )
    office.pass_time(days=13)
    assert (office.wake(), office.open(case)) == ([], [])
    office.pass_time(days=1)
    assert (office.wake(), office.open(case)) == ([True], ["after"])
    assert list_timers(office.session, case) == []
    assert office.journal(case)[-2:] == ["completed first", "timer wait"]
    tags = select(AuditEvent.tag).where(AuditEvent.case_id == case).order_by(AuditEvent.id)
    assert list(office.session.scalars(tags))[-1] == "case:woken"


def test_woken_twice_nothing_happens_the_second_time(office: Office) -> None:
    case = waiting_case(office)
    office.pass_time(days=14)
    version = office.case(case).version
    assert [office._wake(case), office._wake(case)] == [True, False]
    assert (office.case(case).version, office.open(case)) == (version + 1, ["after"])


def test_a_deed_that_comes_first_lets_the_timer_go_and_the_poller_finds_nothing(office: Office) -> None:
    office.publish(
        draw(
            start(),
            user("work"),
            boundary("late", "work", timer("timeDuration", '"P1D"'), goes_on=True),
            user("remind"),
            end(),
            end("e2"),
            flows("start > work > end", "late > remind > e2"),
        )
    )
    case = office.begin()
    office.pass_time(days=2)
    office.do(case, "work")
    assert (office.wake(), list_timers(office.session, case)) == ([], [])


def test_the_poller_reads_no_case_to_look(office: Office) -> None:
    waiting_case(office)
    office.pass_time(days=20)
    told: list[str] = []
    with office.uow() as ctx:
        bind = ctx.session.get_bind()
        sql_event.listen(bind, "before_cursor_execute", lambda *args: told.append(args[2]))
        assert len(waking.due(ctx.session, office.at)) == 1
    statements = [one for one in told if one.lstrip().startswith("SELECT")]
    assert len(statements) == 1
    assert "workflow_case" not in statements[0]


def test_the_poller_takes_the_longest_overdue_first_and_only_so_many(office: Office) -> None:
    office.publish(
        draw(start(), catch("wait", timer("timeDate", "case.day")), end(), flows("start > wait > end"))
    )
    cases = [office.begin(day=day) for day in ("2026-12-03", "2026-12-01", "2026-12-02", "2027-01-01")]
    office.pass_time(days=20)
    with office.uow() as ctx:
        assert waking.due(ctx.session, office.at, 2) == [cases[1], cases[2]]
        assert waking.due(ctx.session, office.at) == [cases[1], cases[2], cases[0]]


def test_a_case_that_cannot_go_on_becomes_an_incident_and_is_looked_at_later(office: Office) -> None:
    office.publish(
        draw(
            start(),
            catch("wait", timer("timeDuration", '"P1D"')),
            service("v"),
            end(),
            flows("start > wait > v > end"),
        )
    )
    broken = [True]

    def sometimes(_ctx: Any, _case: Any) -> dict[str, Any]:
        if broken:
            raise ValueError("見本 太郎")
        return {}

    office.offer("v", sometimes)
    case = office.begin()
    office.pass_time(days=1)
    assert office.wake() == [False]
    (incident,) = office.incidents()
    assert (incident.kind, incident.code, incident.element_id) == ("timer", "unexpected:ValueError", "wait")
    assert "見本" not in incident.message_ja + incident.message_en
    (row,) = list_timers(office.session, case)
    assert row.wake_at is not None
    assert ((row.wake_at - office.at).total_seconds(), row.attempts) == (60, 1)
    assert office.wake() == []
    office.pass_time(minutes=1)
    office.wake()
    office.pass_time(minutes=2)
    broken.clear()
    assert office.wake() == [True]
    (incident,) = office.incidents()
    assert (incident.state, incident.attempts, office.case(case).state) == ("resolved", 2, "done")


def test_withdrawing_takes_the_rows_away(office: Office, actor_counter: Actor) -> None:
    case = waiting_case(office)
    with office.uow() as ctx:
        runner.withdraw(ctx, case, "取下げ")
    assert list_timers(office.session, case) == []


def test_a_case_that_waits_for_people_only_costs_no_statement_more(office: Office) -> None:
    office.publish(draw(start(), user("a"), user("b"), end(), flows("start > a > b > end")))
    case = office.begin()
    told: list[str] = []
    sql_event.listen(office.session.get_bind(), "before_cursor_execute", lambda *args: told.append(args[2]))
    office.do(case, "a")
    assert [one for one in told if "case_timer" in one or "case_waiting" in one] == []


# Messages and signals

RECEIVER = draw(
    start(),
    catch("wait", message("paid", variable="payment"), props={"correlation": "case.number"}),
    user("book"),
    end(),
    flows("start > wait > book > end"),
    declared=DECLARED,
)


def test_a_message_reaches_the_case_of_its_key_after_the_commit_and_once(office: Office) -> None:
    office.publish(RECEIVER)
    first, second = office.begin(number="1"), office.begin(number="2")
    (row,) = list_waiting(office.session, second)
    assert (row.kind, row.name, row.correlation_key, row.element_id) == ("message", "paid", "2", "wait")
    for _ in range(2):
        with office.uow() as ctx:
            assert messaging.send_message(ctx, "paid", "2", {"yen": 100}, "file-7:1") == second
    assert office.open(second) == []
    office.work()
    assert (office.open(first), office.open(second), office.jobs()) == ([], ["book"], ["done"])
    assert list_waiting(office.session, second) == []
    assert office.journal(second)[-1] == "message wait"


def test_a_message_that_nobody_waits_for_is_refused(office: Office) -> None:
    office.publish(RECEIVER)
    office.begin(number="1")
    with pytest.raises(MessageNotAwaited), office.uow() as ctx:
        messaging.send_message(ctx, "paid", "9", None, "k")
    assert office.jobs() == []


def test_a_message_that_two_wait_for_is_given_to_none(office: Office) -> None:
    office.publish(RECEIVER)
    office.begin(number="1")
    office.begin(number="1")
    with pytest.raises(MessageAmbiguous), office.uow() as ctx:
        messaging.send_message(ctx, "paid", "1", None, "k")


THROWER = draw(
    start(),
    catch("wait", message("paid", variable="payment"), props={"correlation": "case.number"}),
    end("taken"),
    on_event(
        "late", start("late_start", event("signal", "stop")), end("late_end"), flows("late_start > late_end")
    ),
    user("pay"),
    throw("tell", message("paid", payload="{yen: case.yen}"), props={"correlation": "case.number"}),
    end("told"),
    flows("start > choose", "choose > wait ? case.receives", "wait > taken"),
    flows("choose > pay > tell > told"),
    '<bpmn:exclusiveGateway id="choose" default="choose__pay" />',
    declared=DECLARED,
)


def test_what_one_case_throws_another_takes_after_the_commit_once(office: Office) -> None:
    office.publish(THROWER)
    receiver, sender = (
        office.begin(receives=True, number="7"),
        office.begin(receives=False, number="7", yen=5),
    )
    office.do(sender, "pay")
    assert (office.case(sender).state, office.case(receiver).state) == ("done", "open")
    assert office.work() == 1
    assert office.case(receiver).state == "done"
    assert (office.work(), office.journal(receiver).count("message wait")) == (0, 1)


def test_a_thrown_message_that_nobody_takes_is_told_as_an_incident_and_can_be_tried_again(
    office: Office,
) -> None:
    office.publish(THROWER)
    sender = office.begin(receives=False, number="7", yen=5)
    office.do(sender, "pay")
    for _ in range(12):
        office.work()
        office.pass_time(hours=2)
    (incident,) = office.incidents()
    assert (incident.kind, incident.code, incident.case_id) == ("message", "message_not_awaited", sender)
    with pytest.raises(MessageNotAwaited), office.uow() as ctx:
        incident_repair.retry(ctx, incident.id)
    receiver = office.begin(receives=True, number="7")
    with office.uow() as ctx:
        incident_repair.retry(ctx, incident.id)
    assert office.case(receiver).state == "done"
    assert office.incidents()[0].state == "resolved"


def test_a_signal_reaches_every_case_that_waits_each_in_a_transaction_of_its_own(office: Office) -> None:
    office.publish(THROWER)
    cases = [office.begin(receives=False, number=str(n), yen=5) for n in range(3)]
    with office.uow() as ctx:
        messaging.broadcast(ctx, "stop", None, "day-1")
        messaging.broadcast(ctx, "stop", None, "day-1")
    office.work()
    assert [office.case(case).state for case in cases] == ["done"] * 3
    assert office.jobs() == ["done"] * 4


# Services in the background

SERVED = draw(
    start(),
    user("a"),
    service("v", async_="true", retries="2", retry_after="PT5M"),
    user("b"),
    end(),
    flows("start > a > v > b > end"),
)


def served_case(office: Office) -> int:
    office.publish(SERVED)
    case = office.begin()
    office.do(case, "a")
    return case


def test_a_service_in_the_background_is_done_after_the_commit(office: Office) -> None:
    office.offer("v", lambda _ctx, case: office.done.append("v") or {"n": case.case_id})
    case = served_case(office)
    assert (office.done, office.open(case), office.jobs()) == ([], [], ["waiting"])
    (row,) = list_waiting(office.session, case)
    assert (row.kind, row.name, row.element_id, row.title_ja) == ("service", "drawn.v", "v", "v")
    assert office.work() == 1
    assert (office.done, office.open(case), office.jobs()) == (["v"], ["b"], ["done"])
    assert list_waiting(office.session, case) == []
    tags = list(office.session.scalars(select(AuditEvent.tag).where(AuditEvent.case_id == case)))
    assert "service:done" in tags


def broken(_ctx: Any, _case: Any) -> dict[str, Any]:
    raise ValueError("見本 太郎")


def test_it_is_tried_again_later_and_later_and_then_it_is_an_incident(office: Office) -> None:
    office.offer("v", broken)
    case = served_case(office)
    pauses = []
    for _ in range(3):
        assert office.work() == 1
        job = office.session.scalars(select(Job)).one()
        pauses.append((job.next_at - office.at).total_seconds())
        office.at = max(job.next_at, office.at)
    assert pauses[:2] == [300, 600]
    assert (office.work(), office.jobs(), office.open(case)) == (0, ["failed"], [])
    (incident,) = office.incidents()
    assert (incident.kind, incident.code, incident.element_id) == ("service", "unexpected:ValueError", "v")
    assert (incident.case_id, incident.attempts, incident.definition_version) == (case, 3, 1)
    assert "見本" not in repr([vars(row) for row in office.session.scalars(select(Job))])


def given_up_case(office: Office) -> tuple[int, int]:
    office.offer("v", broken)
    case = served_case(office)
    for _ in range(3):
        office.work()
        office.pass_time(hours=1)
    (incident,) = office.incidents()
    return case, incident.id


def test_a_retry_answers_what_really_happened(office: Office) -> None:
    case, incident = given_up_case(office)
    with pytest.raises(ServiceFailed) as failed, office.uow() as ctx:
        incident_repair.retry(ctx, incident)
    with office.uow() as ctx:
        incident_repair.failed_again(ctx, incident, failed.value)
    assert (office.incidents()[0].state, office.incidents()[0].attempts) == ("open", 4)
    office.offer("v", lambda _ctx, _case: {})
    with office.uow() as ctx:
        incident_repair.retry(ctx, incident)
    assert (office.incidents()[0].state, office.open(case)) == ("resolved", ["b"])
    with pytest.raises(SomebodyElseWasFaster), office.uow() as ctx:
        incident_repair.retry(ctx, incident)


def test_a_step_may_be_passed_by_with_a_reason(office: Office) -> None:
    case, incident = given_up_case(office)
    with pytest.raises(RuleBroken), office.uow() as ctx:
        incident_repair.skip(ctx, incident, "")
    with office.uow() as ctx:
        incident_repair.skip(ctx, incident, "紙で処理した")
    assert (office.incidents()[0].state, office.open(case)) == ("skipped", ["b"])
    assert office.journal(case)[-1] == "skipped v"
    assert list_waiting(office.session, case) == []


def test_an_error_of_the_business_goes_its_way_in_the_diagram(office: Office) -> None:
    office.publish(
        draw(
            start(),
            service("v", async_="true"),
            boundary("caught", "v", event("error", "wrong")),
            user("mend"),
            end(),
            end("e2"),
            flows("start > v > end", "caught > mend > e2"),
            declared=DECLARED,
        )
    )

    def refuse(_ctx: Any, _case: Any) -> dict[str, Any]:
        raise BpmnError("wrong")

    office.offer("v", refuse)
    case = office.begin()
    office.work()
    assert (office.open(case), office.incidents(), office.jobs()) == (["mend"], [], ["done"])


def test_a_broken_service_in_a_deed_undoes_it_and_says_which_step(office: Office) -> None:
    office.offer("v", broken)
    office.publish(draw(start(), user("a"), service("v"), end(), flows("start > a > v > end")))
    case = office.begin()
    with pytest.raises(ValueError, match="見本"):
        office.do(case, "a")
    assert office.open(case) == ["a"]
    broke = broken_steps.take(office.session)
    assert broke is not None
    with office.uow() as ctx:
        broken_steps.note(ctx, broke)
    (incident,) = office.incidents()
    assert (incident.kind, incident.case_id, incident.element_id) == ("deed", case, "v")
    assert (incident.code, incident.title_ja) == ("unexpected:ValueError", "v")
    assert broken_steps.take(office.session) is None


# Suspended cases


def test_a_suspended_case_refuses_deeds_and_its_timers_and_services_wait(office: Office) -> None:
    office.offer("v", lambda _ctx, _case: {})
    inner = sub(
        "s", start("s1"), user("work"), service("v", async_="true"), end("e1"), flows("s1 > work > v > e1")
    )
    office.publish(
        draw(
            start(),
            inner,
            boundary("late", "s", timer("timeDuration", '"P1D"'), goes_on=True),
            user("remind"),
            end(),
            end("e2"),
            flows("start > s > end", "late > remind > e2"),
        )
    )
    first, second = office.begin(), office.begin()
    office.do(second, "work")
    for case in (first, second):
        with office.uow() as ctx:
            suspending.suspend(ctx, office.case(case), "調査中")
    with pytest.raises(CaseSuspended):
        office.do(first, "work")
    office.pass_time(days=2)
    assert (office.wake(), office.work(), office.open(first), office.open(second)) == ([], 1, ["work"], [])
    assert office.incidents() == []
    for case in (first, second):
        with office.uow() as ctx:
            suspending.resume(ctx, office.case(case))
    assert office.wake() == [True, True]
    assert sorted(office.open(first)) == ["remind", "work"]
    office.work()
    assert office.open(second) == ["remind"]
    assert office.journal(first)[1:3] == ["suspended", "resumed"]


def test_a_case_is_suspended_and_resumed_once(office: Office) -> None:
    case = waiting_case(office)
    with pytest.raises(SomebodyElseWasFaster), office.uow() as ctx:
        suspending.resume(ctx, office.case(case))
    with office.uow() as ctx:
        suspending.suspend(ctx, office.case(case), "調査中")
    with pytest.raises(SomebodyElseWasFaster), office.uow() as ctx:
        suspending.suspend(ctx, office.case(case), "調査中")
    assert office.session.scalars(select(Timer.wake_at)).all() == [None]


def test_scripts_keep_dates_as_text_and_decimals_as_they_are(office: Office) -> None:
    office.publish(
        draw(
            start(),
            user("a"),
            script("s", '{day: date("2026-12-01"), rate: 0.1, long: duration("P1D")}'),
            user("b"),
            end(),
            flows("start > a > s > b > end"),
        )
    )
    case = office.begin()
    office.do(case, "a")
    assert office.case(case).blob is not None
    assert b'"day":"2026-12-01","rate":0.1,"long":"P1D"' in (office.case(case).blob or b"")


def test_a_case_that_is_moved_waits_for_what_its_new_version_waits_for(office: Office) -> None:
    case = waiting_case(office)
    react = on_event(
        "r", start("r1", event("signal", "stop"), isInterrupting="false"), end("r2"), flows("r1 > r2")
    )
    more = draw(
        start(),
        user("first"),
        catch("wait", timer("timeDuration", '"P14D"')),
        user("more"),
        user("after"),
        end(),
        react,
        flows("start > first > wait > more > after > end"),
        declared=DECLARED,
    )
    office.publish(more)
    with office.uow() as ctx:
        definitions.publish_draft(ctx, "drawn", 2)
    with office.uow() as ctx:
        moving.move_case(ctx, case, more.hash)
    (timer_row,) = list_timers(office.session, case)
    assert timer_row.due_at == office.at.replace(month=12, day=7)
    assert [row.name for row in list_waiting(office.session, case)] == ["stop"]
    office.pass_time(days=14)
    assert (office.wake(), office.open(case)) == ([True], ["more"])
