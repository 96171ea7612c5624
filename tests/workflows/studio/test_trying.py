"""A draft tried out: its forms, its clock, stand-ins for its operations, nothing of the office touched."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from forms.validation import FormRefused
from models.base import Base
from models.case import Case
from models.trying_out import TryOut
from services.context import SYSTEM, Actor
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.cases import IDENTITY, UnitOfWork, seen_on_paper
from tests.factories.processes import review
from tests.factories.registry import an_acquisition
from tests.workflows.studio.conftest import ROLES
from workflows.engine.bundle import Bundle
from workflows.engine.operations import examples_of
from workflows.studio import drafts, scripts, trying
from workflows.studio.parcel_files import as_zip
from workflows.studio.scripts import Step
from workflows.studio.trying import Tried

AT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
AMOUNT = {"amount": 12_000, "reason": "収入が減ったため"}
TOUCHED = {"try_out", "audit_event", "audit_end", "definition_draft"}


def begin(uow: UnitOfWork, actor: Actor, draft_id: int) -> None:
    with uow(actor) as ctx:
        seen = drafts.read(ctx, draft_id).lock_version
        trying.begin(ctx, draft_id, seen, {"reason": "01"}, AT, ROLES)


def tell(uow: UnitOfWork, actor: Actor, draft_id: int, step: Step) -> None:
    count = len(shown(uow, actor, draft_id).script.steps)
    with uow(actor) as ctx:
        trying.step(ctx, draft_id, count, step)


def shown(uow: UnitOfWork, actor: Actor, draft_id: int) -> Tried:
    with uow(actor) as ctx:
        found = trying.read(ctx, draft_id)
    assert found is not None
    return found


def open_elements(tried: Tried) -> list[str]:
    assert tried.rehearsal is not None
    return [one.wanted.element_id for one in tried.rehearsal.open_tasks()]


def test_a_draft_is_walked_to_its_end_and_nothing_else_is_written(
    uow: UnitOfWork, author: Actor, draft_id: int
) -> None:
    with uow(author) as ctx:
        before = {name: rows(ctx, name) for name in Base.metadata.tables}
    begin(uow, author, draft_id)
    entry = an_acquisition()
    with pytest.raises(FormRefused):
        tell(uow, author, draft_id, Step(scripts.TASK, "", "apply", {"reason": "01"}))
    for step in (
        Step(scripts.TASK, "", "apply", entry),
        Step(scripts.TASK, "", "confirm_identity", IDENTITY),
        Step(scripts.ANSWER, "", "record", examples_of("identity_check.record")[0].answer),
        Step(scripts.TASK, "", "verify", seen_on_paper(entry)),
        Step(scripts.ANSWER, "", "compare", examples_of("verification.compare")[0].answer),
    ):
        tell(uow, author, draft_id, step)
    tried = shown(uow, author, draft_id)
    assert tried.rehearsal is not None
    assert [one.operation for one in tried.rehearsal.asked_services()] == ["acquisition.register"]
    tell(uow, author, draft_id, Step(scripts.ANSWER, "", "register", {"household_id": 1}))
    ended = shown(uow, author, draft_id)
    assert ended.rehearsal is not None
    assert ended.rehearsal.has_ended
    assert ended.rehearsal.data["registered"] == {"household_id": 1}
    last = ended.rehearsal.path[-1]
    assert (last.process, last.element, last.kind) == ("acquisition", "done", "")
    with uow(author) as ctx:
        after = {name: rows(ctx, name) for name in Base.metadata.tables}
        assert {name for name, count in after.items() if count != before[name]} <= TOUCHED
        assert told(ctx.session, "definition:tried")[-1].detail == {"deed": "answer"}


def rows(ctx, name: str) -> int:
    return ctx.session.scalar(select(func.count()).select_from(Base.metadata.tables[name]))


def test_what_no_longer_fits_a_changed_draft_falls_away_with_the_reason(
    uow: UnitOfWork, author: Actor
) -> None:
    draft_id = reviewed(uow, author)
    begin(uow, author, draft_id)
    for element in ("ask", "decide"):
        tell(uow, author, draft_id, Step(scripts.TASK, "", element, AMOUNT))
    assert open_elements(shown(uow, author, draft_id)) == ["answer"]
    renamed = Bundle(
        "review",
        {"review": review().bpmn["review"].replace('"decide"', '"judge"').replace(">decide<", ">judge<")},
        {},
        {"review/judge": review().forms["review/decide"]},
    )
    with uow(author) as ctx:
        drafts.take_in(ctx, draft_id, 1, "review.zip", as_zip(renamed), ROLES)
    with pytest.raises(RuleBroken, match="検査で問題のない"), uow(author) as ctx:
        trying.read(ctx, draft_id)
    with uow(author) as ctx:
        drafts.check(ctx, draft_id, 2, ROLES)
    cut = shown(uow, author, draft_id)
    assert (len(cut.script.steps), open_elements(cut)) == (1, ["judge"])
    assert "decide" in cut.cut
    tell(uow, author, draft_id, Step(scripts.TASK, "", "judge", AMOUNT))
    again = shown(uow, author, draft_id)
    assert (len(again.script.steps), again.cut) == (2, "")


def test_time_passes_to_the_next_timer_and_a_step_is_taken_back(uow: UnitOfWork, author: Actor) -> None:
    draft_id = reviewed(uow, author)
    begin(uow, author, draft_id)
    with pytest.raises(RuleBroken, match="タイマー"), uow(author) as ctx:
        trying.let_pass(ctx, draft_id, 0)
    tell(uow, author, draft_id, Step(scripts.TASK, "", "ask", AMOUNT))
    assert open_elements(shown(uow, author, draft_id)) == ["decide"]
    with uow(author) as ctx:
        trying.let_pass(ctx, draft_id, 1, days=13)
    assert open_elements(shown(uow, author, draft_id)) == ["decide"]
    with uow(author) as ctx:
        trying.let_pass(ctx, draft_id, 2)
    late = shown(uow, author, draft_id)
    assert open_elements(late) == ["answer"]
    assert late.rehearsal is not None
    assert (late.rehearsal.at - AT).days == 14
    with uow(author) as ctx:
        trying.back(ctx, draft_id, 3)
    assert open_elements(shown(uow, author, draft_id)) == ["decide"]
    with pytest.raises(SomebodyElseWasFaster), uow(author) as ctx:
        trying.back(ctx, draft_id, 3)
    with pytest.raises(RuleBroken, match="待っていません"):
        tell(uow, author, draft_id, Step(scripts.TASK, "", "answer", AMOUNT))


def test_each_person_tries_for_himself_and_it_goes_with_the_draft(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int
) -> None:
    begin(uow, author, draft_id)
    with uow(second) as ctx:
        assert trying.read(ctx, draft_id) is None
    with pytest.raises(NotFound), uow(second) as ctx:
        trying.back(ctx, draft_id, 0)
    begin(uow, second, draft_id)
    with uow(author) as ctx:
        drafts.discard(ctx, draft_id, drafts.read(ctx, draft_id).lock_version)
    with uow(SYSTEM) as ctx:
        assert ctx.session.scalars(select(TryOut)).all() == []
        assert ctx.session.scalars(select(Case)).all() == []


def reviewed(uow: UnitOfWork, author: Actor) -> int:
    """A draft of the review process, sound."""
    with uow(author) as ctx:
        draft_id, _ = drafts.begin_from_files(ctx, "review.zip", as_zip(review()), ROLES)
    with uow(author) as ctx:
        assert [one for one in drafts.check(ctx, draft_id, 1, ROLES) if not one.is_warning] == []
    return draft_id
