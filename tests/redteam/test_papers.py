"""Markup in every printed place of every paper: it stands there as text, nothing is fetched (T04, T07)."""

from __future__ import annotations

import dataclasses
import re
import socket
import textwrap
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from printing import press
from printing.documents import DOCUMENTS, kind_of
from printing.errors import PrintRefused
from printing.places import texts
from tests.printing.golden import DOCUMENTS as SAMPLES
from tests.printing.paper import text_of
from tests.redteam.conftest import WHOLE
from tests.redteam.ledger import Attack

PLAIN = "Qz7Qz"
SHORT = "<b>&lt;"
PIECE = 4  # letters
STEP = 1 if WHOLE else 5  # the short list takes every fifth place, and the first of each paper


def wicked(port: int) -> tuple[str, ...]:
    """What somebody might type, longer than most places are wide."""
    return (
        f'"><img src="http://127.0.0.1:{port}/x">',
        "<link rel=attachment href='file:///etc/passwd'>",
        f"<style>@import url(http://127.0.0.1:{port});</style>",
        "<td colspan=100000>",
        "{{7*7}}{% x %}]]>",
        "</body><a href='http://127.0.0.1'>x</a>",
    )


def test_every_paper_is_attacked() -> None:
    assert {kind_of(make()).name for make in SAMPLES.values()} == set(DOCUMENTS)


def test_markup_in_every_printed_field(attack: Attack) -> None:
    seen: set[str] = set()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        markups = wicked(listener.getsockname()[1])
        begun: set[str] = set()
        for turn, (document, path) in enumerate(places()):
            name = kind_of(document).name
            if turn % STEP == 0 or name not in begun:
                begun.add(name)
                for markup in (SHORT, markups[turn % len(markups)]) if WHOLE else (SHORT,):
                    if is_printed(attack, document, path, markup):
                        seen.add(name)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert attack.findings == []
    assert seen == set(DOCUMENTS), "a paper on which no markup came out: its fields were not tried"


def places() -> Iterator[tuple[Any, str]]:
    """Each text of each paper; of many lines the first one."""
    for make in SAMPLES.values():
        document, known = make(), set()
        for text in texts(document):
            place = re.sub(r"\b\d+\b", "n", text.path)
            if place not in known:
                known.add(place)
                yield document, text.path


def is_printed(attack: Attack, document: Any, path: str, markup: str) -> bool:
    """Whether the markup came out, as text: a paper refused in words is no finding, a silent loss is one."""
    told = (kind_of(document).name, path, markup)
    try:
        pdf = press.render(put(document, path, markup))
    except PrintRefused as refused:
        attack.expect(refused.code not in {"print.stopped", "print.failed", "print.warning"}, told)
        return False
    attack.expect(b"root:" not in pdf, (*told, "a file"))
    with pikepdf.open(BytesIO(pdf)) as opened:
        attack.expect(not opened.attachments and "/Names" not in opened.Root, (*told, "an attachment"))
        attack.expect(not any("/Annots" in page for page in opened.pages), (*told, "a link"))
    comes_out = stands_in(markup, text_of(pdf))
    attack.expect(comes_out or not has_a_place(document, path), (*told, "not on the paper as it was typed"))
    return comes_out


def has_a_place(document: Any, path: str) -> bool:
    """Whether a plain word comes out in this place."""
    return PLAIN in squeezed(text_of(press.render(put(document, path, PLAIN))))


def stands_in(markup: str, text: str) -> bool:
    """Whether it stands there; of one that takes several lines, a piece may be cut at the end of each."""
    parts = [part for word in markup.split() for part in textwrap.wrap(word, PIECE)]
    missing = sum(part not in squeezed(text) for part in parts)
    return missing <= (0 if len(markup) <= PIECE * 2 else len(parts) // 2)


def put(document: Any, path: str, text: str) -> Any:
    """The document with another text in one place."""
    if not path:
        return text
    head, _, rest = path.partition(".")
    if isinstance(document, tuple):
        return (*document[: int(head)], put(document[int(head)], rest, text), *document[int(head) + 1 :])
    return dataclasses.replace(document, **{head: put(getattr(document, head), rest, text)})


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)
