"""A run of slips in a process of its own that ends itself by SIGKILL."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from printing.sheet_runs import SheetRun
from tests.printing import samples


def sheet_run(target: Path, key: str = "one") -> SheetRun:
    """A run of the sample form."""
    return SheetRun(target, samples.slip_layout(), {}, "納付書", key)


def run_until(target: Path, count: int, death: int) -> int:
    """Print `count` slips; die just before the file number `death` is put in place (0 lives).

    Returns the number of the signal that ended the process, or 0.
    """
    samples.slip_layout()  # laid out here, once for all children
    child = os.fork()
    if child == 0:
        slips = (samples.slip(run_number=f"{place:06}") for place in range(1, count + 1))
        Path.replace = _deadly(Path.replace, death)  # type: ignore[method-assign,assignment]
        sheet_run(target).write(slips)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _deadly(put: Callable[[Path, Path], Path], death: int) -> Callable[[Path, Path], Path]:
    placed = 0

    def replace(beside: Path, path: Path) -> Path:
        nonlocal placed
        placed += 1
        if placed == death:
            os.kill(os.getpid(), signal.SIGKILL)
        return put(beside, path)

    return replace
