"""`flask workflows` from the operator's side: lines of JSON, exit codes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.audit.event import AuditEvent
from models.case import Case
from portal import clock
from portal.extensions import db
from services.context import SYSTEM
from services.unit_of_work import unit_of_work
from tests.factories.small_processes import Ask, a_bundle
from tests.portal.conftest import Visitor
from workflows import catalog
from workflows.engine import definitions, runner

ACQUISITION = catalog.ROOT / "acquisition" / "process.bpmn"
FIRST = a_bundle("small", [Ask("ask", "申請"), Ask("check", "審査")])
SECOND = a_bundle("small", [Ask("ask", "申請"), Ask("check", "審査"), Ask("sign", "決裁")])


def run(app: Flask, *args: str) -> tuple[int, list[dict[str, Any]], str]:
    """The exit code, the lines of JSON, and what stands on standard error."""
    result = app.test_cli_runner().invoke(args=["workflows", *args])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    """The shipped acquisition in a folder of its own, with another name for a task."""
    folder = tmp_path / "acquisition"
    folder.mkdir()
    for path in ACQUISITION.parent.glob("*.*n"):
        (folder / path.name).write_bytes(path.read_bytes())
    text = ACQUISITION.read_text(encoding="utf-8")
    (folder / "process.bpmn").write_text(text.replace("入力の訂正", "入力を訂正"), encoding="utf-8")
    return folder


def test_check_prints_a_line_for_each_file_and_exits_by_what_it_found(app: Flask, tmp_path: Path) -> None:
    code, lines, _ = run(app, "check", str(ACQUISITION))
    assert (code, lines[0]["file"], lines[0]["ok"], lines[0]["problems"]) == (0, str(ACQUISITION), True, [])
    wrong = tmp_path / "process.bpmn"
    wrong.write_text(ACQUISITION.read_text(encoding="utf-8").replace("case.way =", "case.way =="), "utf-8")
    code, lines, _ = run(app, "check", str(wrong))
    assert code == 1
    found = {one["code"]: one for one in lines[0]["problems"]}
    assert set(found["not_feel"]) == {"element", "line", "code", "message"}
    assert found["not_feel"]["element"] == "flow_by_whom_check_entry"
    assert run(app, "check")[0] == 2


def test_install_list_and_publish(app: Flask, moved: Path) -> None:
    with app.app_context():
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            catalog.publish_shipped(ctx)
        code, lines, _ = run(app, "install", str(moved))
        kept = {"slug": "acquisition", "version": 2, "state": "draft", "hash": lines[0]["hash"]}
        assert (code, lines) == (0, [{**kept, "is_new": True}])
        assert {**kept, "running": 0} in run(app, "list")[1]
        assert run(app, "publish", "acquisition", "2")[:2] == (
            0,
            [{"slug": "acquisition", "version": 2, "state": "published"}],
        )
        code, lines, error = run(app, "publish", "acquisition", "2")
        assert (code, lines) == (1, [])
        assert "There is no such draft." in error
        tags = select(AuditEvent.tag).where(AuditEvent.tag.like("definition:%")).order_by(AuditEvent.id)
        assert list(db.session.scalars(tags))[-2:] == ["definition:drafted", "definition:published"]


def test_the_page_of_procedures_shows_one_that_is_not_of_ours(
    app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        definitions.publish_shipped(ctx, FIRST)
    administrator = signed_in("administrator")
    for page in ("/definitions/", "/definitions/small/1"):
        answer = administrator.get(page)
        assert answer.status_code == 200
        assert "small" in answer.text


def test_what_is_faulty_is_not_installed(app: Flask, moved: Path) -> None:
    text = (moved / "process.bpmn").read_text(encoding="utf-8")
    (moved / "process.bpmn").write_text(text.replace("case.way =", "exec"), encoding="utf-8")
    with app.app_context():
        code, lines, _ = run(app, "install", str(moved))
        assert (code, [line["ok"] for line in lines]) == (1, [True, False, True])
        assert run(app, "list")[1] == []


def test_cases_are_checked_moved_a_few_at_first_and_put_back(app: Flask) -> None:
    with app.app_context():
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            definitions.publish_shipped(ctx, FIRST)
        for _ in range(3):
            with unit_of_work(SYSTEM, clock.now()) as ctx:
                runner.begin(ctx, "small", {}, office_id=1)
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            definitions.publish_shipped(ctx, SECOND)
            definitions.publish_draft(ctx, "small", 2)
        versions = ("--from", "1", "--to", "2")

        def standing() -> list[str]:
            statement = select(Case.definition_hash).order_by(Case.id)
            return list(db.session.scalars(statement.execution_options(populate_existing=True)))

        code, lines, _ = run(app, "migrate", "small", *versions, "--check")
        assert (code, [line["ok"] for line in lines]) == (0, [True] * 3)
        assert standing() == [FIRST.hash] * 3
        code, lines, _ = run(app, "migrate", "small", *versions, "--first", "1")
        assert (code, len(lines)) == (0, 1)
        assert standing() == [SECOND.hash, FIRST.hash, FIRST.hash]
        assert run(app, "migrate", "small", *versions)[0] == 0
        assert standing() == [SECOND.hash] * 3
        assert run(app, "migrate", "small", *versions, "--undo", "--case", str(lines[0]["case"]))[0] == 0
        assert standing() == [FIRST.hash, SECOND.hash, SECOND.hash]
        assert run(app, "migrate", "small", *versions, "--undo")[0] == 0
        assert standing() == [FIRST.hash] * 3


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("--from", "1", "--to", "9"), 1, "no version 9"),
        (("--from", "1", "--to", "2", "--case", "77"), 1, "77"),
        (("--from", "1", "--to", "2", "--undo"), 1, "Nothing was chosen"),
        (("--from", "1", "--to", "2", "--undo", "--check"), 2, "exclude"),
        (("--from", "1"), 2, "--to"),
    ],
)
def test_a_move_that_means_nothing_says_why(app: Flask, args: tuple[str, ...], code: int, said: str) -> None:
    with app.app_context():
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            definitions.publish_shipped(ctx, FIRST)
            definitions.publish_shipped(ctx, SECOND)
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            definitions.publish_draft(ctx, "small", 2)
        found, lines, error = run(app, "migrate", "small", *args)
        assert (found, lines) == (code, [])
        assert said in error
