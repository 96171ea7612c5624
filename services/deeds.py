"""A page that is sent twice does its deed once (security.md T11, d-04)."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select

from models.deed import Deed
from services.context import Context
from services.errors import SomebodyElseWasFaster


def fingerprint(pairs: list[tuple[str, str]]) -> str:
    """The hash of what a form sent, apart from the key and the CSRF token of the page."""
    kept = sorted((k, v) for k, v in pairs if k not in {"csrf_token", "deed_key"})
    return hashlib.sha256(repr(kept).encode()).hexdigest()


def find_done(ctx: Context, key: str, body_hash: str) -> str | None:
    """Where the deed of this page led when it was done before; None where it is new.

    A page sent twice at the same moment waits here until its first sending is committed or undone.

    Raises:
        SomebodyElseWasFaster: the page was sent before with other content, or by somebody else.
    """
    if ctx.session.get_bind().dialect.name == "postgresql":  # SQLite lets one write at a time
        ctx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    done = ctx.session.get(Deed, key, populate_existing=True)
    if done is None:
        return None
    if done.user_id != (ctx.actor.staff_id or 0) or done.body_hash != body_hash:
        raise SomebodyElseWasFaster(
            "この画面はすでに別の内容で送信されています。一覧から開き直して、いまの状態を確かめてください。",
            "This page was already sent with other content. Open it again from the list.",
        )
    return done.location


def remember(ctx: Context, key: str, body_hash: str, location: str) -> None:
    """Keep where the deed of this page led, in the deed's own transaction."""
    ctx.session.add(
        Deed(key=key, user_id=ctx.actor.staff_id or 0, body_hash=body_hash, location=location, at=ctx.at)
    )
