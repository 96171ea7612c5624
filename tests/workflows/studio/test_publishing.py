"""A draft is put in force by a second person, once, checked, and never over what somebody else has done."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from models.case import Definition
from models.definition_draft import DefinitionDraft
from services.context import SYSTEM, Actor
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.cases import UnitOfWork
from tests.workflows.studio.conftest import ROLES
from workflows import catalog
from workflows.engine import definitions
from workflows.studio import differences, drafts, publishing
from workflows.studio.elements import Words

DECIDE = ("acquisition", "correct")


def rename(uow: UnitOfWork, author: Actor, draft_id: int, ja: str, days: str | None = None) -> int:
    """Rename the correction in the draft; answers the count of the draft after it."""
    with uow(author) as ctx:
        seen = drafts.read(ctx, draft_id).lock_version
        drafts.change_element(ctx, draft_id, seen, *DECIDE, Words(ja, "Mend it", days))
        return seen + 1


def test_a_second_person_puts_it_in_force_and_new_cases_begin_with_it(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int
) -> None:
    seen = rename(uow, author, draft_id, "届出を直す(改)", "5")
    with uow(second) as ctx:
        assert [one for one in drafts.check(ctx, draft_id, seen, ROLES) if not one.is_warning] == []
        compared = differences.of_draft(ctx, drafts.read(ctx, draft_id))
        assert compared is not None
        assert [(one.kind, one.name) for one in compared.files] == [("changed", "acquisition")]
        assert [(one.kind, one.element.id, one.aspects) for one in compared.elements or ()] == [
            ("changed", "correct", ("title", "due"))
        ]
        assert compared.marks(after=True) == {"changed": ["acquisition.correct"]}
    with uow(second) as ctx:
        row = publishing.publish(ctx, draft_id, seen, "期限を決めるため", ROLES)
        assert (row.version, row.state, row.reason) == (2, "published", "期限を決めるため")
        assert (row.author_id, row.published_by_id) == (author.staff_id, second.staff_id)
        task = definitions.current(ctx.session, "acquisition").user_tasks[DECIDE]
        assert (task.title_ja, task.title_en, task.due_days) == ("届出を直す(改)", "Mend it", 5)
        assert ctx.session.scalars(select(DefinitionDraft)).all() == []
    with uow(second) as ctx:
        events = told(ctx.session, "definition:published")
        assert [one.subject for one in events][-1] == "definition:acquisition"


def test_the_author_cannot_under_another_account_of_the_same_staff_number(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int
) -> None:
    seen = rename(uow, author, draft_id, "改")
    for person in (author, replace(second, staff_number=author.staff_number)):
        with pytest.raises(NotAllowed), uow(person) as ctx:
            publishing.publish(ctx, draft_id, seen, "理由", ROLES)


def test_what_was_changed_after_the_page_was_opened_is_not_put_in_force(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int
) -> None:
    seen = rename(uow, author, draft_id, "一")
    rename(uow, author, draft_id, "二")
    with pytest.raises(SomebodyElseWasFaster, match="下書きが変わっています"), uow(second) as ctx:
        publishing.publish(ctx, draft_id, seen, "理由", ROLES)


def test_of_two_drafts_the_second_is_kept_until_its_author_has_looked_at_the_first(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int
) -> None:
    with uow(second) as ctx:
        other = drafts.begin(ctx, "acquisition", 1).id
    assert other != draft_id
    seen = rename(uow, author, draft_id, "一人目の直し")
    late = rename(uow, second, other, "二人目の直し")
    with uow(second) as ctx:
        publishing.publish(ctx, draft_id, seen, "先に", ROLES)
    with pytest.raises(SomebodyElseWasFaster, match="第2版が公開"), uow(author) as ctx:
        publishing.publish(ctx, other, late, "後から", ROLES)
    with uow(second) as ctx:
        assert drafts.read(ctx, other).is_overtaken
        drafts.base_on_newest(ctx, other, late)
    with uow(author) as ctx:
        assert publishing.publish(ctx, other, late + 1, "見比べた", ROLES).version == 3


def test_the_same_again_is_no_version_and_a_draft_is_put_in_force_once(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int
) -> None:
    with pytest.raises(RuleBroken, match="第1版と同じ"), uow(second) as ctx:
        publishing.publish(ctx, draft_id, 1, "理由", ROLES)
    seen = rename(uow, author, draft_id, "改")
    with pytest.raises(RuleBroken, match="理由"), uow(second) as ctx:
        publishing.publish(ctx, draft_id, seen, "  ", ROLES)
    with uow(second) as ctx:
        publishing.publish(ctx, draft_id, seen, "理由", ROLES)
    with pytest.raises(NotFound), uow(second) as ctx:
        publishing.publish(ctx, draft_id, seen, "理由", ROLES)


def test_what_the_check_refuses_is_kept_as_a_draft_and_never_in_force(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int
) -> None:
    source = catalog.shipped_bundle("acquisition").bpmn["acquisition"]
    broken = source.replace('id="acquisition.register"', 'id="acquisition.nothing"').encode()
    with uow(author) as ctx:
        drafts.take_in(ctx, draft_id, 1, "process.bpmn", broken, ROLES)
        found = drafts.check(ctx, draft_id, 2, ROLES)
        assert ("acquisition/process.bpmn", "unknown_operation") in {(one.file, one.code) for one in found}
        assert drafts.read(ctx, draft_id).problems
    with pytest.raises(RuleBroken, match="公開できません"), uow(second) as ctx:
        publishing.publish(ctx, draft_id, 2, "理由", ROLES)
    with uow(SYSTEM) as ctx:
        assert ctx.session.scalars(select(Definition.id).where(Definition.version == 2)).all() == []
