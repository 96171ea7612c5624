"""The table of routes and their events, and a watch that compares it with what pages really write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from flask import Flask, Response, g, has_request_context, request

from models.audit import writer

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "route_events.txt"


@dataclass(frozen=True)
class Promise:
    """The tag of the event that a route writes, always or `when`; or why it writes none."""

    tag: str
    when: str
    why: str


@cache
def promises() -> dict[tuple[str, str], Promise]:
    """By endpoint and method."""
    found = {}
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        endpoint, method, told = line.split(" ", 2)
        tag, _, rest = told.partition(" ")
        found[endpoint, method] = Promise("", "", rest) if tag == "-" else Promise(tag, rest, "")
    return found


@contextmanager
def watched() -> Iterator[list[Flask]]:
    """Every page that is opened in the portals put into the list must have written what it promises."""
    missed: list[tuple[str, list[str]]] = []
    append = writer.append

    def note(connection, entries, *more, **how):
        if has_request_context():
            g.setdefault("told", []).extend(entry.tag for entry in entries)
        return append(connection, entries, *more, **how)

    def compare(response: Response) -> Response:
        promise = promises().get((request.endpoint or "", request.method))
        told = g.get("told", [])
        opened = request.method == "GET" and response.status_code == 200
        if opened and promise and promise.tag and not promise.when and promise.tag not in told:
            missed.append((request.path, told))
        return response

    class Watched(list[Flask]):
        def append(self, app: Flask) -> None:
            app.after_request(compare)
            super().append(app)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "append", note)
        yield Watched()
    assert missed == []
