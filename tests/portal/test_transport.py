"""By which way the portal answers, and what its cookie is called there (T20, T21)."""

import pytest
from flask import Flask

from portal.settings import Settings
from tests.architecture.tree import ROOT
from tests.portal.conftest import OpenPortal


@pytest.fixture
def secure(staffed_url: str, open_portal: OpenPortal) -> Flask:
    """As production is set up: cookies by HTTPS only, one proxy before it."""
    return open_portal(
        staffed_url, cookie_secure=True, trusted_proxies=1, trusted_hosts="kokuho.city.example"
    )


@pytest.mark.parametrize("path", ["/", "/login/", "/static/portal.css", "/nowhere"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_over_http_there_is_no_page(secure: Flask, path: str, method: str) -> None:
    answer = secure.test_client().open(path, method=method, base_url="http://kokuho.city.example")
    assert (answer.status_code, answer.text) == (400, "400 https only\n")
    assert "nonce-" in answer.headers["Content-Security-Policy"]


def test_the_proxy_says_that_it_was_https(secure: Flask) -> None:
    answer = secure.test_client().get(
        "/login/", base_url="http://kokuho.city.example", headers={"X-Forwarded-Proto": "https"}
    )
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_machine_may_ask_how_it_is_by_http(secure: Flask) -> None:
    assert secure.test_client().get("/healthz", base_url="http://kokuho.city.example").text.strip() == "ok"


def test_on_a_trial_the_cookie_has_a_plain_name_and_is_hidden_all_the_same(app: Flask) -> None:
    cookie = app.test_client().get("/login/", base_url="http://localhost:8080").headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


@pytest.mark.parametrize("path", ["/", "/login/?next=/inbox/", "/nowhere"])
def test_on_a_trial_the_number_leads_to_the_name(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, base_url="http://127.0.0.1:8080")
    assert (answer.status_code, answer.location) == (307, f"http://localhost:8080{path}")


def test_the_port_of_others_is_bound_to_this_machine_only() -> None:
    """`make run` serves on loopback; the self-check holds production to it."""
    script = (ROOT / "scripts" / "run.sh").read_text(encoding="utf-8")
    assert '--bind "127.0.0.1:$PORT"' in script
    assert "0.0.0.0" not in script  # noqa: S104 - that it is not there
    assert Settings().hosts == ("localhost", "127.0.0.1")


@pytest.fixture
def proxied(staffed_url: str, open_portal: OpenPortal) -> Flask:
    return open_portal(
        staffed_url, trusted_proxies=1, login_limit="3 per 5 minute", address_limit="5 per 5 minute"
    )


def tries(app: Flask, forged: list[str], name: str = "counter.hanako") -> list[int]:
    """Wrong passwords through the proxy, each with other headers of the sender's own."""
    from tests.portal.conftest import Visitor

    visitor = Visitor(app)
    token = visitor.token()
    form = {"csrf_token": token, "username": name, "password": "wrong"}
    return [
        visitor.client.post("/login/", data=form, headers={"X-Forwarded-For": one}).status_code
        for one in forged
    ]


def test_a_forged_header_does_not_begin_the_count_anew(proxied: Flask) -> None:
    forged = [f"198.51.100.{number}, 192.0.2.9" for number in range(5)]
    assert tries(proxied, forged) == [401, 401, 401, 429, 429]


def test_another_terminal_is_counted_apart(proxied: Flask) -> None:
    assert tries(proxied, ["192.0.2.9"] * 4)[-1] == 429
    assert tries(proxied, ["192.0.2.10"]) == [401]


def test_names_that_change_are_counted_by_their_address(proxied: Flask) -> None:
    told = [tries(proxied, ["192.0.2.9"], f"somebody{number}")[0] for number in range(7)]
    assert told == [401] * 5 + [429] * 2


def test_without_a_proxy_nobody_is_believed(staffed_url: str, open_portal: OpenPortal) -> None:
    app = open_portal(staffed_url, login_limit="3 per 5 minute")
    assert tries(app, [f"198.51.100.{number}" for number in range(5)]) == [401, 401, 401, 429, 429]
    for header in ("X-Forwarded-Host", "Forwarded", "X-Real-IP"):
        answer = app.test_client().get("/login/", headers={header: "host=evil.example"})
        assert "evil.example" not in answer.text
