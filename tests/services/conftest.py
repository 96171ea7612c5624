"""What tests of the registry are given: the law of the demonstration city, and its policy of numbers."""

from collections.abc import Iterator

import pytest

from rules.law import Law
from services import numbers_vault, statute
from services.numbers_vault import NumberPolicy

LAW = Law.load()


@pytest.fixture(autouse=True)
def law() -> Iterator[None]:
    before = statute._law[:], numbers_vault._policy[:]
    statute.configure(LAW)
    numbers_vault.configure(NumberPolicy.DEMONSTRATION)
    yield
    statute._law[:], numbers_vault._policy[:] = before
