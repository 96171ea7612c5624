"""What is hostile is refused by file, line and element, without a crash and within bounds (T01, T03)."""

import pytest

from tests.workflows.checking.corpus import EVERY, FOLDER, WHOLE, Hostile
from tests.workflows.checking.definitions_of_tests import KNOWN, file_of, found, with_file
from workflows.engine.checking import guard
from workflows.engine.checking.codes import CODES
from workflows.engine.checking.problems import Problem

FORM = {"apply.schema.json", "apply.ui.json"}


def definition_with(one: Hostile) -> list:
    """The small definition with the hostile file in its place."""
    given = with_file(one.file, one.content)
    return [file for file in given if file.name not in FORM] if one.code == "form_missing" else given


def place_of(problems: list[Problem], one: Hostile) -> list[tuple[str, int, str]]:
    return [(each.file, each.line, each.element) for each in problems if each.code == one.code]


def test_the_definition_that_they_are_made_of_can_be_run() -> None:
    assert found([file_of(name, text.encode()) for name, text in WHOLE.items()]) == []


@pytest.mark.parametrize("one", EVERY, ids=lambda one: f"{one.file}-{one.title[:40]}")
def test_it_is_refused_by_file_line_and_element(one: Hostile) -> None:
    assert (one.file, one.line, one.element) in place_of(found(definition_with(one)), one)


def test_the_corpus_is_large_enough_and_each_file_is_another() -> None:
    assert len(EVERY) > 120
    assert len({(one.file, one.content, one.code) for one in EVERY}) == len(EVERY)


def test_every_problem_is_told_in_both_languages_and_on_one_line() -> None:
    for one in EVERY[::7]:
        for problem in found(definition_with(one)):
            assert problem.code in CODES
            assert problem.message.isprintable()
            assert problem.message_ja.isprintable()
            assert "{" not in CODES[problem.code].en.format_map(Anything())


class Anything(dict):
    def __missing__(self, key: str) -> str:
        return key


@pytest.mark.parametrize("kind", ["process.bpmn", "tags.dmn", "apply.schema.json"])
def test_the_guard_tells_the_same_of_all_of_them(kind: str) -> None:
    """Each hostile file of a kind in a folder of its own, all in one child."""
    own = [one for one in EVERY if one.file == kind and one.code != "form_missing"]
    given = []
    for number, one in enumerate(own):
        for file in definition_with(one):
            folder = f"{FOLDER}/{number}"
            name = f"{number}/{file.name}"
            given.append(type(file)(name, file.kind, folder, file.stem, file.content, file.given))
    told: list[Problem] = []
    for start in range(0, len(given), 80):
        told += guard.check(given[start : start + 80], KNOWN)
    for number, one in enumerate(own):
        places = [(each.file, each.line, each.element) for each in told if each.code == one.code]
        assert (f"{number}/{one.file}", one.line, one.element) in places, one.title
