"""What can be said of the application as it was put together: doors, cookies, what it runs and reads."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

from flask_appbuilder.const import AUTH_DB
from flask_appbuilder.views import ModelView

from models.vault_table import TABLE as VAULT
from portal.security.manager import ClosedSecurityApi, PortalSecurityManager
from portal.security.sessions import ServerSessions
from portal.security.sign_in import SignInView
from portal.self_check.findings import Finding, finding
from printing.system_check import reads_data_only
from workflows.engine.self_check import refuses_entities, refuses_python

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import Settings

CLOSED = (
    "FAB_ADD_SECURITY_API",
    "FAB_API_KEY_ENABLED",
    "FAB_API_SWAGGER_UI",
    "FAB_ADD_OPENAPI_VIEWS",
    "AUTH_USER_REGISTRATION",
)
LEAST = {"weasyprint": (70, 0), "lxml": (6, 1)}
SENSITIVE_TABLES = frozenset({VAULT, "audit_event", "user_session", "second_factor"})
SENSITIVE_COLUMNS = frozenset({"password", "token_hash", "secret", "sealed", "blind_index"})


def of_application(app: Flask) -> list[Finding]:
    """Every finding, in the order of docs/security/self-check.md."""
    return [
        *_hosts(app),
        *_cookies(app),
        *_tokens_of_forms(app),
        *_closed_doors(app),
        *_sign_in(app),
        *_limits(app),
        *_views(app),
        *_readers(),
    ]


def _hosts(app: Flask) -> Iterator[Finding]:
    settings: Settings = app.extensions["portal_settings"]
    for name in ("TRUSTED_HOSTS", "FAB_SAFE_REDIRECT_HOSTS"):
        yield finding(
            name,
            "a foreign host name is neither answered nor led to",
            "must be the hosts of PORTAL_TRUSTED_HOSTS",
            holds=list(app.config.get(name) or ()) == list(settings.hosts),
        )
    yield finding("TESTING", "no switch of tests is on", "must be off", holds=not app.testing)


def _cookies(app: Flask) -> Iterator[Finding]:
    wanted = {
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
    }
    for name, value in wanted.items():
        remedy = f"must be {value}; PORTAL_COOKIE_SECURE=true sets all of them"
        yield finding(name, "the cookie is ours alone", remedy, holds=app.config.get(name) == value)


def _tokens_of_forms(app: Flask) -> Iterator[Finding]:
    guard = app.extensions.get("csrf")
    on = all(app.config.get(name, True) for name in ("WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT"))
    covers_all = guard is not None and not (guard._exempt_views or guard._exempt_blueprints)  # noqa: SLF001 - no public door
    remedy = "every form needs its token; nothing may be exempt"
    yield finding("WTF_CSRF_ENABLED", "no form is taken without its token", remedy, holds=on and covers_all)


def _closed_doors(app: Flask) -> Iterator[Finding]:
    for name in CLOSED:
        rule = "Flask-AppBuilder's own door is closed"
        yield finding(name, rule, "must be False", holds=app.config.get(name) is False)


def _sign_in(app: Flask) -> Iterator[Finding]:
    manager = app.extensions["appbuilder"].sm
    ours = (
        isinstance(manager, PortalSecurityManager)
        and manager.authdbview is SignInView
        and manager.security_api is ClosedSecurityApi
        and app.config.get("AUTH_TYPE", AUTH_DB) == AUTH_DB
        and isinstance(app.session_interface, ServerSessions)
    )
    remedy = "another way to sign in goes past the second factor; AUTH_TYPE must be left alone"
    yield finding("AUTH_TYPE", "nobody is in without a second factor", remedy, holds=ours)


def _limits(app: Flask) -> Iterator[Finding]:
    on = bool(app.config.get("RATELIMIT_ENABLED") and app.config.get("AUTH_RATE_LIMITED"))
    yield finding("RATELIMIT_ENABLED", "tries to sign in are limited", "must be on", holds=on)
    storage = str(app.config.get("RATELIMIT_STORAGE_URI", "memory:"))
    remedy = "limits are counted in the database or in Redis, never in memory; see REDIS_URL"
    yield finding(
        "RATELIMIT_STORAGE_URI",
        "limits are shared by all processes",
        remedy,
        holds=not storage.startswith("memory:"),
    )


def _views(app: Flask) -> Iterator[Finding]:
    views = [one for one in app.extensions["appbuilder"].baseviews if isinstance(one, ModelView)]
    telling = [type(one).__name__ for one in views if not _names_its_columns(one)]
    yield finding(
        "search_columns",
        "no list can be searched or ordered by what it must not tell",
        f"name search_columns and order_columns, none of them secret, in {', '.join(telling)}",
        holds=not telling,
    )
    deleting = [rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.endswith(".delete")]
    yield finding(
        "base_permissions",
        "no record can be deleted from a list",
        f"take the door away: {', '.join(deleting)}",
        holds=not deleting,
    )


def _names_its_columns(view: ModelView) -> bool:
    named = ("search_columns" in vars(type(view)), "order_columns" in vars(type(view)))
    asked = {*view.search_columns, *view.order_columns}
    table = view.datamodel.obj.__tablename__
    return all(named) and table not in SENSITIVE_TABLES and not asked & SENSITIVE_COLUMNS


def _readers() -> Iterator[Finding]:
    yield finding(
        "script engine",
        "definitions run FEEL only",
        "an expression in Python was taken; do not change workflows/engine/script_engine.py",
        holds=refuses_python(),
    )
    yield finding(
        "weasyprint",
        "printing reads nothing but what it is given",
        "install the locked packages; the fetcher takes data: only",
        holds=_is_new_enough("weasyprint") and reads_data_only(),
    )
    yield finding(
        "lxml",
        "XML is read without entities, DOCTYPE and network",
        "install the locked packages; use the reader of workflows/engine",
        holds=_is_new_enough("lxml") and refuses_entities(),
    )


def _is_new_enough(package: str) -> bool:
    parts = version(package).split(".")
    return tuple(int(part) for part in parts[:2]) >= LEAST[package]
