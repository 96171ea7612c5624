"""The inbox, the search and the pages of persons and households, as people meet them in the browser."""

import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models.audit.event import AuditEvent
from models.case import Case, Definition, WorkItem
from models.crypto import cipher
from models.masters import Office, Posting
from models.sign_in import UserSession
from portal import clock
from portal.app import create_app
from portal.commands import setup
from portal.extensions import db
from portal.settings import Settings
from services import notifications, unit_of_work
from services.context import SYSTEM
from services.notifications import Received
from tests.factories.people import a_household, someone
from tests.fixtures.statements import counted
from tests.portal.conftest import OpenPortal, Visitor, employ_everybody

PROTECTED = "見本県見本市秘密町9丁目9番9号"
PROTECTED_PHONE = "000-9999-9999"
INDIVIDUAL_NUMBER = "000000000019"


@pytest.fixture(scope="module")
def peopled_database(staffed_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with staff, a household of two, somebody protected, and three tasks; copy it."""
    copy = tmp_path_factory.mktemp("peopled") / "peopled.sqlite3"
    shutil.copyfile(staffed_database, copy)
    factory, keys = unit_of_work._factory[:], cipher._loaded[:]
    app = create_app(Settings(environment="test", data_dir=copy.parent, database_url=f"sqlite:///{copy}"))
    with app.app_context():
        people_and_tasks()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    unit_of_work._factory[:], cipher._loaded[:] = factory, keys
    return copy


@pytest.fixture
def portal(peopled_database: Path, tmp_path: Path, open_portal: OpenPortal) -> Flask:
    copy = tmp_path / "peopled.sqlite3"
    shutil.copyfile(peopled_database, copy)
    return open_portal(f"sqlite:///{copy}")


def people_and_tasks() -> None:
    with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        head = someone(ctx, "擬制　主", "ギセイ　アルジ", "1960-01-02", "見本県見本市架空町1丁目1番1号")
        child = someone(ctx, "見本　葵", "ミホン　アオイ", "1990-05-06", "見本県見本市架空町1丁目1番1号")
        a_household(ctx, head, child)
        marked = {"protective_measure": True, "phone": PROTECTED_PHONE}
        mother = someone(ctx, "支援　花", "シエン　ハナ", "1985-07-08", PROTECTED, **marked)
        a_household(ctx, mother, someone(ctx, "保護　蕾", "ホゴ　ツボミ", "2015-07-08", PROTECTED))
        tasks(ctx)
    db.session.remove()


def tasks(ctx) -> None:
    """An unassigned task, one that is overdue, one of another office."""
    ctx.session.add(Definition(slug="loss", version=1, hash="h", content=b"", state="published"))
    own = ctx.session.scalars(select(Posting)).first().office_id
    other = Office(code="77", name="別の課")
    ctx.session.add(other)
    ctx.session.flush()
    for number, (office_id, days, name) in enumerate(
        ((own, 1, "見本　葵"), (own, -2, "遅れ　太郎"), (other.id, 1, "別課　太郎")), start=1
    ):
        received = Received("loss", "01", "counter", ctx.today, office_id)
        notification = notifications.receive(ctx, received)
        case = Case(
            slug="loss",
            definition_hash="h",
            office_id=office_id,
            notification_id=notification.id,
            state="open",
        )
        case.started_at = ctx.at
        ctx.session.add(case)
        ctx.session.flush()
        ctx.session.add(
            WorkItem(
                case_id=case.id,
                task_guid=f"guid-{number}",
                process_slug="identity_check",
                element_id="confirm_identity",
                title_ja="本人確認",
                title_en="Identity check",
                role="counter",
                office_id=office_id,
                procedure="loss",
                notification_number=notification.number,
                reason="01",
                subject_name=name,
                subject_key=name.replace("　", ""),
                received_on=ctx.today,
                created_at=ctx.at,
                due_on=ctx.today + timedelta(days=days),
            )
        )


@pytest.fixture
def enter(portal: Flask) -> Callable[[str], Visitor]:
    def sign_in(role: str = "counter") -> Visitor:
        person = Visitor(portal)
        assert person.sign_in(role).status_code == 302
        return person

    return sign_in


def search(person: Visitor, **typed: str):
    answer = person.post("/persons/", **typed)
    return person.get(answer.location) if answer.status_code == 303 else answer


def events(portal: Flask, tag: str) -> list[AuditEvent]:
    with portal.app_context():
        return list(
            db.session.scalars(select(AuditEvent).where(AuditEvent.tag == tag).order_by(AuditEvent.id))
        )


def test_a_search_leads_to_an_address_without_what_was_typed(enter):
    person = enter()
    answer = person.post("/persons/", q="見本 葵")
    assert answer.status_code == 303
    assert re.fullmatch(r"/persons/\?s=[\w-]+", answer.location)
    page = person.get(answer.location)
    assert "見本　葵" in page.text
    assert "H2.5.6" in page.text


def test_what_was_typed_is_not_readable_in_the_cookie(enter):
    person = enter()
    person.post("/persons/", q="見本 葵 H2.5.6")
    cookie = person.client.get_cookie("session").value
    assert re.fullmatch(r"~[A-Za-z0-9_-]{43}", cookie)
    with person.app.app_context():
        kept = str(db.session.scalars(select(UserSession.content)).all())
    assert "remembered" in kept
    assert "見本" not in kept
    assert "1990" not in kept


def test_two_searches_in_two_tabs_do_not_disturb_one_another(enter):
    person = enter()
    first, second = (person.post("/persons/", q=text).location for text in ("ミホン", "ギセイ"))
    assert "見本　葵" in person.get(first).text
    assert "擬制　主" in person.get(second).text
    assert "見本　葵" in person.get(first).text


def test_a_search_of_somebody_else_is_not_opened(enter, portal):
    address = enter("counter").post("/persons/", q="ミホン").location
    page = enter("verifier").get(address)
    assert "見本　葵" not in page.text
    assert "もう残っていません" in page.text


def test_the_detailed_form_keeps_what_was_typed_beside_the_error(enter):
    answer = enter().post("/persons/", name="見本", born="S65.1.1")
    assert answer.status_code == 422
    assert 'value="見本"' in answer.text
    assert 'value="S65.1.1"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_an_individual_number_is_neither_searched_nor_shown_again(enter, portal):
    person = enter()
    for typed in ({"q": INDIVIDUAL_NUMBER}, {"q": "0000 0000 0019"}, {"number": INDIVIDUAL_NUMBER}):
        answer = person.post("/persons/", **typed)
        assert answer.status_code == 422
        assert "個人番号は検索に使えません" in answer.text
        assert INDIVIDUAL_NUMBER not in answer.text
        assert "0000 0000 0019" not in answer.text
    assert events(portal, "person:searched") == []


@pytest.mark.parametrize(
    "kana", ["シエン", "ホゴ"], ids=["protected", "unmarked child of the same household"]
)
def test_a_protected_address_and_telephone_stand_nowhere(enter, kana):
    person = enter()
    found = search(person, q=kana)
    assert "保護対象" in found.text
    assert PROTECTED not in found.text
    assert PROTECTED not in search(person, q="秘密町9丁目9番").text
    page = re.search(r"/persons/\d+", found.text)[0]
    for tab in ("", "?tab=records", "?tab=household", "?tab=addresses", "?tab=addresses&as_of=R8.11.1"):
        shown = person.get(page + tab).text
        assert PROTECTED not in shown
        assert PROTECTED_PHONE not in shown
    assert "表示しません" in person.get(page + "?tab=addresses").text


def test_every_search_and_every_page_is_recorded_without_names(enter, portal):
    person = enter()
    found = search(person, q="ミホン H2.5.6")
    person.get(re.search(r"/persons/\d+", found.text)[0] + "?tab=addresses")
    (searched,) = events(portal, "person:searched")
    assert searched.detail == {"by": ["kana", "born"], "found": 1, "page": "first"}
    (read,) = events(portal, "person:read")
    assert read.detail == {"tab": "addresses", "as_of": None}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_person_s_page_opens_on_every_tab_in_both_languages(enter, language):
    person = enter()
    person.speak(language)
    for tab in ("eligibility", "certificates", "addresses", "household", "cases", "records", "unknown"):
        page = person.get(f"/persons/2?tab={tab}")
        assert page.status_code == 200
        assert "見本　葵" in page.text
        assert "0000000001" in page.text


def test_a_day_that_is_no_date_leaves_the_page_and_says_why(enter):
    answer = enter().get("/persons/2?as_of=令和8年13月1日")
    assert answer.status_code == 422
    assert "13月はありません" in answer.text
    assert "見本　葵" in answer.text
    assert enter().get("/households/1?as_of=R99.1.1").status_code == 422


def test_before_he_was_on_record_a_person_has_no_page_of_that_day(enter):
    answer = enter().get("/persons/2?as_of=R2.5.1")
    assert answer.status_code == 200
    assert "まだ登録がありません" in answer.text
    assert "見本　葵" not in answer.text


def test_a_household_page_names_the_head_who_is_not_insured(enter):
    page = enter().get("/households/1")
    assert page.status_code == 200
    assert "擬制　主" in page.text
    assert "見本　葵" in page.text


def test_what_is_not_there_is_not_found(enter):
    person = enter()
    for address in ("/persons/999999", "/households/999999", "/persons/abc"):
        assert person.get(address).status_code == 404


def test_who_does_not_work_on_cases_sees_no_register(enter):
    for role in ("auditor", "administrator"):
        person = enter(role)
        for address in ("/inbox/", "/persons/", "/persons/2", "/households/1"):
            assert person.get(address).status_code == 403


def test_the_inbox_opens_with_boxes_counts_and_due_words(enter):
    page = enter().get("/inbox/")
    assert "遅れ　太郎" in page.text
    assert "2日超過" in page.text
    assert "あと1日" in page.text
    assert "別課　太郎" not in page.text
    assert "グループ 2" in page.text
    assert re.search(r'href="/cases/\d+\?task=\d+&amp;list=box%3Dgroup"', page.text)


def test_filters_and_words_narrow_the_inbox(enter):
    person = enter()
    assert "見本　葵" not in person.get("/inbox/?box=group&due=late").text
    answer = person.post("/inbox/", box="group", text="見本葵")
    assert "見本" not in answer.location
    page = person.get(answer.location)
    assert "見本　葵" in page.text
    assert "遅れ　太郎" not in page.text
    assert "この条件にあたる仕事はありません" in person.get("/inbox/?box=group&procedure=change").text


def test_an_empty_box_says_what_one_might_want_next(enter):
    page = enter().get("/inbox/?box=mine")
    assert "いま手元の仕事はありません" in page.text
    assert "/inbox/?box=group" in page.text
    assert "/notifications/new/" in page.text


def test_a_look_up_answers_with_rows_to_choose(enter):
    person = enter()
    answer = person.post("/lookup/person", q="みほん")
    assert 'data-value="2"' in answer.text
    assert "<html" not in answer.text
    assert 'data-label="0000000001 擬制　主"' in person.post("/lookup/household", q="みほん").text
    assert "見つかりません" in person.post("/lookup/insurer", q="99").text
    assert "個人番号は検索に使えません" in person.post("/lookup/person", q=INDIVIDUAL_NUMBER).text
    assert person.post("/lookup/number", q="1").status_code == 404
    assert person.get("/lookup/person?q=1").status_code == 405
    assert enter("administrator").post("/lookup/person", q="みほん").status_code == 403


def test_looking_up_too_often_is_stopped(enter, portal):
    portal.config["REGISTRY_LIMIT"] = "3 per minute"
    person = enter()
    answers = [person.get("/persons/2").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]


def save_filter(person, name="近い葵", group="", **narrowed):
    found = person.post("/inbox/", box="group", text="見本葵", **narrowed)
    word = re.search(r"s=([\w-]+)", found.location)[1]
    return person.post("/inbox/saved/", box="group", s=word, name=name, group=group, **narrowed)


def test_a_saved_filter_is_shown_with_its_count_and_opens_without_its_words_in_the_address(enter, portal):
    person = enter()
    answer = save_filter(person, group="counter", due="soon")
    assert answer.status_code == 303
    page = person.get(answer.location).text
    assert "絞り込みを保存しました" in page
    (link, current) = re.search(
        r'href="(/inbox/saved/\d+)" data-key="1"( aria-current="true")?', page
    ).groups()
    assert current
    assert re.search(r'近い葵</span>\s*<small>共有</small>\s*<span class="count some">1<', page)
    opened = person.get(link)
    assert re.fullmatch(r"/inbox/\?box=group&due=soon&s=[\w-]+", opened.location)
    listed = person.get(opened.location).text
    assert "見本　葵" in listed
    assert "遅れ　太郎" not in listed
    assert f'{link}" data-key="1" aria-current="true"' in listed
    assert f'{link}" data-key="1">' in person.get("/inbox/?box=group&due=late").text
    assert person.post(f"{link}/remove").status_code == 303
    assert person.get(link).status_code == 404
    assert [len(events(portal, tag)) for tag in ("filter:saved", "filter:removed")] == [1, 1]


def test_an_individual_number_is_not_saved_as_a_filter(enter):
    person = enter()
    answer = person.post("/inbox/saved/", box="group", due="late", name=INDIVIDUAL_NUMBER)
    assert answer.status_code == 422
    assert "12桁の番号は絞り込みに保存できません" in answer.text
    assert INDIVIDUAL_NUMBER not in answer.text
    assert "/inbox/saved/" not in person.get("/inbox/?box=group").text


def test_a_shared_filter_of_the_group_is_offered_to_the_chief_but_no_group_of_others_to_a_clerk(enter):
    assert save_filter(enter(), group="verifier").status_code == 403
    save_filter(enter(), group="counter")
    assert "近い葵" in enter("section_chief").get("/inbox/?box=group").text
    assert "近い葵" not in enter("verifier").get("/inbox/?box=group").text


def test_lists_cost_a_fixed_number_of_statements(fresh_url, open_portal):
    portal = open_portal(fresh_url)
    with portal.app_context():
        setup.sync_roles()
        employ_everybody()
        people_and_tasks()
        engine = db.engine
    person = Visitor(portal)
    person.sign_in("counter")
    found = person.post("/persons/", q="ミホン").location
    for address, most in ((found, 2), ("/inbox/?box=group", 2)):
        assert person.get(address).status_code == 200
        with counted(engine) as seen:
            assert person.get(address).status_code == 200
        own = [one for one in seen if not re.search("FROM (user_session|ab_user|posting)", one)]
        chain = [one for one in own if "audit_" in one]
        assert len(own) - len(chain) == most, "\n".join(own)
        assert len(chain) == (2 if engine.dialect.name == "postgresql" else 3)  # both name people
        assert len(seen) <= 9


def test_the_inbox_with_saved_filters_and_counts_costs_eight_statements_at_most(fresh_url, open_portal):
    portal = open_portal(fresh_url)
    with portal.app_context():
        setup.sync_roles()
        employ_everybody()
        people_and_tasks()
        engine = db.engine
    person = Visitor(portal)
    person.sign_in("counter")
    for name in ("一", "二", "三"):
        save_filter(person, name, group="counter", due="soon")
    address = person.get("/inbox/saved/1").location
    person.get(address)
    with counted(engine) as seen:
        page = person.get(address)
    assert page.text.count('<span class="count some">1<') >= 3
    chain_of_sqlite = engine.dialect.name == "sqlite"  # its audit record is locked by a statement of its own
    assert len(seen) <= 8 + chain_of_sqlite, "\n".join(seen)
    assert not [one for one in seen if "blob" in one]
    assert len(page.get_data()) <= 100 * 1024


def inbox_ids(portal: Flask) -> dict[str, int]:
    with portal.app_context():
        return {item.subject_name: item.id for item in db.session.scalars(select(WorkItem))}


def test_many_tasks_are_taken_at_once_with_a_preview_and_the_true_result_of_each(enter, portal):
    person = enter()
    ids = inbox_ids(portal)
    chosen = [ids["見本　葵"], ids["遅れ　太郎"], ids["別課　太郎"]]
    preview = person.post("/inbox/chosen/preview", deed="take", row=chosen)
    assert "選んだ3件のうち" in preview.text
    assert "2件を引き受けます。" in preview.text
    assert "別課　太郎" not in preview.text
    assert events(portal, "task:taken") == []
    with portal.app_context():  # meanwhile a colleague takes one of them
        colleague = db.session.scalars(select(Posting.user_id).where(Posting.staff_number != "1001")).first()
        db.session.get(WorkItem, ids["見本　葵"]).assignee_id = colleague
        db.session.commit()
    answer = person.post("/inbox/chosen/", deed="take", row=chosen[:2])
    assert "1件を引き受けました。1件はできませんでした。" in answer.text
    assert "別の担当者が引き受けています" in answer.text
    assert len(events(portal, "task:taken")) == 1
    assert "自分 1" in person.get("/inbox/?box=mine").text
    back = person.post("/inbox/chosen/", deed="give_back", row=[ids["遅れ　太郎"]])
    assert "1件を箱に戻しました。" in back.text
    assert "自分 0" in person.get("/inbox/?box=mine").text


def test_nothing_ticked_is_told_and_no_number_of_a_row_breaks_it(enter):
    person = enter()
    for row in ([], ["x", "99999999999", "-1"]):
        answer = person.post("/inbox/chosen/preview", deed="take", row=row)
        assert answer.status_code == 422
        assert "選んでから" in answer.text
    assert person.post("/inbox/chosen/", deed="burn", row=["1"]).status_code == 422


def test_columns_are_chosen_and_kept_for_all_boxes(enter):
    person = enter()
    assert '<th scope="col">受付番号</th>' not in person.get("/inbox/?box=group").text
    answer = person.post("/inbox/columns", box="group", due="soon", column=["number", "age", "nonsense"])
    assert answer.location == "/inbox/?box=group&due=soon"
    for address in ("/inbox/?box=group", "/inbox/?box=overdue"):
        heads = re.findall('<th scope="col">([^<]+)</th>', person.get(address).text)
        assert heads == ["受付番号", "氏名", "受付から"]
    person.post("/inbox/columns", box="group", column=["age", "name", "number", "age"])
    heads = re.findall('<th scope="col">([^<]+)</th>', person.get("/inbox/?box=group").text)
    assert heads == ["受付から", "氏名", "受付番号"]
    person.post("/inbox/columns", box="group", as_before="1")
    assert "受付番号" not in "".join(re.findall('<th scope="col">([^<]+)</th>', person.get("/inbox/").text))


def test_a_list_whose_words_are_gone_says_so(enter):
    page = enter().get("/inbox/?box=group&s=gone").text
    assert "探した言葉は残っていません" in page
    assert "見本　葵" in page
    assert enter().post("/inbox/saved/", box="group", due="soon", s="gone", name="近い").status_code == 422


def test_twelve_digits_are_not_searched_for_in_the_inbox(enter):
    person = enter()
    answer = person.post("/inbox/", box="group", text=INDIVIDUAL_NUMBER)
    assert answer.location == "/inbox/?box=group"
    assert "12桁の番号では探せません" in person.get(answer.location).text


def test_tasks_are_put_off_to_a_day_and_handed_on_with_a_preview(enter, portal):
    person = enter()
    ids = inbox_ids(portal)
    chosen = [ids["見本　葵"], ids["遅れ　太郎"]]
    page = person.post("/inbox/chosen/preview", deed="put_off", row=chosen).text
    day = re.search(r'name="until" value="(\d{4}-\d\d-\d\d)"', page)[1]
    assert "data-primary" not in page
    refused = person.post("/inbox/chosen/preview", deed="put_off", row=chosen, until="令和の日")
    assert refused.status_code == 422
    assert "日付として読めません" in refused.text
    assert (
        "1件を後日にします。"
        in person.post("/inbox/chosen/preview", deed="put_off", row=chosen, until=day).text
    )
    done = person.post("/inbox/chosen/", deed="put_off", row=chosen, until=day).text
    assert "1件を後日にしました。1件はできませんでした。" in done
    assert "期限を過ぎているため" in done
    assert "見本　葵" in person.get("/inbox/?box=later").text
    assert len(events(portal, "task:put_off")) == 1
    handing = person.post("/inbox/chosen/preview", deed="hand_to", row=chosen).text
    to = re.findall(r'<option value="(\d+)">', handing)
    assert to
    assert person.post("/inbox/chosen/preview", deed="hand_to", row=chosen, to="99999").status_code == 404
