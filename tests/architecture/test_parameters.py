"""Every parameter of the law is dated, cited, checked, and says how sure it is (architecture, section 8)."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest

from rules.law import PARAMETERS, Certainty, History, Law, read_history
from rules.numbers import insurer_number_is_valid, municipality_code_is_valid
from tests.architecture.tree import ROOT, modules, tree_of

FILES = sorted(PARAMETERS.rglob("*.yaml"))
CITIES = sorted(path.name for path in (PARAMETERS / "municipal").iterdir())
NAME = re.compile(r"(?:national|municipal)/[a-z0-9_/]+")


def place(path: Path) -> str:
    return path.relative_to(PARAMETERS).as_posix()


def history(path: Path) -> History:
    """Read a file as `Law.load` does: ascending dates, no duplicate key, no float (see test_law.py)."""
    return read_history(path, place(path))


def names_in_rules() -> set[str]:
    """Every parameter name written in the rules, whole or as the head of an f-string."""
    nodes = (node for path in modules("rules") for node in ast.walk(tree_of(path)))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text for text in texts if NAME.fullmatch(text)}


@pytest.mark.parametrize("path", FILES, ids=place)
def test_a_parameter_says_what_it_is(path: Path) -> None:
    parameter = history(path)
    assert parameter.title
    assert parameter.unit
    assert parameter.article


@pytest.mark.parametrize("path", FILES, ids=place)
def test_each_value_names_its_source_and_the_day_it_was_checked(path: Path) -> None:
    for value in history(path).values:
        assert value.source.title
        assert value.source.article
        assert value.source.href.startswith("http") or (ROOT / value.source.href).is_file()
        assert value.checked >= date(2026, 11, 1)
        assert value.published is None or value.published <= value.checked
        assert value.certainty in Certainty


@pytest.mark.parametrize("path", FILES, ids=place)
def test_a_file_name_is_plain(path: Path) -> None:
    assert re.fullmatch(r"[a-z0-9_/]+\.yaml", place(path))


@pytest.mark.parametrize("code", CITIES)
def test_a_city_has_a_valid_code_and_insurer_number(code: str) -> None:
    assert municipality_code_is_valid(code)
    number = Law.load(municipality_code=code).histories["municipal/office/insurer_number"].values[-1].value
    assert insurer_number_is_valid(str(number))


@pytest.mark.parametrize("code", CITIES)
def test_every_parameter_that_a_rule_asks_for_exists(code: str) -> None:
    known = Law.load(municipality_code=code).histories
    asked = names_in_rules()
    assert "national/eligibility/notification_days" in asked
    missing = {
        name
        for name in asked
        if name not in known and not any(other.startswith(f"{name.rstrip('/')}/") for other in known)
    }
    assert not missing


def test_every_folder_of_parameters_is_told_of_in_the_docs() -> None:
    told = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    folders = {
        re.sub(r"municipal/\d+", "municipal", path.parent.relative_to(PARAMETERS).as_posix())
        for path in FILES
    }
    assert not {folder for folder in folders if f"`{folder}/" not in told}


def test_every_unverified_parameter_is_told_of_in_the_docs() -> None:
    told = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    law = Law.load()
    unsure = {name for name, one in law.histories.items() if one.values[-1].certainty is Certainty.UNVERIFIED}
    assert not {name for name in unsure if f"`{name}`" not in told}
