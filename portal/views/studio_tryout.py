"""A draft tried out in the browser: step by step, at a time of its own, nothing real touched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any
from uuid import uuid4

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose

from forms.decoding import seal_individual_numbers, unflatten
from forms.refusals import FieldError
from forms.rendering import as_typed
from forms.validation import FormRefused
from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.security.roles import ROLES
from portal.views import form_pages, studio_lookup
from portal.views.cases import EVENTS
from portal.views.procedure_titles import title_in
from portal.views.said_again import said_again
from rules.eras import DateNotUnderstood, parse_date
from services import intake
from services.context import JST, Context
from services.errors import NotFound, RuleBroken, ServiceError
from services.unit_of_work import unit_of_work
from workflows.engine.operations import examples_of
from workflows.engine.rehearsal import Open, Rehearsal
from workflows.engine.runner import OpenForm
from workflows.studio import drafts, elements, scripts, trying
from workflows.studio.scripts import Step

OURS = form_pages.OURS | {"told", "element", "deed"}
OUTCOMES = {
    "send_back": ("差し戻す", "Send back"),
    "give_up": ("提出なし・不受理にする", "Not brought: do not accept"),
}
OPENS_AT = time(9, 0)
MOST_DAYS = 3_660
LONGEST_JSON = 20_000


class TryOutView(BaseView):
    """試す: one's own try-out of a draft."""

    route_base = "/studio/drafts"
    default_view = "show"
    section = "DefinitionView.list"

    @expose("/<int:draft_id>/try", methods=["GET"])
    @requires("definition.draft")
    def show(self, draft_id: int) -> Any:
        """Where the try-out stands: the step in hand, who does it, what it waits for, the way so far."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self._page(ctx, draft_id)

    @expose("/<int:draft_id>/try", methods=["POST"])
    @requires("definition.draft")
    def begin(self, draft_id: int) -> Any:
        """Begin, or begin again: on a day, with a reason or with facts."""
        seen = request.form.get("seen", 0, type=int)
        try:
            at, facts = _moment(request.form.get("on", "")), _facts()
            with unit_of_work(current_actor(), clock.now()) as ctx:
                trying.begin(ctx, draft_id, seen, facts, at, frozenset(ROLES))
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "TryOutView.show", draft_id=draft_id)
        return redirect(url_for("TryOutView.show", draft_id=draft_id), code=303)

    @expose("/<int:draft_id>/try/task", methods=["POST"])
    @requires("definition.draft")
    def task(self, draft_id: int) -> Any:
        """End the task in hand with its form, or another way."""
        element, told = request.form.get("element", ""), _told()
        outcome, note = request.form.get("outcome", "done"), request.form.get("note", "").strip()
        raw: dict[str, Any] = {}
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                if outcome == "done":
                    raw = self._entry(ctx, draft_id, element)
                trying.step(ctx, draft_id, told, Step(scripts.TASK, "", element, raw, outcome, note or None))
        except FormRefused as refused:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                return self._page(ctx, draft_id, element, refused.errors), 422
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "TryOutView.show", draft_id=draft_id)
        return redirect(url_for("TryOutView.show", draft_id=draft_id), code=303)

    @expose("/<int:draft_id>/try/step", methods=["POST"])
    @requires("definition.draft")
    def step(self, draft_id: int) -> Any:
        """Anything else: an answer of an operation, time that passes, an event that comes, one step back."""
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                _do(ctx, draft_id, request.form.get("deed", ""))
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "TryOutView.show", draft_id=draft_id)
        return redirect(url_for("TryOutView.show", draft_id=draft_id), code=303)

    def _entry(self, ctx: Context, draft_id: int, element: str) -> dict[str, Any]:
        """What was typed, nested; an Individual Number is forgotten, a made-up reference stands in."""
        tried = trying.read(ctx, draft_id)
        opened = _open(tried.rehearsal if tried else None, element)
        if tried is None or tried.rehearsal is None or opened is None:
            return {}
        form = trying.form_to_fill(ctx, tried.rehearsal, opened)
        pairs = list(request.form.items(multi=True))
        raw, errors = _typed(form, pairs)
        today = tried.rehearsal.at.astimezone(JST).date()
        form_pages.refuse_when_any(form, raw, errors, today)
        return raw

    def _page(self, ctx: Context, draft_id: int, element: str = "", errors: Sequence[FieldError] = ()) -> Any:
        draft = drafts.read(ctx, draft_id)
        name = title_in(draft.bundle, draft.slug)
        tried, why_not = None, ""
        try:
            tried = trying.read(ctx, draft_id)
        except RuleBroken as refused:
            why_not = t(refused.message_ja, refused.message_en)
        rehearsal = tried.rehearsal if tried else None
        tasks = rehearsal.open_tasks() if rehearsal else []
        names = names_of(draft)
        wanted = element or request.args.get("task", "")
        opened = _open(rehearsal, wanted) or (tasks[0] if tasks else None)
        return self.render_template(
            "definition/tryout.html",
            title=t(f"試す — {name}", f"Try out — {name}"),
            name=name,
            draft=draft,
            tried=tried,
            why_not=why_not,
            rehearsal=rehearsal,
            tasks=tasks,
            opened=opened,
            form=_form(ctx, rehearsal, opened, errors) if rehearsal and opened else None,
            outcomes=[(one, t(*OUTCOMES.get(one, (one, one)))) for one in opened.wanted.outcomes]
            if opened
            else [],
            services=[(one, examples_of(one.operation)) for one in rehearsal.asked_services()]
            if rehearsal
            else [],
            waits=rehearsal.waits() if rehearsal else [],
            path=_path(rehearsal, names) if rehearsal else [],
            not_by=[names.get((opened.wanted.process, one), one) for one in opened.wanted.not_by]
            if opened
            else [],
            data=list(_flat(rehearsal.data)) if rehearsal else [],
            roles={slug: t(role.ja, role.en) for slug, role in ROLES.items()},
            events={kind: t(*words) for kind, words in EVENTS.items()},
            reasons=_reasons(ctx, draft),
            with_entry=trying.begins_with_entry(draft.bundle),
            diagrams=_diagrams(draft),
            marks=_marks(rehearsal),
            today=ctx.today,
        )


def _do(ctx: Context, draft_id: int, deed: str) -> None:
    told, element = _told(), request.form.get("element", "")
    if deed == "back":
        trying.back(ctx, draft_id, told)
    elif deed == "timer":
        trying.let_pass(ctx, draft_id, told)
    elif deed == "days":
        trying.let_pass(ctx, draft_id, told, _days())
    elif deed == "event":
        trying.step(ctx, draft_id, told, Step(scripts.EVENT, "", element, _json("payload")))
    elif deed == "error":
        trying.step(ctx, draft_id, told, Step(scripts.ERROR, "", element, code=request.form.get("code", "")))
    else:
        trying.step(ctx, draft_id, told, Step(scripts.ANSWER, "", element, _answer()))


def _answer() -> dict[str, Any]:
    """The example that was chosen, or what was typed in its place."""
    chosen = request.form.get("example", "own")
    examples = examples_of(request.form.get("operation", ""))
    if chosen.isdecimal() and int(chosen) < len(examples):
        return dict(examples[int(chosen)].answer)
    return _json("answer")


def _json(name: str) -> dict[str, Any]:
    """Values typed as JSON; empty for none.

    Raises:
        RuleBroken: it is no JSON object.
    """
    text = request.form.get(name, "").strip()
    if not text:
        return {}
    try:
        told = json.loads(text) if len(text) <= LONGEST_JSON else None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise RuleBroken(
            '値は JSON の形で入力してください。例: {"result": "confirmed"}',
            'Type the values as JSON, e.g. {"result": "confirmed"}',
        )
    return told


def _facts() -> dict[str, Any]:
    reason = request.form.get("reason", "").strip()
    return {**_json("facts"), **({"reason": reason} if reason else {})}


def _moment(text: str) -> datetime:
    """The morning of the day that was typed; today's where none was.

    Raises:
        RuleBroken: it is no day.
    """
    try:
        day = parse_date(text) if text.strip() else clock.today()
    except DateNotUnderstood as error:
        raise RuleBroken(error.message_ja, "This is not a date. Type R8.11.23 or 2026-11-23.") from error
    return datetime.combine(day, OPENS_AT, JST)


def _days() -> int:
    days = request.form.get("days", 0, type=int)
    if not 0 < days <= MOST_DAYS:
        raise RuleBroken(
            f"進める日数は1〜{MOST_DAYS}で入力してください。", f"Type a number of days from 1 to {MOST_DAYS}."
        )
    return days


def _told() -> int:
    return request.form.get("told", -1, type=int)


def _typed(form: OpenForm, pairs: Sequence[tuple[str, str]]) -> tuple[dict[str, Any], list[FieldError]]:
    raw = unflatten(pairs, form.schema, ignore=OURS)
    return seal_individual_numbers(raw, form.schema, lambda _digits: f"vault:{uuid4()}")


def _open(rehearsal: Rehearsal | None, element: str) -> Open | None:
    found = rehearsal.open_tasks() if rehearsal else []
    return next((one for one in found if one.wanted.element_id == element), None)


def _form(
    ctx: Context, rehearsal: Rehearsal, opened: Open, errors: Sequence[FieldError]
) -> form_pages.FormPage:
    form = trying.form_to_fill(ctx, rehearsal, opened)
    if errors:
        values, _ = _typed(form, list(request.form.items(multi=True)))
    else:
        first = {**form.defaults, **form.fixed}
        kept = opened.data.get("form", {}).get(opened.wanted.writes)
        if opened.wanted.writes != opened.wanted.element_id and kept:
            first |= kept
        values = dict(as_typed(form.schema, first))
    shown = studio_lookup.labels_of(values)
    return replace(form_pages.page(ctx, form, {}, errors), values=values, shown=shown)


def names_of(draft: drafts.Draft) -> dict[tuple[str, str], str]:
    """What people call each element, by process and id; its kind where nobody has named it."""
    return {
        (one.process, one.id): t(one.ja, one.en or one.ja) or t(*elements.KINDS[one.kind])
        for one in elements.list_elements(draft.bundle)
    }


def _path(rehearsal: Rehearsal, names: Mapping[tuple[str, str], str]) -> list[tuple[datetime, str, str]]:
    """The way so far as people read it: when, what happened, where."""
    return [(one.at, one.kind, names.get((one.process, one.element), one.element)) for one in rehearsal.path]


def _flat(data: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{path}.")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for place, row in enumerate(value, start=1):
                yield from _flat(row, f"{path}[{place}].")
        else:
            yield path, json.dumps(value, ensure_ascii=False)


def _reasons(ctx: Context, draft: drafts.Draft) -> list[tuple[str, str]]:
    """The reasons that the first form takes, in words where the masters have them."""
    groups = [one for one in intake.list_reasons(ctx) if one.procedure == draft.slug]
    words = {row.code: t(row.name, row.name_en or row.name) for one in groups for row in one.reasons}
    return [(code, words.get(code, code)) for code in trying.reasons_of(draft.bundle)]


def _diagrams(draft: drafts.Draft) -> list[tuple[str, str, str]]:
    names = sorted(draft.bundle.bpmn, key=lambda name: (name != draft.slug, name))
    return [
        (
            name,
            title_in(draft.bundle, name),
            url_for("StudioView.diagram", draft_id=draft.id, process=name),
        )
        for name in names
    ]


def _marks(rehearsal: Rehearsal | None) -> dict[str, list[str]]:
    """What to mark on the diagram: what was passed, and where it stands."""
    if rehearsal is None:
        return {}
    here = [f"{one.wanted.process}.{one.wanted.element_id}" for one in rehearsal.open_tasks()]
    here += [f"{one.process}.{one.element}" for one in rehearsal.asked_services()]
    here += [f"{one.element[0]}.{one.element[1]}" for one in rehearsal.waits()]
    passed = dict.fromkeys(f"{one.process}.{one.element}" for one in rehearsal.path)
    return {"passed": [one for one in passed if one not in here], "open": here}
