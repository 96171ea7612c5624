"""The process that prints: it reaches nothing, and ends in words whatever a sheet holds."""

import http.server
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from printing import confinement, press
from printing.errors import GlyphMissing, PrintRefused, TextDoesNotFit
from printing.press import Press
from printing.renderer import render_many
from tests.printing import samples
from tests.printing.hostile_press import Hostile


@pytest.fixture
def own_press() -> Iterator[Press]:
    made = Press()
    yield made
    made.close()


@pytest.fixture(scope="module")
def hostile_press() -> Iterator[Press]:
    """A press whose papers were written by a bad person."""
    made = Press((sys.executable, "-m", "tests.printing.hostile_press"))
    yield made
    made.close()


def refused(press_: Press, paper: Hostile) -> PrintRefused:
    with pytest.raises(PrintRefused) as told:
        press_.render_many([paper])
    assert told.value.message_ja
    return told.value


def test_it_prints_the_same_bytes_as_the_renderer_itself() -> None:
    papers = [samples.eligibility_certificate(), samples.eligibility_notice()]
    assert press.render_many(papers) == render_many(papers)
    assert press.render(papers[0], preview=True) == render_many(papers[:1], preview=True)


def test_a_refusal_comes_back_as_it_was_raised() -> None:
    paper = samples.eligibility_certificate(samples.card(name="あ" * 200))
    with pytest.raises((TextDoesNotFit, PrintRefused)) as inside:
        render_many([paper])
    with pytest.raises(PrintRefused) as outside:
        press.render(paper)
    assert (outside.value.code, outside.value.message_ja) == (inside.value.code, inside.value.message_ja)
    assert outside.value.reasons == inside.value.reasons
    with pytest.raises(PrintRefused) as missing:
        press.render(samples.eligibility_certificate(samples.card(name="\U0001f600")))
    assert missing.value.code == GlyphMissing("", "", "x").code
    with pytest.raises(PrintRefused, match="印刷するものがありません"):
        press.render_many([])


def test_it_has_a_network_of_its_own_where_the_machine_allows_it(own_press: Press) -> None:
    program = "from printing.confinement import leave_network; print(leave_network())"
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert own_press.state()["network"] == asked.stdout.strip()


@pytest.mark.parametrize("deed", ["connect", "resolve"])
def test_it_reaches_nothing_with_the_network_of_the_machine_either(hostile_press: Press, deed: str) -> None:
    """The hook refuses before the kernel is asked, so that it holds without a network of its own too."""
    told = refused(hostile_press, Hostile(deed=deed))
    assert (told.code, told.reasons) == ("print.failed", (confinement.Reached.__name__,))


def test_it_writes_no_file(hostile_press: Press, tmp_path: Path) -> None:
    target = tmp_path / "written"
    told = refused(hostile_press, Hostile(str(target), deed="write_a_file"))
    assert told.code in {"print.failed", "print.stopped"}
    assert target.stat().st_size == 0


def test_it_knows_no_setting(hostile_press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "not for printing")
    monkeypatch.setenv("DATABASE_URL", "postgresql://portal:secret@/portal")
    hostile_press.close()
    assert hostile_press.render_many([Hostile("a", deed="see_the_environment")]).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("fill_memory", "print.too_much"),
        ("end_at_once", "print.stopped"),
        ("turn_for_ever", "print.took_too_long"),
    ],
)
def test_what_takes_too_much_ends_in_words_and_the_next_print_comes_out(
    hostile_press: Press, deed: str, code: str
) -> None:
    assert refused(hostile_press, Hostile(deed=deed)).code == code
    assert hostile_press.render_many([Hostile("次の紙")]).startswith(b"%PDF")


def test_a_cell_over_a_hundred_thousand_columns_ends_in_words(hostile_press: Press) -> None:
    wide = "<table><tr><td colspan='100000'>広い</td></tr><tr><td>1</td><td>2</td></tr></table>"
    assert refused(hostile_press, Hostile(wide)).code == "print.took_too_long"


def test_a_thousand_nested_boxes_end_in_words(hostile_press: Press) -> None:
    deep = "<div>" * 1500 + "深い" + "</div>" * 1500
    assert refused(hostile_press, Hostile(deep)).code in {
        "print.too_deep",
        "print.stopped",
        "print.took_too_long",
    }


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and what was asked of it."""
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "sheet",
    [
        "<img src='{there}/picture.png'/>",
        "<style>@import url({there}/a.css); p {{ background: url({there}/b.png) }}</style><p>x</p>",
        "<a rel='attachment' href='{there}/c'>x</a><link rel='attachment' href='{there}/d'/>",
        "<object data='{there}/e'></object><embed src='{there}/f'/>",
        "<img src='file:///etc/hostname'/>",
        "<a rel='attachment' href='file:///etc/hostname'>x</a>",
        "<link rel='stylesheet' href='file:///etc/hostname'/><p>x</p>",
    ],
)
def test_a_sheet_that_names_a_file_or_an_address_reads_neither(
    hostile_press: Press, listener: tuple[str, list[str]], sheet: str
) -> None:
    there, asked = listener
    secret = Path("/etc/hostname").read_bytes().strip()
    printed, code = tried(hostile_press, Hostile(sheet.format(there=there)))
    assert code in {"", "print.warning", "print.failed"}
    assert b"EmbeddedFile" not in printed
    assert secret not in printed
    assert asked == []


def tried(press_: Press, paper: Hostile) -> tuple[bytes, str]:
    """The PDF, or the code with which it was refused."""
    try:
        return press_.render_many([paper]), ""
    except PrintRefused as told:
        return b"", told.code


def test_a_process_that_was_killed_is_begun_anew(own_press: Press) -> None:
    own_press.state()
    assert own_press._process is not None
    os.kill(own_press._process.pid, signal.SIGKILL)
    own_press._process.wait()
    assert own_press.render_many([samples.eligibility_certificate()]).startswith(b"%PDF")


def test_it_ends_when_nobody_asks_any_more(own_press: Press) -> None:
    own_press.state()
    process = own_press._process
    own_press.close()
    assert process is not None
    assert process.returncode == 0
