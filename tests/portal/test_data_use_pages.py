"""From an application to a file that its section fetches, by the pages; who is kept out (J3, M34, M36)."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.audit.tags import Tag
from models.data_use import DataTransfer, DataUseApplication
from models.masters import Office, Posting
from models.staff import User
from portal import clock
from portal.extensions import db
from rules.eras import format_short
from services import audit, unit_of_work
from services.batch import transferring
from services.context import SYSTEM
from services.job_kinds import Work
from tests.portal.conftest import account_of
from workflows import catalog


@pytest.fixture
def office(app: Flask) -> Flask:
    """The citizen section as an office of its own, and the shipped processes."""
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            catalog.publish_shipped(ctx)
            ctx.session.add(Office(code="12", name="市民課"))
            ctx.session.flush()
            section = ctx.session.scalars(select(Office.id).where(Office.code == "12")).one()
            who = select(User.id).where(User.username == account_of("receiving_section")).scalar_subquery()
            ctx.session.execute(update(Posting).where(Posting.user_id == who).values(office_id=section))
        db.session.remove()
    return app


def application(**changed: object) -> dict[str, object]:
    today = clock.today()
    return {
        "kind": "transfer",
        "transfer": "citizen",
        "recipient": "12",
        "purpose": "住民票に記載するため",
        "basis": "residents_act_7",
        "items": ["addressee_number", "acquired_on", "lost_on"],
        "person_range": "insured_in_month",
        "method": "link_system",
        "frequency": "monthly",
        "from_on": today.isoformat(),
        "until_on": (today + timedelta(days=100)).isoformat(),
        **changed,
    }


def run_month(app: Flask) -> None:
    """The month's run, every recipient a step."""
    period = f"{clock.today():%Y-%m}"
    with app.app_context():
        checkpoint: dict[str, object] = {}
        for done in range(5):
            with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
                work = Work(1, {"period": period}, checkpoint, done, None, 1)
                checkpoint = dict(transferring.send_month(ctx, work).checkpoint)
        db.session.remove()


def the_only(app: Flask, row: type) -> int:
    with app.app_context():
        found: int = db.session.scalars(select(row.id)).one()
        db.session.remove()
    return found


def test_from_the_application_to_the_file_and_its_end(office: Flask, signed_in, tmp_path: Path) -> None:
    section, manager = signed_in("receiving_section"), signed_in("data_protection_manager")
    assert "宛名番号" in section.get("/data-use/new").text
    assert section.post("/data-use/new", **application()).status_code == 303
    page = f"/data-use/{the_only(office, DataUseApplication)}"
    assert section.post(f"{page}/submit").status_code == 303
    renewal = section.get(f"/data-use/new?renews={page.rpartition('/')[2]}").text
    assert f'value="{format_short(clock.today() + timedelta(days=101))}"' in renewal
    assert "住民票に記載するため</textarea>" in renewal
    assert manager.post(f"{page}/judge", verdict="approve", reason="合う").status_code == 422
    judged = manager.post(f"{page}/judge", verdict="approve", basis_fits="1", reason="住基法7条に合う")
    assert judged.status_code == 303
    run_month(office)
    listed = section.get("/data-use/").text
    assert "citizen-12-" in listed
    assert "long_term_care" not in listed
    sent = f"/transfers/{the_only(office, DataTransfer)}"
    assert section.get(sent).status_code == 200
    file, manifest = section.post(f"{sent}/file"), section.post(f"{sent}/manifest")
    assert file.data.startswith(b"addressee_number,")
    (tmp_path / "file.csv").write_bytes(file.data)
    (tmp_path / "manifest.json").write_bytes(manifest.data)
    paths = [str(tmp_path / "manifest.json"), str(tmp_path / "file.csv")]
    checked = office.test_cli_runner().invoke(args=["transfers", "verify", *paths])
    assert (checked.exit_code, "citizen" in checked.output) == (0, True)
    (tmp_path / "file.csv").write_bytes(file.data + b"x")
    assert office.test_cli_runner().invoke(args=["transfers", "verify", *paths]).exit_code == 1
    assert json.loads(manifest.data)["manifest"]["sequence"] == 1
    assert manager.post(f"{sent}/file").status_code == 403
    revoked = manager.post(f"{page}/revoke", reason="目的が終わった")
    assert revoked.status_code == 303
    auditor = signed_in("auditor")
    assert auditor.get(sent).status_code == 200
    assert auditor.post("/transfers/trace", number="000000000000000").status_code == 422


def test_a_section_sees_nothing_of_another_one(office: Flask, signed_in) -> None:
    section = signed_in("receiving_section")
    section.post("/data-use/new", **application())
    page = f"/data-use/{the_only(office, DataUseApplication)}"
    with office.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            other = ctx.session.scalars(select(Office.id).where(Office.code == "10")).one()
            row = ctx.session.scalars(select(DataUseApplication)).one()
            row.office_id, row.recipient = other, "13"
            audit.record(ctx, Tag.DATA_USE_CHANGED, f"data_use:{row.id}")
        db.session.remove()
    assert section.get(page).status_code == 404
    assert "D2" not in section.get("/data-use/").text


def test_what_cannot_be_is_said_on_the_form_with_all_that_was_typed(office: Flask, signed_in) -> None:
    section = signed_in("receiving_section")
    refused = section.post("/data-use/new", **application(until_on="R20.1.1"))
    assert refused.status_code == 422
    assert "利用期間は1年以内" in refused.text
    assert "住民票に記載するため</textarea>" in refused.text
    assert section.post("/data-use/new", **application(from_on="abc")).status_code == 422


def test_the_dictionary_is_searched(signed_in) -> None:
    auditor = signed_in("auditor")
    assert "資格取得年月日" in auditor.get("/dictionary/?q=資格取得").text
    assert "この条件の項目はありません" in auditor.get("/dictionary/?q=存在しない語").text
    assert "未保有" in auditor.get("/dictionary/?held=no").text
