"""The commands that look at files: run where there is nothing, not even an installation."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal import file_commands
from portal.commands.premium import premium_command
from workflows import catalog

ROOT = catalog.ROOT.parent
ACQUISITION = catalog.ROOT / "acquisition" / "process.bpmn"
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
  <inputData id="i" name="Age"><variable name="Age" typeRef="number"/></inputData>
  <decision id="d_group" name="年齢 区分"><variable name="年齢 区分"/>
    <informationRequirement><requiredInput href="#i"/></informationRequirement>
    <literalExpression><text>if Age &gt;= 75 then "後期" else Age * 1.10</text></literalExpression>
  </decision>
</definitions>"""


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder that nobody may write to (root may all the same, so the tests look at what is in it)."""
    (tmp_path / "age.dmn").write_text(TABLE, encoding="utf-8")
    return tmp_path


def flask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`flask --app …/wsgi.py` in a folder, in production, where each missing setting is refused."""
    command = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), *arguments]
    environment = {
        "PATH": os.environ["PATH"],
        "PORTAL_ENVIRONMENT": "production",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere",
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_check_needs_no_installation_and_leaves_nothing(empty: Path) -> None:
    (empty / "a.bpmn").write_bytes(b"<!DOCTYPE a []><a/>")
    told = flask(empty, "workflows", "check", "a.bpmn", str(ACQUISITION))
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert (told.returncode, told.stderr) == (1, "")
    assert [(line["ok"], [one["code"] for one in line["problems"]]) for line in lines] == [
        (False, ["doctype"]),
        (True, []),
    ]
    assert {path.name for path in empty.rglob("*")} == {"a.bpmn", "age.dmn"}


def test_evaluate_needs_no_installation_and_leaves_nothing(empty: Path) -> None:
    told = flask(empty, "decisions", "evaluate", "age.dmn", "--input", '{"Age": 0.3}')
    assert (told.returncode, told.stdout, told.stderr) == (0, '{"年齢 区分": 0.33}\n', "")
    assert {path.name for path in empty.rglob("*")} == {"age.dmn"}


def test_cases_are_answered_in_order_and_one_that_fails_harms_no_other(empty: Path) -> None:
    cases = [
        {"decision": "年齢 区分", "input": {"Age": 75}},
        {"decision": "nothing", "input": {}},
        {"decision": "d_group", "input": {"Age": 1}},
        {"input": {}},
    ]
    (empty / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    told = flask(empty, "decisions", "evaluate", "age.dmn", "--cases", "cases.json")
    results = json.loads(told.stdout)
    assert (told.returncode, results[0], results[2]) == (0, "後期", 1.1)
    assert [set(results[place]) for place in (1, 3)] == [{"error"}, {"error"}]


def test_cases_may_begin_with_a_mark_and_bring_no_input(empty: Path) -> None:
    table = TABLE.replace("Age * 1.10", '"unknown"').replace("Age &gt;= 75", "Age = 75")
    (empty / "age.dmn").write_text(table, encoding="utf-8")
    cases = [{"decision": " 年齢  区分 ", "input": None}, {"decision": "d_group", "input": {"Age": 75}}]
    (empty / "cases.json").write_text(json.dumps(cases), encoding="utf-8-sig")
    run = evaluate("age.dmn", "--cases", "cases.json", folder=empty)
    assert (run.exit_code, json.loads(run.stdout)) == (0, ["unknown", "後期"])


def test_many_cases_leave_no_room_for_a_decision_beside_them(empty: Path) -> None:
    run = evaluate("age.dmn", "--cases", "cases.json", "--decision", "d_group", folder=empty)
    assert (run.exit_code, run.stdout) == (2, "")
    assert "--cases says decisions and inputs itself" in run.stderr


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none.dmn", None, "ファイルを読めません"),
        ("no.dmn", "<definitions", "1"),
        ("age.dmn", TABLE.replace("if Age", "if then"), "d_group"),
        ("age.dmn", TABLE, "other"),
    ],
)
def test_a_fault_is_one_line_on_standard_error(
    empty: Path, name: str, content: str | None, told: str
) -> None:
    if content is not None:
        (empty / name).write_text(content, encoding="utf-8")
    run = evaluate(name, "--decision", "other" if told == "other" else "d_group", folder=empty)
    assert (run.exit_code, run.stdout) == (1, "")
    assert run.stderr.startswith(str(empty / name))
    assert (told in run.stderr or told == "d_group", run.stderr.count("\n")) == (True, 1)


