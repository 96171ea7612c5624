"""A new SQLite database that several processes open at the same moment, as web server and worker do."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import NullPool

from models.crypto.key_store import KeyStore
from tests.fixtures.databases import connect

NEW_DATABASES = 150
AT_ONCE = 4


def open_main(url: str) -> str:
    with connect(url, poolclass=NullPool).connect() as connection:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())


def open_keys(url: str) -> str:
    return f"{KeyStore(url).count()}"


def open_together(opened: Callable[[str], str], folder: Path, together: Barrier) -> list[str]:
    """What one of the crowd found in each of the new databases."""
    found = []
    for number in range(NEW_DATABASES):
        together.wait()
        found.append(opened(f"sqlite:///{folder / f'{number}.sqlite3'}"))
    return found


@pytest.mark.parametrize(("opened", "finds"), [(open_main, "wal"), (open_keys, "{}")])
def test_several_may_open_a_new_database_at_the_same_moment(
    opened: Callable[[str], str], finds: str, tmp_path: Path
) -> None:
    forked = multiprocessing.get_context("fork")
    together = forked.Manager().Barrier(AT_ONCE, timeout=20)
    with forked.Pool(AT_ONCE) as crowd:
        found = crowd.starmap(open_together, [(opened, tmp_path, together)] * AT_ONCE, chunksize=1)
    assert found == [[finds] * NEW_DATABASES] * AT_ONCE
