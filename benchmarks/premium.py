"""The premium of the full city: computing, a durable run, one household, a changed rate (issue 7, Speed).

Computing is measured beside the same arithmetic in bare numpy, without parameters, names or kept figures, and
beside OpenFisca in an environment of its own, on the same columns; the
run beside the same rows written by the ORM, in turn. The client is a process of its own on a copy of the
city; the best of five rounds counts: CPU time for computing, seconds on the wall for what is written.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import cluster, peers
from benchmarks.figures import Figure, less_is_better

DATABASE = "premium_bench"


def run() -> Iterator[Figure]:
    """Seconds of the city, of a durable run, of a changed rate; milliseconds of one household."""
    with cluster.server(), ExitStack() as stack:
        cluster.copy_of_city(DATABASE)
        stack.callback(cluster.drop, DATABASE)
        folder = stack.enter_context(TemporaryDirectory())
        found = _told(
            [sys.executable, "-m", "benchmarks.premium_client", folder], cluster.environment(DATABASE)
        )
        files = [str(Path(folder) / name) for name in ("city.npz", "rates.json")]
        peer = _told([peers.python_of("openfisca"), "-m", "benchmarks.openfisca.client", *files], None)
    yield Figure("premium.households", found["households"], "households")
    yield less_is_better("premium.city", found["city"], "s CPU", found["bare"])
    yield less_is_better("premium.city.beside_openfisca", found["city"], "s CPU", peer["seconds"])
    yield Figure("premium.openfisca.agrees", round(peer["agree"], 4), "of households")
    yield less_is_better("premium.run", found["run"], "s", found["orm"])
    yield Figure("premium.run.cpu", round(found["run_cpu"], 2), "s CPU")
    yield Figure("premium.one_household", round(found["one"], 3), "ms CPU")
    yield Figure("premium.what_if", round(found["what_if"], 2), "s, persons in memory")
    yield Figure("premium.what_if.first", round(found["what_if_first"], 2), "s, persons read")
    yield Figure("premium.oracle", found["differ"], f"of {found['compared']:.0f} households differ")


def _told(command: list[str], env: dict[str, str] | None) -> dict[str, float]:
    """What a client printed."""
    done = subprocess.run(  # noqa: S603 - ours
        command, cwd=cluster.ROOT, env=env, check=True, stdout=subprocess.PIPE
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
