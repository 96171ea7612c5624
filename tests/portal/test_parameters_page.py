"""The figures of the law on the screen: by day, entered by one, checked by another (issue 7)."""

from portal.views.parameters import CHOICES
from rules.law import Law
from tests.portal.conftest import Visitor

RATE = "/parameters/of/municipal/premium/medical/income_rate"
TYPED = {
    "year": "2026",
    "value": "8.04",
    "source_title": "見本市国民健康保険条例",
    "source_article": "第12条",
    "source_href": "",
    "certainty": "verified",
}
ALONE = {"year": "2026", "relation-0": "head", "birth-0": "S56.5.1", "salary-0": "3000000"}


def test_a_rate_is_entered_refused_mended_approved_and_stands_in_the_derivation(signed_in) -> None:
    administrator, chief, counter = (signed_in(one) for one in ("administrator", "section_chief", "counter"))
    before = counter.post("/premium/trial/", **ALONE).text
    wrong = administrator.post(RATE, **TYPED | {"value": "804", "source_title": ""})
    assert wrong.status_code == 422
    assert "「8.04」のことですか" in wrong.text
    assert 'href="#f-source_title"' in wrong.text
    assert 'value="804"' in wrong.text
    assert administrator.post(RATE, **TYPED).status_code == 303
    own = administrator.get(RATE).text
    assert "登録した人は承認できません" in own
    assert "承認して使う" not in own
    waiting = chief.get("/parameters/").text
    assert "確認待ち" in waiting
    assert "8.04%" in waiting
    assert counter.post("/premium/trial/", **ALONE).text.count("8.04") == 0
    assert chief.post("/parameters/entries/1/decide", outcome="approve", words="").status_code == 422
    assert (
        chief.post("/parameters/entries/1/decide", outcome="approve", words="写しと照合").status_code == 303
    )
    after = counter.post("/premium/trial/", **ALONE).text
    assert "見本市国民健康保険条例 第12条 承認" in after
    assert "管理者 花子 → 課長 花子" in after
    assert after != before


def test_the_list_is_of_a_day_with_source_and_certainty(signed_in) -> None:
    auditor: Visitor = signed_in("auditor")
    old = auditor.get("/parameters/?on=R7.4.1&q=医療分 所得割").text
    assert "7.60%" in old
    assert "未確認" in old
    assert "年度の値を登録する" not in auditor.get(RATE).text
    assert "この日付" not in old
    assert "を読めません" in auditor.get("/parameters/?on=いつか").text
    assert auditor.get("/parameters/of/national/no/such").status_code == 404


def test_what_is_one_of_several_choices_and_where_it_is_from_is_said_in_words(signed_in) -> None:
    page = signed_in("auditor").get("/parameters/").text
    assert "満了の当日" in page
    assert "別の証(高齢受給者証)" in page
    assert "デモ用の値" in page
    for word in ("on_the_day", "separate_card", "demonstration"):
        assert word not in page


def test_every_choice_that_a_figure_may_have_has_words() -> None:
    choices = {
        one.strip()
        for history in Law.load().histories.values()
        if "|" in history.unit
        for one in history.unit.split("|")
    }
    assert choices
    assert choices <= set(CHOICES)
