import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models.sign_in import UserSession
from portal import clock
from portal.commands import setup
from portal.extensions import db
from portal.security.access import requires
from portal.security.actor import standing_in
from portal.security.manager import PortalSecurityManager, WritesElsewhere
from portal.security.roles import PERMISSIONS, ROLES, fab_pair, granted
from services import role_tables, unit_of_work
from services.context import SYSTEM, Actor, Context
from tests.factories.audit import told
from tests.portal.conftest import PASSWORD, Visitor, employ, enrol_app, id_of, ticket_for

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


@pytest.fixture
def second(app: Flask) -> str:
    """Another administrator."""
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            employ(ctx, "mori", "administrator", "1099")
        db.session.remove()
    return "mori"


def ask(person: Visitor, user_id: int, *roles: str, sure: str = "sure"):
    """Ask for the roles of an account, as the form does."""
    return person.post(
        f"/rights/requests/account/{user_id}", right=list(roles), reason="10月1日の異動", **{sure: "1"}
    )


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


def test_changing_roles_commits_once_when_asked_and_once_when_decided(
    app: Flask, signed_in: Callable[[str], Visitor], second: str
) -> None:
    other = id_of(app, "verifier")
    commits: list[int] = []
    with app.app_context():
        event.listen(db.session, "after_commit", lambda _session: commits.append(1))
        db.session.remove()
    person, decider = signed_in("administrator"), signed_in(second)
    for sends in (
        lambda: ask(person, other, "verifier", "certificate_clerk"),
        lambda: decider.post("/rights/requests/1/decide", verdict="approve", words="辞令を確認"),
    ):
        person.token(), decider.token()
        commits.clear()
        answer = sends()
        assert answer.status_code == 303
        assert len(commits) == 1
    page = person.get(f"/staff/show/{other}").text
    assert "照合担当、証交付担当" in page or "証交付担当、照合担当" in page


def test_nobody_changes_his_own_roles(app: Flask, signed_in: Callable[[str], Visitor]) -> None:
    own = id_of(app, "administrator")
    person = signed_in("administrator")
    answer = ask(person, own, "auditor")
    assert answer.status_code == 403
    assert "本人では扱えません" in answer.text
    names = {"last_name": "管理者", "first_name": "花子", "email": "administrator@example.invalid"}
    assert person.post(f"/staff/edit/{own}", **names).status_code == 403  # switching himself off
    person.post(f"/staff/edit/{own}", **names, active="y", roles=["administrator", "auditor"])
    with app.app_context():
        assert [role.name for role in db.session.get_one(User, own).roles] == ["administrator"]


