"""Every element is played three times: never stored, stored after each deed, stored after each task."""

import pytest

from tests.workflows.engine.elements.playing import MODES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "mode" in metafunc.fixturenames:
        metafunc.parametrize("mode", MODES)
