"""What broke a step, as the code and the incident by which people find it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.case import Case
from services import incidents
from services.context import Context
from services.incidents import Failure
from workflows.engine import definitions
from workflows.engine.elements.failures import BpmnError, StepFailed

_KEY = "broken_step"


@dataclass(frozen=True)
class BrokenStep:
    """A step of a case on record that raised what nobody foresaw. `element` is (process, element id)."""

    case_id: int
    element: tuple[str, str]
    task_guid: str
    code: str


def remember(
    session: Session, case_id: int, element: tuple[str, str], task_guid: str, error: BaseException
) -> None:
    """Keep beside the session which step broke; it outlives the rollback, and ends with the session."""
    session.info[_KEY] = BrokenStep(case_id, element, task_guid, cause_of(error))


def take(session: Session) -> BrokenStep | None:
    """The step that broke in this session, once."""
    broken: BrokenStep | None = session.info.pop(_KEY, None)
    return broken


def cause_of(error: BaseException) -> str:
    """The code of a cause: of a step, of an error of the business that nobody catches, or of ours."""
    if isinstance(error, BpmnError):
        return f"bpmn:{error.code}"[:60]
    return error.code if isinstance(error, StepFailed) else incidents.code_of(error)


def title_of(ctx: Context, case_id: int, element: tuple[str, str]) -> tuple[str, str]:
    """The names of an element in both languages, by the definition of a case; empty where there is none.

    Without its process the element is looked for in all of them.
    """
    case = ctx.session.get(Case, case_id)
    if case is None:
        return "", ""
    specification = definitions.by_hash(ctx.session, case.definition_hash)
    return specification.titles.get(element) or specification.title_of(element[1])


def note(ctx: Context, broke: BrokenStep) -> None:
    """Write down a step that broke the deed of a person, in a transaction of its own."""
    title_ja, title_en = title_of(ctx, broke.case_id, broke.element)
    incidents.note(
        ctx,
        Failure(
            kind="deed",
            code=broke.code,
            case_id=broke.case_id,
            element_id=broke.element[1],
            title_ja=title_ja,
            title_en=title_en,
            task_guid=broke.task_guid,
        ),
    )
