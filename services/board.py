"""The section chief's board: who has how much, how old it is, and at which step it gathers (N2).

Office-wide and from the indexed table of open tasks alone: one grouped statement beside those of who is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select

from models.case import WorkItem
from services import coverage, staffing
from services.context import Context
from services.errors import NotAllowed
from services.staffing import CHIEF, Colleague

AGES = (3, 7, 14)  # days since the task came: up to 3, up to 7, up to 14, more


@dataclass
class Load:
    """Open tasks of a person or a step: by age (youngest first), and how many are overdue."""

    by_age: list[int] = field(default_factory=lambda: [0] * (len(AGES) + 1))
    late: int = 0
    free: int = 0

    @property
    def number(self) -> int:
        return sum(self.by_age)

    def add(self, age: int, number: int, late: int) -> None:
        self.by_age[age] += number
        self.late += late


@dataclass(frozen=True)
class Step:
    """A step at which tasks wait: its names, the role that does it, and its load."""

    ja: str
    en: str
    role: str
    load: Load


@dataclass(frozen=True)
class Board:
    """All that the board shows. `nobody` is how many tasks nobody who is here can do."""

    people: Sequence[tuple[Colleague, Load]]
    free: Load
    steps: Sequence[Step]
    nobody: int

    @property
    def total(self) -> int:
        return sum(step.load.number for step in self.steps)

    @property
    def late(self) -> int:
        return sum(step.load.late for step in self.steps)

    @property
    def bottlenecks(self) -> list[Step]:
        """Steps with overdue tasks, or with a third of all that waits."""
        return [one for one in self.steps if one.load.late or one.load.number * 3 >= max(self.total, 3)]


def read(ctx: Context, roles: frozenset[str]) -> Board:
    """The board of the actor's office; `roles` are those that do tasks.

    Raises:
        NotAllowed: the actor is no section chief.
    """
    if CHIEF not in ctx.actor.own_roles:
        raise NotAllowed("この画面は課長のものです。", "This page is the section chief's.")
    everybody = staffing.of_office(ctx.session, ctx.actor.office_id, ctx.today)
    colleagues = [one for one in everybody if one.roles & roles or one.waiting]
    loads: dict[int, Load] = {one.user_id: Load() for one in colleagues}
    steps: dict[tuple[str, str, str], Load] = {}
    free = Load()
    for ja, en, role, assignee, age, number, late in ctx.session.execute(
        _grouped(ctx.actor.office_id, ctx.today)
    ):
        step = steps.setdefault((ja, en, role), Load())
        step.add(age, number, late)
        step.free += 0 if assignee else number
        (loads.setdefault(assignee, Load()) if assignee else free).add(age, number, late)
    needs = coverage.nobody_for(coverage.needs_of(ctx, ctx.actor.office_id), everybody)
    return Board(
        people=sorted(
            ((one, loads[one.user_id]) for one in colleagues),
            key=lambda each: (-each[1].number, each[0].name),
        ),
        free=free,
        steps=sorted(
            (Step(*names, load) for names, load in steps.items()), key=lambda one: (-one.load.number, one.ja)
        ),
        nobody=sum(need.number for need in needs),
    )


def _grouped(office_id: int | None, today: date) -> Select[Any]:
    """Open tasks of the office by step, person and age, with how many are overdue."""
    age = case(
        *((WorkItem.received_on > today - timedelta(days=days), place) for place, days in enumerate(AGES)),
        else_=len(AGES),
    )
    keys = (WorkItem.title_ja, WorkItem.title_en, WorkItem.role, WorkItem.assignee_id, age)
    late = func.count(case((WorkItem.due_on < today, 1)))
    return (
        select(*keys, func.count(), late)
        .where(WorkItem.state == "open", WorkItem.office_id == office_id)
        .group_by(*keys)
    )
