"""A month's transfer of a whole city: time and memory of a run and of a fetch, beside PostgreSQL's COPY (J2).

The heaviest one that the system holds whole: eligibility to long-term care, fixed length in cp932, protected
places looked up. Ours chooses, converts, checks, hashes and seals each value, under the gate; the baseline is
`COPY (the same query) TO STDOUT` into a file, in the same minutes. Each side runs in a process of its own;
the best of three rounds counts. Aims: 100,000 persons in 10
seconds, memory that does not grow with their number.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks import cluster
from benchmarks.figures import Figure, less_is_better

DATABASE = "transfer_bench"
ROUNDS, PERSONS = 3, 100_000


def run() -> Iterator[Figure]:
    """Seconds for 100,000 persons, rows a second, memory beyond the idle process, seconds of a fetch."""
    with cluster.server():
        cluster.copy_of_city(DATABASE)
        try:
            _client("apply")
            rounds = [(_client("send", place), _client("copy", place)) for place in range(1, ROUNDS + 1)]
            fetched = min((_client("fetch", place) for place in range(1, ROUNDS + 1)), key=_seconds)
        finally:
            cluster.drop(DATABASE)
    ours, copied = (
        min((one for one, _ in rounds), key=_seconds),
        min((one for _, one in rounds), key=_seconds),
    )
    of_city = PERSONS / ours["persons"]
    yield Figure("transfer.persons", ours["persons"], "persons")
    yield less_is_better(
        "transfer.100000_persons", ours["seconds"] * of_city, "s", copied["seconds"] * of_city
    )
    yield Figure("transfer.cpu", round(ours["cpu"] * of_city, 2), "s CPU for 100,000 persons")
    yield Figure("transfer.rows", round(ours["rows"] / ours["seconds"]), "rows/s")
    yield Figure("transfer.memory", max(one["memory"] for one, _ in rounds), "MB beyond the idle process")
    yield Figure("transfer.fetch", round(fetched["seconds"], 2), f"s for {ours['size'] / 1e6:.0f} MB")
    yield Figure("transfer.fetch.memory", fetched["memory"], "MB beyond the idle process")


def _client(deed: str, place: int = 0) -> dict[str, float]:
    """What a process of its own found."""
    command = [sys.executable, "-m", "benchmarks.transfer_client", deed, str(place)]
    done = subprocess.run(  # noqa: S603 - ours
        command, cwd=cluster.ROOT, env=cluster.environment(DATABASE), check=True, stdout=subprocess.PIPE
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _seconds(found: dict[str, float]) -> float:
    return found["seconds"]
