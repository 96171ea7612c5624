"""Watchdogs on the screen: findings with the household, settled; composed ones by two (issue 7)."""

from datetime import date

import pytest
from flask import Flask

from models.enrolment import Enrolment
from portal import clock
from portal.extensions import db
from services import unit_of_work
from services.context import SYSTEM
from services.watching import findings
from tests.factories.people import a_household, someone

RULES = "/watch/rules/"
SHEET = {"title": "昭和生まれの加入者", "article": "条例", "item-0": "birth_date", "comparison-0": "le"}


@pytest.fixture
def old_man(app: Flask) -> str:
    """The number of the household of somebody who is insured at 80, found by the watchdogs."""
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            head = someone(ctx, "鶺鴒　翁", "セキレイ　オキナ", "1945-01-02", "見本県見本市架空町1丁目1番1号")
            home = a_household(ctx, head)
            ctx.session.add(
                Enrolment(
                    period_key="1",
                    person_id=head,
                    household_id=home.id,
                    acquired_on=date(2020, 4, 1),
                    acquisition_reason="01",
                    coverage_start_on=date(2020, 4, 1),
                    recorded_at=ctx.at,
                )
            )
            ctx.session.flush()
            for watchdog in findings.all_of(ctx).values():
                findings.look(ctx, watchdog)
            number = home.household_number
        db.session.remove()
    return number


def test_a_finding_leads_to_its_household_and_is_settled_with_what_was_found_out(
    old_man: str, signed_in
) -> None:
    counter, chief = signed_in("counter"), signed_in("section_chief")
    listed = counter.get("/watch/").text
    assert "75歳になった加入者" in listed
    assert "いま見張る" not in listed
    findings_of = counter.get("/watch/over_75").text
    assert old_man in findings_of
    assert "鶺鴒" in findings_of
    assert "/households/1" in counter.get("/watch/findings/1").text
    assert counter.post("/watch/findings/1/settle", words="").status_code == 422
    assert counter.post("/watch/findings/1/take").status_code == 303
    assert counter.post("/watch/findings/1/settle", words="広域連合に確かめた").status_code == 303
    assert counter.post("/watch/findings/1/settle", words="もう一度").status_code == 409
    assert "広域連合に確かめた" in counter.get("/watch/over_75?state=settled").text
    assert "処理する" not in chief.get("/watch/findings/1").text
    assert chief.get("/watch/none").status_code == 404
    begun = chief.post("/watch/")
    assert "/jobs/" in begun.location
    assert chief.post("/watch/").status_code == 422


def test_one_is_composed_tried_and_put_on_duty_by_another_without_a_name_of_a_citizen(
    old_man: str, signed_in
) -> None:
    administrator, chief = signed_in("administrator"), signed_in("section_chief")
    wrong = administrator.post(RULES, **SHEET | {"value-0": "いつか", "deed": "enter"})
    assert wrong.status_code == 422
    assert 'href="#f-value-0"' in wrong.text
    assert 'value="いつか"' in wrong.text
    right = SHEET | {"value-0": "S64.1.7"}
    assert "10人未満が当てはまります" in administrator.post(RULES, **right, deed="try").text
    assert administrator.post(RULES, **right, deed="enter").status_code == 303
    page = administrator.get(RULES).text
    assert "別の人が確認します" in page
    assert "鶺鴒" not in page
    assert administrator.get("/watch/").status_code == 403
    assert chief.post(f"{RULES}1/decide", outcome="approve", words="").status_code == 422
    assert chief.post(f"{RULES}1/decide", outcome="approve", words="人数を見た").status_code == 303
    assert "昭和生まれの加入者" in chief.get("/watch/").text
    assert administrator.post(f"{RULES}1/off").status_code == 303
    assert "昭和生まれの加入者" not in chief.get("/watch/").text
    chief.speak("en")
    assert "Look now" in chief.get("/watch/").text
