"""A file of tax incomes: taken, checked and compared, beside COPY of the same bytes and an ORM import.

100,000 persons and lines on PostgreSQL; a million lines for the memory; 100,000 changes of residents in the
fixed layout of cp932. Each try is a process of its own, which has taken a file of three lines before, as a
worker has. `incoming.check` stands beside COPY into a bare table without any index,
`incoming.check.beside_indexed_copy` beside COPY into a table with the columns and the index of the rows that
wait. The ORM reads a tenth of the lines, and none of its values is
checked. `incoming.check.cpu` is what the process of the worker spends for a line, without the server. The
aims are half of COPY, ten times the ORM, 60,000 lines a second, 40,000 of the fixed layout, and 300 MB.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from math import inf
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
ROUNDS, MEMORY = 5, 300
AIM, AIM_FIXED = 60_000, 40_000
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
        file, large, fixed = folder / "tax.csv", folder / "large.csv", folder / "residents.dat"
        write(file, ROWS)
        write(large, MANY)
        write_fixed(fixed, ROWS)
        best, cpu = dict.fromkeys(("ours", "copy", "indexed_copy", "fixed", "orm"), 0.0), inf
        for place in range(ROUNDS):
            for way in ("copy", "indexed_copy"):
                best[way] = max(best[way], ROWS / spent(way, url, file, ROWS, 0)["seconds"])
            told = spent("ours", url, file, ROWS, 2 * place + 1)
            best["ours"], cpu = max(best["ours"], ROWS / told["seconds"]), min(cpu, told["cpu"])
            told = spent("fixed", url, fixed, ROWS, 2 * place + 1)
            best["fixed"] = max(best["fixed"], ROWS / told["seconds"])
        best["orm"] = OF_ORM / spent("orm", url, file, OF_ORM, 0)["seconds"]
        yield more_is_better("incoming.check", best["ours"], "rows/s", best["copy"])
        for other in ("indexed_copy", "orm"):
            yield more_is_better(f"incoming.check.beside_{other}", best["ours"], "rows/s", best[other])
        yield less_is_better("incoming.check.cpu", cpu / ROWS * 1e6, "µs/row", 1e6 / AIM)
        yield more_is_better("incoming.check.fixed", best["fixed"], "rows/s", AIM_FIXED)
        applied = ROWS / spent("apply", url, file, ROWS, 2)["seconds"]
        yield more_is_better("incoming.apply", applied, "rows/s", best["orm"])
        told = spent("ours", url, large, MANY, 2 * ROUNDS + 1)
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


def write_fixed(path: Path, rows: int) -> None:
    """Changes of so many residents, one a person, in the fixed layout."""
    chance, fields = Random(1), sources()["resident_change"].fields
    with path.open("wb") as stream:
        for place in range(rows):
            born = f"{chance.randrange(1930, 2020)}{place % 12 + 1:02}{place % 28 + 1:02}"
            name, kana = f"{chance.choice('佐鈴高田渡伊山中小加')}野　{chance.choice('一次三')}郎", "ﾉﾉ ﾛｳ"
            values = (
                f"{place + 1:015}",
                "2",
                "5081123",
                name,
                kana,
                born,
                "1",
                "9990001",
                f"中央一丁目{place}",
            )
            stream.writelines(
                value.encode("cp932").ljust(one.width) for one, value in zip(fields, values, strict=True)
            )
            stream.write(b"\r\n")


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
