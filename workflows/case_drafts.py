"""What somebody has typed into a form of a case that has moved on since: nothing of it is lost (B5, N2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.case import Case, CaseEvent, WorkItem
from services import drafts, hidden_entries
from services.cases import CasePage
from services.context import Context
from workflows.engine import definitions
from workflows.engine.task_forms import OpenForm, fixed_of, form_of

NO_NEWS = frozenset({"service", "timer", "started"})  # what the system does by itself


@dataclass(frozen=True)
class Left:
    """A draft of a task that is no longer open. `form` is None where the case's version knows no such task.

    `done_by` is empty where nobody finished the task: the case was taken another way.
    """

    item: WorkItem
    saved_at: datetime
    done_by: str
    form: OpenForm | None
    values: Mapping[str, Any]


def left(ctx: Context, page: CasePage) -> Sequence[Left]:
    """The actor's drafts of tasks of a case that were finished or withdrawn without him."""
    if not page.has_drafts:
        return ()
    return [
        Left(
            item,
            draft.saved_at,
            page.names.get(item.done_by_id or 0, ""),
            find_form(ctx, item, page.case),
            hidden_entries.as_shown(ctx, draft.data),
        )
        for draft, item in drafts.list_left(ctx, page.case.id)
    ]


def find_form(ctx: Context, item: WorkItem, case: Case) -> OpenForm | None:
    """The form of a task, open or not; None where the case's version knows no such task."""
    specification = definitions.by_hash(ctx.session, case.definition_hash)
    wanted = specification.user_tasks.get((item.process_slug, item.element_id))
    return form_of(specification, wanted, fixed_of(wanted, item)) if wanted else None


def since(page: CasePage, saved_at: datetime, reader_id: int | None) -> Sequence[CaseEvent]:
    """What others have done in the case since a draft was saved, oldest first."""
    return [
        one
        for one in page.journal
        if one.at > saved_at and one.by_id != reader_id and one.kind not in NO_NEWS
    ]
