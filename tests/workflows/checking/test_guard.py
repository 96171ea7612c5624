"""The child process: its limits hold, its death is a problem of the file, the others are checked as well."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.workflows.checking.corpus import CONDITION, WHOLE, between
from tests.workflows.checking.definitions_of_tests import KNOWN, changed, file_of, with_file
from workflows.engine.checking import guard
from workflows.engine.checking.files import MAX_FILES, File
from workflows.engine.checking.guard import Limits
from workflows.engine.checking.problems import Problem

ROOT = Path(__file__).resolve().parents[3]
GOOD = file_of("good.dmn", WHOLE["tags.dmn"].encode(), "/near")


def heavy_table() -> bytes:
    """A table as large as one may be, each cell an expression of its own."""
    rules = "".join(
        f"<rule><inputEntry><text>{'-1 + ' * 20}{number}</text></inputEntry>"
        f"<outputEntry><text>{number}</text></outputEntry></rule>"
        for number in range(7_000)
    )
    return (
        WHOLE["tags.dmn"].replace(between("tags.dmn", "      <rule", "    </decisionTable"), rules).encode()
    )


def codes(problems: list[Problem]) -> set[tuple[str, str]]:
    return {(one.file, one.code) for one in problems}


def test_a_definition_that_can_be_run_has_no_problem() -> None:
    assert guard.check(with_file("tags.dmn", WHOLE["tags.dmn"].encode()), KNOWN) == []


def test_time_that_is_used_up_is_a_problem_of_the_file() -> None:
    heavy = file_of("heavy.dmn", heavy_table(), "/elsewhere")
    told = guard.check([heavy, GOOD], KNOWN, Limits(1, 200))
    assert codes(told) == {("heavy.dmn", "too_expensive")}
    assert "more than 1 s" in told[0].message


def test_memory_that_is_used_up_is_a_problem_of_the_file() -> None:
    heavy = file_of("heavy.dmn", heavy_table(), "/elsewhere")
    told = guard.check([heavy, GOOD], KNOWN, Limits(10, 4))
    assert codes(told) == {("heavy.dmn", "too_expensive")}
    assert "more than 4 MB" in told[0].message


def test_one_that_ends_the_child_does_not_hide_what_is_wrong_with_another() -> None:
    heavy = file_of("heavy.dmn", heavy_table(), "/elsewhere")
    given = [heavy, *changed("process.bpmn", CONDITION, "import os")]
    told = codes(guard.check(given, KNOWN, Limits(1, 200)))
    assert {("heavy.dmn", "too_expensive"), ("process.bpmn", "not_feel")} <= told


def in_a_row(steps: int) -> bytes:
    """A process of so many scripts, one after another."""
    ids = ["start", *(f"t{number}" for number in range(steps)), "done"]
    scripts = "".join(f'<scriptTask id="{one}"><script>{{ a: 1 }}</script></scriptTask>' for one in ids[1:-1])
    flows = "".join(
        f'<sequenceFlow id="f{number}" sourceRef="{one}" targetRef="{other}" />'
        for number, (one, other) in enumerate(pairwise(ids))
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"><process id="row">'
        f'<startEvent id="start" />{scripts}<endEvent id="done" />{flows}</process></definitions>'
    ).encode()


def test_a_way_that_the_engine_could_not_walk_in_a_request_is_refused() -> None:
    assert guard.check([file_of("row.bpmn", in_a_row(200))], KNOWN) == []
    told = guard.check([file_of("row.bpmn", in_a_row(900))], KNOWN)
    assert [one.code for one in told] == ["engine_refuses"]
    assert "too long" in told[0].message


def test_more_files_than_a_definition_has_are_not_read() -> None:
    many = [File(f"{n}.bpmn", "bpmn", "/x", str(n), b"") for n in range(MAX_FILES + 1)]
    assert {one.code for one in guard.check(many, KNOWN)} == {"too_many_files"}


AFTER = """
from workflows.engine.checking.child import confine
from workflows.engine.checking.guard import Limits
import os, socket, subprocess
confine(Limits(5, 200))
def tried(deed):
    try:
        deed()
    except (OSError, MemoryError, ValueError) as error:
        return type(error).__name__
    return "done"
print(tried(lambda: open("/etc/hostname")), tried(lambda: socket.socket()), tried(lambda: os.pipe()),
      tried(lambda: bytearray(300 * 1024 * 1024)), tried(lambda: subprocess.run(["true"])))
"""


def test_a_confined_process_opens_no_file_no_connection_no_pipe_and_little_memory() -> None:
    told = subprocess.run([sys.executable, "-c", AFTER], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["OSError", "OSError", "OSError", "MemoryError", "OSError"]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1", b'{"files": 1}'])
def test_a_child_that_is_told_nonsense_says_so_and_hangs_nowhere(content: bytes) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "workflows.engine.checking.child"],
        cwd=ROOT,
        input=content,
        capture_output=True,
        check=False,
    )
    assert told.returncode == 1
    assert told.stdout == b""


NOTHING_OF_THE_OFFICE = """
import sys
import workflows.engine.checking.child
loaded = {name.split(".")[0] for name in sys.modules}
print(sorted(loaded & {"flask", "flask_appbuilder", "models", "portal", "sqlalchemy"}))
"""


def test_the_child_knows_no_database_and_no_portal() -> None:
    """What it does not load, a file that breaks out of it does not find, and nobody waits for."""
    done = subprocess.run(
        [sys.executable, "-c", NOTHING_OF_THE_OFFICE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
