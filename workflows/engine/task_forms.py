"""The form of a task, from the definition of its case, and the entry that is taken from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forms.refusals import FieldError
from forms.validation import FormRefused, check
from models.case import Case, WorkItem
from services import lookups
from services.context import Context
from services.errors import NotFound, RuleBroken
from workflows.engine import default_values, definitions, form_defaults, store
from workflows.engine.matters import matter_of
from workflows.engine.operations import CaseData, get_operation
from workflows.engine.parser import Specification, UserTask
from workflows.engine.work_queue import Running

INTAKE = "apply"
LONGEST_REASON = 400


@dataclass(frozen=True)
class OpenForm:
    """A form to be shown: its schema and layout, from the definition of the case."""

    key: str
    schema: Mapping[str, Any]
    ui: Mapping[str, Any]
    fixed: Mapping[str, Any]
    task: UserTask
    defaults: Mapping[str, Any] = field(default_factory=dict)


def intake_form(ctx: Context, slug: str, reason: str) -> OpenForm:
    """The form with which a procedure begins, before there is a case; `reason` was chosen before it.

    Raises:
        NotFound: the procedure is not published.
    """
    form = intake_of(definitions.current(ctx.session, slug), reason)
    begun = {"case": {"slug": slug, "reason": reason, "procedure": slug}, "form": {}, "outcome": {}}
    asked = default_values.defaults_of(form.schema)
    return replace(form, defaults=form_defaults.evaluated(ctx, asked, begun))


def intake_of(specification: Specification, reason: str) -> OpenForm:
    """The form with which cases of a definition begin.

    Raises:
        NotFound: they begin without one.
    """
    wanted = specification.user_tasks.get((specification.slug, INTAKE))
    if wanted is None:
        raise NotFound(
            f"手続「{specification.slug}」は届出の入力から始まりません。",
            f"The procedure {specification.slug} does not begin with an entry.",
        )
    return form_of(specification, wanted, dict.fromkeys(wanted.fixed, reason))


def form_of(specification: Specification, wanted: UserTask, fixed: Mapping[str, Any]) -> OpenForm:
    """The form of a task; `fixed` was settled before it."""
    stored = specification.bundle.forms[wanted.form]
    return OpenForm(wanted.form, stored["schema"], stored["ui"], fixed, wanted)


def with_defaults(ctx: Context, form: OpenForm, item: WorkItem, case: Case) -> OpenForm:
    """The form with what its fields begin with, from the data of its case; the tree is read only if asked."""
    asked = default_values.defaults_of(form.schema)
    if not asked or case.blob is None:
        return form
    workflow = store.thaw(case.blob, definitions.by_hash(ctx.session, case.definition_hash))
    ready = {str(task.id): task.data for task in workflow.ready_manual_tasks()}
    data: Mapping[str, Any] = ready.get(item.task_guid, {})
    first = form_defaults.evaluated(ctx, asked, data, own_eyes=bool(form.task.not_by))
    return replace(form, defaults=first)


def fixed_of(wanted: UserTask, item: WorkItem) -> dict[str, Any]:
    """The fields of a task's form that are settled by its case."""
    settled = {"reason": item.reason, "kind": item.reason, "procedure": item.procedure}
    return {name: settled[name] for name in wanted.fixed}


def checked_entry(ctx: Context, form: OpenForm, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was typed, as it is kept.

    Raises:
        FormRefused: the entry is not accepted, or holds an id that is not on record.
    """
    entry = check(form.schema, raw, today=ctx.today, fixed=form.fixed)
    missing = lookups.not_on_record(ctx, entry)
    if missing:
        raise FormRefused(tuple(FieldError.of(path, "not_on_record") for path in missing))
    return entry


def entry_of(
    ctx: Context,
    running: Running,
    wanted: UserTask,
    item: WorkItem,
    raw: Mapping[str, Any],
    outcome: str,
    note: str | None,
) -> Mapping[str, Any]:
    """The entry of a task: what was typed, or nothing where it ends another way, for a reason.

    Raises:
        FormRefused: the entry is not accepted.
        NotFound: the task does not offer that way out.
        RuleBroken: a way out without a reason.
    """
    if outcome == "done":
        entry = checked_entry(ctx, form_of(running.specification, wanted, fixed_of(wanted, item)), raw)
        if wanted.writes == INTAKE:
            case = running.case
            examine(ctx, case.slug, wanted, entry, case.id, case.notification_id)
        return entry
    if outcome not in wanted.outcomes:
        raise NotFound("この操作はこの仕事では選べません。", "This task does not offer that way out.")
    refuse_reason(
        note or "", "理由を入力してください。次の担当者に伝わります。", "Give a reason for the next person."
    )
    return {}


def examine(
    ctx: Context,
    slug: str,
    wanted: UserTask,
    entry: Mapping[str, Any],
    case_id: int = 0,
    notification_id: int | None = None,
) -> list[str]:
    """Let the procedure look at an entry before it is taken; it raises where it could never be registered.

    The operation that the task names looks at it, else what the procedure has registered.
    """
    told = CaseData(case_id, notification_id, slug, {"form": {INTAKE: entry}})
    if wanted.examine is not None:
        cautions: list[str] = get_operation(wanted.examine)(ctx, told)["cautions"]
        return cautions
    return matter_of(slug, notified=notification_id is not None).examine(ctx, told)


def refuse_reason(typed: str, missing_ja: str, missing_en: str) -> None:
    """A reason is there and short enough to be kept and read.

    Raises:
        RuleBroken: it is empty or too long.
    """
    if not typed.strip():
        raise RuleBroken(missing_ja, missing_en)
    if len(typed) > LONGEST_REASON:
        raise RuleBroken(
            f"理由が長すぎます({len(typed)}字)。{LONGEST_REASON}字までに短くしてください。",
            f"The reason has {len(typed)} characters. Shorten it to {LONGEST_REASON}.",
        )