def test_a_new_person_gets_in_with_a_code_his_own_password_and_a_posting(
    signed_in: Callable[[str], Visitor], app: Flask, second: str
) -> None:
    person = signed_in("administrator")
    fields = {
        "username": "２００１",
        "last_name": "新人",
        "first_name": "一",
        "email": "new@example.invalid",
        "active": "y",
    }
    assert person.post("/staff/add", **fields).status_code == 303
    assert ask(person, id_of(app, "2001"), "counter").status_code == 303
    posting = {"username": "2001", "staff_number": "2001", "office_id": "1", "from_on": "R2.4.1"}
    assert person.post("/postings/add", **posting).status_code == 303
    code = ticket_for(app, person, "2001")
    newcomer = Visitor(app)
    assert newcomer.sign_in("2001", "").status_code in {401, 422}
    begun = newcomer.post("/enrol/begin", username="2001", code=code, new=PASSWORD, again=PASSWORD)
    assert (begun.status_code, begun.location) == (303, "/enrol/")
    assert newcomer.get("/").status_code == 302
    assert enrol_app(newcomer).status_code == 303
    assert newcomer.get("/").status_code == 403  # nobody has decided about his roles
    decider = signed_in(second)
    assert decider.post("/rights/requests/1/decide", verdict="approve", words="辞令").status_code == 303
    with app.app_context():
        ends = select(UserSession.ended_because).where(UserSession.user_id == id_of(app, "2001"))
        assert db.session.scalars(ends).all() == ["stepped_on", "changed"]
    assert newcomer.get("/").status_code == 302


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
        "active": "y",
    } | {field: value}
    answer = signed_in("administrator").post("/staff/add", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="新人"' in answer.text or field == "last_name"


def test_the_form_shows_what_would_change_before_anything_is_asked(
    app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    person = signed_in("administrator")
    page = ask(person, id_of(app, "counter"), "certificate_clerk", sure="look")
    assert page.status_code == 200
    table = re.search(r'<table class="change-table">(.*?)</table>', page.text, re.DOTALL)
    assert table
    assert ["証交付担当" in table[1], "窓口担当" in table[1], "個人番号を見る" in table[1]] == [True] * 3
    assert "決定を待つ申請はありません" in person.get("/rights/requests/").text


def test_a_combination_that_checks_itself_is_refused_in_words_and_stays_ticked(
    app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    answer = ask(signed_in("administrator"), id_of(app, "counter"), "counter", "verifier")
    assert answer.status_code == 422
    assert "両方は付けられません" in answer.text
    assert len(re.findall(r'name="right"[^>]*checked', answer.text)) == 2


def test_who_asked_is_shown_no_way_to_decide_and_has_none(
    app: Flask, signed_in: Callable[[str], Visitor], second: str
) -> None:
    person = signed_in("administrator")
    where = ask(person, id_of(app, "counter"), "certificate_clerk").location
    assert "承認する" not in person.get(where).text
    assert person.post(f"{where}/decide", verdict="approve", words="自分で").status_code == 403
    assert "承認する" in signed_in(second).get(where).text


def test_an_edited_role_opens_and_closes_doors_at_once(
    app: Flask, signed_in: Callable[[str], Visitor], second: str
) -> None:
    person = signed_in("administrator")
    wanted = sorted(ROLES["auditor"].grants - {"masters.read"})
    asked = person.post("/rights/requests/role/auditor", right=wanted, reason="見る必要がない", sure="1")
    assert asked.status_code == 303
    assert signed_in("auditor").get("/masters/").status_code == 200
    decided = signed_in(second).post(f"{asked.location}/decide", verdict="approve", words="同意")
    assert decided.status_code == 303
    assert signed_in("auditor").get("/masters/").status_code == 403
    assert "△" in person.get("/roles/").text


@pytest.mark.parametrize(
    "path",
    [
        *("/users/list/", "/users/add", "/users/edit/1", "/users/resetpassword/1", "/users/userinfo/"),
        *(
            "/resetpassword/form",
            "/resetmypassword/form",
            "/userinfoeditview/form",
            "/roles/add",
            "/roles/edit/1",
        ),
        *("/roles/delete/1", "/roles/list/", "/registeruser/list/", "/permissions/list/", "/viewmenus/list/"),
        *("/permissionviews/list/", "/groups/list/", "/users/api/read", "/api/v1/security/users/"),
        *(
            "/api/v1/security/roles/",
            "/api/v1/security/permissions/",
            "/api/v1/security/permissions-resources/",
        ),
        *("/api/v1/security/resources/", "/api/v1/security/groups/", "/api/v1/menu/", "/superset/roles"),
    ],
)
def test_no_screen_or_api_of_flask_appbuilder_leads_around_the_two(
    app: Flask, signed_in: Callable[[str], Visitor], path: str
) -> None:
    person = signed_in("administrator")
    token = {"X-CSRFToken": person.token()}
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = person.client.open(path, method=method, json={} if method != "GET" else None, headers=token)
        assert answer.status_code in {404, 405}, method


def test_guesses_at_the_password_of_now_stop_the_account(
    signed_in: Callable[[str], Visitor], app: Flask
) -> None:
    person = signed_in("counter")
    for number in range(app.extensions["portal_settings"].account_failures):
        person.post("/profile/", now=f"guess {number} battery", new="another 九官鳥 story")
    assert person.post("/profile/", now=PASSWORD, new="another 九官鳥 story").status_code == 422
    assert Visitor(app).sign_in("counter").status_code == 429


def test_one_changes_ones_own_password(signed_in: Callable[[str], Visitor], app: Flask) -> None:
    person = signed_in("counter")
    wrong = person.post("/profile/", now="not this one", new="another 九官鳥 story")
    assert wrong.status_code == 422
    assert "いまのパスワードと違います" in wrong.text
    assert person.post("/profile/", now=PASSWORD, new="another 九官鳥 story").status_code == 303
    assert Visitor(app).sign_in("counter").status_code == 401
    assert Visitor(app).sign_in("counter", "another 九官鳥 story").status_code == 302


def test_the_judgement_of_data_use_is_lent_to_nobody_and_the_decision_of_the_chief_is():
    deputy = Actor(1, "s-deputy", "代理", 1, frozenset({"counter"}))
    lenders = [
        (2, "s-manager", frozenset({"data_protection_manager"})),
        (3, "s-chief", frozenset({"section_chief"})),
    ]
    assert standing_in(deputy, lenders).lent == {"section_chief"}
