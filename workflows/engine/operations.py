"""What a service task may call: named operations of the procedures' handlers, and nothing else (Ruling 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.context import Context


class NoNotification(Exception):
    """An operation that works on a notification was called by a case that has none."""


@dataclass(frozen=True)
class CaseData:
    """What a handler is told: which case and notification, and the data gathered so far (read only).

    `given` holds what the service task hands over: its parameters, which are FEEL, by name.
    """

    case_id: int
    notified_by: int | None
    slug: str
    data: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def notification_id(self) -> int:
        """The notification of the case.

        Raises:
            NoNotification: the case has none.
        """
        if self.notified_by is None:
            raise NoNotification(f"case {self.case_id} of {self.slug} has no notification")
        return self.notified_by

    def form(self, element_id: str) -> Mapping[str, Any]:
        """What was entered in a task of this case; empty where it was not reached."""
        entry: Mapping[str, Any] = self.data.get("form", {}).get(element_id, {})
        return entry


@dataclass(frozen=True)
class Example:
    """An answer that an operation may give, in words; it stands in for it where nothing is done."""

    ja: str
    en: str
    answer: Mapping[str, Any]


Handler = Callable[[Context, CaseData], dict[str, Any]]

_operations: dict[str, Handler] = {}
_irreversible: set[str] = set()
_examples: dict[str, tuple[Example, ...]] = {}


class UnknownOperation(Exception):
    """A definition names an operation that no handler offers."""


def operation(
    name: str, *, irreversible: bool = False, examples: Sequence[Example] = ()
) -> Callable[[Handler], Handler]:
    """Offer a function to service tasks as `slug.name`.

    What it writes outside its case is `irreversible`: once it was done, no step before it is gone back to.
    `examples` are answers that stand in for it in the studio, the usual one first.

    Raises:
        ValueError: the name is taken.
    """

    def offer(handler: Handler) -> Handler:
        if name in _operations:
            raise ValueError(f"the operation {name} is offered twice")
        _operations[name] = handler
        _examples[name] = tuple(examples)
        if irreversible:
            _irreversible.add(name)
        return handler

    return offer


def get_operation(name: str) -> Handler:
    """The handler of an operation.

    Raises:
        UnknownOperation: nobody offers it; is its module loaded by workflows.catalog?
    """
    try:
        return _operations[name]
    except KeyError as error:
        raise UnknownOperation(name) from error


def is_irreversible(name: str) -> bool:
    """Whether what an operation did cannot be undone by going back; of an unknown one nobody knows."""
    return name in _irreversible or name not in _operations


def examples_of(name: str) -> tuple[Example, ...]:
    """The answers that stand in for an operation, the usual one first; none where none was declared."""
    return _examples.get(name, ())


def operation_names() -> frozenset[str]:
    """All operations that are offered."""
    return frozenset(_operations)
