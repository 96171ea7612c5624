"""The check in a child process with limits: whatever a file does to it, the portal goes on (T03).

The child reads the files from a pipe, sets its limits, and answers by a pipe; when it dies or is ended, the
file it was looking at is the problem.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workflows.engine.checking.files import MAX_FILES, File, Surroundings
from workflows.engine.checking.problems import Problem, problem

SECONDS = 10
MEGABYTES = 200
_ROOT = Path(__file__).resolve().parents[3]
_TRIES = 3
OUT_OF_MEMORY = 3  # what the child ends with when memory is used up
_TO_LOAD = 10  # seconds that the interpreter and its libraries may take on a busy machine
_TOO_LONG = (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGALRM)


@dataclass(frozen=True)
class Limits:
    """What a child may use: seconds of the processor and by the clock, megabytes beyond its libraries."""

    seconds: int = SECONDS
    megabytes: int = MEGABYTES


USUAL = Limits()


def check(files: Sequence[File], surroundings: Surroundings, limits: Limits = USUAL) -> list[Problem]:
    """All problems of the given files, as `definition.check` finds them; the end of the child is one, too."""
    if len(files) > MAX_FILES:
        return [problem("too_many_files", one.name, 1, "", limit=MAX_FILES) for one in files if one.given]
    told: list[Problem] = []
    left = list(files)
    for _ in range(_TRIES):
        found = _once(left, surroundings, limits)
        if found.problems is not None:
            return [*told, *found.problems]
        told.append(_ended(found, left, limits))
        left = [one for one in left if one.name != found.at]
    return told + [_ended(found, [one], limits) for one in left if one.given]


class _Answer:
    """What came back: the problems, or the file at which the child ended and how."""

    def __init__(self, answer: bytes, code: int, errors: bytes) -> None:
        lines = [json.loads(line) for line in answer.splitlines() if line.endswith(b"}")]
        self.at = next((line["at"] for line in reversed(lines) if "at" in line), "")
        last: dict[str, Any] = lines[-1] if lines else {}
        self.problems = [Problem(**one) for one in last["problems"]] if "problems" in last else None
        self.code = code
        self.errors = errors.decode(errors="replace").strip().splitlines()


def _once(files: Sequence[File], surroundings: Surroundings, limits: Limits) -> _Answer:
    request = {
        "files": [one.as_dict() for one in files],
        "surroundings": surroundings.as_dict(),
        "limits": asdict(limits),
    }
    child = subprocess.Popen(
        [sys.executable, "-E", "-s", "-m", "workflows.engine.checking.child"],
        cwd=_ROOT,
        env={"LC_ALL": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        answer, errors = child.communicate(json.dumps(request).encode(), timeout=limits.seconds + _TO_LOAD)
    except subprocess.TimeoutExpired:
        _kill(child)
        answer, errors = child.communicate()
    except BaseException:
        _kill(child)
        child.wait()
        raise
    return _Answer(answer, child.returncode, errors)


def _kill(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _ended(found: _Answer, left: Sequence[File], limits: Limits) -> Problem:
    name = found.at or left[0].name
    if found.code == 1:
        why = found.errors[-1] if found.errors else "no reason was given"
        return problem("not_checkable", name, 1, "", why=why)
    return problem("too_expensive", name, 1, "", why=_why(found.code, limits))


def _why(code: int, limits: Limits) -> str:
    if code == OUT_OF_MEMORY:
        return f"it needed more than {limits.megabytes} MB"
    return f"it took more than {limits.seconds} s" if code in _TOO_LONG else f"it ended with {code}"
