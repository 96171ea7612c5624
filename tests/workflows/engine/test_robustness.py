"""Killed, interrupted, or done by two at once: nothing is lost, nothing is there twice (N1, "Done when")."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from models.audit.event import AuditEvent
from models.audit.listener import tables_written
from models.case import Case, CaseEvent, WorkItem
from models.certificate import Certificate
from models.document import PrintRequest
from models.enrolment import Enrolment
from models.form_entry import FormEntry
from models.notification import Notification, NotificationAction
from models.person import Person
from services import deeds
from services.context import Actor
from services.errors import SomebodyElseWasFaster
from tests.architecture.tree import ROOT
from tests.factories.at_once import at_once
from tests.factories.cases import (
    IDENTITY,
    UnitOfWork,
    complete,
    next_item,
    seen_on_paper,
    take_in,
    up_to_verification,
)
from tests.factories.registry import an_acquisition
from tests.fixtures.statements import counted
from tests.workflows.engine.real_office import RealOffice
from workflows.engine import definitions, runner, store

KILLS = 3
DOTS = 1_500
CORRECTIONS = 60
WRITTEN = {"workflow_case", "work_item", "case_event", "form_entry"}  # by every deed on a case
ENTITIES = (
    *(Case, CaseEvent, WorkItem, FormEntry, Notification, NotificationAction, AuditEvent),
    *(Person, Enrolment, Certificate, PrintRequest),
)


class PowerCut(Exception):
    """The moment at which everything stops."""


def counts(session: Session) -> dict[str, int]:
    return {one.__name__: session.scalar(select(func.count()).select_from(one)) or 0 for one in ENTITIES}


def reconcile(session: Session) -> Counter[str]:
    """Hold the books of all cases against one another; return how many cases are in which state."""
    states: Counter[str] = Counter()
    for case in session.scalars(select(Case)):
        states[case.state] += 1
        lines = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id)).all()
        entries = session.scalars(select(FormEntry).where(FormEntry.case_id == case.id)).all()
        items = session.scalars(select(WorkItem).where(WorkItem.case_id == case.id)).all()
        actions = Counter(
            session.scalars(
                select(NotificationAction.kind).where(
                    NotificationAction.notification_id == case.notification_id
                )
            )
        )
        steps = [line.element_id for line in lines if line.kind == "completed"]
        done = [item.element_id for item in items if item.state == "done"]
        waiting = [item for item in items if item.state == "open"]
        assert sorted(steps) == sorted(entry.element_id for entry in entries)
        assert sorted(steps) == sorted(["apply", *done])
        assert actions["submitted"] == 1
        assert actions["verified"] == actions["registered"] == (case.state == "done")
        assert actions["differences_found"] + actions["verified"] == steps.count("verify")
        assert steps.count("verify") == sum(line.element_id == "compare" for line in lines)
        if case.state == "done":
            assert (case.blob, waiting) == (None, [])
        else:
            (item,) = waiting
            assert case.blob is not None
            specification = definitions.by_hash(session, case.definition_hash)
            (task,) = store.thaw(case.blob, specification).ready_manual_tasks()
            assert (str(task.id), task.task_spec.bpmn_id) == (item.task_guid, item.element_id)
    _reconcile_register(session, states["done"])
    return states


def _reconcile_register(session: Session, registered: int) -> None:
    """One person moved in with each notification: as many of each as were registered, each number once."""
    told = counts(session)
    assert {told[name] for name in ("Person", "Enrolment", "Certificate", "PrintRequest")} == {registered}
    numbers = sorted(int(number.split("-")[1]) for number in session.scalars(select(Notification.number)))
    assert numbers == list(range(1, len(numbers) + 1))
    for column in (Certificate.serial, PrintRequest.certificate_id, Enrolment.person_id):
        assert max(Counter(session.scalars(select(column))).values(), default=1) == 1
    tags = Counter(session.scalars(select(AuditEvent.tag)))
    assert tags["case:started"] == told["Case"]
    assert tags["task:completed"] == told["FormEntry"] - told["Case"]


def work_until_killed(office: RealOffice, folder: Path, dots: int) -> None:
    """Let a process work, and end it without warning while it does its `dots`-th step."""
    url = office.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.workflows.engine.real_office", url, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told = process.stdout.read(dots)
        process.kill()
        errors = process.stderr.read().decode()
    assert len(told) == dots, errors


def test_a_process_killed_at_any_moment_loses_nothing_and_doubles_nothing(
    real_office: RealOffice, tmp_path: Path
) -> None:
    chance = random.Random(20261123)
    for _ in range(KILLS):
        work_until_killed(real_office, tmp_path, chance.randrange(1, DOTS))
        with real_office.reading() as session:
            reconcile(session)
    while real_office.work_off():
        pass
    with real_office.reading() as session:
        states = reconcile(session)
    assert states["done"] > KILLS
    assert set(states) == {"done"}


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("step", ["start", "identity", "difference", "registration"])
def test_a_failure_at_any_statement_of_a_deed_leaves_everything_as_it_was(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor, step: str
) -> None:
    deed = {
        "start": lambda: take_in(uow, actor_counter),
        "identity": lambda: complete(uow, actor_counter, item, IDENTITY),
        "difference": lambda: complete(uow, actor_verifier, item, seen_on_paper(an_acquisition(reason="02"))),
        "registration": lambda: complete(uow, actor_verifier, item, seen_on_paper(an_acquisition())),
    }[step]
    if step == "identity":
        item = next_item(take_in(uow, actor_counter))
    elif step != "start":
        item = up_to_verification(uow, actor_counter)
    before, died = counts(session), 0
    while True:
        with counted(session.connection().engine) as done:
            if not cut_off(session, died + 1, deed):
                break
        died += 1
        assert counts(session) == before, f"before statement {died} of {step}"
    made = [statement for statement in done if "SAVEPOINT" not in statement]
    assert died == len(made)  # at each statement that the whole deed makes it has died once
    wrote = frozenset().union(*map(tables_written, made))
    assert wrote >= WRITTEN | ({"person", "enrolment"} if step == "registration" else set())
    after = counts(session)
    assert after["FormEntry"] == before["FormEntry"] + 1
    assert after["Person"] - before["Person"] == (4 if step == "registration" else 0)


def cut_off(session: Session, statements: int, deed: Callable[[], object]) -> bool:
    """Do a deed and stop it before its n-th statement; False when it came to its end before that."""
    left = [statements]

    def count(_connection: object, _cursor: object, statement: str, *_told: object) -> None:
        if "SAVEPOINT" not in statement:  # those are of the test's own transaction
            left[0] -= 1
            if left[0] == 0:
                raise PowerCut

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", count)
    try:
        deed()
    except PowerCut:
        return True
    finally:
        event.remove(connection, "before_cursor_execute", count)
    return False


def test_two_who_finish_one_task_at_once_one_wins_and_the_other_is_told(real_office: RealOffice) -> None:
    for turn in range(5):
        (item,) = real_office.take_in(f"見本 {'一二三四五'[turn]}郎").opened
        got = at_once(lambda: real_office.finish(item), lambda: real_office.finish(item))  # noqa: B023
        lost = [one for one in got if isinstance(one, Exception)]
        assert [type(one) for one in lost] == [SomebodyElseWasFaster], got
        with real_office.reading() as session:
            reconcile(session)


def test_two_who_take_one_task_at_once_one_has_it(real_office: RealOffice) -> None:
    (item,) = real_office.take_in().opened
    rivals = [
        real_office.counter,
        Actor(**{**real_office.counter.__dict__, "staff_id": real_office.verifier.staff_id}),
    ]

    def take(actor: Actor) -> int | None:
        with real_office.deed(actor) as ctx:
            return runner.take(ctx, item.id).assignee_id

    got = at_once(*[lambda actor=actor: take(actor) for actor in rivals])
    winners = [one for one in got if isinstance(one, int)]
    assert [type(one) for one in got if not isinstance(one, int)] == [SomebodyElseWasFaster]
    with real_office.reading() as session:
        assert session.scalars(select(WorkItem.assignee_id)).one() == winners[0]


def test_two_who_take_in_at_once_get_numbers_of_their_own(real_office: RealOffice) -> None:
    got = at_once(
        *[lambda name=name: real_office.take_in(name) for name in ("見本 太郎", "見本 次郎", "見本 三郎")]
    )
    assert [one for one in got if isinstance(one, Exception)] == []
    while real_office.work_off():
        pass
    with real_office.reading() as session:
        assert reconcile(session)["done"] == 3


def test_a_page_sent_twice_at_once_does_its_deed_once(real_office: RealOffice) -> None:
    done: list[str] = []

    def send(key: str) -> str:
        with real_office.deed(real_office.counter) as ctx:
            where = deeds.find_done(ctx, key, "same-body")
            if where is None:
                done.append(key)
                deeds.remember(ctx, key, "same-body", "/cases/1")
            return where or "/cases/1"

    keys = [f"page-{number}" for number in range(20)]
    for key in keys:
        assert at_once(*[lambda key=key: send(key)] * 3) == ["/cases/1"] * 3
    assert done == keys


@pytest.mark.usefixtures("published")
def test_a_save_of_a_stale_copy_is_refused(
    session: Session, uow: UnitOfWork, actor_counter: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = take_in(uow, actor_counter)
    freeze = store.freeze

    def freeze_late(workflow: Any) -> bytes:
        session.execute(
            update(Case).values(version=Case.version + 1), execution_options={"synchronize_session": False}
        )
        return freeze(workflow)

    monkeypatch.setattr(store, "freeze", freeze_late)
    with pytest.raises(SomebodyElseWasFaster):
        complete(uow, actor_counter, next_item(done), IDENTITY)
    monkeypatch.undo()
    assert session.scalars(select(WorkItem.state)).one() == "open"


@pytest.mark.usefixtures("published")
def test_an_entry_may_go_back_sixty_times(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    item = up_to_verification(uow, actor_counter)
    wrong = seen_on_paper(an_acquisition(event_on="2026-11-19"))
    for _ in range(CORRECTIONS):
        done = complete(uow, actor_verifier, item, wrong)
        item = next_item(complete(uow, actor_counter, next_item(done), an_acquisition()))
    assert complete(uow, actor_verifier, item, seen_on_paper(an_acquisition())).ended
    kinds = Counter(session.scalars(select(NotificationAction.kind)))
    assert kinds["differences_found"] == CORRECTIONS
    assert kinds["registered"] == 1
