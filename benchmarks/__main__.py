"""`python -m benchmarks [name …]`: runs the benches of these names (all, without one)."""

from __future__ import annotations

import sys

from benchmarks import (
    audit,
    certificates,
    engine,
    incoming,
    notices,
    premium,
    registry,
    replay,
    slips,
    studio,
    task_queue,
    transfer,
    upload_check,
    workflow,
)
from benchmarks.figures import Bench

BENCHES: dict[str, Bench] = {
    "engine": engine.run,
    "workflow": workflow.run,
    "registry": registry.run,
    "queue": task_queue.run,
    "certificates": certificates.run,
    "upload_check": upload_check.run,
    "audit": audit.run,
    "replay": replay.run,
    "slips": slips.run,
    "premium": premium.run,
    "notices": notices.run,
    "incoming": incoming.run,
    "studio": studio.run,
    "transfer": transfer.run,
}


def main(names: list[str]) -> int:
    """Run and print; 2 where a name is unknown."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        sys.stderr.write(f"no bench is called {', '.join(unknown)}; there are: {', '.join(BENCHES)}\n")
        return 2
    for name in names or BENCHES:
        for figure in BENCHES[name]():
            sys.stdout.write(figure.line() + "\n")
            sys.stdout.flush()
    return 0


sys.exit(main(sys.argv[1:]))
