"""One finding: which setting, whether it is as it must be, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a setting was found."""

    OK = "ok"
    UNSAFE = "unsafe"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """What was looked at: `setting` is its name, `rule` what must hold, `remedy` what to do."""

    setting: str
    state: State
    rule: str
    remedy: str = ""

    @property
    def told(self) -> str:
        """The line that is shown where the portal does not start."""
        return f"{self.setting}: {self.remedy}"


def finding(setting: str, rule: str, remedy: str, *, holds: bool, missing: bool = False) -> Finding:
    """A finding by whether its rule holds; `missing` where there is nothing that could be unsafe."""
    if holds:
        return Finding(setting, State.OK, rule)
    return Finding(setting, State.MISSING if missing else State.UNSAFE, rule, remedy)


def told(findings: Iterable[Finding]) -> list[str]:
    """The lines of all that is not as it must be."""
    return [one.told for one in findings if one.state is not State.OK]
