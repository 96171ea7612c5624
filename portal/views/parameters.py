"""The figures of the law by day, each with its source; those of a year entered and checked (issue 7)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from rules.eras import DateNotUnderstood, parse_date
from rules.periods import FiscalYear
from services import parameter_entries, statute
from services.parameter_reading import EntryRefused, Told
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from datetime import date

    from rules.law import Parameter
    from services.context import Context
    from services.parameter_entries import Entry

LONGEST = 400
CERTAINTIES = {
    "verified": ("原典で確認", "Read at its source", "done"),
    "secondary": ("引用で確認", "Quoted by another", "waiting"),
    "unverified": ("未確認", "Not verified", "overdue"),
}
STATES = {
    "open": ("確認待ち", "Waits for a check", "waiting"),
    "approved": ("承認", "Approved", "done"),
    "refused": ("差し戻し", "Refused", "back"),
    "withdrawn": ("取下げ", "Taken back", "stopped"),
}
UNITS = {
    "yen": ("円", " yen"),
    "yen/fiscal_year": ("円", " yen"),
    "percent": ("%", " %"),
    "days": ("日", " days"),
    "months": ("か月", " months"),
    "age": ("歳", " years of age"),
    "weeks": ("週", " weeks"),
    "minutes": ("分", " minutes"),
    "years": ("年", " years"),
    "persons": ("人", " persons"),
    "hour": ("時", " o'clock"),
    "tenths": ("割", " tenths"),
    "instalments": ("期", " instalments"),
    "month": ("月", " (month)"),
}
CHOICES = {
    "on_the_day": ("満了の当日", "On that day"),
    "day_after": ("翌日", "The day after"),
    "same_day": ("その日", "The same day"),
    "separate_card": ("別の証(高齢受給者証)", "A card of its own"),
    "certificate": ("資格確認書", "The certificate"),
    "first_day": ("初日", "The first day"),
    "middle": ("中ほどの日", "The middle"),
    "last_day": ("末日", "The last day"),
}
FIELDS = {
    "year": ("年度", "Fiscal year"),
    "value": ("値", "Value"),
    "source_title": ("出典の文書", "Document"),
    "source_article": ("条項・頁", "Article, page"),
    "source_href": ("所在", "Where it is kept"),
    "certainty": ("確かさ", "Certainty"),
}
DONE = {
    "open": (
        "登録しました。別の人が確認するまでは使われません。",
        "Entered. It holds once another has checked it.",
    ),
    "approved": ("承認しました。これからの計算はこの値を使います。", "Approved: it is used from now on."),
    "refused": ("差し戻しました。値は変わっていません。", "Refused: nothing has changed."),
    "withdrawn": ("取り下げました。", "Taken back."),
}


class ParameterView(BaseView):
    """All figures that the rules read, by day; the history of one, entering and checking."""

    route_base = "/parameters"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("parameter.read")
    def list(self) -> Any:
        """The figures of a day, narrowed by words, and what waits for a check."""
        typed = request.args.get("on", "")[:LONGEST]
        day = _day(typed)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            law = statute.all_law(ctx).on(day or ctx.today)
            waiting = parameter_entries.waiting(ctx)
        words = _plain(request.args.get("q", "")[:LONGEST]).split()
        figures = [law.get(name) for name in sorted(law.histories) if law.in_force(name)]
        return self.render_template(
            "parameter/list.html",
            title=t("基準値", "Figures of the law"),
            day=law.day,
            fault=typed if typed and day is None else "",
            q=request.args.get("q", "")[:LONGEST],
            figures=[one for one in figures if all(word in _text(one) for word in words)],
            number=len(figures),
            waiting=waiting,
            **_words(),
        )

    @expose("/of/<path:name>", methods=["GET"])
    @requires("parameter.read")
    def show(self, name: str) -> Any:
        """One figure: its values by date with their sources, and what was entered."""
        return self._page(name)

    @expose("/of/<path:name>", methods=["POST"])
    @requires("parameter.enter")
    def enter(self, name: str) -> Any:
        """Enter the value of a year; another person checks it."""
        told = Told(**{field: request.form.get(field, "")[:LONGEST] for field in FIELDS})
        errors: dict[str, tuple[str, str]] = {}

        def deed(ctx: Context) -> Done:
            try:
                row = parameter_entries.enter(ctx, name, told)
            except EntryRefused as refused:
                errors.update(refused.errors)
                raise
            return Done(DONE[row.state], url_for("ParameterView.show", name=name))

        return carry_out(deed, lambda words: self._page(name, told, errors, "" if errors else words))

    @expose("/entries/<int:entry_id>/decide", methods=["POST"])
    @requires("parameter.decide")
    def decide(self, entry_id: int) -> Any:
        """Put in force, or refuse, what another person entered."""
        approve = request.form.get("outcome") == "approve"

        def deed(ctx: Context) -> Done:
            words = request.form.get("words", "")
            row = parameter_entries.decide(ctx, entry_id, approve=approve, words=words)
            return Done(DONE[row.state], url_for("ParameterView.show", name=row.name))

        return carry_out(deed, self._again(entry_id))

    @expose("/entries/<int:entry_id>/withdraw", methods=["POST"])
    @requires("parameter.enter")
    def withdraw(self, entry_id: int) -> Any:
        """Take back what one entered oneself."""

        def deed(ctx: Context) -> Done:
            row = parameter_entries.withdraw(ctx, entry_id)
            return Done(DONE[row.state], url_for("ParameterView.show", name=row.name))

        return carry_out(deed, self._again(entry_id))

    def _again(self, entry_id: int) -> Callable[[str], Any]:
        def page(words: str) -> Any:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                name = parameter_entries.name_of(ctx, entry_id)
            return self._page(name, refused=words)

        return page

    def _page(
        self,
        name: str,
        told: Told | None = None,
        errors: Mapping[str, tuple[str, str]] | None = None,
        refused: str = "",
    ) -> str:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            history = parameter_entries.history_of(statute.all_law(ctx), name)
            entries = parameter_entries.entries_of(ctx, name)
            next_year = FiscalYear.containing(ctx.today).year + 1
        faults = {field: t(*words) for field, words in (errors or {}).items()}
        return str(
            self.render_template(
                "parameter/show.html",
                title=history.title,
                history=history,
                values=list(reversed(history.values)),
                entries=entries,
                waiting=[one for one in entries if one.state == "open"],
                enterable=name in statute.ENTERED,
                is_rate=name.endswith("income_rate"),
                typed=told or Told(str(next_year), "", "", "", "", "verified"),
                faults=faults,
                summary=[(f"f-{field}", t(*FIELDS[field]), words) for field, words in faults.items()],
                refused=refused,
                fields={field: t(*words) for field, words in FIELDS.items()},
                **_words(),
            )
        )


def amount_in_words(value: object, unit: str) -> str:
    """A value with its unit, as people read it."""
    if value is None:
        return t("値なし", "none")
    if isinstance(value, bool):
        return t("はい", "yes") if value else t("いいえ", "no")
    if "|" in unit and value in CHOICES:
        return t(*CHOICES[str(value)])
    told = f"{value:,}" if isinstance(value, int) else str(value)
    return told + t(*UNITS[unit]) if unit in UNITS else told


def _entered_in_words(entry: Entry, value: str) -> str:
    return amount_in_words(statute.as_value(entry.name, value) if value else None, entry.unit)


def _words() -> dict[str, Any]:
    return {
        "amount": amount_in_words,
        "entered": _entered_in_words,
        "certainties": {key: (t(ja, en), kind) for key, (ja, en, kind) in CERTAINTIES.items()},
        "states": {key: (t(ja, en), kind) for key, (ja, en, kind) in STATES.items()},
    }


def _day(typed: str) -> date | None:
    try:
        return parse_date(typed) if typed else None
    except DateNotUnderstood:
        return None


def _text(one: Parameter) -> str:
    return _plain(f"{one.name} {one.title} {one.article} {one.source.title}")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
