"""Staff, their postings, and what each role may do; kept by the administrator, never one's own roles."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, ClassVar

from flask import g, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from models.masters import Office, Posting
from models.staff import names_of
from portal.extensions import db
from portal.language import lazy, t
from portal.security.access import can, requires
from portal.security.roles import PERMISSIONS, ROLES
from portal.template_tools import moment
from portal.views.base import ServedInterface, ServedModelView
from portal.views.fields import era_date, one_row, text, yes_no
from services import accounts, masters, role_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.masters import MasterHistory
    from services.context import Context

TABS: tuple[tuple[Any, str, str], ...] = (
    (lazy("職員", "Staff"), "StaffView.list", "accounts.read"),
    (lazy("配属", "Postings"), "PostingView.list", "accounts.read"),
    (lazy("権限の一覧", "Roles"), "RoleView.table", "roles.read"),
    (lazy("権限の申請", "Requests"), "RightRequestView.list", "rights.read"),
    (lazy("権限の棚卸", "Review"), "RightsReviewView.list", "rights.read"),
)
SECTION: Any = lazy("職員と権限", "Staff and roles")


def offices() -> list[SelectChoice]:
    """The offices that are in use, for a choice."""
    found = db.session.scalars(select(Office).where(Office.active).order_by(Office.code))
    return [SelectChoice(str(office.id), f"{office.code} {office.name}") for office in found]


class StaffView(ServedModelView):
    """Accounts of the staff."""

    route_base = "/staff"
    datamodel = ServedInterface(User)
    reads, writes = "accounts.read", "accounts.write"
    section, section_title, tabs = "StaffView.list", SECTION, TABS
    name = lazy("職員", "Staff")
    lead = lazy(
        "利用者名は一人に一つです。配属のない職員は何も開けません。担当(権限)は申請し、別の管理者が決定します",
        "One account a person; without a posting it opens nothing. Roles are asked for, another decides",
    )
    list_columns = (
        "username",
        "last_name",
        "first_name",
        "roles",
        "last_login",
        "active",
    )
    show_columns = (
        "username",
        "last_name",
        "first_name",
        "email",
        "roles",
        "last_login",
        "active",
    )
    search_columns = (
        "username",
        "last_name",
        "first_name",
        "email",
    )
    order_columns = (
        "username",
        "last_name",
        "last_login",
    )
    base_order = ("username", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "username": lazy("利用者名", "Account"),
        "last_name": lazy("姓", "Family name"),
        "first_name": lazy("名", "Given name"),
        "email": lazy("メール", "Mail"),
        "roles": lazy("担当(権限)", "Roles"),
        "last_login": lazy("最後のサインイン", "Last sign-in"),
        "active": lazy("利用", "In use"),
    }
    form_columns: ClassVar[dict[str, Any]] = {
        "username": text(
            ("利用者名", "Account"), 64, ("職員番号。あとから変えられません", "Staff number; stays for good")
        ),
        "last_name": text(("姓", "Family name"), 64),
        "first_name": text(("名", "Given name"), 64),
        "email": text(("メール", "Mail"), 320),
        "active": yes_no(("利用", "In use"), ("サインインできる", "May sign in"), default=True),
    }

    def save(self, ctx: Context, row: Any | None, values: dict[str, Any]) -> Any:
        """Add or change an account by its service."""
        if row is None:
            return accounts.add_account(ctx, values)
        return accounts.change_account(ctx, row.id, values)

    def fingerprint(self, row: Any) -> str:
        """Accounts are kept by few; the last change stands."""
        return str(row.changed_on)

    def history_of(self, ctx: Context, row: Any) -> Sequence[MasterHistory]:
        """The changes of an account."""
        return masters.history(ctx, "ab_user", row.id)

    def title_of(self, row: Any) -> str:
        """Family and given name."""
        return f"{row.last_name} {row.first_name}"

    def links_of(self, row: Any) -> Sequence[tuple[str, str]]:
        """To the second factors of the account, and to a request for other roles."""
        links = [
            (
                t("認証とサインイン", "Sign-in and factors"),
                url_for("AccountSecurityView.show", user_id=row.id),
            )
        ]
        if can("rights.ask"):
            asks = url_for("RightRequestView.ask_account", user_id=row.id)
            links.append((t("担当の変更を申請する", "Ask for other roles"), asks))
        return links

    def form_for(self, row: Any | None) -> Any:
        """The form; the account's name stays, and roles are given by two (RightRequestView)."""
        if row is None:
            return self.add_form()
        form = self.edit_form(data=None if request.method == "POST" else accounts.shown(row))
        form.username.data = row.username
        form.username.render_kw = {"readonly": True}
        return form

    def cell(self, row: Any, name: str) -> str:
        """Roles by their names; the last sign-in, kept without a zone, is UTC."""
        if name == "last_login":
            return moment(row.last_login.replace(tzinfo=UTC)) if row.last_login else ""
        if name == "roles":
            return "、".join(t(ROLES[r.name].ja, ROLES[r.name].en) for r in row.roles if r.name in ROLES)
        return super().cell(row, name)


