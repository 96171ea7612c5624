"""Payment slips by the thousand: pages a second of one core beside typst and reportlab, and memory (issue 7).

Each runs in a process of its own and tells the seconds of the processor from the first slip to the end.
Ours checks what stands on each slip as well. Aims: 600 pages a second and core, at least 1.3 times typst
and three times reportlab, at most 250 MB for any number.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import cluster, peers
from benchmarks.figures import Figure, more_is_better
from printing.fonts import GOTHIC, MINCHO, find_file

ROUNDS, COUNT, MANY = 5, 1_000, 20_000


def run() -> Iterator[Figure]:
    """Pages a second, best of five rounds side by side; then the memory of a long run."""
    python = peers.python_of("slip_peers")
    with TemporaryDirectory() as folder:
        ways = {
            "ours": [sys.executable, "-m", "benchmarks.slips_client"],
            "typst": [python, "-m", "benchmarks.slip_peers.typst_client"],
            "reportlab": [python, "-m", "benchmarks.slip_peers.reportlab_client"],
        }
        rounds = [{name: _spent(way, COUNT, folder)[0] for name, way in ways.items()} for _ in range(ROUNDS)]
        best = {name: COUNT / min(one[name] for one in rounds) for name in ways}
        for peer in ("typst", "reportlab"):
            name = f"slips.pages.beside_{peer}"
            yield more_is_better(name, best["ours"], "pages/s CPU", best[peer])
        seconds, megabytes = _spent(ways["ours"], MANY, folder)
        yield Figure("slips.many.pages", round(MANY / seconds, 1), "pages/s CPU")
        yield Figure("slips.many.memory", megabytes, "MB")


def _spent(way: list[str], count: int, folder: str) -> tuple[float, float]:
    """Seconds of the processor for so many slips, and the most memory where it is told (MB)."""
    fonts = [str(find_file(face)) for face in (GOTHIC, MINCHO)]
    target = str(Path(folder) / "slips.pdf")
    command = [*way, str(count), *fonts, target]
    done = subprocess.run(command, cwd=cluster.ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    seconds, _, megabytes = done.stdout.strip().partition(" ")
    return float(seconds), float(megabytes or 0)
