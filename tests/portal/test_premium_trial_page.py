"""The trial calculation at the counter, as its page answers (D1, D4)."""

from tests.portal.conftest import Visitor

FAMILY = {
    "year": "2026",
    "relation-0": "head",
    "birth-0": "S56.5.1",
    "salary-0": "3,000,000",
    "birth-1": "昭和59年5月1日",
    "salary-1": "1050000",
    "birth-2": "2021-05-01",
    "other_income-2": "0",
}


def test_a_family_sees_its_premium_with_parts_instalments_and_the_articles(signed_in) -> None:
    counter: Visitor = signed_in("counter")
    page = counter.post("/premium/trial/", **FAMILY)
    assert page.status_code == 200
    assert "391,000円" in page.text
    assert "221,620" in page.text
    assert page.text.count("39,100") == 10
    assert "国民健康保険法施行令29条の7第6項" in page.text
    assert "未確認" in page.text, "the rates of the demonstration are invented"


def test_nothing_is_kept_before_a_receipt_is_made(signed_in) -> None:
    counter: Visitor = signed_in("counter")
    counter.post("/premium/trial/", **FAMILY)
    assert "3,000,000" not in counter.get("/premium/trial/").text


def test_an_amount_that_lacks_a_zero_is_asked_about_and_taken_when_it_is_right(signed_in) -> None:
    counter: Visitor = signed_in("counter")
    few = FAMILY | {"salary-1": "10500"}
    asked = counter.post("/premium/trial/", **few).text
    assert "2人目の給与収入は、1年で10,500円ですか" in asked
    assert "年間保険料" not in asked
    assert "391,000円" not in asked
    assert "年額" in counter.post("/premium/trial/", **few, sure="yes").text


def test_every_fault_is_told_at_its_field_and_what_was_typed_stays(signed_in) -> None:
    counter: Visitor = signed_in("counter")
    wrong = FAMILY | {"birth-0": "きのう", "salary-1": "-5", "other_income-2": "", "first_month-1": "13"}
    page = counter.post("/premium/trial/", **wrong)
    assert page.status_code == 422
    for field in ("f-birth-0", "f-salary-1", "f-salary-2", "f-first_month-1"):
        assert f'href="#{field}"' in page.text
    assert 'value="きのう"' in page.text


def test_a_head_who_is_not_insured_is_not_charged_and_somebody_must_be(signed_in) -> None:
    counter: Visitor = signed_in("counter")
    alone = {"year": "2026", "relation-0": "head_elsewhere", "birth-0": "S40.5.1", "salary-0": "5000000"}
    page = counter.post("/premium/trial/", **alone)
    assert page.status_code == 422
    assert "加入している月のある人がいません" in page.text
    child = {"birth-1": "H25.5.1", "other_income-1": "0"}
    assert "71,400円" in counter.post("/premium/trial/", **alone, **child).text


def test_a_program_cannot_try_without_end(signed_in) -> None:
    counter: Visitor = signed_in("counter")
    answers = [
        counter.post("/premium/trial/", year="2026").status_code for _ in range(121)
    ]  # two minutes' worth
    assert answers[:60] == [422] * 60
    assert 429 in answers


def test_a_receipt_is_kept_once_however_often_it_is_sent_and_found_in_both_languages(signed_in) -> None:
    counter: Visitor = signed_in("counter")
    made = [counter.post("/premium/trial/receipts", **FAMILY, deed_key="a-key") for _ in range(2)]
    assert [one.status_code for one in made] == [303, 303]
    assert made[0].location == made[1].location
    page = counter.get(made[0].location).text
    assert "1円まで同じ 391,000円" in page
    assert "昭和56年5月1日(1981-05-01)" in page
    found = counter.get("/premium/receipts/?number=2026-1")
    assert found.location == made[0].location
    assert counter.get("/premium/receipts/?number=T2026-000002").status_code == 404
    assert counter.get("/premium/receipts/T2026-000002").status_code == 404
    counter.speak("en")
    assert "the same to the yen" in counter.get(made[0].location).text
    assert signed_in("administrator").get(made[0].location).status_code == 403


def test_an_amount_that_was_not_confirmed_makes_no_receipt(signed_in) -> None:
    counter: Visitor = signed_in("counter")
    few = FAMILY | {"salary-1": "105"}
    assert "105万円なら1,050,000" in counter.post("/premium/trial/", **few).text
    refused = counter.post("/premium/trial/receipts", **few)
    assert refused.status_code == 422
    assert "確かめていない額があります" in refused.text
    assert "自分が作った控えはまだありません" in counter.get("/premium/receipts/").text
