"""A file of tax incomes: taken, checked and compared, beside COPY of the same bytes and an ORM import.

100,000 persons and lines on PostgreSQL; a million lines for the memory. Each try is a process of its own. The
ORM reads a tenth of the lines, and none of its values is checked. The aim is half of bare COPY, ten times the
ORM, and 300 MB.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import create_engine

from benchmarks import cluster
from benchmarks.figures import Figure, less_is_better, more_is_better
from interchange.incoming.sources import sources
from models.migrations.upgrade import upgrade

DATABASE = "incoming_bench"
ROWS, MANY, OF_ORM = 100_000, 1_000_000, 10_000
ROUNDS, MEMORY = 3, 300
PEOPLE = """
    INSERT INTO person (addressee_number, created_at)
    SELECT lpad(n::text, 15, '0'), now() FROM generate_series(1, %s) n
"""


def run() -> Iterator[Figure]:
    """Rows per second of each way, and the memory of a million lines."""
    with cluster.server(), ExitStack() as stack:
        url = cluster.fresh(DATABASE)
        stack.callback(cluster.drop, DATABASE)
        engine = create_engine(url)
        with engine.begin() as connection:
            upgrade(connection)
        engine.dispose()
        with psycopg.connect(host=str(cluster.SOCKET), user=cluster.USER, dbname=DATABASE) as connection:
            connection.execute(PEOPLE, (ROWS,))
            connection.execute("ANALYZE")
        folder = Path(stack.enter_context(TemporaryDirectory()))
        file, large = folder / "tax.csv", folder / "large.csv"
        write(file, ROWS)
        write(large, MANY)
        best = dict.fromkeys(("ours", "copy", "orm"), 0.0)
        for place in range(ROUNDS):
            best["copy"] = max(best["copy"], ROWS / spent("copy", url, file, ROWS, 0)["seconds"])
            best["ours"] = max(best["ours"], ROWS / spent("ours", url, file, ROWS, place + 1)["seconds"])
        best["orm"] = OF_ORM / spent("orm", url, file, OF_ORM, 0)["seconds"]
        yield more_is_better("incoming.check", best["ours"], "rows/s", best["copy"])
        yield more_is_better("incoming.check.beside_orm", best["ours"], "rows/s", best["orm"])
        applied = ROWS / spent("apply", url, file, ROWS, 1)["seconds"]
        yield more_is_better("incoming.apply", applied, "rows/s", best["orm"])
        told = spent("ours", url, large, MANY, ROUNDS + 1)
        yield less_is_better("incoming.memory", told["memory"], "MB", MEMORY)


def write(path: Path, rows: int) -> None:
    """A file of so many lines, one a person and a year, drawn from one seed."""
    chance, names = Random(1), [one.name for one in sources()["tax_income"].fields]
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(",".join(names) + "\r\n")
        for place in range(rows):
            gross = chance.randrange(9_000_000)
            year, number = 2025 - place // ROWS, place % ROWS + 1
            other = chance.randrange(-500_000, 500_000)
            stream.write(
                f"{number},{year},999997,1,1,{gross},{gross // 2},0,0,{other},0,0,0,0,0,0,0,0,0,0,0,,\r\n"
            )


def spent(way: str, url: str, file: Path, rows: int, sequence: int) -> dict[str, float]:
    """What one try took, in its own process."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.incoming_client",
        way,
        url,
        str(file),
        str(rows),
        str(sequence),
    ]
    done = subprocess.run(command, cwd=cluster.ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
