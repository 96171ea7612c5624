"""The editor of forms before the screen: a field added, the look beside it, what is refused."""

import re

from tests.portal.conftest import Visitor
from tests.portal.studio.conftest import mori

SEEN = re.compile(r'name="seen" value="(\d+)"')
FIELD = {
    "deed": "field",
    "name": "call_time",
    "ja": "連絡のとれる時間",
    "en": "When to call",
    "kind": "choice",
    "choices": "morning=午前=Morning\r\n\r\n夕方",
    "group": "notifier",
    "required": "on",
}


def change(person: Visitor, page: str, **fields: str) -> str:
    (seen, *_) = SEEN.findall(person.get(page).text)
    answer = person.post(page, seen=seen, **fields)
    assert answer.status_code == 303
    return person.get(page).text


def refused(person: Visitor, page: str, **fields: str) -> str:
    (seen, *_) = SEEN.findall(person.get(page).text)
    answer = person.post(page, seen=seen, **fields)
    assert answer.status_code == 422
    return answer.text


def test_a_field_is_added_moved_and_removed(administrator, place) -> None:
    page = f"{place}/forms/acquisition/apply"
    assert page in administrator.get(place).text
    look = administrator.post(f"{page}/preview", **FIELD).text
    assert 'name="call_time" value="choice_3"' in look
    assert "call_time" not in administrator.get(page).text
    told = change(administrator, page, **FIELD)
    assert "様式を保存しました" in told
    assert "morning=午前=Morning" not in told
    assert "morning=午前=Morning" in administrator.get(f"{page}?field=call_time").text
    change(administrator, page, deed="up", was="call_time")
    change(administrator, page, deed="group", group="", ja="連絡", en="")
    told = change(administrator, page, deed="remove", was="call_time")
    assert "連絡のとれる時間" not in told
    assert "空のまとまりを消す" in told


def test_a_field_is_asked_when_another_has_a_value_in_the_preview_and_in_the_list(
    administrator, place
) -> None:
    page = f"{place}/forms/acquisition/apply"
    when = {"when": "way", "when_value": "way=post"}
    look = administrator.post(f"{page}/preview", **FIELD, **when).text
    assert look.count('data-shown-when=\'[[["way", ["post"]') == 1
    told = change(administrator, page, **FIELD, **when)
    assert "「受付方法」が「郵送」のとき" in told
    assert "その値はありません" in refused(administrator, page, **{**FIELD, "name": "other", "when": "way"})


def test_what_contradicts_itself_is_told_and_not_kept(administrator, place) -> None:
    page = f"{place}/forms/acquisition/apply"
    wrong = {**FIELD, "kind": "number", "least": "5", "most": "1"}
    assert "範囲が逆です" in administrator.post(f"{page}/preview", **wrong).text
    assert "範囲が逆です" in refused(administrator, page, **wrong)
    assert "call_time" not in administrator.get(page).text
    assert "整数で入力" in refused(administrator, page, **{**wrong, "least": "五"})


def test_what_was_typed_stands_beside_the_refusal(administrator, place) -> None:
    page = f"{place}/forms/acquisition/apply"
    told = refused(administrator, page, **FIELD, was="", when="way", when_value="way=nothing")
    for typed in ('value="連絡のとれる時間"', "\n夕方", 'value="choice" selected', 'value="way" selected'):
        assert typed in told.replace("\r", ""), typed
    ticked = 'name="required" checked'
    assert told.count(ticked) == administrator.get(page).text.count(ticked) + 1


def test_a_form_that_no_task_asks_is_not_there_and_english_is_whole(administrator, place) -> None:
    assert administrator.get(f"{place}/forms/acquisition/nothing").status_code == 404
    administrator.speak("en")
    english = administrator.get(f"{place}/forms/acquisition/apply").text
    assert "Add a field" in english
    assert "項目を加える" not in english


def test_somebody_elses_form_is_not_changed(app, administrator, place) -> None:
    page = f"{place}/forms/acquisition/apply"
    second = mori(app)
    assert second.get(page).status_code == 403
    answer = second.post(page, seen="1", **FIELD)
    assert answer.status_code == 403
    assert "ほかの人の下書きの様式は変えられません" in answer.text
    assert "call_time" not in administrator.get(page).text


ROWS = {"deed": "field", "name": "members", "ja": "世帯員", "kind": "rows", "least": "1", "most": "4"}
WHO = {"deed": "field", "within": "members", "name": "who", "ja": "本人", "kind": "person"}


def test_rows_are_added_and_their_fields_looked_up_changed_and_removed(administrator, place) -> None:
    page = f"{place}/forms/acquisition/apply"
    look = administrator.post(f"{page}/preview", **ROWS, group="event").text
    assert 'name="members-0-name"' in look
    told = change(administrator, page, **ROWS, group="event")
    assert "中の3項目の名前と説明" in told
    assert "persons.kana" not in told
    assert "field=persons.kana" in administrator.get(f"{page}?inside=persons").text
    assert "1〜4行" in told
    assert "「世帯員」の行に項目を加える" in told
    told = change(administrator, page, **WHO)
    assert "field=members.who_person_id" in told
    assert 'name="members-0-who_person_id"' in told
    change(administrator, page, deed="up", was="members.who_person_id")
    changed = {**WHO, "was": "members.who_person_id", "name": "", "ja": "この人"}
    assert "この人" in change(administrator, page, **changed)
    told = change(administrator, page, deed="remove", was="members.name")
    assert 'name="members-0-name"' not in told
    assert "行の最後の項目は消せません" in refused(
        administrator, page, deed="remove", was="members.who_person_id"
    )
    again = refused(administrator, page, **{**WHO, "name": "Wrong", "kind": "line"})
    assert 'value="Wrong"' in again
    assert "members" not in change(administrator, page, deed="remove", was="members")


def test_the_words_of_what_a_shared_block_asks_are_changed(administrator, place) -> None:
    page = f"{place}/forms/acquisition/apply"
    asked = administrator.get(f"{page}?field=address.building").text
    assert "方書" in asked
    assert 'id="edit"' in asked
    told = change(administrator, page, deed="field", was="address.building", ja="建物の名前")
    assert re.search(r'for="f-address-building">建物の名前', told)
    assert "共通の部分です" in refused(administrator, page, **{**WHO, "within": "address"})


def test_a_look_up_of_a_try_out_is_made_up_and_leaves_the_register_alone(administrator) -> None:
    told = administrator.post("/studio/lookups/person", q="花子").text
    assert "見本 花子" in told
    assert "見本 太郎" not in told
    assert administrator.post("/studio/lookups/person", q="誰か").text.count("架空") == 3
    assert administrator.post("/studio/lookups/secrets", q="x").status_code == 404
    assert administrator.post("/lookup/person", q="花子").status_code == 403
