"""A button of a page: do the deed in its one transaction, say what was done, go on.

What a rule refuses is said on the page it was sent from, with all that was typed still in it (422).
A form with a `deed_key` does its deed once, however often it is sent (T11).
A view that answers in another way asks `is_again` first in its transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import flash, redirect, request

from portal import clock
from portal.language import t
from portal.security.actor import current_actor
from portal.views.pdf_answers import sent_deed
from services import deeds
from services.context import Context
from services.errors import RuleBroken
from services.unit_of_work import unit_of_work

TWICE = (
    "同じ操作が2回送られました。記録は1回だけです。",
    "This was sent twice and is on record once.",
)


@dataclass(frozen=True)
class Done:
    """What was done, in both languages, and the page that shows it."""

    words: tuple[str, str]
    goal: str
    manner: str = "success"


def carry_out(deed: Callable[[Context], Done], again: Callable[[str], Any]) -> Any:
    """Do a deed and lead to what it made; `again` shows the page with the words of a refusal."""
    try:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            key = request.form.get("deed_key", "")
            before = deeds.find_done(ctx, *sent_deed()) if key else None
            if before is not None:
                flash(t(*TWICE), "success")
                return redirect(before, code=303)
            done = deed(ctx)
            if key:
                deeds.remember(ctx, *sent_deed(), done.goal)
    except RuleBroken as refused:
        return again(t(refused.message_ja, refused.message_en)), 422
    flash(t(*done.words), done.manner)
    return redirect(done.goal, code=303)


def is_again(ctx: Context) -> bool:
    """Whether this very form was sent and done before, which is said; else it is noted with the deed.

    For pages that stay open, or that one comes back to: what was typed anew there is a deed of its own, so
    only the same content under the same key is the same.
    """
    if not request.form.get("deed_key"):
        return False
    key, body = sent_deed()
    of_content = sha256(f"{key} {request.path} {body}".encode()).hexdigest()
    if deeds.find_done(ctx, of_content, body) is not None:
        flash(t(*TWICE), "success")
        return True
    deeds.remember(ctx, of_content, body, request.path[:300])
    return False
