"""One way to bring a file of tax incomes into PostgreSQL, in a process and a memory of its own.

`python -m benchmarks.incoming_client ours|fixed|apply|copy|indexed_copy|orm URL FILE ROWS SEQUENCE`: one
JSON line with the seconds, those of the processor, and the largest memory in MB. `ours` takes the file
sealed, checks every field, keeps the rows, looks for persons told twice and compares all with what is on
record; it has done a file of three lines under the number SEQUENCE before, which is not counted. `fixed` is
the same with a file of changes of residents. `apply` does what `ours` has prepared. `copy` is COPY of the
same bytes into a table of the same fields, `indexed_copy` the same lines into the columns and the index of
the rows that wait. The SHA-256 of the file was told before. `orm` reads the lines by `csv` and adds
`Income` objects, a thousand a flush, unchecked.
"""

from __future__ import annotations

import csv
import hashlib
import json
import resource
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time
from typing import IO

import psycopg
from sqlalchemy import Engine, create_engine, make_url, select
from sqlalchemy.orm import Session

from benchmarks.reference import open_for_deeds
from interchange.incoming.sources import Source, sources
from models import blobs, registry
from models.audit.tags import Tag
from models.crypto import cipher
from models.crypto.keyring import Keyring
from models.income import AMOUNTS, Income
from models.incoming import APPLYING, IncomingFile
from models.person import Person
from portal.extensions import engine_options, prepare_engine
from rules.law import Law
from services import audit, statute
from services.context import Actor
from services.incoming import applying, checking, taking
from services.incoming.taking import Told
from services.job_kinds import Step, Work
from services.unit_of_work import unit_of_work

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLERK = Actor(None, "bench", "bench", None, frozenset({"counter"}))
SOURCE = sources()["tax_income"]
AT_ONCE = 1_000


def opened(url: str) -> Engine:
    """The database as the portal opens it, with keys of a bench whose files are thrown away."""
    registry.metadata.tables.get("notification")  # an income refers to tables that only the registry loads
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    open_for_deeds(engine)
    keys = Keyring({"bench": bytes(range(32))}, "bench", bytes(range(32, 64)))
    cipher.load(keys)
    statute.configure(Law.load())
    return engine


def ours(url: str, path: Path, rows: int, sequence: int) -> Callable[[], None]:
    """Take and check a file of tax incomes, each step a transaction."""
    return _ready(url, SOURCE, path, rows, sequence)


def fixed(url: str, path: Path, rows: int, sequence: int) -> Callable[[], None]:
    """The same with changes of residents."""
    return _ready(url, sources()["resident_change"], path, rows, sequence)


def _ready(url: str, source: Source, path: Path, rows: int, sequence: int) -> Callable[[], None]:
    opened(url)
    with path.open("rb") as stream:
        small = b"".join(stream.readline() for _ in range(3 + (source.kind == "csv")))
        stream.seek(0)
        told = Told(sequence + 1, rows, hashlib.file_digest(stream, "sha256").hexdigest())
    _take_and_check(source, BytesIO(small), Told(sequence, 3, hashlib.sha256(small).hexdigest()))
    return lambda: _of_file(source, path, told)


def _of_file(source: Source, path: Path, told: Told) -> None:
    with path.open("rb") as stream:
        _take_and_check(source, stream, told)


def _take_and_check(source: Source, stream: IO[bytes], told: Told) -> None:
    with unit_of_work(CLERK, NOW) as ctx:
        file_id = taking.take(ctx, source, told, source.id, stream).id
    steps(checking.step, file_id)


def apply(url: str, _path: Path, _rows: int, sequence: int) -> Callable[[], None]:
    """Apply the file that was checked."""
    opened(url)
    with unit_of_work(CLERK, NOW) as ctx:
        named = IncomingFile.source == SOURCE.id, IncomingFile.sequence == sequence
        file = ctx.session.scalars(select(IncomingFile).where(*named)).one()
        file.state = APPLYING
        file_id = file.id
        audit.record(ctx, Tag.INCOMING_DECIDED, f"incoming:{file_id}")
    return lambda: steps(applying.step, file_id)


