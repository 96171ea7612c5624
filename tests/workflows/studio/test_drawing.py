"""What was drawn is kept as it is, by its author and as the page showed it, within the bounds of a file."""

import pytest

from services.context import Actor
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.cases import UnitOfWork
from workflows import catalog
from workflows.studio import choices, drafts, drawing

SOURCE = catalog.shipped_bundle("acquisition").bpmn["acquisition"]
DRAWN = SOURCE.replace('name="入力の訂正"', 'name="入力の直し"')


def test_what_was_drawn_is_kept_once_and_told(uow: UnitOfWork, author: Actor, draft_id: int) -> None:
    with uow(author) as ctx:
        assert drawing.save_diagram(ctx, draft_id, 1, "acquisition", SOURCE) == 1
        assert drawing.save_diagram(ctx, draft_id, 1, "acquisition", DRAWN) == 2
    with uow(author) as ctx:
        assert drafts.read(ctx, draft_id).bundle.bpmn["acquisition"] == DRAWN
        assert [one.detail["deed"] for one in told(ctx.session, "definition:edited")] == ["begun", "drawn"]


def test_an_old_page_or_somebody_else_changes_nothing(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int
) -> None:
    with pytest.raises(NotAllowed), uow(second) as ctx:
        drawing.save_diagram(ctx, draft_id, 1, "acquisition", DRAWN)
    with uow(author) as ctx:
        drawing.save_diagram(ctx, draft_id, 1, "acquisition", DRAWN)
    with pytest.raises(SomebodyElseWasFaster), uow(author) as ctx:
        drawing.save_diagram(ctx, draft_id, 1, "acquisition", SOURCE)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<a", "図や表を保存できません"),
        (SOURCE.replace("<bpmn:definitions", "<!DOCTYPE a><bpmn:definitions", 1), "DOCTYPE"),
        (SOURCE.replace('<bpmn:process id="acquisition"', '<bpmn:process id="another"'), "「acquisition」"),
    ],
)
def test_what_no_diagram_may_be_is_refused(
    uow: UnitOfWork, author: Actor, draft_id: int, text: str, why: str
) -> None:
    with pytest.raises(RuleBroken, match=why), uow(author) as ctx:
        drawing.save_diagram(ctx, draft_id, 1, "acquisition", text)
    with pytest.raises(NotFound), uow(author) as ctx:
        drawing.save_diagram(ctx, draft_id, 1, "nothing", SOURCE)


def test_forms_and_decisions_are_offered_by_their_titles() -> None:
    bundle = catalog.shipped_bundle("acquisition")
    by_key = {one.key: one for one in choices.forms_of(bundle)}
    assert by_key["acquisition/apply"].ja == "国民健康保険 資格取得届"
    assert "audit_review/judge" in by_key
    assert "delivery" in {one.key for one in choices.decisions_of(bundle)}
