"""The studio: drafts of procedures, their check, the second person who puts them in force (issue 5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.audit.tags import Tag
from models.trying_out import list_tests
from portal import clock
from portal.language import current_language, t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.security.roles import ROLES
from portal.views.operation_moves import KINDS as DIFFERENCES
from portal.views.procedure_titles import title_in
from portal.views.said_again import said_again
from services import audit
from services.context import Context
from services.errors import NotFound, ServiceError
from services.unit_of_work import unit_of_work
from workflows.engine.bundle import Bundle
from workflows.engine.comparison import ASPECTS
from workflows.studio import (
    choices,
    differences,
    drafts,
    elements,
    form_drafts,
    lanes,
    new_procedures,
    parcel_files,
    planned_publishing,
    publishing,
    replays,
)
from workflows.studio.differences import Compared
from workflows.studio.drafts import Draft
from workflows.studio.drawn import ASPECTS as DRAWN_ASPECTS
from workflows.studio.elements import Words
from workflows.studio.form_differences import ASPECTS as FIELD_ASPECTS
from workflows.studio.parcel_files import Upload

SORTS = {"bpmn": ("図", "Diagram"), "dmn": ("判定表", "Decision tables"), "form": ("様式", "Form")}
_OFFICE = frozenset(ROLES)
_LARGEST = parcel_files.LARGEST
_MOST_NAMED = 10


class StudioView(BaseView):
    """Drafts: begun, changed, checked, put in force by somebody else, taken out as files."""

    route_base = "/studio"
    default_view = "draft"
    section = "DefinitionView.list"

    @expose("/<slug>/<int:version>/draft", methods=["POST"])
    @requires("definition.draft")
    def begin(self, slug: str, version: int) -> Any:
        """Begin one's draft from a version, or go on with the one that is there."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            draft_id = drafts.begin(ctx, slug, version).id
        return _to(draft_id)

    @expose("/new", methods=["POST"])
    @requires("definition.draft")
    def begin_new(self) -> Any:
        """Begin a draft of a procedure that nobody has drawn yet."""
        told = {name: " ".join(request.form.get(name, "").split()) for name in ("slug", "ja", "en", "kind")}
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                draft_id = new_procedures.begin(ctx, **told)
        except ServiceError as refused:
            return said_again(refused, "DefinitionView.list")
        flash(
            t(
                "新しい手続の下書きを作りました。このまま検査して試せます。名前、図、様式をこれから変えてください。",
                "The draft of a new procedure runs as it is. Change its names, diagram and forms.",
            ),
            "success",
        )
        return _to(draft_id)

    @expose("/import", methods=["POST"])
    @requires("definition.draft")
    def begin_from_files(self) -> Any:
        """Begin a draft from files."""
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                draft_id, upload = drafts.begin_from_files(ctx, *_sent(), _OFFICE)
        except ServiceError as refused:
            return said_again(refused, "DefinitionView.list")
        _tell_taken_in(upload)
        return _to(draft_id)

    @expose("/drafts/<int:draft_id>", methods=["GET"])
    @requires("definition.read")
    def draft(self, draft_id: int) -> Any:
        """A draft: what the check found, its diagram, its elements, what is different."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            shown = drafts.read(ctx, draft_id)
            compared = differences.of_draft(ctx, shown)
            plan = planned_publishing.of_draft(ctx.session, draft_id)
            asked = publishing.asked(ctx, shown)
            may_cancel = plan is not None and planned_publishing.may_cancel(ctx, plan)
            replayed = replays.of_draft(ctx, draft_id)
            tests = len(list_tests(ctx.session, shown.slug))
            unmanned = lanes.without_people(ctx, shown.bundle)
        return self.render_template(
            "definition/draft.html",
            title=t(
                f"下書き — {title_in(shown.bundle, shown.slug)}",
                f"Draft — {title_in(shown.bundle, shown.slug)}",
            ),
            name=title_in(shown.bundle, shown.slug),
            draft=shown,
            elements=elements.list_elements(shown.bundle),
            forms=form_drafts.forms_of(shown.bundle),
            tables=choices.tables_of(shown.bundle),
            kinds_of_elements=elements.KINDS,
            roles={
                **{slug: t(role.ja, role.en) for slug, role in ROLES.items()},
                "system": t("システム", "System"),
            },
            diagrams=_diagrams(shown),
            marks=_marks(shown, compared),
            compared=compared,
            plan=plan,
            asked=asked,
            may_cancel=may_cancel,
            replays=replayed,
            tests=tests,
            unmanned=[(role, tasks) for role, tasks in unmanned if role in ROLES],
            today=clock.today(),
            differences=compared.elements if compared else None,
            kinds=DIFFERENCES,
            aspects=ASPECTS,
            sorts=SORTS,
            field_aspects=FIELD_ASPECTS,
            drawn_aspects=DRAWN_ASPECTS,
            process_of=_process_of,
        )

    @expose("/drafts/<int:draft_id>/diagram.bpmn", methods=["GET"])
    @requires("definition.read")
    def diagram(self, draft_id: int) -> Any:
        """The BPMN of a process of a draft."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            bundle = drafts.read(ctx, draft_id).bundle
        source = differences.diagram(bundle, request.args.get("process"), current_language())
        return Response(source, mimetype="application/xml")

    @expose("/drafts/<int:draft_id>/check", methods=["POST"])
    @requires("definition.draft")
    def check(self, draft_id: int) -> Any:
        """Look for all that keeps it from being put in force."""

        def deed(ctx: Context, seen: int) -> str:
            found = drafts.check(ctx, draft_id, seen, _OFFICE)
            count = sum(not one.is_warning for one in found)
            if count:
                return t(f"検査しました。問題が{count}件あります。", f"Checked: {count} problems.")
            noted = len(found) - count
            if noted:
                return t(
                    f"検査しました。問題はありません。注意が{noted}件あります。",
                    f"Checked: no problems, {noted} warnings.",
                )
            return t("検査しました。問題はありません。", "Checked: no problems.")

        return _done(draft_id, deed)

    @expose("/drafts/<int:draft_id>/files", methods=["POST"])
    @requires("definition.draft")
    def take_in(self, draft_id: int) -> Any:
        """Put files into one's draft."""
        name, content = _sent()

        def deed(ctx: Context, seen: int) -> str:
            upload = drafts.take_in(ctx, draft_id, seen, name, content, _OFFICE)
            _tell_taken_in(upload)
            return ""

        return _done(draft_id, deed)

    @expose("/drafts/<int:draft_id>/element", methods=["POST"])
    @requires("definition.draft")
    def change_element(self, draft_id: int) -> Any:
        """Give an element other names, a task for people another term."""
        told = {name: " ".join(request.form.get(name, "").split()) for name in ("ja", "en", "due_days")}
        process, element_id = request.form.get("process", ""), request.form.get("element", "")
        words = Words(told["ja"], told["en"], told["due_days"] if "due_days" in request.form else None)

        def deed(ctx: Context, seen: int) -> str:
            drafts.change_element(ctx, draft_id, seen, process, element_id, words)
            return t(f"「{words.ja}」を保存しました。", f"{words.en or words.ja} was saved.")

        return _done(draft_id, deed)

    @expose("/drafts/<int:draft_id>/newest", methods=["POST"])
    @requires("definition.draft")
    def base_on_newest(self, draft_id: int) -> Any:
        """Go on from the version that was put in force meanwhile."""

        def deed(ctx: Context, seen: int) -> str:
            drafts.base_on_newest(ctx, draft_id, seen)
            return t("いまの版からの下書きとして続けます。", "The draft goes on from the version in force.")

        return _done(draft_id, deed)

    @expose("/drafts/<int:draft_id>/publish", methods=["POST"])
    @requires("definition.publish")
    def publish(self, draft_id: int) -> Any:
        """Put a draft of somebody else in force."""
        reason = request.form.get("reason", "")
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                version = publishing.publish(ctx, draft_id, _seen(), reason, _OFFICE)
                slug, number = version.slug, version.version
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "StudioView.draft", draft_id=draft_id)
        flash(
            t(
                f"第{number}版を公開しました。新しい案件はこの版で始まります。進行中の案件は元の版のままです。",
                f"Version {number} is in force: new cases begin with it, running ones stay on theirs.",
            ),
            "success",
        )
        return redirect(url_for("DefinitionView.show", slug=slug, version=number), code=303)

    @expose("/drafts/<int:draft_id>/discard", methods=["POST"])
    @requires("definition.draft")
    def discard(self, draft_id: int) -> Any:
        """Drop one's own draft."""
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                drafts.discard(ctx, draft_id, _seen())
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "StudioView.draft", draft_id=draft_id)
        flash(t("下書きを破棄しました。", "The draft was dropped."), "success")
        return redirect(url_for("DefinitionView.list"), code=303)

    @expose("/drafts/<int:draft_id>/export.zip", methods=["GET"])
    @requires("definition.read")
    def export_draft(self, draft_id: int) -> Any:
        """A draft as files."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            shown = drafts.read(ctx, draft_id)
            audit.record(ctx, Tag.DEFINITION_EXPORTED, f"definition:{shown.slug}")
        return _zip(shown.bundle, f"{shown.slug}-draft.zip")

    @expose("/<slug>/<int:version>/export.zip", methods=["GET"])
    @requires("definition.read")
    def export(self, slug: str, version: int) -> Any:
        """A version as files."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            bundle = differences.bundle_of(ctx, slug, version)
            audit.record(ctx, Tag.DEFINITION_EXPORTED, f"definition:{slug}", detail={"version": version})
        return _zip(bundle, f"{slug}-{version}.zip")

    @expose("/<slug>/<int:before>/<int:after>", methods=["GET"])
    @requires("definition.read")
    def compare(self, slug: str, before: int, after: int) -> Any:
        """Two versions: what is different, on both diagrams and as a list."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            compared = differences.of_versions(ctx, slug, before, after)
        name = title_in(compared.after, slug)
        return self.render_template(
            "definition/compare.html",
            title=t(
                f"{name} 第{before}版と第{after}版の違い",
                f"{name}: versions {before} and {after}",
            ),
            slug=slug,
            name=name,
            before=before,
            after=after,
            sides=[_side(slug, before, compared, after=False), _side(slug, after, compared, after=True)],
            compared=compared,
            differences=compared.elements,
            kinds=DIFFERENCES,
            aspects=ASPECTS,
            sorts=SORTS,
            field_aspects=FIELD_ASPECTS,
            drawn_aspects=DRAWN_ASPECTS,
        )


def _done(draft_id: int, deed: Callable[[Context, int], str]) -> Any:
    """One deed on a draft in one transaction, what came of it told on the draft's page."""
    try:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            told = deed(ctx, _seen())
    except NotFound:
        raise
    except ServiceError as refused:
        return said_again(refused, "StudioView.draft", draft_id=draft_id)
    if told:
        flash(told, "success")
    return _to(draft_id)


