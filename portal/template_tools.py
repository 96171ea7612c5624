"""What every template may call: both languages, eras, permissions, addresses of our own assets."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app, has_request_context, render_template, request, url_for
from markupsafe import Markup

from portal.language import current_language, lazy, t
from portal.security.access import can
from portal.views.pdf_answers import new_key
from portal.views.said_again import kept
from rules.eras import PartialDate, format_both, format_long, format_short
from services.context import JST
from services.print_requests import title_in

if TYPE_CHECKING:
    from flask import Flask

    from models.document import PrintRequest

STATIC = Path(__file__).resolve().parent / "static"


def install(app: Flask) -> None:
    """Register globals and filters; undefined names in our templates are errors in the tests."""
    app.jinja_env.globals.update(
        t=t,
        lazy=lazy,
        can=can,
        asset=asset,
        language=current_language,
        person_url=person_url,
        household_url=household_url,
        inbox_url=inbox_url,
        kept=kept,
        new_key=new_key,
        key_help=key_help,
    )
    app.jinja_env.filters.update(
        era=era, era_short=era_short, era_both=era_both, moment=moment, yen=yen, plain=plain, paper=paper
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def person_url(person_id: int) -> str:
    """The page of a person."""
    return url_for("PersonView.show", person_id=person_id)


def household_url(household_id: int) -> str:
    """The page of a household."""
    return url_for("HouseholdView.show", household_id=household_id)


def inbox_url() -> str:
    """The inbox."""
    return url_for("InboxView.list")


@lru_cache(maxsize=256)
def _digest(name: str, _changed: int) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file with its sum, so that a browser may keep it for good.

    Where templates are read once, so are these files.
    """
    changed = (STATIC / name).stat().st_mtime_ns if current_app.jinja_env.auto_reload else 0
    return _address(name, changed, request.script_root if has_request_context() else None)


@lru_cache(maxsize=512)
def _address(name: str, changed: int, _root: str | None) -> str:
    return url_for("static", filename=name, v=_digest(name, changed))


def key_help() -> Markup:
    """The list of keys, which is the same on every page of a language."""
    sheets: dict[str, Markup] = current_app.extensions.setdefault("portal_key_help", {})
    language = current_language()
    if language not in sheets:
        sheets[language] = Markup(render_template("key_help.html"))  # noqa: S704 - our own template, escaped
    return sheets[language]


def paper(request: PrintRequest) -> str:
    """What a paper is, and for whom, in the language of the screen."""
    return title_in(request, english=current_language() == "en")


def era(day: date | PartialDate | None) -> str:
    """令和8年11月23日."""
    return format_long(day)


@lru_cache(maxsize=4096)
def era_short(day: date | PartialDate | None) -> str:
    """R8.11.23, for tables."""
    return format_short(day)


def era_both(day: date | PartialDate | None) -> str:
    """令和8年11月23日(2026-11-23)."""
    return format_both(day)


def moment(at: datetime | None, *, seconds: bool = False) -> str:
    """A moment in Japan: R8.11.23 10:02."""
    if at is None:
        return ""
    local = at.astimezone(JST)
    return f"{format_short(local.date())} {local.strftime('%H:%M:%S' if seconds else '%H:%M')}"


def yen(amount: int | None) -> str:
    """12,300円, or 12,300 yen."""
    return "" if amount is None else t(f"{amount:,}円", f"{amount:,} yen")


def plain(value: object) -> str:
    """A value of a table as people read it: dates in eras, yes and no in words, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return t("はい", "Yes") if value else t("いいえ", "No")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return format_both(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return "、".join(plain(part) for part in value)
    return str(value)
