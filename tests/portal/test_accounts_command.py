"""`flask accounts`: how the first administrators come in, and the office's own block list."""

from pathlib import Path

from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import update

from models.sign_in import SecondFactor
from portal import clock
from portal.extensions import db
from tests.factories.audit import told
from tests.portal.conftest import PASSWORD, Visitor, enrol_app, id_of


def without_factors(app: Flask) -> None:
    with app.app_context():
        db.session.execute(update(SecondFactor).values(removed_at=clock.now()))
        db.session.commit()


def run(app: Flask, *arguments: str):
    return app.test_cli_runner().invoke(args=["accounts", *arguments])


def test_the_first_administrator_enrols_with_a_code_of_the_operator(app: Flask) -> None:
    without_factors(app)
    code = run(app, "first-code", "administrator.hanako").output.strip()
    person = Visitor(app)
    answer = person.show_password("administrator")
    assert person.get(answer.location).location.startswith("/enrol/")
    assert person.post("/enrol/ticket", code=code).status_code == 303
    assert enrol_app(person).location == "/"
    assert person.get("/").status_code == 200


def test_the_operator_gives_no_code_to_others(app: Flask) -> None:
    without_factors(app)
    for name in ("counter.hanako", "nobody"):
        assert run(app, "first-code", name).exit_code == 1


FIRST = (
    *("first-administrator", "2002", "--family", "二番", "--given", "目", "--mail", "2@example.invalid"),
    *("--number", "2002", "--office", "90"),
)


def test_the_operator_adds_the_second_administrator_and_no_third(app: Flask) -> None:
    assert "tell its name" in run(app, *FIRST).output
    added = run(app, *FIRST, "--office-name", "情報システム課")
    assert added.exit_code == 0
    with app.app_context():
        assert [role.name for role in db.session.get_one(User, id_of(app, "2002")).roles] == ["administrator"]
        assert told(db.session, "role:changed")[-1].staff_number == "system"
    third = run(app, *("2003" if word == "2002" else word for word in FIRST))
    assert third.exit_code == 1
    assert "管理者がすでに二人" in third.output


def test_the_offices_own_list_is_refused_as_a_password(app: Flask, signed_in, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("九官鳥の見本新聞2026\nもう一つの言葉です\n", encoding="utf-8")
    assert "2 of 2" in run(app, "block-passwords", str(words)).output
    assert "0 of 2" in run(app, "block-passwords", str(words)).output
    answer = signed_in("counter").post("/profile/", now=PASSWORD, new="九官鳥の見本新聞2026")
    assert answer.status_code == 422
    assert "よく使われる言葉" in answer.text


def test_a_list_that_is_no_text_adds_nothing(app: Flask, tmp_path: Path) -> None:
    words = tmp_path / "words.bin"
    words.write_bytes(b"good words here\n\xff\xfe\n")
    told = run(app, "block-passwords", str(words))
    assert told.exit_code == 1
    assert "nothing was added" in told.output