def _to(draft_id: int) -> Any:
    return redirect(url_for("StudioView.draft", draft_id=draft_id), code=303)


def _seen() -> int:
    return request.form.get("seen", 0, type=row_id)


def _sent() -> tuple[str, bytes]:
    """The name and the bytes of the file that was sent; more than may be is cut, and refused as broken."""
    file = request.files.get("file")
    if file is None:
        return "", b""
    content = file.stream.read(_LARGEST)
    file.close()
    return file.filename or "", content


def _tell_taken_in(upload: Upload) -> None:
    count, (ja, en) = len(upload.files), _named([one.name for one in upload.files])
    flash(t(f"{count}件のファイルを取り込みました: {ja}", f"{count} files were taken in: {en}"), "success")
    if upload.left_out:
        count, (ja, en) = len(upload.left_out), _named(upload.left_out)
        flash(
            t(
                f"手続のファイルではないため取り込まなかったもの{count}件: {ja}",
                f"{count} left out, no files of a definition: {en}",
            ),
            "warning",
        )


def _named(names: Sequence[str]) -> tuple[str, str]:
    """The first of some names, in both languages, with how many more there are."""
    more = len(names) - _MOST_NAMED
    ja, en = "、".join(names[:_MOST_NAMED]), ", ".join(names[:_MOST_NAMED])
    return (f"{ja} ほか{more}件", f"{en} and {more} more") if more > 0 else (ja, en)


