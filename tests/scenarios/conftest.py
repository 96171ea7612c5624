"""The staff of the demonstration city before their screens."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, StorageState

from tests.fixtures.browser import INSIDE, PATIENCE_MS
from tests.fixtures.live_server import LiveServer, run_flask
from tests.scenarios.desk import Desk


@pytest.fixture(scope="session")
def cookies() -> dict[str, StorageState]:
    """What the browser of each account keeps: one signs in once, as the limit of sign-ins wants it."""
    return {}


@pytest.fixture
def desk(
    browser: Browser, live_server: LiveServer, cookies: dict[str, StorageState]
) -> Iterator[Callable[..., Desk]]:
    """`desk("sato")` is Sato before the portal; no script may fail and no other machine be asked."""
    opened: list[Desk] = []
    password = (live_server.folder / "demo_password").read_text().strip()

    def enter(account: str, language: str = "ja") -> Desk:
        context = browser.new_context(
            base_url=live_server.url,
            locale="ja-JP" if language == "ja" else "en-GB",
            timezone_id="Asia/Tokyo",
            viewport={"width": 1366, "height": 768},
            storage_state=cookies.get(account),
        )
        context.set_default_timeout(PATIENCE_MS)
        one = Desk(context.new_page())
        opened.append(one)
        one.page.on("console", lambda said: one.complaints.append(said.text) if is_complaint(said) else None)
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on(
            "request", lambda asked: one.complaints.append(asked.url) if is_outside(asked.url) else None
        )
        context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])

        def code() -> str:
            return code_of(live_server.folder, account)

        one.password, one.code = password, code
        one.open("/")
        if "/lock/" in one.page.url:  # nobody moved since an earlier story
            unlock(one)
        elif "/login/" in one.page.url:
            sign_in(one, account)
        cookies[account] = context.storage_state()
        return one

    yield enter
    for one in opened:
        one.page.context.close()
    assert [complaint for one in opened for complaint in one.complaints] == []


def sign_in(one: Desk, account: str) -> None:
    one.page.goto("/login/")
    one.page.fill('input[name="username"]', account)
    one.page.fill('input[name="password"]', one.password)
    with one.page.expect_navigation():
        one.page.keyboard.press("Enter")
    one.show_code()
    assert "/login" not in one.page.url


def unlock(one: Desk) -> None:
    one.page.fill('input[name="password"]', one.password)
    one.show_code()
    assert "/lock/" not in one.page.url


def code_of(folder: Path, account: str) -> str:
    """The one-time code of a demonstration account, as its authenticator shows it now."""
    return run_flask(folder, "demo", "code", account).strip()


def is_complaint(said: ConsoleMessage) -> bool:
    """Errors and warnings; but a page that refuses (4xx, 503) does what it should."""
    return said.type in {"error", "warning"} and "Failed to load resource" not in said.text


def is_outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in INSIDE
