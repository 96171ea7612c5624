"""The small definition of the corpus, with one file replaced by another."""

from __future__ import annotations

from tests.workflows.checking.corpus import FOLDER, WHOLE
from workflows.engine.checking.definition import check
from workflows.engine.checking.files import File, Surroundings, kind_of, stem_of
from workflows.engine.checking.problems import Problem
from workflows.engine.parser import try_build

KNOWN = Surroundings(
    operations=frozenset({"dog_tax.register"}), roles=frozenset({"counter", "verifier"}), forms_needed=True
)


def with_file(name: str, content: bytes) -> list[File]:
    """The definition with one file replaced, or one more."""
    told = {**{one: text.encode() for one, text in WHOLE.items()}, name: content}
    return [file_of(one, text) for one, text in told.items()]


def changed(name: str, old: str, new: str) -> list[File]:
    """The definition with one place of a file written otherwise."""
    assert old in WHOLE[name]
    return with_file(name, WHOLE[name].replace(old, new, 1).encode())


def file_of(name: str, content: bytes, folder: str = FOLDER, *, given: bool = True) -> File:
    kind = kind_of(name)
    assert kind is not None
    return File(name, kind, folder, stem_of(name), content, given)


def found(given: list[File], known: Surroundings = KNOWN) -> list[Problem]:
    """What the check finds, in this process."""
    return check(given, known, try_build)
