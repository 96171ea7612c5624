"""The editor of diagrams before the screen: its page, its saving under a count, its check."""

import pytest

from tests.portal.conftest import Visitor
from tests.portal.studio.conftest import mori
from workflows import catalog

SOURCE = catalog.shipped_bundle("acquisition").bpmn["acquisition"]
DRAWN = SOURCE.replace('name="入力の訂正"', 'name="入力の直し"')
WRONG = SOURCE.replace('id="acquisition.register"', 'id="acquisition.nothing"')


def save(person: Visitor, place: str, source: str, seen: int = 1):
    return person.post(f"{place}/diagram", seen=seen, process="acquisition", source=source)


def test_a_drawing_is_kept_and_the_list_follows(administrator, place) -> None:
    page = administrator.get(f"{place}/draw").text
    assert "bpmn-modeler.production.min.js" in page
    assert "入力の訂正" in page
    assert 'value="audit_review/judge"' in page
    told = save(administrator, place, DRAWN).json
    assert told["seen"] == 2
    assert "入力の直し" in told["listed"]
    assert "入力の直し" in administrator.get(f"{place}/draw?process=acquisition").text
    assert administrator.get(f"{place}/draw?process=nothing").status_code == 404


def test_an_old_page_is_told_so_and_keeps_what_it_has(administrator, place) -> None:
    save(administrator, place, DRAWN)
    late = save(administrator, place, SOURCE)
    assert late.status_code == 409
    assert "下書きが変わっています" in late.json["refused"]
    assert save(administrator, place, "<a", seen=2).status_code == 422


def test_the_check_answers_by_element(administrator, place) -> None:
    save(administrator, place, WRONG)
    told = administrator.post(f"{place}/diagram/check", seen=2).json
    assert 'data-jump="register"' in told["told"]
    (mark,) = [one for one in told["marks"] if not one["warning"]]
    assert (mark["process"], mark["element"]) == ("acquisition", "register")
    assert "acquisition.nothing" in mark["words"]


def test_only_its_author_draws(app, administrator, place) -> None:
    second = mori(app)
    assert second.get(f"{place}/draw").status_code == 403
    assert save(second, place, DRAWN).status_code == 403


@pytest.mark.parametrize("role", ["auditor", "counter"])
def test_who_may_not_draft_may_not_draw(app, signed_in, role: str) -> None:
    assert signed_in(role).get("/studio/drafts/1/draw").status_code == 403
