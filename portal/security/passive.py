"""Requests that pages make by themselves: they are no sign of life, so they keep no idle session open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from flask.sessions import SecureCookieSessionInterface

if TYPE_CHECKING:
    from flask import Flask
    from flask.sessions import SessionMixin

PASSIVE_ENDPOINTS = frozenset({"JobView.progress"})


def is_passive() -> bool:
    """Whether this request was made by a page and not by a person."""
    return request.endpoint in PASSIVE_ENDPOINTS


class Sessions(SecureCookieSessionInterface):
    """The cookie of the session, which a passive request does not make last longer."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Say whether the cookie is sent anew."""
        if is_passive() and not session.modified:
            return False
        return super().should_set_cookie(app, session)
