import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import frame
from portal.errors import STATUS, WORDS, answer
from portal.extensions import db
from portal.security.access import open_to_everybody, requires
from portal.security.actor import NobodySignedIn
from portal.security.roles import PERMISSIONS
from services import errors
from services.errors import RuleBroken, ServiceError, SomebodyElseWasFaster
from tests.architecture.tree import ROOT
from tests.portal.conftest import OpenPortal, Visitor

STATIC = ROOT / "portal" / "static"
TEMPLATES = ROOT / "portal" / "templates"
VENDOR = STATIC / "vendor"


def subclasses(cls: type) -> set[type]:
    return {cls}.union(*(subclasses(child) for child in cls.__subclasses__()))


def raising(app: Flask, error: BaseException, path: str = "/raise") -> None:
    @open_to_everybody
    def view() -> str:
        raise error

    app.add_url_rule(path, f"raising{path}", view)


@pytest.mark.parametrize("status", WORDS)
def test_each_error_page_says_what_why_and_what_now_in_both_languages(app: Flask, status: int) -> None:
    for language in ("ja", "en"):
        with app.test_request_context(headers={"Cookie": f"language={language}"}):
            response = answer(status)
            page = response.get_data(as_text=True)
        words = WORDS[status]
        at = 0 if language == "ja" else 1
        assert response.status_code == status
        assert words.what[at] in page
        assert words.why[at].split("{")[0] in page
        assert words.now[at].split("{")[0] in page


def test_every_error_of_a_service_has_a_status() -> None:
    for cls in subclasses(ServiceError):
        assert any(parent in STATUS for parent in cls.__mro__)
    assert errors.NotFound in STATUS


class Forgetful(dict[Any, Any]):
    """What is kept where another thread clears it at once."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Keep nothing."""


def test_the_sidebar_is_shown_where_another_thread_clears_what_is_kept(app: Flask) -> None:
    app.extensions["portal_sidebars"] = Forgetful()
    clerk = Visitor(app)
    clerk.sign_in("counter")
    page = clerk.get("/")
    assert page.status_code == 200
    assert 'aria-current="page"' in page.text


def test_a_refused_deed_becomes_its_own_words(app: Flask) -> None:
    raising(app, RuleBroken("14日を過ぎています。", "More than 14 days have passed.", article="法第9条"))
    page = Visitor(app).get("/raise")
    assert page.status_code == 422
    assert "14日を過ぎています。" in page.text
    assert "法第9条" in page.text


def test_a_part_of_a_page_gets_a_part_of_words(app: Flask) -> None:
    raising(app, SomebodyElseWasFaster("佐藤さんが引き受けました。", "Sato took it."))
    part = Visitor(app).get("/raise", headers={"HX-Request": "true"})
    assert part.status_code == 409
    assert "<html" not in part.text
    assert "佐藤さんが引き受けました。" in part.text
    assert part.headers["HX-Retarget"] == "#notices"


def test_a_part_of_a_page_sends_who_is_not_signed_in_to_the_door(visitor: Visitor) -> None:
    part = visitor.get("/profile/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/login/")


def test_a_deed_without_a_person_leads_to_the_door(app: Flask) -> None:
    raising(app, NobodySignedIn())
    answered = Visitor(app).get("/raise")
    assert (answered.status_code, answered.location) == (302, "/login/?next=/raise")


