"""Where cases stand and how long steps take, as numbers on the diagram and in an equal table (N2).

Counted in the database from `work_item`, `case_event` and what waits; no case is read, whatever the period.
A step for people lasts from its opening to its end; its allowance runs to the end of its due day in Japan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, cast, func, literal_column, select
from sqlalchemy.orm import Session

from models.case import Case, CaseEvent, WorkItem
from models.incident import Incident
from models.waiting import Timer, Waiting
from services.context import JST, Context
from workflows.engine.parser import Specification
from workflows.operating.moving import version_of
from workflows.operating.reach import UNFINISHED, within

Key = tuple[str, str]  # process, element
DAY_SECONDS = 86_400
TIGHT = 0.8  # of its allowance: from there on a step is tight


@dataclass
class Step:
    """A step of the diagram in numbers. Seconds; `allowed` is the mean time up to the due date."""

    process: str
    element_id: str
    ja: str
    en: str
    kind: str
    here: int = 0
    late_here: int = 0
    incidents: int = 0
    passed: int = 0
    median: float | None = None
    slow: float | None = None
    allowed: float | None = None
    late: int = 0

    @property
    def load(self) -> float | None:
        """The median as a part of what is allowed; None where nothing is due."""
        if self.median is None or not self.allowed:
            return None
        return self.median / self.allowed

    @property
    def is_tight(self) -> bool:
        """Whether half of the cases use up (nearly) all of the time that they have."""
        return self.load is not None and self.load >= TIGHT


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both in it, as days in Japan."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), JST).astimezone(UTC)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), JST).astimezone(UTC)


@dataclass(frozen=True)
class HeatMap:
    """The steps of a version of a procedure, with numbers of all of its cases or of one version's."""

    slug: str
    hash: str
    period: Period
    processes: Sequence[str]
    steps: Sequence[Step] = field(default_factory=list)

    @property
    def bottlenecks(self) -> list[Step]:
        """The steps worth a look: those that are tight or late most, the worst first; five at most."""
        own = [step for step in self.steps if step.kind != "call"]
        worth = [step for step in own if step.is_tight or step.late or step.late_here]
        return sorted(worth, key=lambda step: (-(step.late + step.late_here), -(step.load or 0)))[:5]


def read(ctx: Context, slug: str, content_hash: str, period: Period, *, all_versions: bool) -> HeatMap:
    """The numbers of a procedure, on the diagram of one of its versions.

    Raises:
        NotFound: there is no such version.
    """
    specification = version_of(ctx, slug, content_hash)
    steps = _steps(specification)
    wanted = [Case.slug == slug, *within(ctx, Case.office_id)]
    if not all_versions:
        wanted.append(Case.definition_hash == content_hash)
    _count_here(ctx, steps, wanted)
    _count_waiting(ctx, steps, wanted)
    _count_passages(ctx, steps, wanted, period)
    _count_services(ctx, steps, wanted, period)
    _sum_of_calls(specification, steps)
    names = sorted(specification.bundle.bpmn, key=lambda name: (name != slug, name))
    return HeatMap(slug, content_hash, period, names, list(steps.values()))


def _steps(specification: Specification) -> dict[Key, Step]:
    """The steps of all diagrams of a version, those for people and those of the system."""
    found: dict[Key, Step] = {}
    for process in (specification.process, *specification.called.values()):
        for spec in process.task_specs.values():
            key = (process.name, spec.bpmn_id)
            kind = "people" if spec.manual else "service" if hasattr(spec, "operation_name") else ""
            if spec.bpmn_id is None or (not kind and not hasattr(spec, "event_definition")):
                continue
            ja, en = specification.titles.get(key, (spec.bpmn_id, spec.bpmn_id))
            found[key] = Step(process.name, spec.bpmn_id, ja, en, kind or "event")
    return found


def _count_here(ctx: Context, steps: Mapping[Key, Step], wanted: list[ColumnElement[bool]]) -> None:
    late = WorkItem.due_on < ctx.today
    statement = (
        select(WorkItem.process_slug, WorkItem.element_id, func.count(), func.count().filter(late))
        .join(Case, Case.id == WorkItem.case_id)
        .where(WorkItem.state == "open", Case.state.in_(UNFINISHED), *wanted)
        .group_by(WorkItem.process_slug, WorkItem.element_id)
    )
    for process, element, number, over in ctx.session.execute(statement):
        step = steps.get((process, element))
        if step is not None:
            step.here, step.late_here = number, over


def _count_waiting(ctx: Context, steps: Mapping[Key, Step], wanted: list[ColumnElement[bool]]) -> None:
    """What waits for the system: timers, messages, services in the background, and incidents."""
    for table in (Timer, Waiting, Incident):
        conditions = [table.state == "open"] if table is Incident else []
        statement = (
            select(table.element_id, func.count())
            .join(Case, Case.id == table.case_id)
            .where(Case.state.in_(UNFINISHED), *wanted, *conditions)
            .group_by(table.element_id)
        )
        for element, number in ctx.session.execute(statement):
            step = _system_step(steps, element)
            if step is not None and table is Incident:
                step.incidents += number
            elif step is not None:
                step.here += number


