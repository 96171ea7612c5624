"""Drafts are begun from versions or files, changed by their author only, and tell what they did."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from services.context import Actor
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.cases import UnitOfWork
from tests.factories.small_processes import Ask, a_bundle
from tests.factories.staff import employ
from tests.workflows.studio.conftest import ROLES
from workflows.studio import drafts, lanes, parcel_files
from workflows.studio.elements import Words

SMALL = a_bundle("small", [Ask("ask", "申請"), Ask("sign", "決裁", "section_chief")])


def test_one_person_has_one_draft_of_a_procedure(uow: UnitOfWork, author: Actor, draft_id: int) -> None:
    with uow(author) as ctx:
        assert drafts.begin(ctx, "acquisition", 1).id == draft_id
        assert [one.id for one in drafts.list_drafts(ctx)] == [draft_id]


def test_only_the_author_changes_or_drops_it_and_only_as_the_page_showed_it(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int
) -> None:
    with pytest.raises(NotAllowed), uow(second) as ctx:
        drafts.change_element(ctx, draft_id, 1, "acquisition", "correct", Words("改", ""))
    with pytest.raises(NotAllowed), uow(second) as ctx:
        drafts.discard(ctx, draft_id, 1)
    with uow(author) as ctx:
        drafts.change_element(ctx, draft_id, 1, "acquisition", "correct", Words("改", ""))
    with pytest.raises(SomebodyElseWasFaster), uow(author) as ctx:
        drafts.change_element(ctx, draft_id, 1, "acquisition", "correct", Words("古い画面から", ""))
    with uow(author) as ctx:
        drafts.discard(ctx, draft_id, 2)
    with uow(author) as ctx:
        assert drafts.list_drafts(ctx) == []
        tags = [one.tag for one in told(ctx.session, "definition:edited", "definition:discarded")]
        assert tags == ["definition:edited", "definition:edited", "definition:discarded"]


def test_a_procedure_comes_in_as_an_archive_and_is_checked_whole(uow: UnitOfWork, author: Actor) -> None:
    with uow(author) as ctx:
        begun, upload = drafts.begin_from_files(ctx, "small.zip", parcel_files.as_zip(SMALL), ROLES)
        assert (len(upload.files), upload.left_out) == (5, [])
        shown = drafts.read(ctx, begun)
        assert (shown.slug, shown.based_on, shown.bundle) == ("small", 0, SMALL)
        assert [one for one in drafts.check(ctx, begun, 1, ROLES) if not one.is_warning] == []
    with pytest.raises(RuleBroken, match="下書きがすでにあります"), uow(author) as ctx:
        drafts.begin_from_files(ctx, "small.zip", parcel_files.as_zip(SMALL), ROLES)


def test_lanes_for_which_nobody_is_there_are_told_with_their_tasks(
    uow: UnitOfWork, session: Session, author: Actor
) -> None:
    with uow(author) as ctx:
        asked = [(role, [one.id for one in tasks]) for role, tasks in lanes.without_people(ctx, SMALL)]
        assert asked == [("section_chief", ["sign"])]
    employ(session, "section_chief", "2001")
    with uow(author) as ctx:
        assert lanes.without_people(ctx, SMALL) == []
        before = replace(ctx, at=datetime(1999, 1, 1, tzinfo=UTC))
        assert [role for role, _ in lanes.without_people(before, SMALL)] == ["counter", "section_chief"]


def test_a_diagram_of_another_process_is_refused_and_never_kept_unseen(
    uow: UnitOfWork, author: Actor, draft_id: int
) -> None:
    with pytest.raises(RuleBroken, match="small"), uow(author) as ctx:
        drafts.take_in(ctx, draft_id, 1, "other.bpmn", SMALL.bpmn["small"].encode(), ROLES)


def test_what_other_editors_add_is_listed_and_kept(uow: UnitOfWork, author: Actor) -> None:
    drawn = SMALL.bpmn["small"].replace(
        '<bpmn:userTask id="ask"', '<bpmn:userTask xmlns:camunda="urn:camunda" camunda:priority="1" id="ask"'
    )
    assert "camunda:priority" in drawn
    drawn = drawn.replace("<bpmn:userTask", '<bpmn:complexGateway id="odd" name="複雑"/><bpmn:userTask', 1)
    with uow(author) as ctx:
        begun, _ = drafts.begin_from_files(ctx, "drawn.bpmn", drawn.encode(), ROLES)
        found = {(one.element, one.code) for one in drafts.check(ctx, begun, 1, ROLES)}
        assert ("odd", "complex_gateway") in found
        assert drafts.read(ctx, begun).bundle.bpmn["small"] == drawn


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.bpmn", b"", "選ばれていません"),
        ("a.exe", b"MZ", "取り込めるファイルがありません"),
        ("a.zip", b"PK\x03\x04 broken", "壊れている"),
        ("a.bpmn", b"<a", "読み取れない"),
        ("a.bpmn", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "読み取れない"),
        ("a.schema.json", b"{", "読み取れない"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    uow: UnitOfWork, author: Actor, name: str, content: bytes, why: str
) -> None:
    with pytest.raises(RuleBroken, match=why), uow(author) as ctx:
        drafts.begin_from_files(ctx, name, content, ROLES)
    with uow(author) as ctx:
        assert drafts.list_drafts(ctx) == []
