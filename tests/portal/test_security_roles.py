from collections.abc import Callable

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.commands import setup
from portal.extensions import db
from portal.security.access import requires
from portal.security.manager import PortalSecurityManager, WritesElsewhere
from portal.security.roles import PERMISSIONS, ROLES, fab_pair, granted
from services import role_tables
from services.context import Context
from tests.factories.audit import told
from tests.portal.conftest import PASSWORD, Visitor, enrol_app, ticket_for

WRITERS = [
    "add_user",
    "update_user",
    "delete_user",
    "reset_password",
    "noop_user_update",
    "update_user_auth_stat",
    "add_role",
    "update_role",
    "delete_role",
    "add_group",
    "delete_group",
    "add_permission",
    "del_permission",
    "add_view_menu",
    "del_view_menu",
    "add_permission_view_menu",
    "del_permission_view_menu",
    "add_permission_role",
    "del_permission_role",
    "import_roles",
    "security_converge",
    "add_register_user",
    "del_register_user",
    "create_api_key",
    "revoke_api_key",
    "validate_api_key",
]
DOORS = {
    "/": "home.open",
    "/profile/": "profile.use",
    "/masters/": "masters.read",
    "/masters/offices/list/": "masters.read",
    "/masters/offices/add": "masters.write",
    "/masters/settings/list/": "masters.read",
    "/staff/list/": "accounts.read",
    "/staff/add": "accounts.write",
    "/postings/list/": "accounts.read",
    "/postings/add": "accounts.write",
    "/roles/": "roles.read",
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_doors_and_no_other(signed_in: Callable[[str], Visitor], role: str) -> None:
    person = signed_in(role)
    opened = {path for path in DOORS if person.get(path).status_code == 200}
    assert opened == {path for path, slug in DOORS.items() if slug in ROLES[role].grants}


def test_a_closed_door_says_what_why_and_what_now(signed_in: Callable[[str], Visitor]) -> None:
    answer = signed_in("counter").get("/staff/list/")
    assert answer.status_code == 403
    for words in ("この操作はできません", "権限", "頼んでください"):
        assert words in answer.text


def test_the_sidebar_shows_only_what_is_open(signed_in: Callable[[str], Visitor]) -> None:
    assert "職員と権限" in signed_in("administrator").get("/").text
    assert "職員と権限" not in signed_in("counter").get("/").text


def test_every_grant_is_a_permission_and_every_permission_is_granted() -> None:
    everything = granted(frozenset(ROLES))
    assert everything == set(PERMISSIONS)


def test_nobody_keeps_accounts_and_works_on_cases() -> None:
    for role in ROLES.values():
        assert not {"accounts.write", "task.complete"} <= role.grants


def test_a_lock_needs_a_known_permission() -> None:
    with pytest.raises(ValueError, match="not in portal"):
        requires("case.delete")


@pytest.mark.parametrize("name", WRITERS)
def test_flask_appbuilder_never_writes_by_itself(app: Flask, name: str) -> None:
    with pytest.raises(WritesElsewhere):
        getattr(app.appbuilder.sm, name)()


def test_no_method_that_commits_was_forgotten() -> None:
    """A new version of Flask-AppBuilder may bring another one."""
    import inspect

    from flask_appbuilder.security.sqla.manager import SecurityManager

    committing = {
        name
        for name, method in inspect.getmembers(SecurityManager, inspect.isfunction)
        if ".commit()" in inspect.getsource(method)
    }
    assert committing - set(WRITERS) == set()
    assert all(
        getattr(PortalSecurityManager, name) is not getattr(SecurityManager, name) for name in committing
    )


def test_nobody_has_a_role_of_flask_appbuilder(app: Flask) -> None:
    with app.app_context():
        assert set(db.session.scalars(select(Role.name))) == set(ROLES)


def test_setting_roles_up_again_changes_nothing(app: Flask) -> None:
    with app.app_context():
        assert setup.sync_roles() == []


def test_what_was_given_to_a_role_by_hand_is_taken_back(ctx: Context) -> None:
    pairs = [fab_pair(slug) for slug in PERMISSIONS]
    role_tables.sync(ctx, pairs, {"counter": frozenset({fab_pair("case.read")})})
    role = ctx.session.scalars(select(Role).where(Role.name == "counter")).one()
    role.permissions = []
    stranger = Role(name="Admin")
    ctx.session.add(stranger)
    ctx.session.flush()
    changed = role_tables.sync(ctx, pairs, {"counter": frozenset({fab_pair("case.read")})})
    assert changed == ["counter"]
    assert [str(p.permission) for p in role.permissions] == ["can_read"]
    assert stranger.permissions == []


def test_a_change_of_roles_is_on_record(session: Session, ctx: Context) -> None:
    role_tables.sync(ctx, [fab_pair("case.read")], {"counter": frozenset({fab_pair("case.read")})})
    assert told(session, "role:changed")


def test_changing_a_person_and_his_roles_commits_once(
    app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    person = signed_in("administrator")
    token = person.token()
    commits: list[int] = []
    with app.app_context():
        event.listen(db.session, "after_commit", lambda _session: commits.append(1))
        other = db.session.scalars(select(User.id).where(User.username == "verifier.hanako")).one()
        db.session.remove()
    answer = person.client.post(
        f"/staff/edit/{other}",
        data={
            "csrf_token": token,
            "username": "verifier",
            "last_name": "照合",
            "first_name": "太郎",
            "email": "verifier@example.invalid",
            "roles": ["verifier", "certificate_clerk"],
            "active": "y",
        },
    )
    assert answer.status_code == 303
    assert len(commits) == 1
    page = person.get(f"/staff/show/{other}").text
    assert "照合担当、証交付担当" in page or "証交付担当、照合担当" in page


def test_nobody_changes_his_own_roles(app: Flask, signed_in: Callable[[str], Visitor]) -> None:
    with app.app_context():
        own = db.session.scalars(select(User.id).where(User.username == "administrator.hanako")).one()
        db.session.remove()
    person = signed_in("administrator")
    answer = person.post(
        f"/staff/edit/{own}",
        last_name="管理者",
        first_name="花子",
        email="administrator@example.invalid",
        roles=["administrator", "auditor"],
        active="y",
    )
    assert answer.status_code == 403
    assert "本人では変えられません" in answer.text


def test_a_new_person_gets_in_with_a_code_his_own_password_and_a_posting(
    signed_in: Callable[[str], Visitor], app: Flask
) -> None:
    person = signed_in("administrator")
    fields = {
        "username": "２００１",
        "last_name": "新人",
        "first_name": "一",
        "email": "new@example.invalid",
        "roles": ["counter"],
        "active": "y",
    }
    assert person.post("/staff/add", **fields).status_code == 303
    posting = {"username": "2001", "staff_number": "2001", "office_id": "1", "from_on": "R2.4.1"}
    assert person.post("/postings/add", **posting).status_code == 303
    code = ticket_for(app, person, "2001")
    newcomer = Visitor(app)
    assert newcomer.sign_in("2001", "").status_code in {401, 422}
    begun = newcomer.post("/enrol/begin", username="2001", code=code, new=PASSWORD, again=PASSWORD)
    assert (begun.status_code, begun.location) == (303, "/enrol/")
    assert newcomer.get("/").status_code == 302
    assert enrol_app(newcomer).status_code == 303
    assert newcomer.get("/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("username", "ＣＯＵＮＴＥＲ．ＨＡＮＡＫＯ", "共用の利用者名"),
        ("username", "ｋｏｋｕｈｏ０１", "だれのものか分からない"),
        ("username", "窓口", "だれのものか分からない"),
        ("email", "counter@example.invalid", "共用の利用者名"),
        ("last_name", "", "入力されていません"),
        ("first_name", "長" * 65, "64文字以内"),
    ],
)
def test_a_person_that_cannot_be_added_is_refused_in_words_and_nothing_typed_is_lost(
    signed_in: Callable[[str], Visitor], field: str, value: str, words: str
) -> None:
    fields = {
        "username": "3001",
        "last_name": "新人",
        "first_name": "二",
        "email": "two@example.invalid",
        "roles": ["counter"],
        "active": "y",
    } | {field: value}
    answer = signed_in("administrator").post("/staff/add", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="新人"' in answer.text or field == "last_name"


def test_one_changes_ones_own_password(signed_in: Callable[[str], Visitor], app: Flask) -> None:
    person = signed_in("counter")
    wrong = person.post("/profile/", now="not this one", new="another 九官鳥 story")
    assert wrong.status_code == 422
    assert "いまのパスワードと違います" in wrong.text
    assert person.post("/profile/", now=PASSWORD, new="another 九官鳥 story").status_code == 303
    assert Visitor(app).sign_in("counter").status_code == 401
    assert Visitor(app).sign_in("counter", "another 九官鳥 story").status_code == 302
