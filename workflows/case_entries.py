"""The forms that were sent in a case, to be read and printed: with the form of the case's own version (N8).

While a case is open, nobody reads what somebody types from the paper with his own eyes, and whoever may yet
verify reads nothing at all (B4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from forms.rendering import as_typed
from models.case import Definition
from models.form_entry import FormEntry
from services import hidden_entries
from services.cases import CasePage
from services.context import Context
from services.errors import NotFound
from workflows.engine import definitions
from workflows.engine.parser import Specification, UserTask
from workflows.engine.task_forms import OpenForm, form_of


@dataclass(frozen=True)
class SentForm:
    """One form as it was sent; `version` is that of the definition on which the case runs."""

    entry: FormEntry
    form: OpenForm
    values: Mapping[str, Any]
    version: int


def readable(ctx: Context, page: CasePage) -> Sequence[tuple[FormEntry, str, str]]:
    """The sendings that may be read, oldest first, each with what its form is called in both languages."""
    specification = definitions.by_hash(ctx.session, page.case.definition_hash)
    return [(entry, *_title(specification, task)) for entry, task in _open(specification, page)]


def read(ctx: Context, page: CasePage, entry_id: int) -> SentForm:
    """One of them with its form.

    Raises:
        NotFound: it is not of this case, or not to be read now.
    """
    specification = definitions.by_hash(ctx.session, page.case.definition_hash)
    for entry, task in _open(specification, page):
        if entry.id == entry_id:
            shown = hidden_entries.as_shown(ctx, entry.data)
            fixed = {name: entry.data[name] for name in task.fixed if name in entry.data}
            form = form_of(specification, task, fixed)
            return SentForm(entry, form, as_typed(form.schema, shown), _version(ctx, page))
    raise NotFound(
        "この様式は見られません。照合が終わるまで入力内容は表示しません。一覧から開き直してください。",
        "This form is not to be read: entries stay hidden until they are verified.",
    )


def _open(specification: Specification, page: CasePage) -> Iterator[tuple[FormEntry, UserTask]]:
    """What may be read now, with the task that asked it; another version may know no such task."""
    tasks = {(one.form, one.element_id): one for one in specification.user_tasks.values()}
    for entry in page.entries:
        task = tasks.get((entry.form, entry.element_id))
        if task is None or entry.outcome != "done" or page.blind:
            continue
        if page.case.state not in {"open", "suspended"} or not task.not_by:
            yield entry, task


def _title(specification: Specification, task: UserTask) -> tuple[str, str]:
    told = specification.bundle.forms[task.form]["ui"].get("title", {})
    return str(told.get("ja", task.title_ja)), str(told.get("en", task.title_en))


def _version(ctx: Context, page: CasePage) -> int:
    statement = select(Definition.version).where(Definition.hash == page.case.definition_hash)
    return ctx.session.scalar(statement) or 0