def test_a_crash_shows_a_number_and_no_trace(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    raising(app, KeyError("秘密の値"))
    page = Visitor(app).get("/raise")
    assert page.status_code == 500
    assert "秘密の値" not in page.text
    assert "Traceback" not in page.text
    reference = re.search(r'class="mono">([0-9a-f]+)<', page.text)
    assert reference
    assert reference[1] in capsys.readouterr().out


def test_the_database_away_is_said_with_when_to_come_back(app: Flask) -> None:
    raising(app, OperationalError("SELECT", {}, Exception("gone")))
    page = Visitor(app).get("/raise")
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "20"
    assert "つながりません" in page.text
    assert "SELECT" not in page.text


def test_every_page_answers_503_while_the_database_is_away(
    staffed_url: str, open_portal: OpenPortal, tmp_path: Path
) -> None:
    app = open_portal(staffed_url)
    person = Visitor(app)
    person.sign_in("counter")
    with app.app_context():
        db.engine.dispose()
    (tmp_path / "staffed.sqlite3").rename(tmp_path / "away")
    (tmp_path / "staffed.sqlite3").mkdir()
    for leftover in tmp_path.glob("staffed.sqlite3-*"):
        leftover.unlink()
    for path in ("/", "/profile/", "/healthz"):
        page = person.get(path)
        assert page.status_code == 503, path
        assert page.headers["Retry-After"]


def test_the_portal_says_that_it_lives(visitor: Visitor) -> None:
    assert visitor.get("/healthz").text == "ok\n"


def test_the_band_says_that_data_are_fictitious(visitor: Visitor) -> None:
    assert "架空データ" in visitor.get("/login/").text


def test_the_log_has_no_names_and_no_questions(
    signed_in: Callable[[str], Visitor], capsys: pytest.CaptureFixture[str]
) -> None:
    signed_in("administrator").get("/masters/schools/list/?q=尼崎太郎123456789018")
    lines = capsys.readouterr().out
    assert '"/masters/schools/list/"' in lines
    assert "尼崎" not in lines
    assert "123456789018" not in lines
    assert "管理者" not in lines


def test_an_entry_appears_with_its_view_and_its_permission(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trial() -> str:
        return "trial"

    app.add_url_rule("/trial", "TrialView.list", requires("inbox.open")(trial))
    mine = frame.Entry("自分", "Mine", "TrialView.list", "inbox.open", "trial.mine", "", {"box": "mine"})
    entry = frame.Entry("試しの箱", "Trial", "TrialView.list", "inbox.open", "trial", "g t", children=(mine,))
    monkeypatch.setattr(frame, "ENTRIES", (entry,))
    monkeypatch.setattr(
        frame, "COUNTERS", [lambda _session, actor, _today: {"trial": 12, "trial.mine": len(actor.roles)}]
    )
    clerk, auditor = Visitor(app), Visitor(app)
    clerk.sign_in("counter")
    auditor.sign_in("auditor")
    page = clerk.get("/").text
    assert re.search(r'data-key="g t">\s*試しの箱\s*<span class="count some">12</span>', page)
    assert re.search(r'box=mine">\s*自分\s*<span class="count some">1</span>', page)
    assert "試しの箱" not in auditor.get("/").text


def test_each_entry_of_the_sidebar_asks_for_a_permission_that_exists() -> None:
    entries = [*frame.ENTRIES, *(child for entry in frame.ENTRIES for child in entry.children)]
    assert {entry.slug for entry in entries} <= set(PERMISSIONS)


def test_where_one_is_is_marked(signed_in: Callable[[str], Visitor]) -> None:
    page = signed_in("administrator").get("/masters/offices/show/1").text
    side = page.split('class="side"')[1].split("</nav>")[0]
    assert re.findall(r'aria-current="page"[^>]*>\s*(\S+)', side) == ["マスタ"]


def test_a_page_with_an_entry_of_its_own_marks_that_one_alone(signed_in: Callable[[str], Visitor]) -> None:
    page = signed_in("auditor").get("/rights/review/").text
    side = page.split('class="side"')[1].split("</nav>")[0]
    assert re.findall(r'aria-current="page"[^>]*>\s*(\S+)', side) == ["権限の棚卸"]


@pytest.mark.parametrize("folder", [VENDOR, ROOT / "tests" / "scenarios" / "axe-core"])
def test_the_vendored_files_are_those_that_were_vendored(folder: Path) -> None:
    sums = dict(reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text().splitlines())
    found = {
        f"./{path.relative_to(folder)}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"SHA256SUMS", "README.md"}
    }
    assert found == sums


def test_every_script_asks_the_server_in_the_one_way_that_minds_leaving() -> None:
    asking = [path.name for path in STATIC.glob("*.js") if re.search(r"\bfetch\(", path.read_text("utf-8"))]
    assert asking == ["ask.js"]


def test_every_vendored_package_brings_its_licence() -> None:
    for folder in VENDOR.iterdir():
        if folder.is_dir():
            assert (folder / "LICENSE").is_file(), folder.name


def test_the_lock_of_the_assets_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=str(path.relative_to(TEMPLATES))) for path in TEMPLATES.rglob("*.html")]
)
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", text)
    assert "<style" not in text
    assert not re.search(r'(src|href|action)="(https?:)?//', text)
    assert not re.search(r"[^'\s]\s*\|\s*safe\b", text), "only a literal of the template itself is safe"
    for script in re.findall(r"<script[^>]*>", text):
        assert "nonce=" in script


def test_the_stylesheet_knows_every_token_it_uses() -> None:
    ours = (STATIC / "portal.css").read_text(encoding="utf-8")
    tokens = (VENDOR / "design-tokens" / "tokens.css").read_text(encoding="utf-8")
    known = set(re.findall(r"(--[a-z0-9-]+)\s*:", ours + tokens))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", ours)) - known == set()
    assert "http" not in re.sub(r"/\*.*?\*/", "", ours, flags=re.DOTALL)
