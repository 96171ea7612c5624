from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.case import WorkItem
from models.masters import ReasonCode
from services import inbox
from services.context import Context
from services.inbox_filters import Filters
from tests.factories.staff import employ
from tests.fixtures.statements import counted


def names(ctx, box="group", **filters):
    return [row.item.subject_name for row in inbox.read(ctx, box, Filters(**filters)).rows]


def test_each_box_holds_its_own(ctx, waits):
    waits("自分"), waits("同僚"), waits("空き"), waits("遅れ", days=-2)
    mine, theirs = (
        ctx.session.query(WorkItem).filter_by(subject_name=name).one() for name in ("自分", "同僚")
    )
    mine.assignee_id, theirs.assignee_id = ctx.actor.staff_id, employ(ctx.session, "verifier").staff_id
    assert names(ctx, "mine") == ["自分"]
    assert names(ctx, "group") == ["遅れ", "同僚", "空き"]
    assert names(ctx, "free") == ["遅れ", "空き"]
    assert names(ctx, "overdue") == ["遅れ"]
    assert inbox.count(ctx.session, ctx.actor, ctx.today) == {
        "inbox": 4,
        "inbox.mine": 1,
        "inbox.group": 3,
        "inbox.free": 2,
        "inbox.overdue": 1,
        "inbox.later": 0,
    }


def test_an_unknown_box_is_empty(ctx, waits):
    waits()
    assert names(ctx, "everything") == []


def test_only_the_tasks_of_ones_office_and_roles_are_seen(ctx, waits):
    other = employ(ctx.session, "counter", "s-elsewhere", office_code="77")
    waits("よその課", office_id=other.office_id), waits("照合の仕事", role="verifier"), waits("ここ")
    assert names(ctx) == ["ここ"]
    assert inbox.count(ctx.session, ctx.actor, ctx.today)["inbox"] == 1
    assert names(replace(ctx, actor=other)) == ["よその課"]


def test_the_chief_sees_all_tasks_of_his_office_but_does_not_do_them(ctx, waits, actor_section_chief):
    waits("窓口の仕事"), waits("照合の仕事", role="verifier")
    (first, second) = inbox.read(replace(ctx, actor=actor_section_chief), "group", Filters()).rows
    assert {first.why_not, second.why_not} == {"role"}


def test_who_entered_it_sees_that_he_must_not_verify_it(session, clock, waits, ctx):
    verifier = employ(session, "verifier", "s-both")
    both = Context(session, replace(verifier, roles=frozenset({"counter", "verifier"})), clock)
    waits("自分の入力", role="verifier", excluded_staff=["s-both"], office_id=verifier.office_id)
    waits("人の入力", role="verifier", excluded_staff=["s-other"], office_id=verifier.office_id)
    told = {row.item.subject_name: row.why_not for row in inbox.read(both, "group", Filters()).rows}
    assert told == {"自分の入力": "excluded", "人の入力": None}


def test_the_soonest_stand_first_and_those_without_a_date_last(ctx, waits):
    for name, days in (("期限なし", None), ("明日", 1), ("一昨日", -2), ("今日", 0), ("来週", 7)):
        waits(name, days=days)
    rows = inbox.read(ctx, "group", Filters()).rows
    assert [(row.item.subject_name, row.due_kind, row.late_days) for row in rows] == [
        ("一昨日", "late", 2),
        ("今日", "today", 0),
        ("明日", "soon", 0),
        ("来週", "later", 0),
        ("期限なし", "none", 0),
    ]


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"procedure": "loss"}, ["喪失"]),
        ({"district": "0000002"}, ["地区"]),
        ({"element": "verify"}, ["手順"]),
        ({"due": "late"}, ["遅れ"]),
        ({"due": "none"}, ["喪失"]),
        ({"age": "14"}, ["古い"]),
        ({"age": "ages"}, []),
        ({"assignee": "free", "procedure": "loss"}, ["喪失"]),
        ({"assignee": "nobody"}, []),
        ({"due": "whenever"}, []),
        ({"role": "counter", "due": "none"}, ["喪失"]),
        ({"role": "verifier"}, []),
        ({"household": "１２３"}, ["地区"]),
        ({"household": "12"}, []),
    ],
)
def test_filters_narrow_a_box(ctx, waits, filters, left):
    waits("喪失", procedure="loss", days=None)
    waits("地区", postal_code="0000002", household_number="0000000123")
    waits("手順", element_id="verify")
    waits("遅れ", days=-1)
    waits("古い", received_on=ctx.today - timedelta(days=14))
    waits("新しい", received_on=ctx.today - timedelta(days=13))
    assert names(ctx, **filters) == left


@pytest.mark.parametrize(
    "text",
    ["やまざき", "ﾔﾏｻﾞｷ", "山﨑", "山崎　純", "R8-0", "12", "１２", "本人確認", "本人確認待ち", "identity"],
)
def test_a_box_is_searched_by_name_kana_and_numbers(ctx, waits, text):
    waits("山崎　純", "ヤマザキ　ジュン", household_number="0000000012")
    assert names(ctx, text=text) == ["山崎　純"]
    assert names(ctx, text="別人") == []


