"""What cannot be right is refused at its field, in the language of the screen; what was typed stays."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.case import Case
from models.deed import Deed
from portal.extensions import db
from tests.portal.bad_input.conftest import FORM, Clerk, filled_in, sealed_numbers

Enter = Callable[..., Clerk]
LONG_NAME = "見" * 41
REFUSED = [
    ("event_on", "令和1年2月30日", "令和元年2月は28日までです", "The month does not have this day"),
    ("persons__0__birth_date", "昭和65年", "昭和は64年1月7日までです", "Showa ended in year 64"),
    ("persons__0__birth_date", "S64.1.8", "昭和は64年1月7日までです", "Showa ended in year 64"),
    ("event_on", "2999-01-01", "2999年は先の年すぎます", "too far in the future"),
    ("event_on", "来週", "日付として読めません", "date"),
    ("persons__0__name", LONG_NAME, "40文字までです", "at most 40 characters"),
    ("persons__0__name", "見本 😀", "U+1F600", "U+1F600"),
    ("persons__0__name", "見本\u202e太郎", "使えない文字", "cannot be printed"),
    ("persons__0__kana", "<script>alert(1)</script>", "仮名でない文字", "something else than kana"),
    ("persons__0__sex", "9", "選択肢にない内容です", "not one of the choices"),
    ("head_kind", "", "必須", "required"),
    ("phone", "電話なし", "電話番号", "telephone"),
    ("address__postal_code", "12-34", "郵便番号", "postal code"),
    ("previous_municipality_code", "131017", "検査数字", "check digit"),
]
CHOSEN = frozenset({"head_kind", "persons-0-sex"})


@pytest.mark.usefixtures("nothing_happened")
def test_an_impossible_entry_is_refused_at_its_field_and_kept(counter: Clerk, language: str) -> None:
    for field, typed, ja, en in REFUSED:
        page = counter.take_in(filled_in(**{field: typed}))
        assert page.status_code == 422, field
        (line,) = complaints(page.text)
        assert (ja if language == "ja" else en) in line
        name = field.replace("__", "-")
        assert f'id="f-{name}-error' in page.text
        if name not in CHOSEN:
            assert f'value="{html.escape(typed, quote=False)}"' in page.text
        assert 'value="試作 太郎"' in page.text
        assert "<script>alert(1)" not in page.text


def complaints(text: str) -> list[str]:
    """The lines of the summary at the top of a refused form."""
    summary = text[text.index("error-summary") :].partition("</ul>")[0]
    return [html.unescape(re.sub(r"<[^>]+>", "", line)).strip() for line in summary.split("<li>")[1:]]


@pytest.mark.usefixtures("nothing_happened")
def test_all_that_is_wrong_is_told_at_once(counter: Clerk) -> None:
    page = counter.take_in(filled_in(event_on="令和1年2月30日", phone="", persons__0__name=""))
    assert page.status_code == 422
    assert len(complaints(page.text)) == 3


@pytest.mark.usefixtures("nothing_happened")
def test_a_field_that_the_form_does_not_have_is_refused(counter: Clerk, language: str) -> None:
    told = "この届出にない項目" if language == "ja" else "An item was sent that this form does not have"
    for field in ("approved", "persons__0__role", "address__secret", "notification_id"):
        page = counter.take_in(filled_in(**{field: "1"}))
        assert page.status_code == 422
        assert any(told in line for line in complaints(page.text))


@pytest.mark.usefixtures("nothing_happened")
def test_rows_that_are_no_rows_are_refused(counter: Clerk) -> None:
    entry = {name: value for name, value in filled_in().items() if not name.startswith("persons-")}
    for wrong in ({}, {"persons": "abc"}, {"persons-x-name": "a"}, {"persons-0": "abc"}):
        assert counter.take_in({**entry, **wrong}).status_code == 422


@pytest.mark.usefixtures("nothing_happened")
def test_a_form_of_thousands_of_rows_is_refused(counter: Clerk) -> None:
    many = {f"persons-{place}-name": "見本 太郎" for place in range(500)}
    assert counter.take_in({**filled_in(), **many}).status_code == 422


@pytest.mark.usefixtures("nothing_happened")
def test_the_reason_of_the_address_cannot_be_exchanged_in_the_form(counter: Clerk) -> None:
    assert counter.take_in(filled_in(reason="99")).status_code == 422


@pytest.mark.usefixtures("nothing_happened")
def test_a_wrong_individual_number_is_refused_and_not_shown_again(
    counter: Clerk, app: Flask, language: str
) -> None:
    for typed in ("000099990011", "０００　０９９９　９００１１", "12345", "1234-5678-901a"):
        page = counter.take_in(filled_in(persons__0__individual_number=typed))
        assert page.status_code == 422
        (line,) = complaints(page.text)
        assert ("個人番号" if language == "ja" else "Individual Number") in line
        assert typed not in page.text
        assert "00009999" not in page.text
    assert sealed_numbers(app) == 0


@pytest.mark.usefixtures("nothing_happened")
def test_a_real_number_is_refused_outside_production(counter: Clerk, language: str) -> None:
    page = counter.take_in(filled_in(persons__0__individual_number="123456789018"))
    (line,) = complaints(page.text)
    assert ("架空の個人番号" if language == "ja" else "invented numbers") in line
    assert "123456789018" not in page.text


def test_a_page_sent_twice_begins_one_case(counter: Clerk, app: Flask) -> None:
    key = counter.key()
    first, second = (counter.take_in(key=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert cases(app) == 1


def test_a_page_sent_again_with_other_content_is_answered_so(
    counter: Clerk, app: Flask, language: str
) -> None:
    key = counter.key()
    counter.take_in(key=key)
    other = counter.take_in(filled_in(phone="000-1111-1111"), key)
    assert other.status_code == 409
    assert ("すでに別の内容で送信" if language == "ja" else "already sent with other content") in other.text
    assert cases(app) == 1


def test_a_page_that_was_refused_may_be_sent_again(counter: Clerk, app: Flask) -> None:
    key = counter.key()
    assert counter.take_in(filled_in(event_on="令和1年2月30日"), key).status_code == 422
    assert counter.take_in(key=key).status_code == 303
    assert cases(app) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Deed)) == 1


@pytest.mark.usefixtures("nothing_happened")
def test_a_form_without_its_token_is_refused(counter: Clerk, language: str) -> None:
    for token in ({}, {"csrf_token": "forged"}):
        answer = counter.client.post(FORM, data={**filled_in(), "deed_key": counter.key(), **token})
        assert answer.status_code == 400
        assert (
            "送られた内容を受け取れませんでした" if language == "ja" else "could not be read"
        ) in answer.text


@pytest.mark.usefixtures("nothing_happened")
def test_a_form_without_its_key_is_refused(counter: Clerk) -> None:
    assert counter.post(FORM, **filled_in()).status_code == 400
    assert counter.post(FORM, **filled_in(), deed_key="k" * 65).status_code == 400


@pytest.mark.usefixtures("nothing_happened")
def test_who_does_not_take_in_is_told_so(enter: Enter, language: str) -> None:
    for role in ("verifier", "certificate_clerk", "auditor"):
        person = enter(role, language)
        for answer in (person.get(FORM), person.post(FORM, **filled_in(), deed_key="k")):
            assert answer.status_code == 403
            assert ("担当(権限)に含まれて" if language == "ja" else "what your role may do") in answer.text


@pytest.mark.usefixtures("nothing_happened")
def test_who_has_not_signed_in_is_sent_to_the_door(app: Flask) -> None:
    stranger = Clerk(app)
    answer = stranger.post(FORM, **filled_in(), deed_key="k")
    assert answer.status_code == 302
    assert "/login/" in answer.location


@pytest.mark.usefixtures("nothing_happened")
def test_a_procedure_or_reason_that_there_is_not_is_not_found(counter: Clerk) -> None:
    for path in ("/notifications/new/acquisition/77", "/notifications/new/verification/01"):
        assert counter.get(path).status_code == 404
        assert counter.post(path, **filled_in(), deed_key="k").status_code == 404


def test_a_draft_keeps_what_was_typed_but_no_number(counter: Clerk, app: Flask) -> None:
    number = "000099990018"
    entry = filled_in(persons__0__individual_number=number, event_on="令和1年2月30日")
    saved = counter.post(FORM, **entry, deed_key=counter.key(), deed="draft")
    assert saved.status_code == 303
    listed = counter.get("/notifications/new/").text
    found = re.search(r'href="(/notifications/new/acquisition/01\?draft=\d+)"', listed)
    assert found
    page = counter.get(found[1]).text
    assert 'value="令和1年2月30日"' in page
    assert number not in page + listed


def cases(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Case)) or 0
