from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.views import ModelView
from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from models.masters import Holiday, MasterHistory, Municipality, Office, School
from portal.extensions import db
from portal.security.manager import WritesElsewhere
from portal.views.base import COUNT_CAP, PAGE_SIZE, ServedInterface, ServedModelView
from portal.views.masters import MASTER_VIEWS
from portal.views.registry import VIEWS
from services import masters
from services.context import Context
from services.errors import NotFound, SomebodyElseWasFaster
from services.masters import MASTERS, ValueRefused
from tests.factories.audit import told
from tests.portal.conftest import Visitor

NEW_ROWS = {
    "offices": ({"code": "20", "name": "北支所", "active": "y"}, "北支所"),
    "holidays": ({"day": "R8.10.1", "name": "市制記念日"}, "令和8年10月1日(2026-10-01)"),
    "settings": (
        {
            "key": "printer.offset",
            "title": "印字のずれ",
            "from_on": "20260401",
            "value": "2",
            "certainty": "verified",
        },
        "印字のずれ",
    ),
    "reasons": (
        {"procedure": "acquisition", "code": "98", "name": "試験の事由", "sort": "5", "active": "y"},
        "試験の事由",
    ),
    "papers": ({"code": "test_paper", "name": "試験の書類", "use": "number", "active": "y"}, "番号確認"),
    "municipalities": (
        {"code": "131016", "prefecture": "東京都", "name": "千代田区", "active": "y"},
        "東京都千代田区",
    ),
    "insurers": (
        {"insurer_number": "01130012", "kind": "kyokai", "name": "協会けんぽ", "active": "y"},
        "全国健康保険協会",
    ),
    "schools": ({"name": "見本大学", "active": "y"}, "見本大学"),
    "facilities": ({"name": "見本病院", "kind": "hospital", "active": "y"}, "病院・診療所"),
}
REFUSED = [
    ("municipalities", {"code": "131017"}, "検査数字が合いません"),
    ("insurers", {"insurer_number": "01130013"}, "検証番号が合いません"),
    ("holidays", {"day": "昭和65年1月1日"}, "R8.11.23"),
    ("holidays", {"day": ""}, "入力されていません"),
    ("schools", {"name": ""}, "入力されていません"),
    ("schools", {"name": "校" * 101}, "100文字以内"),
    ("reasons", {"sort": "五"}, "数字で入力"),
    ("papers", {"use": "anything"}, "field-error"),
]


def commits_of(app: Flask) -> list[int]:
    commits: list[int] = []
    with app.app_context():
        event.listen(db.session, "after_commit", lambda _session: commits.append(1))
        db.session.remove()
    return commits


@pytest.mark.parametrize("table", NEW_ROWS)
def test_a_row_is_added_changed_and_keeps_its_history(
    signed_in: Callable[[str], Visitor], app: Flask, table: str
) -> None:
    fields, words = NEW_ROWS[table]
    person = signed_in("administrator")
    token = person.token()
    commits = commits_of(app)
    added = person.client.post(f"/masters/{table}/add", data={"csrf_token": token, **fields})
    assert added.status_code == 303
    assert len(commits) == 1
    shown = person.get(added.location).text
    assert words in shown
    assert "登録しました" in shown
    key = added.location.rsplit("/", 1)[1]
    name = "value" if "value" in fields else "name"
    changed = person.post(f"/masters/{table}/edit/{key}", **(fields | {name: "変えた値"}))
    assert changed.status_code == 303
    history = person.get(f"/masters/{table}/show/{key}?tab=history").text
    assert "変えた値" in history
    assert fields[name] in history
    assert "管理者 花子" in history


