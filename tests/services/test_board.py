"""The board: who has how much, how old it is, where it gathers; of one office, few statements, by index."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from portal.security.roles import TASK_ROLES
from services import board
from services.context import Context
from services.errors import NotAllowed
from tests.factories.staff import employ
from tests.fixtures.statements import counted


@pytest.fixture
def chief(ctx, actor_section_chief, actor_verifier):
    del actor_verifier
    return Context(ctx.session, actor_section_chief, ctx.at)


def since(ctx, days):
    return ctx.today - timedelta(days=days)


def test_tasks_stand_by_person_and_step_and_age_with_those_that_are_late(ctx, chief, waits):
    waits(days=2, assignee_id=ctx.actor.staff_id, received_on=since(ctx, 1))
    waits(days=-1, assignee_id=ctx.actor.staff_id, received_on=since(ctx, 10))
    waits(days=2, role="verifier", title_ja="照合", title_en="Verify", received_on=since(ctx, 40))
    waits(days=2, state="done", assignee_id=ctx.actor.staff_id)
    far = employ(ctx.session, "counter", "s-far", "77")
    waits(days=-9, office_id=far.office_id)
    told = board.read(chief, TASK_ROLES)
    loads = {one.user_id: load for one, load in told.people}
    assert (loads[ctx.actor.staff_id].by_age, loads[ctx.actor.staff_id].late) == ([1, 0, 1, 0], 1)
    assert (told.free.by_age, told.free.late) == ([0, 0, 0, 1], 0)
    steps = {step.ja: (step.load.number, step.load.free, step.load.late) for step in told.steps}
    assert steps == {"本人確認": (2, 0, 1), "照合": (1, 1, 0)}
    assert [step.ja for step in told.bottlenecks] == ["本人確認", "照合"]
    assert (told.total, told.late, told.nobody) == (3, 1, 0)


def test_tasks_that_nobody_can_do_are_told(chief, waits):
    waits(role="verifier", excluded_staff=["s-verifier"])
    assert board.read(chief, TASK_ROLES).nobody == 1


def test_whoever_judges_beside_the_usual_tasks_counts_for_somebody(chief, waits):
    waits(role="data_protection_manager")
    assert board.read(chief, TASK_ROLES).nobody == 1
    employ(chief.session, "data_protection_manager", "s-manager")
    assert board.read(chief, TASK_ROLES).nobody == 0


def test_others_than_the_chief_do_not_see_it(ctx):
    with pytest.raises(NotAllowed):
        board.read(ctx, TASK_ROLES)


def test_it_costs_five_statements_however_many_tasks(chief, waits, engine):
    for days in range(8):
        waits(days=days)
    chief.session.expire_all()
    with counted(engine) as seen:
        board.read(chief, TASK_ROLES)
    assert len(seen) == 5


def test_open_tasks_are_found_by_their_index_and_finished_ones_are_not_read(chief, waits, engine):
    for _ in range(60):
        waits(state="done")
    waits()
    statement = board._grouped(chief.actor.office_id, chief.today)
    told = str(statement.compile(engine, compile_kwargs={"literal_binds": True})).replace("%%", "%")
    if engine.dialect.name == "postgresql":
        chief.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = chief.session.execute(text(f"EXPLAIN {told}")).scalars().all()
    else:
        plan = [row[-1] for row in chief.session.execute(text(f"EXPLAIN QUERY PLAN {told}"))]
    used = {name for line in plan for name in re.findall(r"ix_work_item_\w+", line)}
    assert used
    assert used <= {"ix_work_item_open", "ix_work_item_taken"}  # both hold open tasks only
