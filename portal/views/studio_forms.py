"""The forms of a draft changed field by field, with the form beside as people will see it (issue 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose

from forms.rendering import fields
from portal import clock
from portal.language import current_language, t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.procedure_titles import title_in
from portal.views.said_again import said_again
from services.context import Context
from services.errors import NotAllowed, NotFound, RuleBroken, ServiceError
from services.unit_of_work import unit_of_work
from workflows.studio import (
    drafts,
    form_conditions,
    form_drafts,
    form_editing,
    form_fields,
    form_kinds,
    form_rows,
)
from workflows.studio.form_conditions import Askable, When
from workflows.studio.form_fields import Choice, FieldWords, Form

MOST_LINES = 200


class StudioFormView(BaseView):
    """The editor of forms: the list of fields, one deed at a time, the preview."""

    route_base = "/studio"
    default_view = "show"
    section = "DefinitionView.list"

    @expose("/drafts/<int:draft_id>/forms/<slug>/<task>", methods=["GET"])
    @requires("definition.draft")
    def show(self, draft_id: int, slug: str, task: str) -> Any:
        """A form of one's draft, field by field, and how it looks."""
        key = f"{slug}/{task}"
        with unit_of_work(current_actor(), clock.now()) as ctx:
            shown = drafts.read(ctx, draft_id)
        if not shown.is_own:
            raise NotAllowed(
                "ほかの人の下書きの様式は変えられません。この版から自分の下書きを作ってください。",
                "The forms of somebody else's draft cannot be changed. Begin one of your own.",
            )
        form, groups = form_drafts.listed_form(shown.bundle, key)
        title = form["ui"].get("title", {})
        name = t(title.get("ja", key), title.get("en", key))
        return self.render_template(
            "studio/form.html",
            title=t(f"様式 — {name}", f"Form — {name}"),
            name=title_in(shown.bundle, shown.slug),
            draft=shown,
            key=key,
            at={"draft_id": draft_id, "slug": slug, "task": task},
            groups=groups,
            kinds=form_kinds.KINDS,
            askable={"": form_conditions.askable(form), **_askable_in_rows(form)},
            tasks=[one.tasks for one in form_drafts.forms_of(shown.bundle) if one.key == key][:1],
            opened=request.args.get("field", "") or request.form.get("was", ""),
            inside=request.args.get("inside", ""),
            into=request.args.get("into", "") or request.form.get("within", ""),
            **_looks(form),
        )

    @expose("/drafts/<int:draft_id>/forms/<slug>/<task>", methods=["POST"])
    @requires("definition.draft")
    def change(self, draft_id: int, slug: str, task: str) -> Any:
        """One deed on a form; refused whole where the form would contradict itself."""
        at: dict[str, Any] = {"draft_id": draft_id, "slug": slug, "task": task}
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                _change(ctx, draft_id, f"{slug}/{task}")
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "StudioFormView.show", **at)
        flash(t("様式を保存しました。", "The form was saved."), "success")
        return redirect(url_for("StudioFormView.show", **at), code=303)

    @expose("/drafts/<int:draft_id>/forms/<slug>/<task>/preview", methods=["POST"])
    @requires("definition.draft")
    def preview(self, draft_id: int, slug: str, task: str) -> Any:
        """How the form would look with what is being typed; nothing is kept."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            bundle = drafts.read(ctx, draft_id).bundle
        key = f"{slug}/{task}"
        try:
            form, refused = form_drafts.changed_form(bundle, key, _deed()), ""
        except RuleBroken as error:
            form, refused = form_drafts.form_of(bundle, key), t(error.message_ja, error.message_en)
        return render_template("studio/preview.html", refused=refused, **_looks(form))


def _askable_in_rows(form: Form) -> dict[str, list[Askable]]:
    """Which fields of the same row a condition inside rows may ask, by the name of the rows."""
    names = [one.words.name for group in form_fields.list_groups(form) for one in group.fields]
    rows = {name: row for name in names if (row := form_rows.row_of(form, name)) is not None}
    return {name: form_conditions.askable(row) for name, row in rows.items()}


def _change(ctx: Context, draft_id: int, key: str) -> None:
    form_drafts.change(ctx, draft_id, request.form.get("seen", 0, type=row_id), key, _deed())


def _deed() -> Callable[[Form], Form]:
    """What the page asks to be done with the form."""
    told = {name: " ".join(request.form.get(name, "").split()) for name in _TEXTS}
    deed, name = request.form.get("deed", ""), told["was"]
    if deed in {"up", "down"}:
        return lambda form: form_editing.move_field(form, name, -1 if deed == "up" else 1)
    if deed == "remove":
        return lambda form: form_editing.remove_field(form, name)
    if deed == "remove_group":
        return lambda form: form_editing.remove_group(form, told["group"])
    if deed == "group":
        words = (told["group"], told["ja"], told["en"], told["help_ja"], told["help_en"])
        return lambda form: form_editing.put_group(form, *words)
    field = _field(told)
    return lambda form: form_editing.put_field(form, field, name)


_TEXTS = ("was", "within", "name", "ja", "en", "help_ja", "help_en", "kind", "group", "least", "most", "when")
_BOUNDED = frozenset(key for key, kind in form_kinds.KINDS.items() if kind.has_bounds)


def _field(told: dict[str, str]) -> FieldWords:
    return FieldWords(
        name=told["name"] or told["was"],
        ja=told["ja"],
        en=told["en"],
        help_ja=told["help_ja"],
        help_en=told["help_en"],
        kind=told["kind"],
        group=told["group"],
        required="required" in request.form,
        choices=_choices() if told["kind"] in {"choice", "choices"} else (),
        least=_number(told["least"]) if told["kind"] in _BOUNDED else None,
        most=_number(told["most"]) if told["kind"] in _BOUNDED else None,
        when=_when(told["when"]),
        within=told["within"],
    )


def _when(name: str) -> When | None:
    """The condition that was ticked: values of the one field that was chosen for it."""
    if not name:
        return None
    ticked = [one.partition("=") for one in request.form.getlist("when_value")[:MOST_LINES]]
    return When(name, tuple(value for field, _, value in ticked if field == name))


def _choices() -> tuple[Choice, ...]:
    """One choice a line: value=Japanese=English; a line of one part gets a counted value."""
    found = []
    for place, line in enumerate(request.form.get("choices", "").splitlines()[:MOST_LINES], 1):
        parts = [" ".join(one.split()) for one in line.split("=")]
        if any(parts):
            value, ja, en = [*parts, "", ""][:3] if len(parts) > 1 else [f"choice_{place}", parts[0], ""]
            found.append(Choice(value, ja or value, en))
    return tuple(found)


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) <= 15):
        raise RuleBroken(
            f"「{text}」は数ではありません。範囲は整数で入力してください。", f"{text} is no whole number."
        )
    return int(text)


def _looks(form: Form) -> dict[str, Any]:
    return {"fields": fields(form["schema"], {"defs": {}, **form["ui"]}, {}), "lang": current_language()}
