"""The check of an uploaded definition, by the clock, child process and all (docs/definition-check.md).

The baseline is a bare child that lets SpiffWorkflow parse the same diagrams: it checks nothing and has no
limits. Aim: well under a second for a procedure.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.figures import Figure, less_is_better
from portal.security.roles import ROLES
from workflows import definition_files

ROOT = Path(__file__).resolve().parents[1]
TIMES = 9
ONE = ("workflows/acquisition", "workflows/identity_check", "workflows/verification", "forms/acquisition")


def run() -> Iterator[Figure]:
    """Seconds of the check of one procedure with all that it calls, and of a single diagram."""
    diagrams = [
        str(ROOT / "workflows" / name / "process.bpmn") for name in ("verification", "identity_check")
    ]
    bare = _middle(lambda: _parse(diagrams))
    procedure = [ROOT / name for name in ONE]
    yield less_is_better("upload_check.procedure", _middle(lambda: _check(procedure)), "s", bare)
    diagram = [ROOT / "workflows" / "identity_check" / "process.bpmn"]
    yield less_is_better("upload_check.diagram", _middle(lambda: _check(diagram)), "s", bare)


def _check(paths: list[Path]) -> None:
    reports = definition_files.check(paths, ROLES)
    if not all(one.ok for one in reports):
        raise RuntimeError("a shipped procedure does not pass the check")


def _parse() -> None:
    child = subprocess.Popen([sys.executable, "-m", "benchmarks.bare_parse"], cwd=ROOT)
    if child.wait() != 0:
        raise RuntimeError("SpiffWorkflow does not parse the shipped diagrams")


def _middle(deed: Callable[[], None]) -> float:
    """The median time of the deed, in seconds; the first run warms the files up."""
    deed()
    spent = []
    for _ in range(TIMES):
        begin = perf_counter()
        deed()
        spent.append(perf_counter() - begin)
    return median(spent)
