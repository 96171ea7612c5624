"""What was tried and what was found, counted by attack; printed at the end of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Ledger:
    """All attacks of a run."""

    tries: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def summary(self) -> list[str]:
        """One line an attack, then each finding."""
        width = max(map(len, self.tries), default=0)
        lines = [f"{name.ljust(width)}  {count:>7,}" for name, count in sorted(self.tries.items())]
        lines.append(f"{'together'.ljust(width)}  {self.tries.total():>7,}")
        return [*lines, f"findings: {len(self.findings)}", *self.findings]


@dataclass
class Attack:
    """One kind of attack: count each try, and note what should not have worked."""

    name: str
    ledger: Ledger
    findings: list[str] = field(default_factory=list)

    def expect(self, held: bool, told: object) -> None:
        """One try; `held` says whether the portal held, `told` what was tried and answered."""
        self.ledger.tries[self.name] += 1
        if not held:
            self.findings.append(f"{self.name}: {told}")
            self.ledger.findings.append(f"{self.name}: {told}")
