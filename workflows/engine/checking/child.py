"""`python -m workflows.engine.checking.child`: reads files from standard input, answers on standard output.

Once everything it needs is loaded and the files are read, it can open no file and no connection, start no
process, and use only so much memory and time more.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflows.engine.checking.definition import check
from workflows.engine.checking.files import File, Surroundings
from workflows.engine.checking.guard import OUT_OF_MEMORY, Limits
from workflows.engine.dmn.tables import Decision
from workflows.engine.parser import try_build

STACK_OF_A_REQUEST = 250
_WARM = (
    File(
        "warm.bpmn",
        "bpmn",
        "warm",
        "warm",
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    ),
    File(
        "warm.schema.json",
        "schema",
        "warm",
        "warm",
        b'{"type": "object", "properties": {"a": {"type": "string"}}}',
    ),
    File("warm.ui.json", "ui", "warm", "warm", b'{"groups": [{"id": "a", "fields": ["a"]}]}'),
)


def main() -> int:
    """Answer one request; 3 where memory is used up."""
    request = json.loads(sys.stdin.buffer.read())
    files = [File.of_dict(one) for one in request["files"]]
    surroundings = Surroundings.of_dict(request["surroundings"])
    check(_WARM, Surroundings())  # loads what is loaded late: codecs, the schema of schemas, shared forms
    confine(Limits(**request["limits"]))
    try:
        problems = check(files, surroundings, build_with_room, lambda name: answer({"at": name}))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    answer({"problems": [one.as_dict() for one in problems]})
    return 0


def build_with_room(slug: str, roots: Mapping[str, Any], decisions: Mapping[str, Decision]) -> None:
    """Make the specification on less of the stack than a request of the portal leaves."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(usual - STACK_OF_A_REQUEST)
    try:
        try_build(slug, roots, decisions)
    finally:
        sys.setrecursionlimit(usual)


def confine(limits: Limits) -> None:
    """Set the limits of this process for good."""
    signal.alarm(limits.seconds)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    memory = pages * resource.getpagesize() + limits.megabytes * 1024 * 1024
    seconds = math.ceil(time.process_time()) + limits.seconds
    bounds = {
        resource.RLIMIT_AS: (memory, memory),
        resource.RLIMIT_CPU: (seconds, seconds),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_NPROC: (0, 0),
        resource.RLIMIT_NOFILE: (3, 3),
    }
    for kind, limit in bounds.items():
        resource.setrlimit(kind, limit)


def answer(told: object) -> None:
    """One line of JSON, at once."""
    sys.stdout.write(json.dumps(told, ensure_ascii=True) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
