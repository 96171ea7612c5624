"""An Individual Number typed anywhere is in no answer, address, log or table: only in the vault, sealed."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.person import Person
from models.vault_table import IndividualNumber
from portal.extensions import db
from tests.portal.bad_input.conftest import FORM, Clerk, filled_in
from tests.portal.bad_input.test_tasks import SHOWN

NUMBER, WRONG = "000099990015", "000099990011"
WRITTEN = (NUMBER, "0000 9999 0015", "０００　０９９９　９００１５", "0000-9999-0015")


class Listener(Clerk):
    """A clerk of whom everything that comes back is kept."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.heard: list[str] = []
        plain_get = self.client.get

        def get(path: str, **more: Any) -> Any:
            return self.note(plain_get(path, **more))

        self.get = get

    def post(self, path: str, **fields: object) -> Any:
        return self.note(super().post(path, **fields))

    def note(self, answer: Any) -> Any:
        self.heard.append(f"{answer.headers}\n{answer.text}")
        return answer


def digits_of(text: str) -> str:
    """The text with its digits as ASCII and nothing between them."""
    plain = text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    return re.sub(r"(?<=\d)[\s\u3000-]+(?=\d)", "", plain)


def test_a_number_is_nowhere_but_sealed_in_the_vault(
    app: Flask, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    counter, verifier = Listener(app), Listener(app)
    counter.sign_in("counter")
    verifier.sign_in("verifier")
    for typed in (WRONG, *WRITTEN):
        wrong = filled_in(persons__0__individual_number=typed, event_on="令和1年2月30日")
        assert counter.take_in(wrong).status_code == 422
    named = filled_in(persons__0__individual_number=NUMBER, remarks=f"番号は{NUMBER}です")
    counter.post(FORM, **named, deed_key=counter.key(), deed="draft")
    counter.get("/notifications/new/")
    counter.post("/persons/", q=NUMBER)
    counter.get(f"/cases/{NUMBER}")

    answer = counter.take_in(filled_in(persons__0__individual_number=WRITTEN[1]))
    case = str(answer.location)
    counter.post(counter.task(case), **SHOWN, deed_key=counter.key(case))
    seen = {"reason": "01", "event_on": named["event_on"], "persons-0-birth_date": "S55.4.2"}
    task = verifier.task(case)
    for typed in (WRONG, WRITTEN[2]):
        key = verifier.key(case)
        verifier.post(task, **seen, **{"persons-0-individual_number": typed}, deed_key=key)
    for page in (case, "/inbox/", "/notifications/new/"):
        counter.get(page)
        verifier.get(page)

    with app.app_context():
        (person,) = db.session.scalars(select(Person)).all()
        states = db.session.scalars(select(IndividualNumber.state)).all()
        held = db.session.scalars(
            select(IndividualNumber.state).where(IndividualNumber.person_id == person.id)
        )
        assert held.all() == ["confirmed"]
        assert len(states) > 1, "every typed number was sealed before anything else looked at it"
        db.session.remove()
        db.engine.dispose()
    logged = capfd.readouterr()
    for place, text in (
        ("answers", "\n".join(counter.heard + verifier.heard)),
        ("log", logged.out + logged.err),
    ):
        assert NUMBER not in digits_of(text), place
        assert WRONG not in digits_of(text), place
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert NUMBER.encode() not in file.read_bytes(), file.name
            assert WRITTEN[1].encode() not in file.read_bytes(), file.name
            assert WRITTEN[2].encode() not in file.read_bytes(), file.name
