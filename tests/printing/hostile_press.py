"""A process that prints, with papers whose templates a bad person wrote: only its bounds are left.

Our own templates take every value escaped, so that no text of a letter gets this far by itself.
"""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import DictLoader

from printing import documents, press_process, templates
from printing.documents import DocumentKind


@dataclass(frozen=True)
class Hostile:
    """A paper whose sheet is `body`, or a deed that no paper could do."""

    body: str = ""
    deed: str = ""


def connect(_: str) -> None:
    socket.create_connection(("127.0.0.1", 9))


def resolve(_: str) -> None:
    socket.getaddrinfo("example.invalid", 80)


def fill_memory(_: str) -> None:
    bytearray(4 * 1024**3)


def write_a_file(path: str) -> None:
    Path(path).write_bytes(b"x")


def see_the_environment(_: str) -> None:
    if {name for name in os.environ if name.startswith(("PORTAL_", "DATABASE", "REDIS"))}:
        raise AssertionError("settings")


def end_at_once(_: str) -> None:
    os._exit(9)


def turn_for_ever(_: str) -> None:
    while True:
        pass


DEEDS: dict[str, Callable[[str], None]] = {
    deed.__name__: deed
    for deed in (
        connect,
        resolve,
        fill_memory,
        write_a_file,
        see_the_environment,
        end_at_once,
        turn_for_ever,
    )
}
SHEET = "<!--sheet--><p>.</p><!--ink--><section>{{ doc.body|safe }}</section>"
KIND = DocumentKind("hostile", "悪い書類", "Hostile", Hostile, "hostile.html", (), ())


def main() -> None:
    """Answer as the real one does, with one kind of paper more."""
    from printing import checks, glyphs, renderer

    documents.DOCUMENTS["hostile"] = KIND
    kind_of = documents.kind_of
    for module in (documents, renderer, checks):
        module.kind_of = lambda document: KIND if type(document).__name__ == "Hostile" else kind_of(document)
    templates._environment().loader = DictLoader({"hostile.html": SHEET})
    renderer.check = _do_deed
    renderer.stylesheet = lambda names: "@page { size: A4 }"
    renderer.check_page = lambda *_: None
    renderer._check_fonts = lambda *_: None
    press_process.BASE_SECONDS, press_process.SECONDS_A_DOCUMENT = 3, 0
    del glyphs
    press_process.main()


def _do_deed(document: Hostile) -> None:
    if document.deed:
        DEEDS[document.deed](document.body)


if __name__ == "__main__":
    main()
