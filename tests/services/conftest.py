"""What tests of services are given: the law and the policy of numbers of the demonstration city."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models import blobs
from rules.law import Law
from services import numbers_vault, statute
from services.context import Actor
from services.numbers_vault import NumberPolicy

LAW = Law.load()


@pytest.fixture(autouse=True)
def law() -> Iterator[None]:
    before = statute._law[:], numbers_vault._policy[:]
    statute.configure(LAW)
    numbers_vault.configure(NumberPolicy.DEMONSTRATION)
    yield
    statute._law[:], numbers_vault._policy[:] = before


@pytest.fixture
def blob_folder(tmp_path: Path) -> Iterator[Path]:
    """Where sealed bytes lie in this test."""
    before = blobs._root[:]
    blobs.configure(tmp_path / "blobs")
    yield tmp_path / "blobs"
    blobs._root[:] = before


@pytest.fixture
def clerk(actor_certificate_clerk: Actor, blob_folder: Path) -> Actor:
    """The certificate clerk, whose prints are kept."""
    del blob_folder
    return actor_certificate_clerk
