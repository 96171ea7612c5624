"""Data of branches that come together: each branch adds what it changed, and nothing else.

SpiffWorkflow lays one branch's data over the other's, so that what one changed is undone by another that
did not touch it, and lists are cut to the shorter one. Here each is compared with where they parted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from SpiffWorkflow.task import Task

from workflows.engine.plain import same

_GONE = object()


def add_changes(target: dict[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Do to `target` what made `after` of `before`; a context inside is gone into, a list is one value."""
    for key in [*after, *(key for key in before if key not in after)]:
        old, new = before.get(key, _GONE), after.get(key, _GONE)
        if new is _GONE:
            target.pop(key, None)
        elif isinstance(old, dict) and isinstance(new, dict) and isinstance(target.get(key), dict):
            add_changes(target[key], old, new)
        elif not same(old, new):
            target[key] = deepcopy(new)


def ancestors(task: Task, until: Task | None = None) -> list[Task]:
    """The tasks above a task, the nearest one first, up to and with `until`."""
    found = []
    above = task.parent
    while above is not None:
        found.append(above)
        above = None if above is until else above.parent
    return found


def merged(arrivals: Iterable[Task]) -> dict[str, Any]:
    """The data of branches by the last task of each, in the order in which they arrived."""
    data: dict[str, Any] = {}
    passed: set[Any] = set()
    for last in arrivals:
        above = [last, *ancestors(last)]
        parted = next((task for task in above if task.id in passed), None)
        if parted is None:
            data = deepcopy(last.data)
        else:
            add_changes(data, parted.data, last.data)
        passed.update(task.id for task in above)
    return data
