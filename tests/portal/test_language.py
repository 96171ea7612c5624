import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import mofile, pofile
from babel.messages.extract import extract_from_dir
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from models.masters import UserPreference
from portal.extensions import db
from portal.language import lazy, t
from portal.security.roles import ROLES
from tests.architecture.tree import ROOT
from tests.portal.conftest import Visitor

OURS = ROOT / "portal" / "translations" / "ja_JP" / "LC_MESSAGES"
MARKS = {"_": None, "gettext": None, "lazy_gettext": None, "__": None, "lazy_formatter_gettext": None}
PAGES = [
    "/",
    "/profile/",
    "/masters/",
    *(
        f"/masters/{name}/{page}"
        for name in (
            "offices",
            "holidays",
            "settings",
            "reasons",
            "papers",
            "municipalities",
            "insurers",
            "schools",
            "facilities",
        )
        for page in ("list/", "list/?q=zzz", "add")
    ),
    "/masters/offices/show/1",
    "/masters/offices/show/1?tab=history",
    "/masters/offices/edit/1",
    "/staff/list/",
    "/staff/add",
    "/staff/show/1",
    "/staff/show/1?tab=history",
    "/staff/edit/1",
    "/postings/list/",
    "/postings/add",
    "/postings/show/1",
    "/postings/edit/1",
    "/roles/",
    "/nowhere",
]
# Signs that are the same in both languages: keys, codes, units, the names of the languages.
SAME = re.compile(
    r"^(EN|Ctrl|Esc|NHI|[a-z]|[a-z_]+\.[a-z_]+|[a-z_]+@example\.invalid|R|zzz|counter|verifier|administrator"
    r"|certificate_clerk|section_chief|auditor|docs/settings\.md|dpi|MB|[a-f]{1,12})$"
)
ENGLISH_WORD = re.compile(r"[A-Za-z][A-Za-z_.@/]*")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")


class Texts(HTMLParser):
    """What a person reads or hears of a page: text, and the attributes that are spoken or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.foreign = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.foreign += tag == "button" and "lang" in given
        self.found += [given[name] or "" for name in ("placeholder", "aria-label", "title") if name in given]

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self.foreign:
            self.foreign -= 1

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.foreign:
            self.found.append(data.strip())


def texts(page: str) -> list[str]:
    reader = Texts()
    reader.feed(page)
    return reader.found


def test_a_japanese_page_has_no_english_words(signed_in: Callable[[str], Visitor]) -> None:
    person = signed_in("administrator")
    left = {}
    for path in PAGES:
        page = person.get(path).text
        assert '<html lang="ja">' in page
        words = {word for text in texts(page) for word in ENGLISH_WORD.findall(text)}
        left[path] = {word for word in words if not SAME.match(word)}
    assert {path: words for path, words in left.items() if words} == {}


def test_an_english_page_has_japanese_only_in_what_people_entered(
    signed_in: Callable[[str], Visitor],
) -> None:
    person = signed_in("administrator")
    person.speak("en")
    entered = {"花子", "保険年金課", *(role.ja for role in ROLES.values())}
    in_dates = {"令和", "年", "月", "日"}
    left = {}
    for path in PAGES:
        page = person.get(path).text
        assert '<html lang="en">' in page
        words = {word for text in texts(page) for word in JAPANESE.findall(text)}
        left[path] = words - entered - in_dates
    assert {path: words for path, words in left.items() if words} == {}


@pytest.mark.parametrize("status", ["sign-in", "refused", "limited"])
def test_the_door_speaks_english_when_asked(visitor: Visitor, status: str) -> None:
    visitor.speak("en")
    page = visitor.get("/login/") if status == "sign-in" else visitor.sign_in("nobody", "wrong")
    if status == "limited":
        for _ in range(11):
            page = visitor.sign_in("nobody", "wrong")
        assert page.status_code == 429
    assert {word for text in texts(page.text) for word in JAPANESE.findall(text)} == set()


def test_japanese_is_spoken_first_whatever_the_browser_asks_for(visitor: Visitor) -> None:
    page = visitor.get("/login/", headers={"Accept-Language": "en-US,en"}).text
    assert '<html lang="ja">' in page


def test_the_switch_keeps_the_page_and_the_wish(app: Flask, signed_in: Callable[[str], Visitor]) -> None:
    person = signed_in("counter")
    answer = person.post("/language/", language="en", next="/profile/")
    assert (answer.status_code, answer.location) == (303, "/profile/")
    assert '<html lang="en">' in person.get("/profile/").text
    with app.app_context():
        kept = db.session.scalars(
            select(UserPreference.value).join(User, User.id == UserPreference.user_id)
        ).all()
        assert kept == ["en"]


def test_the_wish_comes_back_at_another_desk(app: Flask, signed_in: Callable[[str], Visitor]) -> None:
    signed_in("counter").post("/language/", language="en", next="")
    another = Visitor(app)
    another.sign_in("counter")
    assert '<html lang="en">' in another.get("/").text


@pytest.mark.parametrize("language", ["", "fr", "<script>"])
def test_a_language_that_we_do_not_speak_is_refused(visitor: Visitor, language: str) -> None:
    assert visitor.post("/language/", language=language).status_code == 400


def test_the_switch_leads_nowhere_else(visitor: Visitor) -> None:
    answer = visitor.post("/language/", language="en", next="https://evil.example/")
    assert answer.location == "/"


def test_text_at_class_level_is_said_in_the_language_of_the_screen(app: Flask) -> None:
    said = lazy("はい", "Yes")
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert str(said) == t("はい", "Yes") == "Yes"
    with app.test_request_context():
        assert str(said) == "はい"


def test_no_string_of_flask_appbuilder_is_left_in_english() -> None:
    import flask_appbuilder

    folder = flask_appbuilder.__path__[0]
    with Path(folder, "translations/ja_JP/LC_MESSAGES/messages.po").open("rb") as file:
        theirs = {message.id: message.string for message in pofile.read_po(file)}
    with (OURS / "messages.po").open("rb") as file:
        ours = {message.id: message.string for message in pofile.read_po(file)}
    used = {
        found[2]
        for found in extract_from_dir(
            folder, [("**.py", "python"), ("templates/**.html", "jinja2")], keywords=MARKS
        )
        if isinstance(found[2], str)
    }
    assert {text for text in used if not (ours.get(text) or theirs.get(text))} == set()


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    with (OURS / "messages.po").open("rb") as file:
        source = {message.id: message.string for message in pofile.read_po(file) if message.id}
    with (OURS / "messages.mo").open("rb") as file:
        compiled = {message.id: message.string for message in mofile.read_mo(file) if message.id}
    assert compiled == source
