"""A form that is sent twice (a double press, a resending) does its deed once, and says so (T11)."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

from sqlalchemy import func, select

from models.absence import Absence
from models.comment import CaseComment
from models.definition_plan import DefinitionPlan
from models.letter_text import LetterDraft, LetterText
from models.saved_filter import SavedFilter
from models.trying_out import KeptTest
from portal import clock
from portal.extensions import db
from tests.factories.small_processes import Ask
from tests.portal.drawn_cases import ask, begin, open_tasks, publish
from tests.portal.studio.conftest import mori

TWICE = "同じ操作が2回送られました"


def fields_of(page, action):
    """What a form of a page sends by itself: its key, the count that it saw and the like."""
    (form,) = re.findall(
        rf'<form[^>]*action="{re.escape(action)}#?[a-z]*"[^>]*>(.*?)</form>', page, re.DOTALL
    )[:1]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in hidden if name != "csrf_token"}


def twice(visitor, place, action, **typed):
    """Send the form of a page twice; the page after the second."""
    fields = fields_of(visitor.get(place).text, action) | typed
    assert fields["deed_key"]
    first = visitor.post(action, **fields)
    assert first.status_code == 303, first.text
    after = visitor.get(first.location).text
    assert TWICE not in after
    second = visitor.post(action, **fields)
    assert second.status_code == 303, second.text
    page = visitor.get(second.location).text
    assert TWICE in page
    return page


def count(app, entity, *where):
    return ask(app, lambda: db.session.scalar(select(func.count()).select_from(entity).where(*where)))


def test_a_comment_is_there_once_and_another_one_from_the_same_page_is_kept(app, signed_in):
    publish(app, [Ask("first", "申請の受付", properties={"title_en": "Take in"})])
    place = f"/cases/{begin(app)}"
    clerk = signed_in("counter")
    page = clerk.get(place).text
    twice(clerk, place, f"{place}/comments", comment="電話しました")
    assert count(app, CaseComment) == 1
    old = fields_of(page, f"{place}/comments")
    for words in ("もう一度", "もう一度", "別の話"):
        assert clerk.post(f"{place}/comments", comment=words, **old).status_code == 303
    assert count(app, CaseComment) == 3


def test_an_absence_is_set_and_called_off_once(app, signed_in):
    clerk = signed_in("counter")
    fields = fields_of_list(clerk)
    day = (clock.today() + timedelta(days=40)).isoformat()
    sent = [clerk.post("/absences/", from_on=day, until_on=day, **fields) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    page = clerk.get("/absences/").text
    assert TWICE in page
    assert count(app, Absence) == 1
    (action,) = re.findall(r'action="(/absences/\d+/call-off)"', page)
    twice(clerk, "/absences/", action)
    assert count(app, Absence, Absence.called_off_at.is_(None)) == 0


def fields_of_list(clerk):
    """The form for one more absence has no address of its own."""
    form = clerk.get("/absences/").text.split('<form method="post" class="stack"')[1]
    return {"deed_key": re.findall(r'name="deed_key" value="([^"]+)"', form)[0]}


def test_a_filter_is_saved_and_removed_once(app, signed_in):
    clerk = signed_in("counter")
    page = twice(clerk, "/inbox/?box=group&due=soon", "/inbox/saved/", name="近い", group="")
    assert count(app, SavedFilter) == 1
    (action,) = re.findall(r'action="(/inbox/saved/\d+/remove)"', page)
    twice(clerk, "/inbox/?box=group", action)
    assert count(app, SavedFilter) == 0


def test_a_letter_is_saved_put_in_force_and_dropped_once(app, administrator):
    begun = administrator.post("/studio/letters/papers_returned/draft")
    again = administrator.post("/studio/letters/papers_returned/draft")
    place = urlsplit(begun.location).path
    assert urlsplit(again.location).path == place
    words = {"heading": "書類をお返しします", "body": "お返しします。\n{返す書類}"}
    assert "書類をお返しします" in twice(administrator, place, place, **words)
    twice(mori(app), place, f"{place}/publish", reason="言い回しの見直し")
    assert count(app, LetterText) == 1
    place = urlsplit(administrator.post("/studio/letters/papers_returned/draft").location).path
    twice(administrator, place, f"{place}/discard")
    assert count(app, LetterDraft) == 0


def test_a_plan_is_made_and_cancelled_once(app, administrator, place):
    seen = fields_of(administrator.get(place).text, f"{place}/check")
    words = {"process": "acquisition", "element": "apply", "ja": "受付(改)", "en": "Take in", "due_days": "1"}
    assert administrator.post(f"{place}/element", **seen, **words).status_code == 303
    seen = fields_of(administrator.get(place).text, f"{place}/check")
    assert administrator.post(f"{place}/check", **seen).status_code == 303
    second = mori(app)
    day = (clock.today() + timedelta(days=30)).isoformat()
    page = twice(second, place, f"{place}/plan", on=day, reason="年度の始め")
    assert count(app, DefinitionPlan) == 1
    (action,) = set(re.findall(r'action="(/studio/plans/\d+/cancel)"', page))
    twice(second, place, action)
    assert count(app, DefinitionPlan, DefinitionPlan.state == "planned") == 0


def test_a_test_is_kept_and_set_aside_once(app, administrator, signed_in):
    publish(app, [Ask("first", "申請の受付", properties={"title_en": "Take in"})])
    case = begin(app)
    task = f"/cases/{case}/tasks/{open_tasks(app, case)['first']}"
    assert signed_in("counter").post(task, deed_key="k" * 32).status_code == 303
    tests = "/studio/small/tests"
    page = twice(administrator, tests, tests, number=f"C-{case:06}", name="受付だけ")
    assert count(app, KeptTest) == 1
    (action,) = re.findall(r'action="(/studio/small/tests/\d+/set-aside)"', page)
    twice(administrator, tests, action, reason="使わない")
    assert count(app, KeptTest, KeptTest.state == "kept") == 0
