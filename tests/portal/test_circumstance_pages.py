"""Circumstances on the screen: entered at the counter, checked by a verifier (D1, B4)."""

from portal import clock
from tests.portal.conftest import Visitor


def test_what_is_wrong_is_said_at_its_field_and_what_is_right_is_checked_by_another(
    home: tuple[int, int, int], signed_in
) -> None:
    household, _, wife = home
    page = f"/premium/circumstances/of/{household}"
    counter, verifier, chief = (signed_in(one) for one in ("counter", "verifier", "section_chief"))
    assert "登録されていません" in counter.get(page).text
    told = {"act": "new", "person": wife, "kind": "birth", "day": "R9.99.1", "evidence": ""}
    wrong = counter.post(page, **told)
    assert wrong.status_code == 422
    assert 'href="#f-day"' in wrong.text
    assert 'href="#f-evidence"' in wrong.text
    assert 'value="R9.99.1"' in wrong.text
    day = f"{clock.today():%Y-%m-%d}"
    right = told | {"day": day, "evidence": "母子健康手帳"}
    assert counter.post(page, **right).status_code == 303
    assert "登録した人は承認できません" in counter.get(page).text
    assert counter.post("/premium/circumstances/entries/1/decide", outcome="approve").status_code == 403
    assert "承認して計算し直す" not in chief.get(page).text
    assert "母子健康手帳" in verifier.get("/premium/circumstances/").text
    deed = "/premium/circumstances/entries/1/decide"
    assert verifier.post(deed, outcome="approve", words="").status_code == 422
    assert verifier.post(deed, outcome="approve", words="手帳を見た").status_code == 303
    on_record = counter.get(page).text
    assert "訂正・終了・取消" in on_record
    assert "手帳を見た" in on_record
    assert "取消(誤りで登録した)" in counter.get(f"{page}?target=1").text
    again = verifier.post(deed, outcome="approve", words="手帳を見た")
    assert again.status_code == 409
    assert verifier.get("/premium/circumstances/of/999").status_code == 404


def test_the_page_is_whole_in_english(home: tuple[int, int, int], signed_in) -> None:
    verifier: Visitor = signed_in("verifier")
    verifier.speak("en")
    told = verifier.get(f"/premium/circumstances/of/{home[0]}").text
    assert "Nothing is on record for this household." in told
    assert "Enter a circumstance" not in told
