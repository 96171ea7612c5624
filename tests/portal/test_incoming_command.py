"""`flask incoming take`: the operator takes a large file; what is wrong is told, a second person decides."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from models.incoming import IncomingFile
from models.job import Job
from portal.extensions import db
from tests.factories.incoming import tax_file, tax_line
from tests.portal.conftest import OpenPortal

Take = Callable[..., Result]


@pytest.fixture
def portal(fresh_url: str, open_portal: OpenPortal) -> Flask:
    return open_portal(fresh_url)


@pytest.fixture
def take(portal: Flask, tmp_path: Path) -> Take:
    """Take a file, told as it is unless said otherwise."""

    def run(source: str = "tax_income", sequence: int = 1, content: bytes = tax_file(tax_line("1")), **told):
        file, control = tmp_path / "shotoku.csv", tmp_path / "shotoku.ctl"
        file.write_bytes(content)
        says = {"sequence": sequence, "rows": 1, "sha256": hashlib.sha256(content).hexdigest()} | told
        control.write_text("".join(f"{name}={value}\n" for name, value in says.items()))
        words = ["incoming", "take", source, str(file), "--control", str(control)]
        return portal.test_cli_runner().invoke(args=words)

    return run


def files(portal: Flask) -> list[tuple[str, int, str, int | None, str | None]]:
    """Each file: source, number, state, who took it, and the job that checks it."""
    with portal.app_context():
        rows = db.session.execute(
            select(
                *(IncomingFile.source, IncomingFile.sequence, IncomingFile.state, IncomingFile.taken_by_id),
                Job.kind,
            )
            .outerjoin(Job, Job.id == IncomingFile.job_id)
            .order_by(IncomingFile.id)
        )
        return [tuple(row) for row in rows]


def test_a_file_is_taken_and_waits_for_the_check(portal: Flask, take: Take):
    done = take()
    assert done.exit_code == 0, done.output
    assert "/incoming/1" in done.output
    assert files(portal) == [("tax_income", 1, "received", None, "incoming_check")]


def test_a_wrong_number_or_checksum_goes_to_quarantine_and_says_why(portal: Flask, take: Take):
    assert take().exit_code == 0
    again, torn = take(), take(sequence=2, sha256="0" * 64)
    assert (again.exit_code, torn.exit_code) == (1, 1)
    assert "受取り済み" in again.output
    assert "SHA-256" in torn.output
    assert [row[2] for row in files(portal)] == ["received", "quarantined", "quarantined"]


@pytest.mark.parametrize(
    ("source", "told", "words"),
    [
        ("unknown", {}, "tax_income"),
        ("tax_income", {"rows": "many"}, "件数"),
        ("tax_income", {"sha256": "x"}, "64桁"),
    ],
)
def test_what_nobody_may_send_or_is_told_wrongly_is_not_taken(portal: Flask, take: Take, source, told, words):
    done = take(source, **told)
    assert done.exit_code == 1
    assert words in done.output
    assert files(portal) == []
