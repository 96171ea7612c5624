from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from models.audit.tags import Tag
from models.saved_filter import SavedFilter
from models.staff import Role
from services import saved_filters
from services.errors import NotAllowed, NotFound
from services.inbox_filters import Filters
from services.saved_filters import FilterRefused
from tests.factories.audit import told
from tests.factories.staff import employ
from tests.fixtures.statements import counted

SOON = Filters(due="soon")


def shown(ctx):
    return [(one.name, one.count, one.group, one.may_remove) for one in saved_filters.read(ctx)]


def save(ctx, name="急ぎ", group="", box="group", filters=SOON):
    return saved_filters.save(ctx, name, group, box, filters)


def saved_by(ctx, *, name="急ぎ"):
    found = select(SavedFilter.id).where(SavedFilter.owner_id == ctx.actor.staff_id, SavedFilter.name == name)
    return ctx.session.scalars(found).one()


@pytest.fixture
def colleague(ctx):
    """Another person of the counter, in the same office."""
    return replace(ctx, actor=employ(ctx.session, "counter", "s-colleague"))


@pytest.fixture(autouse=True)
def the_group_exists(ctx):
    if ctx.session.scalars(select(Role).where(Role.name == "counter")).one_or_none() is None:
        ctx.session.add(Role(name="counter"))
        ctx.session.flush()


def test_a_filter_is_kept_whole_and_counts_what_waits_now(ctx, waits):
    everything = Filters("acquisition", "later", "0000001", "free", "confirm_identity", "3", "みほん")
    save(ctx, filters=everything, box="free")
    assert saved_filters.get(ctx, saved_by(ctx)) == ("free", everything)
    save(ctx, "近い")
    waits("一つ目", days=1)
    assert shown(ctx) == [("急ぎ", 0, "", True), ("近い", 1, "", True)]
    waits("二つ目", days=0), waits("来週", days=7)
    assert shown(ctx) == [("急ぎ", 0, "", True), ("近い", 2, "", True)]


def test_the_words_of_a_filter_count_by_kana_of_any_width(ctx, waits):
    save(ctx, filters=Filters(text="ﾔﾏｻﾞｷ"))
    waits("山崎　純", "ヤマザキ　ジュン"), waits("見本　葵")
    assert shown(ctx)[0][1] == 1


def test_the_same_name_replaces_only_ones_own(ctx, colleague):
    assert save(ctx) is False
    assert save(colleague) is False
    assert save(ctx, " 急ぎ ", filters=Filters(due="late")) is True
    assert saved_filters.get(ctx, saved_by(ctx))[1] == Filters(due="late")
    assert saved_filters.get(colleague, saved_by(colleague))[1] == SOON


def test_ones_own_filter_is_nobody_elses(ctx, colleague, actor_section_chief):
    save(ctx)
    for other in (colleague, replace(ctx, actor=actor_section_chief)):
        assert shown(other) == []
        with pytest.raises(NotFound):
            saved_filters.get(other, saved_by(ctx))
        with pytest.raises(NotFound):
            saved_filters.remove(other, saved_by(ctx))


def test_a_shared_filter_follows_who_is_in_the_group_at_once(ctx, colleague):
    save(ctx, group="counter")
    assert shown(colleague) == [("急ぎ", 0, "counter", False)]
    moved = replace(colleague, actor=replace(colleague.actor, roles=frozenset({"verifier"})))
    assert shown(moved) == []
    with pytest.raises(NotFound):
        saved_filters.get(moved, saved_by(ctx))
    assert shown(colleague) == [("急ぎ", 0, "counter", False)]


def test_a_shared_filter_counts_for_each_his_own_tasks(ctx, colleague, waits):
    save(ctx, group="counter", box="mine")
    waits(assignee_id=ctx.actor.staff_id), waits(assignee_id=ctx.actor.staff_id)
    waits(assignee_id=colleague.actor.staff_id)
    assert (shown(ctx)[0][1], shown(colleague)[0][1]) == (2, 1)


def test_another_office_does_not_share_it(ctx):
    save(ctx, group="counter")
    elsewhere = employ(ctx.session, "counter", "s-elsewhere", office_code="77")
    assert shown(replace(ctx, actor=elsewhere)) == []


def test_ones_own_filters_stand_first_and_come_along_to_another_office(ctx, colleague):
    save(colleague, "あ", group="counter"), save(ctx, "ん")
    assert [name for name, *_ in shown(ctx)] == ["ん", "あ"]
    elsewhere = employ(ctx.session, "verifier", "s-77", office_code="77")
    moved = replace(ctx.actor, office_id=elsewhere.office_id)
    assert [name for name, *_ in shown(replace(ctx, actor=moved))] == ["ん"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "},
        {"name": "あ" * 31},
        {"box": "everything"},
        {"filters": Filters()},
        {"name": "000000000019"},
        {"filters": Filters(text="０000-0000-0019")},
    ],
)
def test_what_cannot_be_saved_is_refused_and_nothing_kept(ctx, wrong):
    with pytest.raises(FilterRefused):
        save(ctx, **wrong)
    assert shown(ctx) == []


def test_one_has_so_many_and_no_more(ctx, monkeypatch):
    monkeypatch.setattr(saved_filters, "MOST", 2)
    save(ctx, "一"), save(ctx, "二")
    with pytest.raises(FilterRefused, match="2個まで"):
        save(ctx, "三")
    assert save(ctx, "二") is True


def test_one_shares_with_ones_own_group_only_and_the_chief_with_any(ctx, actor_section_chief):
    with pytest.raises(NotAllowed):
        save(ctx, group="verifier")
    chief = replace(ctx, actor=actor_section_chief)
    save(chief, group="counter")
    with pytest.raises(NotAllowed):
        save(chief, "ほか", group="x" * 40)
    assert shown(ctx) == [("急ぎ", 0, "counter", False)]
    assert saved_filters.groups(ctx.actor, ["counter", "verifier"]) == ["counter"]
    assert saved_filters.groups(chief.actor, ["counter", "verifier"]) == ["counter", "verifier"]


def test_a_shared_filter_is_removed_by_who_saved_it_or_the_chief(ctx, colleague, actor_section_chief):
    save(ctx, "一", group="counter"), save(ctx, "二", group="counter")
    with pytest.raises(NotAllowed):
        saved_filters.remove(colleague, saved_by(ctx, name="一"))
    saved_filters.remove(ctx, saved_by(ctx, name="一"))
    saved_filters.remove(replace(ctx, actor=actor_section_chief), saved_by(ctx, name="二"))
    assert shown(ctx) == []


def test_saving_and_removing_are_told_without_a_word_of_it(ctx):
    save(ctx, "見本の家族", group="counter", filters=Filters(text="ミホン"))
    number = saved_by(ctx, name="見本の家族")
    saved_filters.remove(ctx, number)
    events = told(ctx.session)
    assert [one.tag for one in events] == [Tag.FILTER_SAVED, Tag.FILTER_REMOVED]
    assert {one.subject for one in events} == {f"filter:{number}"}
    assert "ミホン" not in repr([one.detail for one in events])


def test_filters_cost_two_statements_however_many_and_one_without_any(ctx, engine):
    ctx.session.execute(delete(SavedFilter))
    with counted(engine) as seen:
        saved_filters.read(ctx)
    assert len(seen) == 1
    for number in range(12):
        save(ctx, f"{number}", filters=Filters(text="みほん", due="late"))
    ctx.session.flush()
    with counted(engine) as seen:
        assert len(saved_filters.read(ctx)) == 12
    assert len(seen) == 2