@pytest.mark.parametrize(("table", "wrong", "words"), REFUSED)
def test_a_value_that_cannot_be_is_marked_and_the_rest_stays_typed(
    signed_in: Callable[[str], Visitor], table: str, wrong: dict[str, str], words: str
) -> None:
    fields = NEW_ROWS[table][0] | wrong
    answer = signed_in("administrator").post(f"/masters/{table}/add", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'class="error-summary"' in answer.text
    for name, typed in fields.items():
        if typed not in {"", "y", "anything"}:
            assert typed in answer.text, name


def test_the_same_row_is_not_added_twice(signed_in: Callable[[str], Visitor]) -> None:
    person = signed_in("administrator")
    fields = NEW_ROWS["schools"][0]
    assert person.post("/masters/schools/add", **fields).status_code == 303
    again = person.post("/masters/schools/add", **fields)
    assert again.status_code == 422
    assert "すでに登録されています" in again.text


def test_who_saves_on_an_old_form_is_told_and_changes_nothing(
    signed_in: Callable[[str], Visitor],
) -> None:
    person = signed_in("administrator")
    page = person.get("/masters/offices/edit/1").text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert person.post("/masters/offices/edit/1", code="10", name="国保年金課", active="y").status_code == 303
    late = person.post("/masters/offices/edit/1", code="10", name="遅い課", active="y", seen=seen)
    assert late.status_code == 409
    assert "ほかの人" in late.text
    assert "国保年金課" in person.get("/masters/offices/show/1").text


def test_a_row_that_is_not_used_any_more_stays(signed_in: Callable[[str], Visitor]) -> None:
    person = signed_in("administrator")
    person.post("/masters/offices/edit/1", code="10", name="保険年金課")
    assert "使用しない" in person.get("/masters/offices/list/").text


@pytest.mark.parametrize("key", ["0", "99999", "x", "1'", "-1"])
def test_a_row_that_is_not_there_is_not_found(signed_in: Callable[[str], Visitor], key: str) -> None:
    person = signed_in("administrator")
    assert person.get(f"/masters/offices/show/{key}").status_code == 404
    assert person.get(f"/masters/offices/edit/{key}").status_code == 404


def test_the_list_is_searched_by_what_one_types_and_signs_are_taken_as_they_are(
    signed_in: Callable[[str], Visitor],
) -> None:
    person = signed_in("administrator")
    for name in ("見本大学", "見本高校", "百%学園"):
        person.post("/masters/schools/add", name=name, active="y")
    assert "見本高校" not in person.get("/masters/schools/list/?q=大学").text
    page = person.get("/masters/schools/list/?q=%25").text
    assert "百%学園" in page
    assert "見本大学" not in page
    nothing = person.get("/masters/schools/list/?q=<script>").text
    assert "あたるものはありません" in nothing
    assert "<script>" not in nothing


@pytest.mark.parametrize(
    "question",
    [
        "?order=password",
        "?order=-",
        "?page=0",
        "?page=x",
        "?page=99999",
        "?_flt_0_name=a",
        "?_oc_x=y",
        "?q=" + "a" * 900,
    ],
)
def test_a_strange_question_is_answered_as_a_plain_one(
    signed_in: Callable[[str], Visitor], question: str
) -> None:
    assert signed_in("administrator").get(f"/masters/schools/list/{question}").status_code == 200


def test_pages_do_not_repeat_or_miss_rows(app: Flask) -> None:
    with app.app_context():
        db.session.add_all(School(name=f"学校{n:03}", address="同じ町") for n in range(60))
        db.session.flush()
        table = ServedInterface(School)
        seen = [
            row.id
            for number in (1, 2, 3)
            for row in table.page("", ("name",), ("address", "asc"), number).rows
        ]
        assert len(seen) == len(set(seen)) == 60


def test_the_count_of_a_large_table_stops(app: Flask) -> None:
    with app.app_context():
        db.session.add_all(School(name=f"学校{n:05}") for n in range(COUNT_CAP + 50))
        db.session.flush()
        page = ServedInterface(School).page("", ("name",), ("name", "asc"), 1)
        assert (page.count, page.more, len(page.rows)) == (COUNT_CAP, True, PAGE_SIZE)


def test_a_list_page_takes_few_statements(app: Flask, signed_in: Callable[[str], Visitor]) -> None:
    person = signed_in("administrator")
    for n in range(5):
        person.post("/masters/schools/add", name=f"学校{n}", active="y")
    person.get("/masters/schools/list/")  # which tells of what was added, once
    statements: list[str] = []
    with app.app_context():
        event.listen(
            db.engine,
            "before_cursor_execute",
            lambda _c, _cur, statement, *_rest: statements.append(statement),
        )
    person.get("/masters/schools/list/")
    assert len([text for text in statements if text != "BEGIN"]) <= 6


def test_every_model_view_is_a_served_one() -> None:
    plain = [
        view.__name__
        for view in VIEWS
        if issubclass(view, ModelView) and not issubclass(view, ServedModelView)
    ]
    assert plain == []


@pytest.mark.parametrize("view", [v for v in VIEWS if issubclass(v, ServedModelView)])
def test_a_served_view_names_its_columns_and_none_is_secret(view: type[ServedModelView]) -> None:
    named = {*view.search_columns, *view.order_columns, *view.list_columns, *view.show_columns}
    assert view.search_columns
    assert view.order_columns
    assert not [name for name in named if "password" in name or "number_sealed" in name]
    columns = set(inspect(view.datamodel.obj).columns.keys())
    assert set(view.search_columns) <= columns
    assert set(view.order_columns) <= columns
    assert set(view.list_columns) | set(view.show_columns) <= set(view.label_columns)
    assert view.include_route_methods == {"list", "show", "add", "edit"}


def test_the_interface_never_writes() -> None:
    table = ServedInterface(School)
    for name in ("add", "edit", "delete", "delete_all"):
        assert getattr(ServedInterface, name) is not getattr(SQLAInterface, name)
        with pytest.raises(WritesElsewhere):
            getattr(table, name)(None)


def test_every_master_has_a_screen_and_a_service() -> None:
    shown = {view.datamodel.obj.__tablename__ for view in MASTER_VIEWS}
    assert shown | {"posting"} == set(MASTERS)


def test_a_change_leaves_history_and_an_audit_event(ctx: Context) -> None:
    row = masters.add(ctx, MASTERS["school"], {"name": "見本大学", "address": "", "active": True})
    masters.change(ctx, MASTERS["school"], row.id, {"name": "見本国際大学"})
    entries = masters.history(ctx, "school", row.id)
    assert [(entry.kind, entry.after["name"]) for entry in entries] == [
        ("changed", "見本国際大学"),
        ("added", "見本大学"),
    ]
    assert entries[0].before["name"] == "見本大学"
    assert entries[0].by_id == ctx.actor.staff_id
    events = [found for found in told(ctx.session) if found.subject == f"school:{row.id}"]
    assert [found.tag for found in events] == ["master:changed", "master:changed"]
    assert "見本" not in str([found.detail for found in events])


def test_saving_without_a_change_leaves_no_history(ctx: Context) -> None:
    row = masters.add(ctx, MASTERS["holiday"], {"day": date(2026, 10, 1), "name": "市制記念日"})
    masters.change(ctx, MASTERS["holiday"], row.id, {"day": date(2026, 10, 1), "name": "市制記念日"})
    assert len(masters.history(ctx, "holiday", row.id)) == 1


def test_a_row_of_the_past_or_of_nowhere_is_refused(ctx: Context) -> None:
    school = MASTERS["school"]
    row = masters.add(ctx, school, {"name": "見本大学", "address": "", "active": True})
    seen = masters.fingerprint(school, row)
    masters.change(ctx, school, row.id, {"name": "別の大学"}, seen)
    with pytest.raises(SomebodyElseWasFaster):
        masters.change(ctx, school, row.id, {"name": "さらに別"}, seen)
    with pytest.raises(NotFound):
        masters.change(ctx, school, 0, {"name": "どこにもない"})


def test_a_posting_ends_after_it_begins(ctx: Context) -> None:
    office = ctx.session.scalars(select(Office)).first()
    assert office
    values = {
        "user_id": ctx.actor.staff_id,
        "staff_number": "1",
        "office_id": office.id,
        "title": "",
        "from_on": date(2026, 4, 1),
        "until_on": date(2026, 3, 31),
    }
    with pytest.raises(ValueRefused) as refused:
        masters.add(ctx, MASTERS["posting"], values)
    assert refused.value.field == "until_on"


def test_two_settings_of_one_day_are_one_too_many(ctx: Context) -> None:
    setting = MASTERS["city_setting"]
    values = {
        "key": "a",
        "from_on": date(2026, 4, 1),
        "value": "1",
        "title": "",
        "source": "",
        "certainty": "verified",
    }
    masters.add(ctx, setting, values)
    masters.add(ctx, setting, values | {"from_on": date(2027, 4, 1)})
    with pytest.raises(ValueRefused):
        masters.add(ctx, setting, values)


def test_histories_of_rows_do_not_mix(session: Session, ctx: Context) -> None:
    masters.add(ctx, MASTERS["school"], {"name": "一", "address": "", "active": True})
    masters.add(ctx, MASTERS["holiday"], {"day": date(2026, 1, 9), "name": "二"})
    tables = {row.table_name for row in session.scalars(select(MasterHistory))}
    assert tables == {School.__tablename__, Holiday.__tablename__}
    assert Municipality.__tablename__ in MASTERS


def test_no_office_takes_over_the_code_of_another_and_with_it_what_was_sent_there(
    signed_in: Callable[[str], Visitor], app: Flask
) -> None:
    """An administrator alone would otherwise hand one section's files to another (M36)."""
    administrator = signed_in("administrator")
    with app.app_context():
        office = db.session.scalars(select(Office).order_by(Office.id)).first()
        assert office is not None
        key, code = office.id, office.code
    answer = administrator.post(f"/masters/offices/edit/{key}", code=f"{code}9", name="市民課", active="y")
    assert "コードは登録したあとに変えられません" in answer.text
    with app.app_context():
        assert db.session.get_one(Office, key).code == code
