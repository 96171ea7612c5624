"""`flask accounts`: how the first administrators come in, and the office's own block list."""

from pathlib import Path

from flask import Flask
from sqlalchemy import update

from models.sign_in import SecondFactor
from portal import clock
from portal.extensions import db
from tests.portal.conftest import PASSWORD, Visitor, enrol_app


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
