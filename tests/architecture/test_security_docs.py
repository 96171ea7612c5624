"""What docs/security/ promises is shown by tests that exist, for every requirement of levels 1 and 2."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from functools import cache

from tests.architecture.tree import ROOT

SECURITY = ROOT / "docs" / "security"
REQUIREMENTS = {"1": 70, "2": 183}  # OWASP ASVS 5.0.0
THREATS = [f"T{number:02}" for number in range(1, 31)]
MEASURES = [*(f"M{number:02}" for number in range(1, 39)), *(f"N{number:02}" for number in range(3, 8))]
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py(?:::test_\w+)?)`")


@cache
def _tests_of(file: str) -> frozenset[str]:
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _is_there(test: str) -> bool:
    file, _, name = test.partition("::")
    return name in _tests_of(file) if name else bool(_tests_of(file))


def _requirements() -> list[dict[str, str]]:
    with (SECURITY / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_requirement_of_both_levels_has_one_row() -> None:
    rows = _requirements()
    assert [name for name, times in Counter(row["id"] for row in rows).items() if times > 1] == []
    found = Counter(row["level"] for row in rows)
    assert {level: found[level] for level in REQUIREMENTS} == REQUIREMENTS


def test_every_requirement_that_applies_is_answered() -> None:
    for row in _requirements():
        if row["applies"] == "no":
            assert row["how"], row["id"]
            continue
        assert row["status"] in {"met", "partly", "not met"}, row["id"]
        shown = row["tests"] or row["manual check"] or row["status"] == "not met"
        assert row["how"], row["id"]
        assert shown, row["id"]


def test_every_test_that_is_named_exists() -> None:
    named = {test for row in _requirements() for test in row["tests"].split()}
    for page in SECURITY.glob("*.md"):
        named |= set(NAMED_TEST.findall(page.read_text(encoding="utf-8")))
    assert sorted(test for test in named if not _is_there(test)) == []


def test_every_manual_check_is_described() -> None:
    page = (SECURITY / "manual-checks.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## (.+)$", page, re.MULTILINE))
    named = {row["manual check"] for row in _requirements() if row["manual check"]}
    assert named <= headings


def test_every_threat_has_its_row_with_a_test() -> None:
    page = (SECURITY / "threats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (T\d\d) \|.*$", page, re.MULTILINE)
    assert rows == THREATS
    for line in re.findall(r"^\| T\d\d \|.*$", page, re.MULTILINE):
        assert NAMED_TEST.search(line), line


def test_every_measure_of_the_assessment_has_its_row_with_a_test() -> None:
    page = (SECURITY / "threats.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| [MN]\d\d \|.*$", page, re.MULTILINE)
    assert [line[2:5] for line in lines] == MEASURES
    assert [line for line in lines if not NAMED_TEST.search(line)] == []
