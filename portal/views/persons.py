"""Finding a person and reading all that is on record of him (A1, A3, A6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.protection import PURPOSES
from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security import remembered
from portal.security.access import requires
from portal.security.actor import current_actor, person_or_address
from portal.views import line_of_time, procedure_titles, registry_words
from rules.eras import DateNotUnderstood, parse_date
from services import person_page, search_terms
from services.context import Context
from services.registry_pages import DayNotYetKnown
from services.search import Found, find
from services.search_statements import CAP, Cursor
from services.search_terms import IndividualNumberTyped, NotSearchable, Wanted
from services.unit_of_work import unit_of_work

ADDRESSEE_DIGITS = 15
FIELDS = ("name", "kana", "born", "number", "household", "address", "inside", "insured_only")
TAB_NAMES = {
    "eligibility": ("資格", "Eligibility"),
    "certificates": ("証", "Certificates"),
    "addresses": ("住所", "Addresses"),
    "household": ("世帯", "Household"),
    "cases": ("案件", "Cases"),
    "records": ("記録", "Record"),
}


def registry_limit() -> str:
    """How much one person of the staff may look up; more is a drain of the register (M14, T29)."""
    return str(current_app.config.get("REGISTRY_LIMIT", "120 per minute"))


def is_counted_before() -> bool:
    """Whether this is the first page of a search, whose sending was counted already."""
    first = not ({"after", "before"} & request.args.keys())
    return request.method == "GET" and request.endpoint == "PersonView.search" and first


def asked_day() -> tuple[date | None, str, str]:
    """The day of an "as of" page from the address: (day, as typed, what is wrong with it)."""
    typed = request.args.get("as_of", "").strip()
    if not typed:
        return None, "", ""
    try:
        return parse_date(typed), typed, ""
    except DateNotUnderstood as error:
        return None, typed, t(error.message_ja, "This is not a date. Type R8.5.1 or 2026-05-01.")


class PersonView(BaseView):
    """The search of the frame, its results, and the page of a person."""

    route_base = "/persons"
    default_view = "search"
    limits = [  # noqa: RUF012 - Flask-AppBuilder reads and extends the list of the class
        Limit(registry_limit, key_func=person_or_address, exempt_when=is_counted_before)
    ]

    @expose("/", methods=["GET", "POST"])
    @requires("registry.search")
    def search(self) -> Any:
        """Search; what was typed is sealed into the session, the address holds a word for it."""
        if request.method == "POST":
            return self._look()
        word = request.args.get("s")
        kept = remembered.recall("persons", word)
        if kept is None:
            return self._form({}, forgotten=bool(word))
        cursor = Cursor(request.args.get("after", type=row_id), request.args.get("before", type=row_id))
        attempts = [Wanted(**one) for one in kept["attempts"]]
        with unit_of_work(current_actor(), clock.now()) as ctx:
            found = find(ctx, attempts, cursor)
            return self._form(kept["typed"], found=found, word=word)

    @expose("/<int:person_id>", methods=["GET"])
    @requires("registry.read")
    def show(self, person_id: int) -> Any:
        """Everything of a person, now or as of a past day."""
        tab = request.args.get("tab", "")
        tab = tab if tab in person_page.TABS else person_page.TABS[0]
        as_of, typed, wrong = asked_day()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            try:
                page = person_page.read(ctx, person_id, as_of, tab)
            except DayNotYetKnown as refused:
                as_of, wrong = None, t(refused.message_ja, refused.message_en)
                page = person_page.read(ctx, person_id, None, tab)
            return self._page(ctx, page, tab, typed, wrong), 422 if wrong else 200

    @expose("/<int:person_id>/same", methods=["GET"])
    @requires("merge.propose")
    def same(self, person_id: int) -> Any:
        """To the comparison with the record of another address number."""
        number = request.args.get("number", "").strip()[:ADDRESSEE_DIGITS].zfill(ADDRESSEE_DIGITS)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            other = person_page.find_by_addressee_number(ctx, number)
        if other is None:
            flash(t("この宛名番号の記録はありません。", "Nobody has this number."), "danger")
            return redirect(url_for("PersonView.show", person_id=person_id), code=303)
        return redirect(url_for("MergeView.compare", kept=person_id, gone=other), code=303)

    def _look(self) -> Any:
        typed = {name: request.form.get(name, "")[: search_terms.LONGEST] for name in ("q", *FIELDS)}
        typed = {name: value for name, value in typed.items() if value.strip()}
        try:
            attempts = _read(typed)
        except NotSearchable as refused:
            shown = {} if isinstance(refused, IndividualNumberTyped) else typed
            return self._form(shown, refused=refused), 422
        kept = {"typed": typed, "attempts": [search_terms.as_mapping(one) for one in attempts]}
        return redirect(url_for("PersonView.search", s=remembered.keep("persons", kept)), code=303)

    def _form(
        self,
        typed: Mapping[str, str],
        found: Found | None = None,
        word: str | None = None,
        refused: NotSearchable | None = None,
        *,
        forgotten: bool = False,
    ) -> Any:
        return self.render_template(
            "person/search.html",
            title=t("資格・世帯を探す", "Search persons and households"),
            typed=typed,
            found=found,
            word=word,
            refused=refused,
            forgotten=forgotten,
            cap=CAP,
            standings=registry_words.STANDINGS,
            words=registry_words,
        )

    def _page(self, ctx: Context, page: person_page.PersonPage, tab: str, typed: str, wrong: str) -> Any:
        day = page.knowledge.day if page.knowledge.moment else None
        kept = {"as_of": day.isoformat()} if day else {}
        person_id = page.person.id
        return self.render_template(
            "person/show.html",
            title=page.record.name if page.record else page.person.addressee_number,
            page=page,
            tab=tab,
            tabs=[
                (
                    t(*names),
                    url_for("PersonView.show", person_id=person_id, tab=name, as_of=kept.get("as_of")),
                    name == tab,
                )
                for name, names in TAB_NAMES.items()
            ],
            line=line_of_time.draw(registry_words.spans(page), page.knowledge.day),
            words=registry_words,
            procedures=procedure_titles.titles(ctx, [one.notification.procedure for one in page.told]),
            purposes=PURPOSES,
            kept=kept,
            as_of=day,
            as_of_typed=typed,
            as_of_wrong=wrong,
            today=ctx.today,
        )


def _read(typed: Mapping[str, str]) -> list[Wanted]:
    if any(name in typed for name in FIELDS if name not in {"inside", "insured_only"}):
        return search_terms.read_form(typed, clock.today())
    return search_terms.read_box(typed.get("q", ""), clock.today())
