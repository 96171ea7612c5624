from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from services import households, search_statements
from services.search import find
from services.search_statements import PAGE, Cursor, page_of
from services.search_terms import Wanted, read_box
from tests.factories.audit import told
from tests.factories.people import a_household, someone
from tests.factories.registry import a_loss, a_person, register_acquisition, register_loss
from tests.fixtures.statements import counted


def found(ctx, text):
    return [person.name for person in find(ctx, read_box(text, ctx.today)).persons]


@pytest.mark.parametrize(
    "text",
    [
        "山崎",
        "やまざき",
        "ヤマサキ",
        "ﾔﾏｻﾞｷ ｼﾞｭﾝ",
        "ヤマサ゛キ",
        "山﨑　純",
        "S55.4.2",
        "山崎 S55",
        "昭和55年4月2日",
    ],
)
def test_a_person_is_found_by_name_kana_and_birth_in_every_spelling(ctx, text):
    someone(ctx, "山﨑　純", "ヤマザキ　ジュン", "1980-04-02")
    someone(ctx, "別　人", "ベツ　ジン", "1970-01-01")
    assert found(ctx, text) == ["山﨑　純"]


@pytest.mark.parametrize("text", ["Smith", "ＳＭＩＴＨ　ＪＯＨＮ", "スミス", "ジョン・スミス"])
def test_alias_and_latin_name_find_the_person(ctx, text):
    latin = {"name_latin": "SMITH JOHN", "alias_name": "ジョン・スミス", "alias_kana": "スミス　ジョン"}
    someone(ctx, "SMITH JOHN", "", "1990-02-03", **latin)
    assert found(ctx, text) == ["SMITH JOHN"]


def test_two_with_the_same_name_and_birth_are_both_shown(ctx):
    someone(ctx), someone(ctx)
    assert found(ctx, "見本太郎 S55.4.2") == ["見本　太郎", "見本　太郎"]


def test_somebody_with_several_fitting_names_is_shown_once(ctx):
    someone(ctx, "試験　花子", "シケン　ハナコ", alias_name="試験花", alias_kana="シケンハナ")
    assert found(ctx, "試験") == ["試験　花子"]
    assert found(ctx, "シケン") == ["試験　花子"]


def test_a_name_is_found_inside_when_nobody_begins_so(ctx):
    someone(ctx, "見本　健太郎", "ミホン　ケンタロウ")
    assert found(ctx, "健太郎") == ["見本　健太郎"]
    assert found(ctx, "ケンタロウ") == ["見本　健太郎"]


def test_signs_of_a_pattern_are_only_signs(ctx):
    someone(ctx)
    assert found(ctx, "%太郎") == []
    assert found(ctx, "見_太") == []


def test_a_date_of_birth_known_in_part_is_found_by_its_year(ctx):
    someone(ctx, "不詳　月", "フショウ　ツキ", "1950-00-00")
    assert found(ctx, "S25") == ["不詳　月"]


def test_numbers_find_those_who_have_them(ctx):
    done = register_acquisition(
        ctx, [a_person("番号　一"), a_person("番号　二", relationship="wife", sex="2")]
    )
    (first, second) = find(ctx, [Wanted(name="番号")]).persons
    number = first.card.split()[-1]
    assert found(ctx, number) == ["番号　一", "番号　二"]
    assert found(ctx, f"{number}-{second.branch}") == ["番号　二"]
    assert found(ctx, first.household_number) == ["番号　一", "番号　二"]
    assert first.household_id == done.household_id


def test_a_row_says_where_he_lives_and_that_he_is_insured(ctx):
    register_acquisition(ctx, [a_person("加入　中")])
    (row,) = find(ctx, [Wanted(name="加入中")]).persons
    assert (row.standing, row.age, row.branch) == ("insured", 46, "01")
    assert row.address == "見本県見本市架空町1丁目2番3号"


def test_a_row_says_since_when_he_is_not_insured_any_more(ctx):
    done = register_acquisition(ctx, [a_person("喪失　済")])
    register_loss(ctx, a_loss(done, 0))
    (row,) = find(ctx, [Wanted(name="喪失済")]).persons
    assert row.standing == "lost"
    assert row.lost_on is not None
    assert find(ctx, [Wanted(name="喪失済", insured_only=True)]).persons == []


def test_a_head_who_was_never_insured_is_found_too(ctx):
    head, child = someone(ctx, "擬制　主"), someone(ctx, "見本　子")
    a_household(ctx, head, child)
    (row,) = find(ctx, [Wanted(name="擬制主")]).persons
    assert (row.standing, row.card) == ("none", "")
    assert row.household_number


def test_an_address_finds_who_lives_there(ctx):
    someone(ctx, "住所　一", address="見本県見本市架空町1丁目2番3号")
    someone(ctx, "住所　二", address="見本県見本市別町9丁目9番9号")
    assert found(ctx, "架空町一丁目2番地の3") == ["住所　一"]


