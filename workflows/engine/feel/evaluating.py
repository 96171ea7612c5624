"""What an expression and a decision have in common: asked with variables, they give a value and say why."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, TypedDict, Unpack

from workflows.engine.feel.scope import ClosedDays


class When(TypedDict, total=False):
    """The moment for which is asked, and the days on which the office is closed."""

    clock: datetime | None
    closed_days: ClosedDays | None


class Valued(Protocol):
    """A result with what led to it."""

    @property
    def value(self) -> Any:
        """None, bool, int or Decimal, str, date, datetime, timedelta, list or dict of these."""


class Evaluating(ABC):
    """Something that can be asked for its value."""

    __slots__ = ()

    @abstractmethod
    def evaluate_traced(self, variables: Mapping[str, Any], **when: Unpack[When]) -> Valued:
        """The value with its notices. Bad data gives null, never an error; only a limit raises."""

    def evaluate(self, variables: Mapping[str, Any], **when: Unpack[When]) -> Any:
        """The value alone."""
        return self.evaluate_traced(variables, **when).value
