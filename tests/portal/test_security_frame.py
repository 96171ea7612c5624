import re
from collections.abc import Callable

import pytest
from flask import Flask

from portal.security.limits_storage import is_shared
from tests.portal.conftest import OpenPortal, Visitor

PAGES = [
    "/",
    "/profile/",
    "/masters/",
    "/masters/offices/list/",
    "/masters/offices/add",
    "/staff/list/",
    "/nowhere",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_a_browser_may_do_with_it(
    signed_in: Callable[[str], Visitor], path: str
) -> None:
    answer = signed_in("administrator").get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_every_script_carries_the_word_of_its_answer_and_nothing_is_inline(
    signed_in: Callable[[str], Visitor], path: str
) -> None:
    answer = signed_in("administrator").get(path)
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce
    scripts = re.findall(r"<script[^>]*>", answer.text)
    assert scripts
    assert all(f'nonce="{nonce[1]}"' in script and "src=" in script for script in scripts)
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", answer.text)
    assert "<style" not in answer.text
    assert not re.search(r'(src|href)="(https?:)?//', answer.text)


def test_the_word_differs_in_each_answer(visitor: Visitor) -> None:
    words = {visitor.get("/login/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(words) == 3


def test_a_form_without_its_token_changes_nothing(signed_in: Callable[[str], Visitor]) -> None:
    person = signed_in("administrator")
    answer = person.client.post("/masters/schools/add", data={"name": "見本小学校"})
    assert answer.status_code == 400
    assert "何も変更されていません" in answer.text
    assert "見本小学校" not in person.get("/masters/schools/list/").text


def test_nothing_is_exempt_from_the_token(app: Flask) -> None:
    guard = app.extensions["csrf"]
    assert (guard._exempt_views, guard._exempt_blueprints) == (set(), set())


def test_a_foreign_host_gets_no_page(visitor: Visitor) -> None:
    answer = visitor.get("/login/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor: Visitor) -> None:
    cookie = visitor.get("/login/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_behind_https_the_cookie_belongs_to_this_host_alone(
    staffed_url: str, open_portal: OpenPortal
) -> None:
    app = open_portal(staffed_url, cookie_secure=True)
    answer = app.test_client().get("/login/", base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/_openapi",
        "/swagger/v1",
        "/api/v1/menu/",
        "/api/v1/security/users/",
        "/api/v1/security/roles/",
        "/register/form",
        "/users/list/",
        "/roles/list/",
        "/groups/list/",
        "/userstatschartview/chart/",
        "/resetpassword/form",
        "/lang/en",
        "/back",
        "/masters/schools/delete/1",
        "/masters/schools/action_post",
        "/masters/schools/download/x",
        "/static/appbuilder/js/jquery-latest.js",
    ],
)
def test_the_doors_of_flask_appbuilder_that_we_do_not_use_are_not_there(
    signed_in: Callable[[str], Visitor], path: str
) -> None:
    assert signed_in("administrator").get(path).status_code == 404


def test_a_page_that_is_too_large_is_refused_in_words(staffed_url: str, open_portal: OpenPortal) -> None:
    visitor = Visitor(open_portal(staffed_url, upload_megabytes=1))
    answer = visitor.post("/login/", username="counter", password="x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert "1MB" in answer.text


def test_limits_are_counted_where_all_processes_see_them(app: Flask) -> None:
    with app.app_context():
        assert is_shared()
    assert app.config["RATELIMIT_STORAGE_URI"] == "portal-db://"


def test_redis_counts_when_it_is_configured(app: Flask) -> None:
    from portal.security.limits_storage import storage_uri

    del app
    assert storage_uri("redis://localhost/0") == "redis://localhost/0"


def test_our_files_may_be_kept_and_pages_may_not(visitor: Visitor) -> None:
    page = visitor.get("/login/").text
    style = re.search(r'href="(/static/portal\.css\?v=[0-9a-f]{12})"', page)
    assert style
    answer = visitor.get(style[1])
    assert "immutable" in answer.headers["Cache-Control"]
    answer.close()
