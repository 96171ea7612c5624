"""Ex officio lists, definitions and the audit record as their readers meet them."""

import re
from dataclasses import replace

import pytest

from models.audit.pseudonym import pseudonym_of
from models.audit.tags import Tag
from models.person import Person
from portal import clock
from portal.views.audit import TAGS
from rules.periods import next_month_start
from services import audit, unit_of_work
from services.context import SYSTEM
from services.demonstration import masters
from tests.factories.registry import a_person, register_acquisition
from tests.factories.staff import an_office
from workflows import catalog

JAPANESE_LABEL = re.compile(r'[^_]name="[^"]*[\u3040-\u30ff\u4e00-\u9fff]')


@pytest.fixture
def chief(app, signed_in):
    return signed_in("section_chief")


@pytest.fixture
def somebody_turns_75(app):
    """The first day of next month, in which somebody insured turns 75."""
    at = clock.now()
    with app.app_context(), unit_of_work.unit_of_work(SYSTEM, at) as ctx:
        masters.install_masters(ctx)
        catalog.publish_shipped(ctx)
        clerk = replace(SYSTEM, office_id=an_office(ctx.session, "10").id, roles=frozenset({"counter"}))
        month = next_month_start(ctx.today)
        born = f"{month.year - 75}-{month.month:02}-15"
        told = {"event_on": ctx.today.isoformat(), "received_on": ctx.today.isoformat()}
        register_acquisition(replace(ctx, actor=clerk), [a_person(birth_date=born)], **told)
    return month


def rows_of(page):
    return re.findall(r'name="row" value="(\d+)"', page.text)


def test_a_list_that_was_not_made_says_so_and_offers_to(chief):
    page = chief.get("/ex-officio/?kind=deaths")
    assert "この月の一覧はまだ作られていません" in page.text
    assert "一覧を作る" in page.text


def test_the_chief_makes_looks_and_decides_once(chief, somebody_turns_75):
    place = {"kind": "reaching_75", "month": f"{somebody_turns_75:%Y-%m}"}
    made = chief.post("/ex-officio/make", **place)
    assert made.status_code == 303
    (row,) = rows_of(chief.get(made.location))
    told = {**place, "row": row, "ground": "年齢到達の確認", "decision_number": "1"}
    look = chief.post("/ex-officio/preview", **told)
    assert "1人を職権で決定する" in look.text
    key = re.search(r'name="deed_key" value="([^"]+)"', look.text)
    assert key
    done = chief.post("/ex-officio/decide", **told, deed_key=key[1])
    assert "1人を決定しました" in done.text
    again = chief.post("/ex-officio/decide", **told, deed_key=key[1])
    assert again.status_code == 303, "the same page sent twice does its deed once"
    assert "決定・開始待ち" in chief.get(again.location).text


def test_what_was_typed_stays_when_the_ground_is_missing(chief, somebody_turns_75):
    place = {"kind": "reaching_75", "month": f"{somebody_turns_75:%Y-%m}"}
    (row,) = rows_of(chief.get(chief.post("/ex-officio/make", **place).location))
    page = chief.post("/ex-officio/preview", **place, row=row, ground="", decision_number="見国保第8-7号")
    assert page.status_code == 422
    assert "決定の根拠を1行" in page.text
    assert "見国保第8-7号" in page.text


def test_no_day_is_guessed_from_what_cannot_be_read(chief, somebody_turns_75):
    place = {"kind": "reaching_75", "month": f"{somebody_turns_75:%Y-%m}"}
    (row,) = rows_of(chief.get(chief.post("/ex-officio/make", **place).location))
    told = {"row": row, f"date-{row}": "令和1年2月30日", "ground": "a", "decision_number": "1"}
    page = chief.post("/ex-officio/preview", **place, **told)
    assert page.status_code == 422
    assert "令和1年2月30日" in page.text


@pytest.mark.parametrize("role", ["counter", "verifier", "certificate_clerk", "auditor", "administrator"])
def test_nobody_but_the_chief_opens_the_lists(signed_in, role):
    assert signed_in(role).get("/ex-officio/").status_code == 403


def test_an_unknown_list_or_month_does_no_harm(chief):
    assert chief.get("/ex-officio/?kind=everything").status_code == 404
    assert chief.get("/ex-officio/?month=2026-13").status_code == 200


