"""A course as somebody tells it, step by step: tried out in the studio, kept as a test, played again.

A script holds plain values only. Played twice on one definition it takes the same course twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.validation import FormRefused, check
from models.masters import Holiday
from services.context import JST
from workflows.engine.dmn.errors import DmnError
from workflows.engine.elements.failures import BpmnError, StepFailed
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.scope import ClosedDays
from workflows.engine.parser import Specification, UserTask
from workflows.engine.plain import NotPlain
from workflows.engine.rehearsal import DONE, NotWaiting, Rehearsal
from workflows.engine.task_forms import OpenForm, form_of

TASK, ANSWER, ERROR, TIME, EVENT = "task", "answer", "error", "time", "event"
MOST_STEPS = 200
CANNOT = (StepFailed, BpmnError, FeelError, DmnError, NotPlain)


@dataclass(frozen=True)
class Step:
    """One thing that is told, at a moment (ISO 8601).

    `kind`: a task is ended (`outcome`, `data` the entry), an operation has answered (`data`) or raised an
    error (`code`), time passes up to `at`, a message or signal comes (`data` what it brings).
    """

    kind: str
    at: str
    element: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = DONE
    note: str | None = None
    code: str = ""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True)
class Script:
    """When and with which facts a case begins, and what is told after that."""

    at: str
    facts: Mapping[str, Any]
    steps: tuple[Step, ...] = ()

    def and_then(self, step: Step) -> Script:
        """The script with one more step."""
        return replace(self, steps=(*self.steps, step))

    def as_data(self) -> dict[str, Any]:
        """The script as it is kept."""
        return asdict(self) | {"steps": [asdict(one) for one in self.steps]}


@dataclass(frozen=True)
class Stop:
    """Why a script could not be played on: at which step, and the reason in both languages."""

    step: int
    ja: str
    en: str
    refused: FormRefused | None = None


@dataclass(frozen=True)
class Play:
    """A script that was played: where the case stands now, and why it stopped before the end, if it did."""

    rehearsal: Rehearsal | None
    stop: Stop | None = None


def read(told: Mapping[str, Any]) -> Script:
    """The script of kept data."""
    return Script(told["at"], told["facts"], tuple(Step(**one) for one in told["steps"]))


def play(specification: Specification, script: Script, closed_days: ClosedDays) -> Play:
    """Play a script on a definition, as far as it goes; nothing outside is touched."""
    began = datetime.fromisoformat(script.at)
    try:
        rehearsal = Rehearsal(specification, began, script.facts, closed_days)
    except CANNOT as error:
        return Play(None, Stop(0, *words_of(error)))
    for number, step in enumerate(script.steps, start=1):
        stop = tell(rehearsal, step)
        if stop is not None:
            return Play(rehearsal, replace(stop, step=number))
    return Play(rehearsal)


def tell(rehearsal: Rehearsal, step: Step) -> Stop | None:
    """Tell a case its next step; why it cannot be told, if so."""
    try:
        if step.moment > rehearsal.at:
            rehearsal.pass_time(step.moment)
        _APPLY[step.kind](rehearsal, step)
    except FormRefused as refused:
        fields = "、".join(dict.fromkeys(one.path for one in refused.errors))
        return Stop(
            0,
            f"「{step.element}」の様式が、この入力を受け付けません({fields})。",
            f"The form of {step.element} does not accept this entry ({fields}).",
            refused,
        )
    except NotWaiting:
        return Stop(
            0,
            f"「{step.element}」はここでは待っていません。",
            f"{step.element} is not waited for here.",
        )
    except CANNOT as error:
        return Stop(0, *words_of(error))
    return None


def words_of(error: Exception) -> tuple[str, str]:
    """Why a step cannot be done, in both languages; no value of the case is told."""
    if isinstance(error, StepFailed):
        place, code = error.element_id, error.code
    elif isinstance(error, BpmnError):
        place, code = "", f"error {error.code}"
    else:
        place, code = "", type(error).__name__
    at_ja, at_en = (f"「{place}」で", f" at {place}") if place else ("", "")
    return f"{at_ja}手順を進められません({code})。", f"The step cannot be done{at_en} ({code})."


def form_in(rehearsal: Rehearsal, wanted: UserTask, data: Mapping[str, Any]) -> OpenForm:
    """The form of an open task, with what its case has settled."""
    case = data.get("case", {})
    reason = case.get("reason", "")
    settled = {"reason": reason, "kind": reason, "procedure": case.get("procedure", "")}
    return form_of(rehearsal.specification, wanted, {name: settled[name] for name in wanted.fixed})


def closed_days_of(session: Session) -> ClosedDays:
    """The office's own closed days, read once."""
    return closed_among(session.scalars(select(Holiday.day)))


def closed_among(days: Any) -> ClosedDays:
    """Of these days those between two."""
    known = frozenset(days)

    def between(first: date, last: date) -> frozenset[date]:
        return frozenset(day for day in known if first <= day <= last)

    return between


def _task(rehearsal: Rehearsal, step: Step) -> None:
    opened = next((one for one in rehearsal.open_tasks() if one.wanted.element_id == step.element), None)
    if opened is None:
        raise NotWaiting(step.element)
    if step.outcome == DONE:
        form = form_in(rehearsal, opened.wanted, opened.data)
        today = rehearsal.at.astimezone(JST).date()
        entry = check(form.schema, step.data, today=today, fixed=form.fixed)
        rehearsal.complete(step.element, entry)
    elif step.outcome in opened.wanted.outcomes:
        rehearsal.complete(step.element, {}, step.outcome, step.note)
    else:
        raise NotWaiting(step.element)


def _answer(rehearsal: Rehearsal, step: Step) -> None:
    rehearsal.answer(step.element, step.data)


def _error(rehearsal: Rehearsal, step: Step) -> None:
    rehearsal.raise_error(step.element, step.code)


def _time(rehearsal: Rehearsal, step: Step) -> None:
    del rehearsal, step  # it has passed already


def _event(rehearsal: Rehearsal, step: Step) -> None:
    rehearsal.catch(step.element, dict(step.data) or None)


_APPLY: Mapping[str, Callable[[Rehearsal, Step], None]] = {
    TASK: _task,
    ANSWER: _answer,
    ERROR: _error,
    TIME: _time,
    EVENT: _event,
}


def course_of(rehearsal: Rehearsal) -> Sequence[tuple[str, str]]:
    """The steps that a journal would hold: (kind, element)."""
    return [(one.kind, one.element) for one in rehearsal.path if one.kind]
