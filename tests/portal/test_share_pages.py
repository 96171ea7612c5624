"""The share of 70 to 74 on the screen: entered at the counter, checked by a verifier (C1, B4)."""

from datetime import date

import pytest
from flask import Flask

from models.enrolment import Enrolment
from portal import clock
from portal.extensions import db
from services import unit_of_work
from services.context import SYSTEM
from tests.factories.people import a_household, someone
from tests.portal.conftest import Visitor


@pytest.fixture
def elder(app: Flask) -> int:
    """Somebody of 71 or 72, insured, of whom no share is on record."""
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            birth = date(ctx.today.year - 72, 12, 31)
            person = someone(ctx, "見本　梅", "ミホン　ウメ", birth.isoformat(), "見本県見本市架空町1丁目")
            ctx.session.add(
                Enrolment(
                    period_key="share",
                    person_id=person,
                    household_id=a_household(ctx, person).id,
                    acquired_on=date(2020, 4, 1),
                    acquisition_reason="01",
                    coverage_start_on=date(2020, 4, 1),
                    recorded_at=ctx.at,
                )
            )
        db.session.remove()
    return person


def test_the_page_of_a_person_leads_to_the_share_which_another_checks(
    elder: int, home: tuple[int, int, int], signed_in
) -> None:
    page = f"/shares/of/{elder}"
    counter, verifier, chief = (signed_in(one) for one in ("counter", "verifier", "section_chief"))
    assert f'href="{page}"' in counter.get(f"/persons/{elder}").text
    young = home[2]
    assert "/shares/of/" not in counter.get(f"/persons/{young}").text
    assert "負担割合を登録する" not in counter.get(f"/shares/of/{young}").text
    assert "負担割合を登録する" in counter.get(page).text

    wrong = counter.post(page, share="", day="R9.99.1", evidence="")
    assert wrong.status_code == 422
    assert all(f'href="#f-{one}"' in wrong.text for one in ("share", "day", "evidence"))
    assert 'value="R9.99.1"' in wrong.text
    right = {"share": "3", "day": f"{clock.today():%Y-%m-%d}", "evidence": "所得情報の画面"}
    assert counter.post(page, **right).status_code == 303
    assert counter.post(page, **right).status_code == 409
    assert "登録した人は承認できません" in counter.get(page).text

    deed = "/shares/entries/1/decide"
    assert counter.post(deed, outcome="approve").status_code == 403
    assert "承認して記録に入れる" not in chief.get(page).text
    assert "所得情報の画面" in verifier.get("/shares/").text
    assert verifier.post(deed, outcome="approve", words="").status_code == 422
    assert verifier.post(deed, outcome="approve", words="所得を照合した").status_code == 303
    assert verifier.post(deed, outcome="approve", words="所得を照合した").status_code == 409
    assert "3割 (" in counter.get(f"/persons/{elder}").text
    assert "所得を照合した" in counter.get(page).text
    assert counter.post(page, **(right | {"share": "2"})).status_code == 303
    assert "登録されている3割を訂正するもの" in verifier.get(page).text
    assert verifier.get("/shares/of/999").status_code == 404


def test_the_pages_are_whole_in_english(elder: int, signed_in) -> None:
    counter: Visitor = signed_in("counter")
    counter.speak("en")
    told = counter.get(f"/shares/of/{elder}").text
    assert "Enter the share" in told
    assert "Nothing waits for a check" in counter.get("/shares/").text
