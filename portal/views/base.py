"""CRUD of small tables by Flask-AppBuilder, in our look, writing through services only (Ruling 11).

Flask-AppBuilder commits by itself, keeps filters of all users in one object, lists without an order and
builds drop-downs of whole tables (performance.md, section 3). `ServedModelView` keeps its routes, its
permissions and its forms, and does the rest itself: one search box over named columns, an order that ends
with the unique key, a count that stops, one service inside one `unit_of_work`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.views import ModelView
from sqlalchemy import String, asc, cast, desc, func, or_, select

from portal import clock
from portal.language import lazy, t
from portal.row_ids import row_id, row_number
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.security.manager import WritesElsewhere
from portal.template_tools import plain
from services import masters
from services.context import Context
from services.errors import NotFound, RuleBroken
from services.masters import MASTERS, ValueRefused
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.masters import MasterHistory

List = list  # a view has a method of this name
COUNT_CAP = 1000
PAGE_SIZE = 25
LONGEST_SEARCH = 60


@dataclass(frozen=True)
class Page:
    """One page of a list; `count` stops at COUNT_CAP, and then `more` says so."""

    rows: Sequence[Any]
    count: int
    more: bool
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE_SIZE))


class ServedInterface(SQLAInterface):
    """Reads a table page by page; refuses to write, for services write."""

    def page(self, wish: str, columns: Sequence[str], order: tuple[str, str], number: int) -> Page:
        """The rows that hold `wish` in one of `columns`, ordered by a column and then by the key."""
        statement = select(self.obj)
        if wish:
            pattern = f"%{escaped(wish)}%"
            statement = statement.where(
                or_(*(cast(getattr(self.obj, name), String).ilike(pattern, escape="\\") for name in columns))
            )
        capped = statement.with_only_columns(self.obj.id).limit(COUNT_CAP + 1).subquery()
        count = self.session.scalar(select(func.count()).select_from(capped))
        column, direction = order
        by = (desc if direction == "desc" else asc)(getattr(self.obj, column))
        rows = self.session.scalars(
            statement.order_by(by, self.obj.id).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)
        ).all()
        return Page(rows, min(count, COUNT_CAP), count > COUNT_CAP, number)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        """Stop Flask-AppBuilder's own writing.

        Raises:
            WritesElsewhere: always.
        """
        raise WritesElsewhere

    add = edit = delete = delete_all = _refuse


def escaped(wish: str) -> str:
    """A wish in which % and _ stand for themselves."""
    return wish.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class ServedModelView(ModelView):
    """List, show with history, add and change of one table. See portal/views/masters_office.py for examples.

    A class names its columns; nothing is taken from the table by itself: `list_columns`, `search_columns`,
    `order_columns`, `base_order`, `label_columns`, and one form field for each of `form_columns`.
    """

    include_route_methods: ClassVar[set[str]] = {"list", "show", "add", "edit"}
    reads = "masters.read"
    writes = "masters.write"
    section = "MasterIndexView.index"
    section_title: ClassVar[Any] = lazy("マスタ", "Masters")
    name: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    search_hint: ClassVar[Any] = lazy("この一覧の中を探す", "Search this list")
    form_columns: ClassVar[dict[str, Any]] = {}
    may_add = True
    tabs: ClassVar[tuple[tuple[Any, str, str], ...]] = ()

    def __init__(self, **kwargs: Any) -> None:
        """Set what Flask-AppBuilder would guess from the class: titles and forms."""
        self.list_title = self.show_title = self.add_title = self.edit_title = self.name
        self.add_form = self.edit_form = type(
            f"{type(self).__name__}Form", (DynamicForm,), dict(self.form_columns)
        )
        self.search_form = type(f"{type(self).__name__}Search", (DynamicForm,), {})
        self.add_columns = self.edit_columns = list(self.form_columns)
        super().__init__(**kwargs)

    def _init_forms(self) -> None:
        """Forms are ours; nothing is made from the table."""

    def update_redirect(self) -> None:
        """Keep no addresses in the session: they would hold what was searched."""

    # ------------------------------------------------------------------ doors

    @expose("/list/")
    def list(self) -> Any:
        """One page of the table."""
        return self._locked(self.reads, self._list_page)

    @expose("/show/<pk>", methods=["GET"])
    def show(self, pk: str) -> Any:
        """One row, its facts or its history."""
        return self._locked(self.reads, self._show_page, pk)

    @expose("/add", methods=["GET", "POST"])
    def add(self) -> Any:
        """A new row."""
        return self._locked(self.writes, self._form_page, None)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    def edit(self, pk: str) -> Any:
        """Change a row."""
        return self._locked(self.writes, self._form_page, pk)

    @property
    def locks(self) -> dict[str, str]:
        """The permission of each door, by the name of its method."""
        return {"list": self.reads, "show": self.reads, "add": self.writes, "edit": self.writes}

    def _locked(self, slug: str, view: Any, *args: Any) -> Any:
        return requires(slug)(view)(*args)

    # ------------------------------------------------------------------ pages

    def _list_page(self) -> Any:
        wish = request.args.get("q", "").strip()[:LONGEST_SEARCH]
        column, direction = self._order()
        number = max(1, request.args.get("page", 1, type=row_id))
        page = self.datamodel.page(wish, self.search_columns, (column, direction), number)
        return self.render_template(
            "records/list.html",
            title=self.name,
            view=self,
            page=page,
            wish=wish,
            order=column,
            direction=direction,
            rows=[(row, self.cells(row)) for row in page.rows],
            may_add=self.may_add and can(self.writes),
        )

    def _show_page(self, pk: str) -> Any:
        row = self.get_row(pk)
        tab = request.args.get("tab", "")
        with unit_of_work(current_actor(), clock.now()) as ctx:
            entries = self.history_of(ctx, row) if tab == "history" else ()
            names = masters.names(ctx, entries)
        return self.render_template(
            "records/show.html",
            title=self.title_of(row),
            view=self,
            row=row,
            tab=tab,
            facts=self.facts_of(row),
            entries=[
                (entry, names.get(entry.by_id or 0, t("システム", "System")), self.changes_of(entry))
                for entry in entries
            ],
            may_edit=can(self.writes),
        )

    def _form_page(self, pk: str | None) -> Any:
        row = self.get_row(pk) if pk is not None else None
        form = self.form_for(row)
        if request.method == "POST" and form.validate():
            try:
                with unit_of_work(current_actor(), clock.now()) as ctx:
                    saved = self.save(ctx, row, self.values_of(form))
                    goal = self.get_pk(saved)
            except NotFound:
                raise
            except ValueRefused as refused:
                field = form[refused.field] if refused.field in form else next(iter(form))
                field.errors = [*field.errors, t(refused.message_ja, refused.message_en)]
            except RuleBroken as refused:
                flash(t(refused.message_ja, refused.message_en), "danger")
            else:
                flash(self.said(row, saved), "success")
                return redirect(url_for(f"{self.endpoint}.show", pk=goal), code=303)
        page = self.render_template(
            "records/form.html",
            title=t("{}を直す", "Change {}").format(self.title_of(row))
            if row
            else t(f"{self.name}を登録する", f"Add: {self.name}"),
            view=self,
            row=row,
            form=form,
            seen=request.form.get("seen") or (self.fingerprint(row) if row else ""),
        )
        return page, 422 if request.method == "POST" else 200

    # ------------------------------------------------- what a class may change

    def get_master(self) -> masters.Master:
        """What the service knows of the table."""
        return MASTERS[self.datamodel.obj.__tablename__]

    def save(self, ctx: Context, row: Any | None, values: dict[str, Any]) -> Any:
        """Add or change by the service."""
        if row is None:
            return masters.add(ctx, self.get_master(), values)
        return masters.change(ctx, self.get_master(), row.id, values, request.form.get("seen"))

    def fingerprint(self, row: Any) -> str:
        """What the form remembers of the row it was opened on."""
        return masters.fingerprint(self.get_master(), row)

    def history_of(self, ctx: Context, row: Any) -> Sequence[MasterHistory]:
        """The changes of a row, newest first."""
        return masters.history(ctx, self.datamodel.obj.__tablename__, row.id)

    def title_of(self, row: Any) -> str:
        """What a row is called."""
        return str(row)

    def links_of(self, row: Any) -> Sequence[tuple[str, str]]:
        """Other pages about a row: what they are called, and where."""
        del row
        return ()

    def values_of(self, form: Any) -> dict[str, Any]:
        """What the form says, by column."""
        return {name: form[name].data for name in self.form_columns}

    def form_for(self, row: Any | None) -> Any:
        """The form, filled from the row when it is opened."""
        return self.edit_form(obj=row) if row is not None else self.add_form()

    def cell(self, row: Any, name: str) -> str:
        """One value as people read it; the words of a choice instead of its code."""
        value = getattr(row, name)
        choices = self.choices(name)
        return str(choices.get(value, value)) if choices else plain(value)

    def cells(self, row: Any) -> List[tuple[str, str]]:
        """A row of the list."""
        return [(name, self.cell(row, name)) for name in self.list_columns]

    def facts_of(self, row: Any) -> List[tuple[str, str]]:
        """A row as pairs of label and value."""
        return [(str(self.label_columns[name]), self.cell(row, name)) for name in self.show_columns]

    def changes_of(self, entry: MasterHistory) -> List[tuple[str, str, str]]:
        """Label, before, after of what a history row changed."""
        return [
            (
                str(self.label_columns.get(name, name)),
                plain(entry.before.get(name)),
                plain(value),
            )
            for name, value in entry.after.items()
            if entry.before.get(name) != value
        ]

    def said(self, row: Any | None, saved: Any) -> str:
        """What happened, after saving."""
        name = self.title_of(saved)
        if row is None:
            return t(f"{name} を登録しました。", f"{name} was added.")
        return t(
            f"{name} を変更しました。変更は履歴に残ります。", f"{name} was changed; its history keeps it."
        )

    # ---------------------------------------------------------------- details

    def choices(self, name: str) -> Mapping[str, Any]:
        """The words of a column's codes, where its field is a choice."""
        field = self.form_columns.get(name)
        choices = field.kwargs.get("choices") if field is not None else None
        return {c.value: c.label for c in choices} if isinstance(choices, list) else {}

    def get_row(self, pk: str) -> Any:
        """A row by the key of the address; 404 where there is none."""
        row = self.datamodel.session.get(self.datamodel.obj, number) if (number := row_number(pk)) else None
        if row is None:
            abort(404)
        return row

    def get_pk(self, row: Any) -> int:
        """The key of a row."""
        return int(row.id)

    def _order(self) -> tuple[str, str]:
        column, direction = self.base_order
        wish = request.args.get("order", "")
        if wish.lstrip("-") in self.order_columns:
            return wish.lstrip("-"), "desc" if wish.startswith("-") else "asc"
        return column, direction
