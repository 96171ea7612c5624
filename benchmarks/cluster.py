"""A PostgreSQL of the benches' own under `var/bench`, safe as in production, holding the full city once.

Reached by a unix socket only. The city is loaded when it is missing or the tables have changed since; a bench
that writes works on a copy of it (`copy_of_city`).
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "bench"
DATA = HOME / "postgresql" / "data"
SOCKET = Path(f"/tmp/portal-bench-{os.getuid()}")  # noqa: S108 - a socket needs a short path; its folder is ours
BINARIES = Path("/usr/lib/postgresql")
OLDEST = 15
USER = "portal"
CITY = "city"
HEAD = ROOT / "models" / "migrations" / "HEAD"


@contextmanager
def server() -> Iterator[None]:
    """The server running; stopped at the end when it was started here."""
    begun = not (DATA / "postmaster.pid").exists()
    if begun:
        _start()
    try:
        yield
    finally:
        if begun:
            _run("pg_ctl", "stop", "-D", str(DATA), "-m", "fast", "-w")


def url(database: str = CITY) -> str:
    """The address of a database, for `DATABASE_URL`."""
    return f"postgresql+psycopg://{USER}@/{database}?host={SOCKET}"


def city() -> str:
    """The address of the full city, loaded now unless it is there; read it only."""
    loaded = HOME / "city.loaded"
    wanted = HEAD.read_text()
    if not (loaded.exists() and loaded.read_text() == wanted):
        loaded.unlink(missing_ok=True)
        shutil.rmtree(HOME / "portal", ignore_errors=True)  # keys and files belong to the city of before
        _create(CITY, "template0")
        for arguments in (("setup",), ("demo", "load", "--size", "full")):
            flask(CITY, *arguments)
        with _connect(CITY) as connection:
            connection.execute("VACUUM (ANALYZE, FREEZE)")
        loaded.write_text(wanted)
    return url()


def copy_of_city(name: str) -> str:
    """The address of a fresh copy of the city, for a bench that writes."""
    city()
    _create(name, CITY)
    return url(name)


def fresh(name: str) -> str:
    """The address of a new database without tables, with keys and files of its own."""
    shutil.rmtree(HOME / name, ignore_errors=True)  # keys of a vault that is no more would be refused
    (HOME / name).mkdir(parents=True)
    _create(name, "template0")
    return url(name)


def data_dir(database: str) -> Path:
    """Where keys and files of a database are: its own, or those of the city that it is a copy of."""
    own = HOME / database
    return own if own.is_dir() else HOME / "portal"


def drop(name: str) -> None:
    """Remove a copy, and what a fresh database had beside it."""
    shutil.rmtree(HOME / name, ignore_errors=True)
    _drop_database(name)


def _drop_database(name: str) -> None:
    with _connect("postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def environment(database: str) -> dict[str, str]:
    """The settings of a portal on a database of the cluster, with keys that are the benches' own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | {
        "DATABASE_URL": url(database),
        "PORTAL_DATA_DIR": str(data_dir(database)),
        "PORTAL_ENVIRONMENT": "demo",
        "PORTAL_DEMO_DATA": "true",
        "PORTAL_LOG_LEVEL": "ERROR",
    }


def flask(database: str, *arguments: str) -> None:
    """Run a command of the portal to its end.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    command = (sys.executable, "-m", "flask", "--app", "wsgi", *arguments)
    subprocess.run(command, cwd=ROOT, env=environment(database), check=True, stdout=sys.stderr)  # noqa: S603 - ours


def flask_says(database: str, *arguments: str) -> str:
    """What a command of the portal prints.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    command = (sys.executable, "-m", "flask", "--app", "wsgi", *arguments)
    done = subprocess.run(  # noqa: S603 - ours
        command, cwd=ROOT, env=environment(database), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()


def _create(database: str, template: str) -> None:
    _drop_database(database)
    with _connect("postgres") as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(database), sql.Identifier(template)))


def _connect(database: str) -> psycopg.Connection:
    return psycopg.connect(host=str(SOCKET), user=USER, dbname=database, autocommit=True)


def _start() -> None:
    for folder in (DATA.parent, SOCKET):
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
    if not (DATA / "PG_VERSION").exists():
        _run("initdb", "-D", str(DATA), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-k {SOCKET} -c listen_addresses='' -c shared_buffers=512MB -c max_connections=40"
    _run("pg_ctl", "start", "-w", "-D", str(DATA), "-l", str(DATA.parent / "log"), "-o", options)


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL; root lends it the account `postgres`, since it refuses root."""
    found = [path for path in BINARIES.glob("*/bin/initdb") if int(path.parts[-3]) >= OLDEST]
    if not found:
        raise RuntimeError(f"no PostgreSQL {OLDEST} or later here; `make install` installs it")
    folder = max(found, key=lambda path: int(path.parts[-3])).parent
    lent = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*lent, str(folder / program), *arguments]
    subprocess.run(command, cwd="/", check=True, stdout=sys.stderr, stdin=subprocess.DEVNULL)  # noqa: S603 - ours