def _zip(bundle: Bundle, name: str) -> Response:
    answer = Response(parcel_files.as_zip(bundle), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def _diagrams(draft: Draft) -> list[tuple[str, str, str]]:
    names = sorted(draft.bundle.bpmn, key=lambda name: (name != draft.slug, name))
    return [
        (name, title_in(draft.bundle, name), url_for("StudioView.diagram", draft_id=draft.id, process=name))
        for name in names
    ]


def _side(slug: str, version: int, compared: Compared, *, after: bool) -> dict[str, Any]:
    bundle = compared.after if after else compared.before
    names = sorted(bundle.bpmn, key=lambda name: (name != slug, name))
    return {
        "version": version,
        "marks": compared.marks(after=after),
        "diagrams": [
            (
                name,
                title_in(bundle, name),
                url_for("DefinitionView.diagram", slug=slug, version=version, process=name),
            )
            for name in names
        ],
    }


def _marks(draft: Draft, compared: Compared | None) -> dict[str, list[str]]:
    """What to mark on the diagram: what was found, else what is different."""
    marks = compared.marks(after=True) if compared else {}
    for kind, found in (("warning", draft.warnings), ("problem", draft.problems)):
        if found:
            marks[kind] = [f"{_process_of(one.file)}.{one.element}" for one in found]
    return marks


def _process_of(file: str) -> str:
    """The process in whose folder a file of a draft lies."""
    return file.partition("/")[0]
