"""What is asked of the queue and cannot be is answered clearly, with the way on (issue 5)."""

from datetime import timedelta

from portal import clock
from tests.factories.small_processes import Ask
from tests.portal.conftest import id_of
from tests.portal.drawn_cases import begin, publish


def test_a_filter_that_finds_nothing_says_so_and_leads_back(app, signed_in):
    publish(app, [Ask("first", "申請の受付", properties={"title_en": "Take in"})])
    begin(app)
    clerk = signed_in("counter")
    page = clerk.get("/inbox/?box=group&procedure=loss&due=late").text
    assert "この条件にあたる仕事はありません" in page
    assert ">絞り込みをやめる</a>" in page
    assert "data-href" not in page
    assert "data-href" in clerk.get("/inbox/?box=group").text


def test_deputies_in_a_circle_are_refused_on_the_page_with_what_was_typed(app, signed_in):
    chief = signed_in("section_chief")
    day = (clock.today() + timedelta(days=9)).isoformat()

    def away(who, deputy):
        whom = {"user": str(id_of(app, who)), "deputy": str(id_of(app, deputy))}
        return chief.post("/absences/", from_on=day, until_on=day, **whom)

    assert away("verifier", "certificate_clerk").status_code == 303
    refused = away("certificate_clerk", "verifier")
    assert refused.status_code == 422
    assert "代理" in refused.text
    assert f'value="{day}"' in refused.text
    assert chief.get("/absences/").text.count("/call-off") == 1