class PostingView(ServedModelView):
    """Who works where, from when to when."""

    route_base = "/postings"
    datamodel = ServedInterface(Posting)
    reads, writes = "accounts.read", "accounts.write"
    section, section_title, tabs = "StaffView.list", SECTION, TABS
    name = lazy("配属", "Postings")
    lead = lazy(
        "終わりの日の翌日から、その職員は何も開けません",
        "From the day after the last day on, the account opens nothing",
    )
    list_columns = (
        "staff_number",
        "user_id",
        "office_id",
        "title",
        "from_on",
        "until_on",
    )
    show_columns = list_columns
    search_columns = (
        "staff_number",
        "title",
    )
    order_columns = (
        "staff_number",
        "from_on",
        "until_on",
    )
    base_order = ("staff_number", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "staff_number": lazy("職員番号", "Staff number"),
        "user_id": lazy("氏名", "Name"),
        "office_id": lazy("課・窓口", "Office"),
        "title": lazy("職名", "Title"),
        "from_on": lazy("始まり", "From"),
        "until_on": lazy("終わり", "Until"),
    }
    form_columns: ClassVar[dict[str, Any]] = {
        "username": text(("利用者名", "Account"), 64, ("「職員」にある利用者名", "An account of the staff")),
        "staff_number": text(("職員番号", "Staff number"), 32),
        "office_id": one_row(("課・窓口", "Office"), offices),
        "title": text(("職名", "Title"), 60, required=False),
        "from_on": era_date(("始まり", "From")),
        "until_on": era_date(("終わり", "Until"), required=False),
    }

    def save(self, ctx: Context, row: Any | None, values: dict[str, Any]) -> Any:
        """Find the account by its name, then save."""
        values["user_id"] = masters.account_id(ctx, values.pop("username"))
        return super().save(ctx, row, values)

    def title_of(self, row: Posting) -> str:
        """Who and where."""
        return f"{self._name(row.user_id)}({row.office.name})"

    def form_for(self, row: Any | None) -> Any:
        """The form; the account is shown by its name."""
        if row is None or request.method == "POST":
            return self.add_form()
        user = db.session.get(User, row.user_id)
        return self.edit_form(obj=row, data={"username": user.username if user else ""})

    def cell(self, row: Posting, name: str) -> str:
        """Names instead of keys."""
        if name == "user_id":
            return self._name(row.user_id)
        if name == "office_id":
            return row.office.name
        return super().cell(row, name)

    def _name(self, user_id: int) -> str:
        known: dict[int, str] = g.setdefault("staff_names", {})
        if user_id not in known:
            known.update(names_of(db.session(), [user_id]))
        return known.get(user_id, "")


class RoleView(BaseView):
    """What each role may do now, as a table: as shipped, and as two have decided."""

    route_base = "/roles"
    default_view = "table"
    section = "StaffView.list"
    section_title, tabs = SECTION, TABS

    @expose("/")
    @requires("roles.read")
    def table(self) -> Any:
        """Permissions down, roles across."""
        return self.render_template(
            "records/roles.html",
            title=t("権限の一覧", "Roles"),
            view=self,
            roles=ROLES,
            permissions=PERMISSIONS,
            grants=role_tables.grants(db.session()),
        )
