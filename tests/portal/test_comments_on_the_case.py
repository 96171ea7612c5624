"""Comments on the page of a case: kept, told to whom they name, and never lost when they are refused."""

from tests.factories.small_processes import Ask
from tests.portal.drawn_cases import begin, publish


def test_a_comment_names_a_colleague_who_finds_it_in_his_notices(app, signed_in):
    publish(app, [Ask("first", "申請の受付", properties={"title_en": "Take in"})])
    case = begin(app)
    clerk, chief = signed_in("counter"), signed_in("section_chief")
    wrong = clerk.post(f"/cases/{case}/comments", comment="@山本 さんへ")
    assert wrong.status_code == 422
    assert "「@山本」にあたる職員が見つかりません" in wrong.text
    assert ">@山本 さんへ</textarea>" in wrong.text
    sent = clerk.post(f"/cases/{case}/comments", comment="@課長 花子 決裁をお願いします")
    assert sent.location.endswith(f"/cases/{case}#comments")
    assert "1人に知らせました" in clerk.get(f"/cases/{case}").text
    notices = chief.get("/notices/").text
    assert "窓口担当 花子さんがコメントであなたを呼びました" in notices
    assert "あなたへ" in chief.get(f"/cases/{case}").text
