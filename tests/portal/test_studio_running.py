"""A draft run before it is put in force, as the pages of the studio offer it."""

import re
from urllib.parse import urlsplit

import pytest

from portal import clock
from portal.extensions import db
from services import unit_of_work
from services.context import SYSTEM
from tests.portal.conftest import Visitor, employ
from tests.portal.test_studio_pages import do
from workflows import catalog

TOLD = re.compile(r'name="told" value="(\d+)"')
SEEN = re.compile(r'name="seen" value="(\d+)"')


@pytest.fixture
def administrator(app, signed_in) -> Visitor:
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            catalog.publish_shipped(ctx)
            employ(ctx, "mori", "administrator", "1099")
        db.session.remove()
    return signed_in("administrator")


@pytest.fixture
def place(administrator: Visitor) -> str:
    """The address of a checked draft of the reissue."""
    begun = administrator.post("/studio/reissue/1/draft")
    found = urlsplit(begun.location).path
    assert "問題はありません" in do(administrator, found, "check")
    return found


def tell(person: Visitor, place: str, page: str, **fields: object) -> str:
    """Tell the try-out its next step as its page offers it; what the page says then."""
    (told, *_) = TOLD.findall(person.get(f"{place}/try").text)
    answer = person.post(f"{place}/try/{page}", told=told, **fields)
    return person.get(answer.location).text if answer.status_code == 303 else answer.text


def test_a_draft_is_tried_out_in_the_browser(administrator, place) -> None:
    empty = administrator.get(f"{place}/try").text
    assert "試し始める" in empty
    (seen, *_) = SEEN.findall(empty)
    begun = administrator.post(f"{place}/try", seen=seen, on="R8.12.1", reason="01")
    page = administrator.get(begun.location).text
    assert "R8.12.1 09:00" in page
    assert "再交付申請の受付" in page
    refused = tell(administrator, place, "task", element="apply")
    assert "入力を確かめてください" in refused
    assert "R8.12.2 09:00" in tell(administrator, place, "step", deed="days", days="1")
    assert "進める日数" in tell(administrator, place, "step", deed="days", days="0")
    assert "待っていません" in tell(administrator, place, "step", deed="answer", element="register")
    assert "R8.12.1 09:00" in tell(administrator, place, "step", deed="back")
    old = administrator.post(f"{place}/try/step", told="7", deed="back")
    assert "別の画面から" in administrator.get(old.location).text
    administrator.speak("en")
    english = administrator.get(f"{place}/try").text
    assert "Time of the try-out" in english
    assert "試し" not in english


def test_a_draft_that_is_not_checked_is_checked_first(administrator) -> None:
    begun = administrator.post("/studio/loss/1/draft")
    found = urlsplit(begun.location).path
    (seen, *_) = SEEN.findall(administrator.get(f"{found}/try").text)
    administrator.post(f"{found}/try", seen=seen, on="", reason="01")
    assert "喪失届の受付" in administrator.get(f"{found}/try").text