def test_the_procedures_are_shown_with_their_tables(chief, app):
    with app.app_context(), unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        catalog.publish_shipped(ctx)
    listed = chief.get("/definitions/")
    assert "資格喪失届" in listed.text
    assert "公開中" in listed.text
    shown = chief.get("/definitions/loss/1")
    assert "求める書類" in shown.text
    assert "BpmnJS" not in shown.text
    picture = chief.get("/definitions/loss/1/diagram.bpmn")
    assert picture.mimetype == "application/xml"
    assert chief.get("/definitions/loss/9").status_code == 404
    assert chief.get("/definitions/loss/1/diagram.bpmn?process=../x").status_code == 404


def test_the_auditor_reads_the_record_page_by_page(app, signed_in):
    with app.app_context(), unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        reader = replace(ctx, actor=replace(ctx.actor, staff_number="90001"))
        for one in range(1, 61):
            audit.record(reader, Tag.ATTACHMENT_READ, f"attachment:{one}")
            audit.record(reader, Tag.PERSON_READ, f"person:{one}")
    auditor = signed_in("auditor")
    first = auditor.get("/audit/?staff=90001")
    assert 'title="attachment:60"' in first.text
    assert 'title="attachment:30"' not in first.text
    assert 'title="person:60"' not in first.text, "a citizen stands there by pseudonym only"
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    assert 'title="attachment:30"' in auditor.get(following[1].replace("&amp;", "&")).text
    assert 'title="attachment:7"' in auditor.get("/audit/?subject=attachment:7").text
    with app.app_context():
        pseudonym = pseudonym_of("person:7")
    assert f'title="{pseudonym}"' in auditor.get("/audit/?subject=person:7").text
    assert "この条件にあたる記録はありません" in auditor.get("/audit/?until=H1.1.8").text
    assert "日付として読めません" in auditor.get("/audit/?from=yesterday").text


def test_the_record_is_searched_by_person_through_the_pseudonym(app, signed_in):
    with app.app_context(), unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        person = Person(addressee_number="000000000012345", created_at=ctx.at)
        ctx.session.add(person)
        ctx.session.flush()
        audit.record(ctx, Tag.PERSON_READ, f"person:{person.id}")
        mine = pseudonym_of(f"person:{person.id}")
    auditor = signed_in("auditor")
    found = auditor.get("/audit/?person=000000000012345")
    assert found.text.count(f'title="{mine}"') == 1
    assert "個人の閲覧" in found.text
    again = auditor.get("/audit/?tag=audit:read").text
    assert again.count(f'title="{mine}"') == 1, "whom it was asked for stands there by pseudonym"
    unknown = auditor.get("/audit/?person=999")
    assert unknown.status_code == 422
    assert "この宛名番号の方は登録されていません" in unknown.text


def test_refusals_stand_in_the_record_with_terminal_and_result(signed_in):
    assert signed_in("counter").get("/audit/").status_code == 403
    listed = signed_in("auditor").get("/audit/?result=refused").text
    assert "権限のない要求" in listed
    assert "127.0.0.1" in listed
    assert "サインアウト" not in listed.split("<tbody>")[1]


def test_reading_the_record_is_recorded(signed_in):
    auditor = signed_in("auditor")
    auditor.get("/audit/")
    assert "監査の記録の閲覧" in auditor.get(f"/audit/?tag={Tag.AUDIT_READ.value}").text


def test_every_tag_has_its_words() -> None:
    assert set(TAGS) == set(Tag)


def test_the_record_is_for_the_auditor_alone(signed_in):
    assert signed_in("section_chief").get("/audit/").status_code == 403


def test_in_english_the_labels_of_a_diagram_are_english(chief, app):
    with app.app_context(), unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        catalog.publish_shipped(ctx)
    chief.client.set_cookie("language", "en")
    picture = chief.get("/definitions/loss/1/diagram.bpmn").text
    assert "Correct the entry" in picture
    assert JAPANESE_LABEL.findall(picture) == []


def test_the_details_of_an_event_are_told_in_words_of_the_screen(app, signed_in):
    detail = {"deed": "revised", "notification": 7, "fields": ["name", "phone"], "narrowed": False}
    with app.app_context(), unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        for tag, told in ((Tag.REGISTER_CHANGED, detail), (Tag.NOTIFICATION_ACTION, {"kind": "sent_back"})):
            audit.record(
                replace(ctx, actor=replace(ctx.actor, staff_number="90002")), tag, "person:1", None, told
            )
    auditor = signed_in("auditor")
    page = auditor.get("/audit/?staff=90002").text
    assert "したこと: 変更、届出の番号: 7、変わった項目: 氏名・電話、絞り込み: いいえ" in page
    assert "種類: 差戻し" in page
    auditor.client.set_cookie("language", "en")
    page = auditor.get("/audit/?staff=90002").text
    assert "deed: revised, notification no.: 7, fields changed: name; phone, narrowed: no" in page
    assert "kind: Sent back" in page
