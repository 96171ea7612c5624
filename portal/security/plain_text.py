"""Refuses what no page of ours sends and no database keeps: the sign NUL in an address or a form (T24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

NUL = "\0"


def install(app: Flask) -> None:
    """Look at each request before its view does."""
    app.before_request(refuse_nul)


def refuse_nul() -> None:
    """Answer 400 where a name or a value holds NUL; PostgreSQL would break on it."""
    if any(NUL in text for text in _texts()):
        abort(400)


def _texts() -> Iterator[str]:
    yield request.path
    for sent in (request.args, request.form):
        for name, value in sent.items(multi=True):
            yield name
            yield value
