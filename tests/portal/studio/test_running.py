"""A draft run before it is put in force, as the pages of the studio offer it."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from models.audit.tags import Tag
from models.definition_draft import DefinitionDraft
from models.replay import ReplayRun
from portal import clock
from portal.extensions import db
from portal.views import studio_tryout
from services import audit, unit_of_work
from services.context import SYSTEM
from tests.portal.conftest import Visitor
from tests.portal.studio.test_pages import do
from workflows.studio import drafts

TOLD = re.compile(r'name="told" value="(\d+)"')
SEEN = re.compile(r'name="seen" value="(\d+)"')


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


def test_what_nobody_has_named_is_called_by_its_kind(app, place) -> None:
    with app.test_request_context(), unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        names = studio_tryout.names_of(drafts.read(ctx, int(place.rpartition("/")[2])))
    assert names["identity_check", "start"] == "開始"
    assert names["reissue", "apply"] == "再交付申請の受付・入力"


def test_a_draft_that_is_not_checked_is_checked_first(administrator) -> None:
    begun = administrator.post("/studio/loss/1/draft")
    found = urlsplit(begun.location).path
    (seen, *_) = SEEN.findall(administrator.get(f"{found}/try").text)
    administrator.post(f"{found}/try", seen=seen, on="", reason="01")
    assert "喪失届の受付" in administrator.get(f"{found}/try").text


def test_tests_plans_and_replays_are_offered_on_the_page_of_a_draft(app, administrator, place) -> None:
    page = administrator.get(place).text
    assert "試験 0件" in page
    assert "終わった案件で再現する" in page
    assert "この手続に試験はありません" in administrator.get(f"{place}/tests").text
    kept = administrator.post("/studio/reissue/tests", number="R8-999999", name="再交付")
    assert "終わった案件は、この手続にありません" in kept.text
    none = do(administrator, place, "replay", from_on="R8.4.1", to_on="R8.4.30")
    assert "この期間に終わった案件はありません" in none
    second = Visitor(app)
    second.show_password("mori")
    second.show_code()
    assert "この日に公開する" in second.get(place).text
    refused = do(second, place, "plan", on="R8.1.1", reason="年度の始め")
    assert "公開日は明日から" in refused
    words = {"process": "reissue", "element": "apply", "ja": "受付(改)", "en": "Take in", "due_days": "1"}
    do(administrator, place, "element", **words)
    do(administrator, place, "check")
    day = (clock.today() + timedelta(days=30)).isoformat()
    planned = do(second, place, "plan", on=day, reason="年度の始め")
    assert "予約済み" in planned
    (address,) = set(re.findall(r'action="(/studio/plans/\d+/cancel)"', planned))
    assert "公開の予約を取り消しました" in second.get(second.post(address).location).text


def test_what_a_replay_found_is_shown_in_numbers_and_as_a_list_and_signed(app, administrator, place) -> None:
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            run = a_replay(ctx, int(place.rsplit("/", 1)[1]))
            audit.record(ctx, Tag.DEFINITION_REPLAYED, "definition:reissue")
        db.session.remove()
    page = administrator.get(f"/studio/replays/{run}").text
    assert "別の道を通る" in page
    assert "reissue.apply&#34;: [4, 5]" in page
    assert "再交付申請の受付" in page
    assert "変わる案件はありません" in administrator.get(f"/studio/replays/{run}?kind=way").text
    assert "<bpmn:" in administrator.get(f"/studio/replays/{run}/diagram.bpmn").text
    signed = administrator.post(f"/studio/replays/{run}/sign", note="変わらないことを確かめた")
    assert "変わらないことを確かめた" in administrator.get(signed.location).text
    assert administrator.get("/studio/replays/999").status_code == 404


def a_replay(ctx, draft_id: int) -> int:
    draft = ctx.session.get_one(DefinitionDraft, draft_id)
    run = ReplayRun(
        draft_id=draft_id,
        draft_count=draft.lock_version,
        slug=draft.slug,
        content=draft.content,
        from_on=clock.today(),
        to_on=clock.today(),
        total=5,
        counts={"same": 5, "played": 5},
        passes={"reissue.apply": [4, 5]},
        asked_at=clock.now(),
        asked_by_id=draft.author_id,
    )
    ctx.session.add(run)
    ctx.session.flush()
    return run.id
