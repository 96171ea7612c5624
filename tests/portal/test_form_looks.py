"""A form under way: its errors by field, drafts that keep themselves, no Individual Number in between."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.case import Draft
from models.vault_table import IndividualNumber
from portal.extensions import db
from tests.portal.number_case import take_in_a_number

INTAKE = "/forms/look/acquisition/01"
NUMBER = "000000000027"
PERSON = {
    "persons-2-name": "鶺鴒 太郎",
    "persons-2-birth_date": "明日",
    "persons-2-individual_number": NUMBER,
}


@pytest.fixture
def case(app: Flask, tmp_path: Path) -> int:
    return int(take_in_a_number(app, tmp_path).case)


def drafts(app: Flask) -> list[Draft]:
    with app.app_context():
        return list(db.session.scalars(select(Draft).order_by(Draft.id)))


def test_what_is_wrong_so_far_is_told_by_the_schema_of_the_form(case, signed_in) -> None:
    del case
    told = signed_in("counter").post(INTAKE, event_on="R8.13.1", **PERSON).json
    paths = {one["path"]: one["message"] for one in told["errors"]}
    assert {"event_on", "persons.0.birth_date", "address.postal_code"} <= set(paths)
    assert "明日" not in str(told)
    assert "draft_id" not in told


def test_a_draft_keeps_itself_without_the_number_and_stays_one(app: Flask, case, signed_in) -> None:
    del case
    person = signed_in("counter")
    with app.app_context():
        before = db.session.scalar(select(func.count(IndividualNumber.id)))
    first = person.post(INTAKE, keep="1", **PERSON).json
    again = person.post(INTAKE, keep="1", draft_id=first["draft_id"], phone="000-0000-0000", **PERSON).json
    (draft,) = drafts(app)
    assert again["draft_id"] == first["draft_id"] == draft.id
    assert draft.data["phone"] == "000-0000-0000"
    assert "individual_number" not in draft.data["persons"][0]
    with app.app_context():
        assert db.session.scalar(select(func.count(IndividualNumber.id))) == before
    assert "鶺鴒" in person.get(f"/notifications/new/acquisition/01?draft={draft.id}").text


def test_a_task_is_looked_at_by_those_who_may_do_it(app: Flask, case, signed_in) -> None:
    page = signed_in("verifier").get(f"/cases/{case}").text
    (address,) = {part.split('"')[0] for part in page.split('data-watch="')[1:]}
    told = signed_in("verifier").post(address, keep="1", event_on="R8.11.20").json
    assert told["kept"]
    assert [one.data["event_on"] for one in drafts(app)] == ["R8.11.20"]
    assert signed_in("counter").post(address).status_code == 403


def test_a_form_is_helped_with_places_and_readings_only(case, signed_in) -> None:
    del case
    person = signed_in("counter")
    assert person.post("/forms/fill/postal", q="6600051").json == {"texts": ["兵庫県尼崎市東七松町"]}
    assert person.post("/forms/fill/kana", q="尼崎 花子").json == {"texts": ["アマガサキ\u3000ハナコ"]}
    assert person.post("/forms/fill/kana").json == {"texts": []}
    assert person.post("/forms/fill/person", q="尼崎").status_code == 404
    assert signed_in("auditor").post("/forms/fill/kana", q="尼崎").status_code == 403


def test_a_draft_of_somebody_else_is_not_overwritten(app: Flask, case, signed_in) -> None:
    del case
    mine = signed_in("counter").post(INTAKE, keep="1").json["draft_id"]
    assert signed_in("verifier").post(INTAKE, keep="1", draft_id=mine).status_code == 403
    assert signed_in("counter").post(INTAKE, keep="1", draft_id=mine + 1).status_code == 404
    assert len(drafts(app)) == 1