def evaluate(file: str, *arguments: str, folder: Path) -> Result:
    """`flask decisions evaluate` in this process; names of files are those of the folder."""
    given = [str(folder / one) if one.endswith(".json") else one for one in (file, *arguments)]
    given[0] = str(folder / file)
    return file_commands.create_app().test_cli_runner().invoke(args=["decisions", "evaluate", *given])


@pytest.mark.parametrize(
    ("line", "only_files"),
    [
        ("/opt/bin/flask --app wsgi workflows check a.bpmn", True),
        ("/lib/flask/__main__.py -A wsgi --debug -e .env decisions evaluate a.dmn", True),
        ("flask --app=wsgi workflows check", True),
        ("flask --app wsgi workflows install workflows check", False),
        ("flask --app wsgi check", False),
        ("flask --app wsgi", False),
        ("gunicorn wsgi:application workflows check", False),
    ],
)
def test_only_these_two_commands_go_without_settings(line: str, *, only_files: bool) -> None:
    assert file_commands.asked(line.split()) is only_files


HOUSEHOLD = """fiscal_year: 2025
rates:
  medical: {income_rate: "8.04", per_capita: 31200, household: 19404, cap: 660000}
  support: {income_rate: "3.12", per_capita: 12048, household: 7500, cap: 260000}
  care: {income_rate: "3.00", per_capita: 12132, household: 5928, cap: 170000}
persons:
  - {birth_date: 1980-05-01, incomes: {total: 2000000}, flags: [head]}
"""


def test_the_premium_of_a_household_is_explained_from_a_file(empty: Path) -> None:
    (empty / "household.yaml").write_text(HOUSEHOLD, encoding="utf-8")
    told = flask(empty, "premium", "explain", "household.yaml")
    assert (told.returncode, told.stderr) == (0, "")
    answer = json.loads(told.stdout)
    assert answer["total"] == 310_524
    assert {name: part["amount"] for name, part in answer["parts"].items()} == {
        "medical": 176_832,
        "support": 68_532,
        "care": 65_160,
    }
    (levy,) = [line for line in answer["derivation"] if line["name"] == "medical.income_levy"]
    assert (levy["value"], levy["person"], levy["article"]) == (
        "126228",
        0,
        "国民健康保険法施行令29条の7第2項",
    )


FAULTS = {
    "income missing": ("incomes: {total: 2000000}, ", "", "persons[0].incomes", "undeclared"),
    "income negative": ("2000000", "-1", "persons[0].other_income", "マイナス"),
    "income of a trillion": ("2000000", "1000000000000", "persons[0].other_income", "9,999,999,999"),
    "born after the year": ("1980-05-01", "2026-05-01", "persons[0].birth_date", "令和7年度"),
    "a rate of 804": ('"8.04"', "804", "rates.medical.income_rate", "804"),
    "months that do not fit": ("flags:", "months: 13, flags:", "persons[0].months", "4月から翌年3月"),
    "nobody insured": ("[head]", "[head, not_insured]", "persons", "加入している月"),
    "a year without figures": ("2025", "2031", "fiscal_year", "national/premium/income/salary_conversion"),
    "a name mistyped": ("cap: 660000", "cup: 660000", "rates.medical.cup", "income_rate"),
    "no YAML": ("persons:", "persons: [", "household.yaml", "YAML"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_household_that_cannot_be_is_told_with_its_place(empty: Path, fault: str) -> None:
    wrong, instead, place, word = FAULTS[fault]
    (empty / "household.yaml").write_text(HOUSEHOLD.replace(wrong, instead), encoding="utf-8")
    told = CliRunner().invoke(premium_command, ["explain", str(empty / "household.yaml")])
    assert told.exit_code == 1
    assert told.stdout == ""
    assert place in told.stderr
    assert word in told.stderr