def _count_passages(
    ctx: Context, steps: Mapping[Key, Step], wanted: list[ColumnElement[bool]], period: Period
) -> None:
    """Steps for people that ended in the period: how many, how long, how many after their due day."""
    clock = _Clock(ctx.session)
    lasted = clock.seconds(WorkItem.created_at, WorkItem.done_at)
    where = and_(WorkItem.done_at >= period.start, WorkItem.done_at < period.end)
    place = (WorkItem.process_slug, WorkItem.element_id)
    rows = (
        select(
            *place,
            lasted.label("lasted"),
            clock.allowance().label("allowed"),
            clock.is_late().label("late"),
            func.row_number().over(partition_by=place, order_by=lasted).label("rank"),
            func.count().over(partition_by=place).label("number"),
        )
        .join(Case, Case.id == WorkItem.case_id)
        .where(WorkItem.state == "done", where, *wanted)
        .subquery()
    ).c
    middle = and_(rows.rank * 2 >= rows.number, rows.rank * 2 <= rows.number + 2)
    tenth = rows.rank * 10 >= rows.number * 9
    statement = select(
        rows.process_slug,
        rows.element_id,
        func.count(),
        func.avg(rows.lasted).filter(middle),
        func.min(rows.lasted).filter(tenth),
        func.avg(rows.allowed),
        func.count().filter(rows.late),
    ).group_by(rows.process_slug, rows.element_id)
    for process, element, number, median, slow, allowed, late in ctx.session.execute(statement):
        step = steps.get((process, element))
        if step is not None:
            step.passed, step.late = number, late
            step.median, step.slow = float(median), float(slow)
            step.allowed = float(allowed) if allowed is not None else None


def _count_services(
    ctx: Context, steps: Mapping[Key, Step], wanted: list[ColumnElement[bool]], period: Period
) -> None:
    statement = (
        select(CaseEvent.element_id, func.count())
        .join(Case, Case.id == CaseEvent.case_id)
        .where(CaseEvent.kind == "service", CaseEvent.at >= period.start, CaseEvent.at < period.end, *wanted)
        .group_by(CaseEvent.element_id)
    )
    for element, number in ctx.session.execute(statement):
        step = _system_step(steps, element)
        if step is not None:
            step.passed = number


def _sum_of_calls(specification: Specification, steps: dict[Key, Step]) -> None:
    """What stands in a called process stands at the activity that calls it too, where only one does."""
    for process in (specification.process, *specification.called.values()):
        for spec in process.task_specs.values():
            called = getattr(spec, "spec", None)
            if not isinstance(called, str) or _callers(specification, called) != 1:
                continue
            inside = [step for (name, _), step in steps.items() if name == called]
            key = (process.name, spec.bpmn_id)
            ja, en = specification.titles.get(key, (spec.bpmn_id, spec.bpmn_id))
            step = steps[key] = Step(process.name, spec.bpmn_id, ja, en, "call")
            step.here = sum(one.here for one in inside)
            step.late_here = sum(one.late_here for one in inside)
            step.incidents = sum(one.incidents for one in inside)


def _callers(specification: Specification, called: str) -> int:
    processes = (specification.process, *specification.called.values())
    return sum(getattr(spec, "spec", None) == called for one in processes for spec in one.task_specs.values())


def _system_step(steps: Mapping[Key, Step], element: str) -> Step | None:
    """The step of the system of this id; its table does not say in which process it stands."""
    mine = [step for (_, name), step in steps.items() if name == element]
    return next((step for step in mine if step.kind != "people"), mine[0] if mine else None)


class _Clock:
    """Reckoning with moments in the words of the database at hand."""

    def __init__(self, session: Session) -> None:
        self._is_postgresql = session.get_bind().dialect.name == "postgresql"

    def seconds(self, start: Any, end: Any) -> ColumnElement[float]:
        """From one moment to another."""
        if self._is_postgresql:
            return cast(func.extract("epoch", end - start), Float)
        return (func.julianday(end) - func.julianday(start)) * DAY_SECONDS

    def _due_at(self) -> Any:
        """The end of the due day in Japan: 15:00 of that day in UTC."""
        if self._is_postgresql:
            return func.timezone("UTC", WorkItem.due_on + literal_column("interval '15 hours'"))
        return func.strftime("%Y-%m-%d %H:%M:%f", WorkItem.due_on, "+15 hours")

    def allowance(self) -> ColumnElement[float]:
        return self.seconds(WorkItem.created_at, self._due_at())

    def is_late(self) -> ColumnElement[bool]:
        if self._is_postgresql:
            late: ColumnElement[bool] = WorkItem.done_at > self._due_at()
            return late
        return func.julianday(WorkItem.done_at) > func.julianday(self._due_at())
