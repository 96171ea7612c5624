"""What a rule answers: a result, the steps that led to it, and what stands against it.

A `Decision` is kept with the deed it justified (architecture, section 5, step 7). It holds dates, counts and
articles, never a name or a number of a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Step:
    """One step of a derivation: what was asked, by which article, from which inputs, with which result."""

    text_ja: str
    article: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    result: str = ""

    def as_dict(self) -> dict[str, object]:
        return {
            "text_ja": self.text_ja,
            "article": self.article,
            "inputs": dict(self.inputs),
            "result": self.result,
        }


@dataclass(frozen=True)
class Refusal:
    """Why the law does not allow it. The message says what, why and what now."""

    code: str
    message_ja: str
    article: str


@dataclass(frozen=True)
class Caution:
    """What the clerk must know or confirm; it does not stop the deed."""

    code: str
    message_ja: str
    article: str


@dataclass(frozen=True)
class Decision(Generic[T_co]):
    """The answer of a rule with its derivation."""

    result: T_co
    steps: tuple[Step, ...]

    def trace(self) -> list[dict[str, object]]:
        """Return the steps as plain data, ready for JSON."""
        return [step.as_dict() for step in self.steps]