def test_a_protected_person_shows_no_address_and_is_not_found_by_one(ctx):
    someone(ctx, "支援　葵", address="見本県見本市架空町1丁目2番3号", protective_measure=True)
    (row,) = find(ctx, [Wanted(name="支援葵")]).persons
    assert (row.is_protected, row.address) == (True, None)
    assert found(ctx, "架空町1丁目2番3") == []
    assert find(ctx, [Wanted(name="支援葵", address="架空町1-2-3")]).persons == []


def test_who_lives_with_a_protected_person_tells_no_address_either(ctx):
    """H14: the place of the mother is not read from her child, nor from the head of their household."""
    place = "見本県見本市架空町1丁目2番3号"
    mother = someone(ctx, "支援　葵", address=place, protective_measure=True)
    a_household(
        ctx, mother, someone(ctx, "支援　陽菜", address=place), someone(ctx, "支援　母", address=place)
    )
    someone(ctx, "隣人　一", address=place)
    assert found(ctx, "架空町1丁目2番3") == ["隣人　一"]
    for name in ("支援陽菜", "支援母"):
        (row,) = find(ctx, [Wanted(name=name)]).persons
        assert (row.is_protected, row.address) == (False, None)


def test_who_left_the_household_of_a_protected_person_shows_his_address(ctx):
    place = "見本県見本市架空町1丁目2番3号"
    mother, husband = someone(ctx, "支援　葵", protective_measure=True), someone(ctx, "元　夫", address=place)
    household = a_household(ctx, mother, husband)
    households.remove_members(ctx, household.id, {husband: date(2026, 11, 22)}, None)
    assert found(ctx, "架空町1丁目2番3") == ["元　夫"]


def test_a_protective_measure_ends_with_its_day(ctx):
    over = {"protective_measure": True, "protective_measure_until": date(2026, 11, 22)}
    someone(ctx, "支援　終", address="見本県見本市架空町1丁目2番3号", **over)
    assert found(ctx, "架空町1丁目2番3") == ["支援　終"]


def test_pages_follow_one_another_without_gap_or_repeat_and_lead_back(ctx):
    ids = [someone(ctx, f"頁　{place:03}", "ページ　イチ") for place in range(PAGE * 2 + 3)]
    wanted = read_box("ページ", ctx.today)
    first = find(ctx, wanted)
    second = find(ctx, wanted, Cursor(after=first.last_id))
    third = find(ctx, wanted, Cursor(after=second.last_id))
    seen = [person.person_id for page in (first, second, third) for person in page.persons]
    assert sorted(seen) == sorted(ids)
    assert (first.total, second.total) == (len(ids), None)
    assert (first.has_previous, first.has_next, third.has_next, third.has_previous) == (
        False,
        True,
        False,
        True,
    )
    back = find(ctx, wanted, Cursor(before=third.first_id))
    assert [one.person_id for one in back.persons] == [one.person_id for one in second.persons]
    again = find(ctx, wanted, Cursor(before=back.first_id))
    assert [one.person_id for one in again.persons] == [one.person_id for one in first.persons]
    assert (again.has_previous, again.has_next) == (False, True)


def test_the_count_stops_at_the_cap(ctx, monkeypatch):
    monkeypatch.setattr("services.search_statements.CAP", 30)
    monkeypatch.setattr("services.search.CAP", 30)
    search_statements._statement.cache_clear()
    for place in range(40):
        someone(ctx, f"多数　{place:03}", "タスウ")
    page = find(ctx, [Wanted(kana="タスウ")])
    search_statements._statement.cache_clear()
    assert (page.total, page.is_capped) == (30, True)


def test_a_page_costs_one_statement_whichever_it_is(ctx, engine):
    for place in range(PAGE + 5):
        someone(ctx, f"費用　{place:03}", "ヒヨウ")
    ctx.session.flush()
    wanted = [Wanted(kana="ヒヨウ")]
    last = find(ctx, wanted).last_id
    ctx.session.flush()
    for cursor in (Cursor(), Cursor(after=last), Cursor(before=last)):
        with counted(engine) as seen:
            find(ctx, wanted, cursor)
            ctx.session.flush()
        assert len(seen) == 1, "the page; its event is chained at the end of the deed"
    assert len(told(ctx.session, "person:searched")) == 4


def test_each_search_is_recorded_by_kind_and_count_only(ctx):
    someone(ctx, "記録　太郎", "キロク　タロウ")
    find(ctx, read_box("キロク S55.4.2", ctx.today))
    event = told(ctx.session, "person:searched")[-1]
    assert event.detail == {"by": ["kana", "born"], "found": 1, "page": "first"}


@pytest.mark.postgresql
def test_the_start_of_a_key_is_a_range_on_its_index(ctx):
    ctx.session.execute(text("SET LOCAL enable_seqscan = off"))
    ctx.session.execute(text("SET LOCAL enable_bitmapscan = off"))
    statement, values = page_of(Wanted(kana="ヤマタ"), ctx.today, Cursor())
    told = statement.params(values).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    plan = "\n".join(row[0] for row in ctx.session.execute(text(f"EXPLAIN {told}".replace(":", r"\\:"))))
    assert "Index Scan using ix_search_key_key_person" in plan
    assert "(key)::text >= 'ヤマタ'::text" in plan
