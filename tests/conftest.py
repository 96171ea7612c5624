"""The fixtures of all tests, and the folder that the processes of one test run share."""

import pytest
from hypothesis import settings

from tests.fixtures import cluster

settings.register_profile("house", deadline=None)  # no test measures time
settings.load_profile("house")

pytest_plugins = [
    "tests.fixtures.grouping",
    "tests.fixtures.databases",
    "tests.fixtures.live_server",
    "tests.fixtures.browser",
    "tests.fixtures.clamd",
    "tests.fixtures.network",
    "tests.fixtures.soft_token",
    "tests.fixtures.people",
    "tests.fixtures.waiting",
]
OWNS_RUN = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[OWNS_RUN] = cluster.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash[OWNS_RUN]:
        cluster.close_run()
