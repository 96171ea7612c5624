"""PostgreSQL's own programs, with bytes going in or coming out; a password never stands in a command line."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from sqlalchemy.engine import URL

from portal.backup.errors import BackupRefused

AT_ONCE = 1024 * 1024


def read_from(name: str, *arguments: str, url: URL) -> Iterator[bytes]:
    """What a program writes about the database at an address.

    Raises:
        BackupRefused: it is not here, or failed.
    """
    with _running(name, arguments, url, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        while part := _pipe(process.stdout).read(AT_ONCE):
            yield part


def write_to(name: str, *arguments: str, url: URL, pieces: Iterable[bytes]) -> None:
    """Give a program what it reads. Where the pieces end with an error it is killed before it sees an end.

    Raises:
        BackupRefused: it is not here, or failed.
    """
    with _running(name, arguments, url, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        try:
            for piece in pieces:
                _pipe(process.stdin).write(piece)
            _pipe(process.stdin).close()
        except BrokenPipeError:
            process.wait()  # it has failed, and says why


@contextmanager
def _running(
    name: str, arguments: Iterable[str], url: URL, *, stdin: int, stdout: int
) -> Iterator[subprocess.Popen[bytes]]:
    path = shutil.which(name)
    if path is None:
        raise BackupRefused(f"{name} is not here; install PostgreSQL's client programs (postgresql-client)")
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    with subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
        [path, *arguments, f"--dbname={address}"],
        env=environment,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        told = _pipe(process.stderr).read().decode(errors="replace").strip().splitlines()
    if process.returncode:
        raise BackupRefused(f"{name} failed: {told[-1] if told else 'it gave no reason'}")


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("this program was not given a pipe")
    return stream
