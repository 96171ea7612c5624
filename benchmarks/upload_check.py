"""The check of an uploaded definition, by the clock, child process and all (docs/definition-check.md).

The baseline is a bare child that lets SpiffWorkflow parse the same diagrams: it checks nothing and has no
limits. Aim: well under a second for a procedure.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
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
    """Seconds by the clock and of the processor: one procedure with all that it calls, and one diagram."""
    bare = _middle(_parse)
    for name, paths in (
        ("procedure", [ROOT / name for name in ONE]),
        ("diagram", [ROOT / "workflows" / "identity_check" / "process.bpmn"]),
    ):
        ours = _middle(partial(_check, paths))
        yield less_is_better(f"upload_check.{name}", ours[0], "s", bare[0])
        yield less_is_better(f"upload_check.{name}.cpu", ours[1], "s CPU", bare[1])


def _check(paths: list[Path]) -> None:
    reports = definition_files.check(paths, ROLES)
    if not all(one.ok for one in reports):
        raise RuntimeError("a shipped procedure does not pass the check")


def _parse() -> None:
    child = subprocess.Popen([sys.executable, "-m", "benchmarks.bare_parse"], cwd=ROOT)
    if child.wait() != 0:
        raise RuntimeError("SpiffWorkflow does not parse the shipped diagrams")


def _middle(deed: Callable[[], None]) -> tuple[float, float]:
    """The median seconds of the deed, by the clock and of the processor; the first warms the files up."""
    deed()
    spent = []
    for _ in range(TIMES):
        begin, before = perf_counter(), _processor()
        deed()
        spent.append((perf_counter() - begin, _processor() - before))
    return median(clock for clock, _ in spent), median(cpu for _, cpu in spent)


def _processor() -> float:
    """Seconds of the processor that this process and its children have used."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )
