"""No secret gets into a log, an error page or the text of the settings."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from portal.security import redaction
from portal.security.factors import code_at
from portal.settings import Settings
from rules.numbers import individual_number_check_digit
from tests.portal.conftest import PASSWORD, SECRET, OpenPortal, Visitor

WORD = "kanariya-of-the-database"
KEY = "5d0c1b2a39485766" * 3
DIGITS = "12345678901"
NUMBER = f"{DIGITS}{individual_number_check_digit(DIGITS)}"
TOKEN = "~" + "Ab3-" * 11


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """All that was printed and logged so far."""

    def read() -> str:
        captured = capsys.readouterr()
        return captured.out + captured.err + caplog.text

    return read


@pytest.fixture
def breaking(staffed_url: str, open_portal: OpenPortal) -> Flask:
    """A portal with a page that breaks with every secret in the text of its error."""
    app = open_portal(staffed_url, secret_key=KEY, redis_url=f"redis://:{WORD}@localhost/0")

    def crash() -> str:
        logging.getLogger("another.library").error("at %s", f"postgresql://portal:{WORD}@db/portal")
        raise ValueError(f"{PASSWORD_HASH} {SECRET} {TOKEN} {KEY} {WORD} {NUMBER}")

    app.add_url_rule("/crash", "crash", crash)
    app.config["RATELIMIT_STORAGE_URI"] = "portal-db://"
    return app


PASSWORD_HASH = "scrypt:32768:8:1$salt$0123456789abcdef"
SECRETS = (WORD, KEY, NUMBER, TOKEN, SECRET, PASSWORD_HASH)


def test_an_error_that_holds_every_secret_tells_none(breaking: Flask, told: Callable[[], str]) -> None:
    answer = breaking.test_client().get("/crash")
    assert answer.status_code == 500
    log = told()
    assert "ValueError" in log
    assert "another.library" in log
    assert [one for one in SECRETS if one in log] == []
    assert [one for one in SECRETS if one in answer.text] == []


def test_signing_in_leaves_no_password_code_or_session_in_the_log(
    app: Flask, told: Callable[[], str]
) -> None:
    wrong = "wrong kanariya battery"
    person = Visitor(app)
    person.show_password("counter", wrong)
    assert person.sign_in("counter").status_code == 302
    from portal import clock

    code = code_at(SECRET, clock.now())
    session = person.client.get_cookie("session").value
    person.get(f"/profile/?password={wrong}&code={code}")
    person.get(f"/persons/{NUMBER}")
    log = told()
    assert '"rule": "/login/"' in log
    assert [one for one in (wrong, PASSWORD, SECRET, session, NUMBER, f'"{code}"') if one in log] == []


def test_a_trace_of_logging_is_redacted(told: Callable[[], str], tmp_path: Path) -> None:
    redaction.install(Settings(data_dir=tmp_path, database_url=f"postgresql://portal:{WORD}@db/portal"))
    try:
        raise RuntimeError(f"no way to postgresql://portal:another-word@db/portal with {NUMBER}, {WORD}")
    except RuntimeError:
        logging.getLogger("portal.worker").exception("job %s failed", 7)
    log = told()
    assert "job 7 failed" in log
    assert "postgresql://portal:***@db/portal" in log
    assert [one for one in (NUMBER, WORD, "another-word") if one in log] == []


def test_what_is_no_secret_stays_readable() -> None:
    for text in (
        "rule /persons/<int:person_id>",
        "2026-11-30T01:50:15.056266Z",
        "123456789012 rows",
        "1.5 ms",
    ):
        assert redaction.redacted(text) == text


def test_the_settings_do_not_tell_their_secrets(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, secret_key=KEY, database_url=f"postgresql://portal:{WORD}@db/portal"
    )
    assert KEY not in repr(settings)
    assert WORD not in repr(settings)