def steps(step: Step, file_id: int) -> None:
    """All steps of a job, as the worker does them.

    Raises:
        RuntimeError: it ended before its end.
    """
    work = Work(0, {"file": file_id}, {}, 0, None, 1)
    while True:
        with unit_of_work(CLERK, NOW) as ctx:
            progress = step(ctx, work)
        if progress is None:
            raise RuntimeError("nothing was done")
        if progress.finished:
            return
        work = Work(0, work.payload, progress.checkpoint, progress.done, None, 1)


def copy(url: str, path: Path, _rows: int, _sequence: int) -> Callable[[], None]:
    """COPY of the bytes as they are."""
    return lambda: _copy(url, "", [one.name for one in SOURCE.fields], "(FORMAT csv, HEADER true)", path)


def indexed_copy(url: str, path: Path, rows: int, _sequence: int) -> Callable[[], None]:
    """COPY of the lines, with file and number before them, into a table like that of the rows that wait."""
    numbered = path.with_suffix(".numbered")
    with path.open("rb") as stream, numbered.open("wb") as out:
        stream.readline()
        out.writelines(b"1\t%d\t%s" % (line, stream.readline().replace(b",", b"\t")) for line in range(rows))
    columns = ["file_id", "line", *(f"v{place + 1:02}" for place in range(len(SOURCE.fields)))]
    return lambda: _copy(url, "LIKE incoming_row INCLUDING ALL", columns, "(NULL '')", numbered)


def _copy(url: str, like: str, columns: Sequence[str], options: str, path: Path) -> None:
    address = make_url(url)
    connection = psycopg.connect(
        host=str(address.query["host"]), user=address.username, dbname=address.database
    )
    with connection, connection.cursor() as cursor, path.open("rb") as stream:
        cursor.execute("DROP TABLE IF EXISTS bare_copy")
        told = like or ", ".join(f"{one} text" for one in columns)
        cursor.execute(f"CREATE TABLE bare_copy ({told})".encode())
        with cursor.copy(f"COPY bare_copy ({', '.join(columns)}) FROM STDIN {options}".encode()) as copying:
            while block := stream.read(1 << 20):
                copying.write(block)


def orm(url: str, path: Path, rows: int, _sequence: int) -> Callable[[], None]:
    """Objects, flushed a thousand at a time, in one transaction."""
    engine = opened(url)
    return lambda: _by_objects(engine, path, rows)


def _by_objects(engine: Engine, path: Path, rows: int) -> None:
    with Session(engine) as session, path.open(encoding="utf-8", newline="") as stream:
        people = dict(session.execute(select(Person.addressee_number, Person.id)).all())
        for place, row in enumerate(csv.DictReader(stream)):
            if place == rows:
                break
            amounts = {name: int(row[name]) for name in AMOUNTS if row[name]}
            told = {name: row[name] for name in ("declaration_kind", "resident_tax_kind")}
            person = people[row["addressee_number"].zfill(15)]
            session.add(Income(person_id=person, income_year=1990, recorded_at=NOW, **amounts, **told))
            if place % AT_ONCE == AT_ONCE - 1:
                session.flush()
                session.expunge_all()
        session.commit()


WAYS: dict[str, Callable[[str, Path, int, int], Callable[[], None]]] = {
    "ours": ours,
    "fixed": fixed,
    "apply": apply,
    "copy": copy,
    "indexed_copy": indexed_copy,
    "orm": orm,
}


def main(way: str, url: str, path: str, rows: str, sequence: str) -> None:
    """Make it ready, do it once and tell what that took."""
    folder = Path(path).parent / "blobs"
    folder.mkdir(exist_ok=True)
    blobs.configure(folder)
    deed = WAYS[way](url, Path(path), int(rows), int(sequence))
    began, worked = perf_counter(), process_time()
    deed()
    told = {
        "seconds": perf_counter() - began,
        "cpu": process_time() - worked,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
