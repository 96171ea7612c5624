"""What the API tells of cases, tasks and forms: what their screens show, no more (N8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.language import current_language, t
from services import cases, inbox, intake
from workflows import case_pages, papers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from models.case import WorkItem
    from services.context import Context
    from services.inbox import Listed
    from workflows.engine.runner import OpenForm

Told = dict[str, Any]


def case(ctx: Context, case_id: int) -> Told:
    """A case: its number, state and open tasks; whoever may verify it is not told the reason (B4)."""
    page = cases.read(ctx, case_id)
    words = case_pages.read(ctx, page, current_language())
    return {
        "id": page.case.id,
        "number": page.number,
        "procedure": page.case.slug,
        "title": words.title,
        "reason": words.reason or None,
        "state": page.state,
        "state_label": words.state,
        "is_open": page.case.state in {"open", "suspended"},
        "subject": page.subject,
        "started_at": page.case.started_at.isoformat(),
        "tasks": [task(ctx, one) for one in page.items],
    }


def task(ctx: Context, item: WorkItem | Listed) -> Told:
    """A task as a row of the inbox; its reason is not told to whoever types it from the paper (B4)."""
    blind = inbox.VERIFIER in ctx.actor.roles
    return {
        "id": item.id,
        "case_id": item.case_id,
        "number": item.notification_number,
        "procedure": item.procedure,
        "reason": None if blind else item.reason or None,
        "element": item.element_id,
        "title": t(item.title_ja, item.title_en),
        "role": item.role,
        "state": item.state,
        "subject": item.subject_name,
        "household_number": item.household_number or None,
        "received_on": _day(item.received_on),
        "due_on": _day(item.due_on),
        "assignee_id": item.assignee_id,
        "is_mine": item.assignee_id == ctx.actor.staff_id,
    }


def form(ctx: Context, opened: OpenForm, values: Mapping[str, Any]) -> Told:
    """A form: its JSON Schema and layout as its definition has them, what is settled, what it begins with."""
    return {
        "key": opened.key,
        "schema": opened.schema,
        "layout": opened.ui,
        "fixed": dict(opened.fixed),
        "values": dict(values),
        "options": {
            "paper_kinds": [
                {"value": code, "label": t(ja, en)}
                for code, ja, en in intake.paper_choices(intake.paper_kinds(ctx))
            ]
        },
        "outcomes": ["done", *opened.task.outcomes],
    }


def asked_papers(ctx: Context, procedure: str, reason: str) -> list[Told]:
    """The papers to ask for."""
    return [
        {"code": one.code, "name": t(one.name, one.name_en), "is_must": one.is_must, "note": one.note}
        for one in papers.to_ask(ctx, procedure, reason)
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
