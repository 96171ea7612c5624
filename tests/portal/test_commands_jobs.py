"""`flask jobs` says what there is as JSON, runs it once, and tells the truth by its exit code."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from tests.factories.jobs import FOUND, ask, kinds


@pytest.fixture
def asked(app: Flask) -> Iterator[list[int]]:
    with kinds(FOUND), app.app_context():
        yield ask("found", "1", "broken", at=clock.now())


def told(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def test_the_list_is_one_object_a_job(app: Flask, asked: list[int]) -> None:
    run = app.test_cli_runner().invoke
    assert [one["id"] for one in told(run(args=["jobs", "list"]).stdout)] == asked
    assert told(run(args=["jobs", "list", "--state", "done"]).stdout) == []
    (first, _) = told(run(args=["jobs", "list", "--state", "waiting"]).stdout)
    assert (first["kind"], first["key"], first["state"], first["attempts"]) == (
        "found",
        "found:1",
        "waiting",
        0,
    )


def test_one_job_is_run_and_its_true_result_told(app: Flask, asked: list[int]) -> None:
    run = app.test_cli_runner().invoke
    done = run(args=["jobs", "run", str(asked[0])])
    assert (done.exit_code, told(done.stdout)[0]["state"]) == (0, "done")
    failed = run(args=["jobs", "run", str(asked[1])])
    assert failed.exit_code == 1
    assert told(failed.stdout) == [
        {"id": asked[1], "kind": "found", "state": "waiting", "error": "rule: Not now."}
    ]
    assert run(args=["jobs", "run", str(asked[0])]).exit_code == 2, "it is done already"
    assert run(args=["jobs", "run"]).exit_code == 2
    assert run(args=["jobs", "run", "1", "--due"]).exit_code == 2


def test_all_that_is_due_is_run_once(app: Flask, asked: list[int]) -> None:
    ask("found", "later", at=clock.now() + timedelta(hours=1))
    run = app.test_cli_runner().invoke
    done = run(args=["jobs", "run", "--due"])
    assert done.exit_code == 1, "one of them failed"
    assert [(one["id"], one["state"]) for one in told(done.stdout)] == [
        (asked[0], "done"),
        (asked[1], "waiting"),
    ]
    again = run(args=["jobs", "run", "--due"])
    assert (again.exit_code, again.stdout) == (0, "")
