"""Notice letters with their derivation, pages that flow: pages a second of one core, and memory (issue 7).

The baseline is WeasyPrint alone: ground and ink of the same letters laid out anew for each of them. Each
runs in a process of its own; ours goes on for many bundles to show that its memory does not grow.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks import cluster
from benchmarks.figures import Figure, more_is_better

ROUNDS, BUNDLES, MANY = 5, 1, 10


def run() -> Iterator[Figure]:
    """Pages a second of the processor, best of the rounds side by side; then the memory."""
    rounds = [(_told("ours", BUNDLES), _told("plain", BUNDLES)) for _ in range(ROUNDS)]
    best = [max(one[way]["pages_a_second"] for one in rounds) for way in range(2)]
    yield more_is_better("notices.pages", best[0], "pages/s CPU", best[1])
    few, many = rounds[0][0], _told("ours", MANY)
    yield Figure("notices.letters", many["letters"], "letters")
    yield Figure("notices.memory", many["megabytes"], "MB", few["megabytes"])


def _told(way: str, bundles: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.notices_client", way, str(bundles)]
    done = subprocess.run(command, cwd=cluster.ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