def test_filters_offer_what_occurs_in_the_box(ctx, waits):
    waits(postal_code="0000001"), waits(postal_code="0000001", procedure="loss"), waits(postal_code="0000002")
    choices = inbox.read(ctx, "group", Filters(procedure="loss")).choices
    assert [(one.value, one.count) for one in choices["district"]] == [("0000001", 2), ("0000002", 1)]
    assert [(one.value, one.count) for one in choices["procedure"]] == [("acquisition", 2), ("loss", 1)]
    assert [(one.value, one.count) for one in choices["assignee"]] == [("free", 3)]


def test_a_row_names_the_reason_and_who_has_taken_it(ctx, waits):
    ctx.session.add(ReasonCode(procedure="acquisition", code="01", name="転入", name_en="Moved in"))
    colleague = employ(ctx.session, "verifier")
    waits(assignee_id=colleague.staff_id)
    (row,) = inbox.read(ctx, "group", Filters()).rows
    assert (row.reason, row.reason_en, row.assignee, row.is_mine) == ("転入", "Moved in", "照合 一郎", False)


def test_pages_follow_one_another(ctx, waits, monkeypatch):
    monkeypatch.setattr(inbox, "PAGE", 3)
    for place in range(7):
        waits(f"頁{place}", days=None if place > 4 else place // 2)
    seen, after = [], None
    for first, last in ((1, 3), (4, 6), (7, 7)):
        page = inbox.read(ctx, "group", Filters(), after)
        assert (page.first, page.last, page.total) == (first, last, 7)
        seen += [row.item.subject_name for row in page.rows]
        after = page.next_after
    assert seen == [f"頁{place}" for place in range(7)]
    assert after is None


def test_a_box_costs_two_statements_and_the_counts_one(ctx, waits, engine):
    waits(), waits(assignee_id=ctx.actor.staff_id)
    ctx.session.flush()
    with counted(engine) as seen:
        inbox.read(ctx, "group", Filters(text="見本", due="soon"))
    assert len(seen) == 2
    with counted(engine) as seen:
        inbox.count(ctx.session, ctx.actor, date(2026, 11, 23))
    assert len(seen) == 1


def test_what_is_put_off_stands_in_a_box_of_its_own_until_its_day_or_until_it_is_overdue(ctx, waits):
    waits("来月", days=None, follow_up_on=ctx.today + timedelta(days=1))
    waits("きょうから", follow_up_on=ctx.today)
    waits("遅れ", days=-1, follow_up_on=ctx.today + timedelta(days=1))
    waits("自分", assignee_id=ctx.actor.staff_id, follow_up_on=ctx.today + timedelta(days=9))
    assert names(ctx, "later") == ["自分", "来月"]
    assert names(ctx, "group") == ["遅れ", "きょうから"]
    assert names(ctx, "mine") == []
    assert names(ctx, "overdue") == ["遅れ"]
    told = inbox.count(ctx.session, ctx.actor, ctx.today)
    assert (told["inbox"], told["inbox.free"], told["inbox.later"]) == (2, 2, 2)
    assert [row.is_put_off for row in inbox.read(ctx, "later", Filters()).rows] == [True, True]
    assert [row.is_put_off for row in inbox.read(ctx, "group", Filters()).rows] == [False, False]


def test_who_has_several_roles_has_a_queue_of_each_with_its_count(ctx, waits, actor_section_chief):
    waits("窓口"), waits("照合", role="verifier"), waits("照合", role="verifier", days=-1)
    both = replace(ctx, actor=replace(ctx.actor, roles=frozenset({"counter", "verifier"})))
    told = inbox.count(ctx.session, both.actor, ctx.today)
    assert {name: number for name, number in told.items() if ".role." in name} == {
        "inbox.role.counter": 1,
        "inbox.role.verifier": 2,
    }
    assert names(both, role="verifier") == ["照合", "照合"]
    assert inbox.count(ctx.session, actor_section_chief, ctx.today)["inbox.role.counter"] == 1
    assert not [name for name in inbox.count(ctx.session, ctx.actor, ctx.today) if ".role." in name]


def test_the_next_task_is_the_one_that_follows_in_the_same_list_and_may_be_done(ctx, waits):
    colleague = employ(ctx.session, "counter", "s-colleague")
    first, second = waits("一", days=0), waits("二", days=1)
    waits("同僚", days=2, assignee_id=colleague.staff_id)
    waits("入力者", days=3, excluded_staff=[ctx.actor.staff_number])
    third = waits("三", days=4, procedure="loss")

    def after(item_id, **filters):
        found = inbox.find_next(ctx, "group", Filters(**filters), item_id)
        return found and found.id

    assert [after(one) for one in (first, second, third)] == [second, third, first]
    assert after(first, procedure="loss") == third
    assert after(third, procedure="loss") is None
    ctx.session.get(WorkItem, second).state = "done"
    assert after(second) == third
    assert inbox.find_next(ctx, "mine", Filters(), first) is None
