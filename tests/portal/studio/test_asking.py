"""The author asks before the screen; the others find a notice that leads to the draft."""

import re
from urllib.parse import urlsplit

from sqlalchemy import func, select, update

from models.notice import Notice
from models.staff import User
from portal.extensions import db
from tests.portal import drawn_cases
from tests.portal.conftest import Visitor
from tests.portal.studio.conftest import mori
from tests.portal.studio.test_pages import do
from tests.portal.studio.test_sent_twice import fields_of, twice

BUTTON = ">公開を頼む<"
ASKED = re.compile(r"公開を頼みました\(R\d+\.\d+\.\d+ \d\d:\d\d\)。知らせた人: (\S+ \S+?)</p>")
WORDS = {"process": "acquisition", "element": "correct", "ja": "入力の訂正", "en": "Correct", "due_days": "5"}


def checked(author: Visitor, place: str) -> str:
    """The page of the draft, changed and checked."""
    do(author, place, "element", **WORDS)
    return do(author, place, "check")


def told(app) -> int:
    return drawn_cases.ask(app, lambda: db.session.scalar(select(func.count()).select_from(Notice)))


def opened(person: Visitor) -> str:
    """Where the only notice leads."""
    page = person.get("/notices/").text
    (address,) = re.findall(r'action="(/notices/\d+)"', page)
    assert ">開く<" in page
    return urlsplit(person.post(address).location).path


def test_the_author_asks_once_it_is_checked_and_the_notice_leads_there(app, administrator, place) -> None:
    do(administrator, place, "element", **WORDS)
    assert BUTTON not in administrator.get(place).text, "it is not checked"
    second = mori(app)
    page = do(administrator, place, "check")
    assert BUTTON in page
    assert BUTTON not in second.get(place).text
    page = twice(administrator, place, f"{place}/ask")
    assert BUTTON not in page
    assert ASKED.search(page)
    assert told(app) == 1
    assert "管理者 花子さんが、手続の下書きの公開を頼みました" in second.get("/notices/").text
    assert opened(second) == place
    assert "管理者 花子さんが公開を頼みました(R" in second.get(place).text
    assert BUTTON in checked(administrator, place), "after a change it may be asked anew"
    do(administrator, place, "ask")
    assert told(app) == 2
    done = do(second, place, "publish", reason="補正の期限を決めるため")
    assert "第2版を公開しました" in done
    (last, *_) = re.findall(r'action="(/notices/\d+)"', second.get("/notices/").text)
    gone = second.get(second.post(last).location)
    assert gone.status_code == 404
    assert "公開されたか、破棄されています" in gone.text


def test_where_nobody_else_may_publish_the_page_says_what_now(app, administrator, place) -> None:
    with app.app_context():
        db.session.execute(update(User).where(User.username == "mori").values(active=False))
        db.session.commit()
        db.session.remove()
    assert BUTTON in checked(administrator, place)
    refused = do(administrator, place, "ask")
    assert "いまはほかに一人もいません" in refused
    assert "「職員と権限」で別の職員を管理者に" in refused
    assert BUTTON in refused
    assert told(app) == 0


def test_a_text_of_a_letter_is_asked_for_in_the_same_way(app, administrator) -> None:
    place = urlsplit(administrator.post("/studio/letters/papers_returned/draft").location).path
    assert BUTTON not in administrator.get(place).text, "nothing is different yet"
    fields = fields_of(administrator.get(place).text, place)
    words = {"heading": "書類をお返しします", "body": "お返しします。\n{返す書類}"}
    assert administrator.post(place, **fields, **words).status_code == 303
    page = twice(administrator, place, f"{place}/ask")
    assert ASKED.search(page)
    assert told(app) == 1
    second = mori(app)
    assert "手紙の文面の下書きの公開を頼みました" in second.get("/notices/").text
    assert opened(second) == place
    second.speak("en")
    english = second.get(place).text
    assert "asked for it to be put in force (R" in english
    assert BUTTON not in english
