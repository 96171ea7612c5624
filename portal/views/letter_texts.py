"""Texts of letters, beside the studio: versions, drafts, previews, the second person (C4, issue 5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.carrying_out import is_again
from portal.views.pdf_answers import dress, pdf_answer, said_in_pane
from portal.views.said_again import said_again
from portal.views.studio_plans import in_words
from printing.letter_texts import LETTERS
from printing.wording import LONGEST_HEADING, LONGEST_TEXT, Fault, WordingRefused
from services import documents, letter_drafts, letter_samples, letter_texts
from services.context import Context
from services.errors import NotFound, ServiceError
from services.letter_texts import TextVersion
from services.unit_of_work import unit_of_work

FAULTS = {
    "heading_empty": ("表題が入力されていません。", "The heading is empty."),
    "heading_too_long": (
        f"表題は{LONGEST_HEADING}字までです。",
        f"The heading may have {LONGEST_HEADING} characters.",
    ),
    "heading_with_marks": (
        "表題に { } * は使えません。差し込みと太字は本文だけで使えます。",
        "The heading takes no { } or *. Places and bold words belong in the text.",
    ),
    "text_empty": ("本文が入力されていません。", "The text is empty."),
    "text_too_long": (
        f"本文は{LONGEST_TEXT}字までです。1枚に収まるように短くしてください。",
        f"The text may have {LONGEST_TEXT} characters.",
    ),
    "too_many_paragraphs": ("段落が多すぎます。まとめてください。", "There are too many paragraphs."),
    "control_character": (
        "見えない制御文字が入っています。打ち直してください。",
        "There is an invisible character. Type the line anew.",
    ),
    "stray_brace": (
        "閉じていない { か、開いていない } があります。差し込みは {氏名} のように書きます。",
        "A brace stands alone. A place is written {氏名}.",
    ),
    "unknown_place": (
        "この手紙にない差し込みです。「使える差し込み」から選んでください。",
        "This letter has no such place. Choose one of the list.",
    ),
    "block_not_alone": (
        "表の差し込みは、その行に単独で書いてください。",
        "The place of a table stands in a line of its own.",
    ),
    "block_not_once": (
        "表の差し込みを、本文に1回だけ書いてください。",
        "The place of this table must stand in the text, exactly once.",
    ),
    "bold_not_ended": (
        "** で始めた太字が、この行の中で終わっていません。",
        "Bold words that begin with ** do not end in this line.",
    ),
}


class LetterTextView(BaseView):
    """What letters say: looked at, drafted, previewed on sample households, put in force by somebody else."""

    route_base = "/studio/letters"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("definition.read")
    def list(self) -> Any:
        """Every letter with its version in force, and the drafts."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            letters = [(kind, letter_texts.history(ctx, kind.slug)[0]) for kind in LETTERS.values()]
            drafts = letter_drafts.list_drafts(ctx)
        return self.render_template(
            "letter_text/list.html",
            title=t("手紙の文面", "Texts of letters"),
            letters=letters,
            drafts=drafts,
            kinds=LETTERS,
        )

    @expose("/<slug>", methods=["GET"])
    @requires("definition.read")
    def show(self, slug: str) -> Any:
        """A version of a letter: its text, a preview, the history."""
        kind = letter_texts.kind_of(slug)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            versions = letter_texts.history(ctx, slug)
            number = request.args.get("version", type=row_id)
            shown = versions[0] if number is None else letter_texts.version_of(ctx, slug, number)
        return self.render_template(
            "letter_text/show.html",
            title=t(kind.title_ja, kind.title_en),
            kind=kind,
            shown=shown,
            versions=versions,
            before=next((one for one in versions if one.version < shown.version), None),
            preview=url_for("LetterTextView.preview", slug=slug, version=shown.version),
            **_samples(),
        )

    @expose("/<slug>/<int:before>/<int:after>", methods=["GET"])
    @requires("definition.read")
    def compare(self, slug: str, before: int, after: int) -> Any:
        """What differs between two versions, line by line."""
        kind = letter_texts.kind_of(slug)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            old, new = (letter_texts.version_of(ctx, slug, one) for one in (before, after))
        return self.render_template(
            "letter_text/compare.html",
            title=t(f"第{before}版と第{after}版の違い", f"Versions {before} and {after}"),
            kind=kind,
            lines=letter_texts.differences((old.heading, old.body), (new.heading, new.body)),
        )

    @expose("/<slug>/<int:version>/preview.pdf", methods=["GET"])
    @requires("definition.read")
    def preview(self, slug: str, version: int) -> Any:
        """A version on a sample household, as it would be printed."""
        letter_texts.kind_of(slug)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            text = letter_texts.version_of(ctx, slug, version)
        return self._pdf(slug, text)

    @expose("/<slug>/draft", methods=["POST"])
    @requires("definition.draft")
    def begin(self, slug: str) -> Any:
        """Begin one's draft from the version in force, or go on with the one that is there."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            draft_id = letter_drafts.begin(ctx, slug)
        return _to(draft_id)

    @expose("/drafts/<int:draft_id>", methods=["GET"])
    @requires("definition.read")
    def draft(self, draft_id: int) -> Any:
        """A draft: its text to be changed, what is wrong with it, a preview, what is different."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            shown = letter_drafts.read(ctx, draft_id)
            now = letter_texts.in_force(ctx, shown.slug)
            asked = letter_drafts.asked(ctx, shown)
        kind = letter_texts.kind_of(shown.slug)
        return self.render_template(
            "letter_text/draft.html",
            title=t(f"下書き — {kind.title_ja}", f"Draft — {kind.title_en}"),
            kind=kind,
            draft=shown,
            asked=asked,
            faults=[(one, t(*FAULTS[one.code])) for one in shown.faults],
            lines=letter_texts.differences((now.heading, now.body), (shown.heading, shown.body)),
            has_changed=(now.heading, now.body) != (shown.heading, shown.body),
            preview=url_for("LetterTextView.preview_draft", draft_id=draft_id),
            longest=(LONGEST_HEADING, LONGEST_TEXT),
            **_samples(),
        )

    @expose("/drafts/<int:draft_id>/preview.pdf", methods=["GET"])
    @requires("definition.read")
    def preview_draft(self, draft_id: int) -> Any:
        """A draft on a sample household, as it would be printed."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            shown = letter_drafts.read(ctx, draft_id)
        return self._pdf(shown.slug, TextVersion(shown.based_on, shown.heading, shown.body))

    @expose("/drafts/<int:draft_id>", methods=["POST"])
    @requires("definition.draft")
    def save(self, draft_id: int) -> Any:
        """Keep what the author typed."""
        heading = " ".join(request.form.get("heading", "").split())
        body = request.form.get("body", "").replace("\r\n", "\n")

        def deed(ctx: Context, seen: int) -> str:
            letter_drafts.save(ctx, draft_id, seen, heading, body)
            faults = len(letter_drafts.read(ctx, draft_id).faults)
            if faults:
                return t(f"保存しました。直すところが{faults}件あります。", f"Saved; {faults} faults.")
            return t("保存しました。", "Saved.")

        return _done(draft_id, deed)

    @expose("/drafts/<int:draft_id>/newest", methods=["POST"])
    @requires("definition.draft")
    def base_on_newest(self, draft_id: int) -> Any:
        """Go on from the version that was put in force meanwhile."""

        def deed(ctx: Context, seen: int) -> str:
            letter_drafts.base_on_newest(ctx, draft_id, seen)
            return t("いまの版からの下書きとして続けます。", "The draft goes on from the version in force.")

        return _done(draft_id, deed)

    @expose("/drafts/<int:draft_id>/ask", methods=["POST"])
    @requires("definition.draft")
    def ask(self, draft_id: int) -> Any:
        """Ask those who may put one's draft in force to do so."""

        def deed(ctx: Context, seen: int) -> str:
            return t(*in_words(letter_drafts.ask(ctx, draft_id, seen)))

        return _done(draft_id, deed)

    @expose("/drafts/<int:draft_id>/publish", methods=["POST"])
    @requires("definition.publish")
    def publish(self, draft_id: int) -> Any:
        """Put a draft of somebody else in force."""

        def deed(ctx: Context, seen: int) -> tuple[str, str]:
            version = letter_drafts.publish(ctx, draft_id, seen, request.form.get("reason", ""))
            told = t(
                f"第{version.version}版を公開しました。これから作る手紙はこの版の文面になります。",
                f"Version {version.version} is in force: letters made from now on say it.",
            )
            return told, version.slug

        return _ended(draft_id, deed)

    @expose("/drafts/<int:draft_id>/discard", methods=["POST"])
    @requires("definition.draft")
    def discard(self, draft_id: int) -> Any:
        """Drop one's own draft."""

        def deed(ctx: Context, seen: int) -> tuple[str, str]:
            slug = letter_drafts.discard(ctx, draft_id, seen)
            return t("下書きを破棄しました。", "The draft was dropped."), slug

        return _ended(draft_id, deed)

    def _pdf(self, slug: str, text: TextVersion) -> Any:
        sample = letter_samples.sample_of(request.args.get("household"))
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                letter = letter_samples.letter(ctx, slug, text.heading, text.body, text.version, sample)
                sheet = documents.Sheet(0, documents.dressed(letter, dress(ctx)))
        except WordingRefused as refused:
            return self._no_preview([_told(one) for one in refused.faults])
        rendered = documents.render([sheet], preview=True)
        if rendered.pdf is None:
            return self._no_preview([t(one.message_ja, one.message_en) for one in rendered.refused])
        return pdf_answer(rendered.pdf, f"{slug}-preview.pdf")

    def _no_preview(self, why: Sequence[str]) -> Any:
        return said_in_pane(self.render_template("letter_text/no_preview.html", why=why, bare=True))


