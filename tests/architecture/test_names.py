"""Our common words mean our packages (architecture, section 7)."""

import ast
import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, modules, place, tree_of

OURS = (*PACKAGES, "tests", "scripts")
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "misc", "base2"}


@pytest.mark.parametrize("name", OURS)
def test_the_name_is_ours_alone(name: str) -> None:
    spec = find_spec(name)
    assert spec is not None
    places = [Path(place) for place in spec.submodule_search_locations or []]
    assert places == [ROOT / name]
    assert name not in sys.stdlib_module_names
    assert packages_distributions().get(name, []) == []


def test_no_module_has_an_empty_word_for_a_name() -> None:
    assert [place(path) for path in modules() if path.stem in EMPTY_WORDS] == []


def test_a_package_says_what_it_is_and_nothing_else() -> None:
    for path in modules():
        if path.name == "__init__.py":
            tree = tree_of(path)
            assert ast.get_docstring(tree), place(path)
            assert len(tree.body) == 1, place(path)