def _done(draft_id: int, deed: Callable[[Context, int], str]) -> Any:
    try:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if is_again(ctx):
                return _to(draft_id)
            told = deed(ctx, _seen())
    except NotFound:
        raise
    except ServiceError as refused:
        return said_again(refused, "LetterTextView.draft", draft_id=draft_id)
    flash(told, "success")
    return _to(draft_id)


def _ended(draft_id: int, deed: Callable[[Context, int], tuple[str, str]]) -> Any:
    try:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if is_again(ctx):
                return redirect(url_for("LetterTextView.list"), code=303)
            told, slug = deed(ctx, _seen())
    except NotFound:
        raise
    except ServiceError as refused:
        return said_again(refused, "LetterTextView.draft", draft_id=draft_id)
    flash(told, "success")
    return redirect(url_for("LetterTextView.show", slug=slug), code=303)


def _told(fault: Fault) -> str:
    place = t(f"{fault.line}行目: ", f"line {fault.line}: ") if fault.line else ""
    return f"{place}{t(*FAULTS[fault.code])} {fault.what}".strip()


def _samples() -> dict[str, Any]:
    return {
        "samples": letter_samples.SAMPLES,
        "sample": letter_samples.sample_of(request.args.get("household")),
    }


def _to(draft_id: int) -> Any:
    return redirect(url_for("LetterTextView.draft", draft_id=draft_id), code=303)


def _seen() -> int:
    return request.form.get("seen", 0, type=row_id)
