"""A problem: where it is, what it is, in both languages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from workflows.engine.checking.codes import CODES

MOST_OF_A_FILE = 200
_MOST_OF_A_WORD = 300


@dataclass(frozen=True, order=True)
class Problem:
    """`line` is the line of the file from 1; `element` the id, or the name of what has none."""

    file: str
    line: int
    element: str
    code: str
    message: str
    message_ja: str

    @property
    def is_warning(self) -> bool:
        """Whether the definition can be run all the same."""
        return CODES[self.code].warning

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def problem(code: str, file: str, line: int | None, element: str, **words: object) -> Problem:
    """A problem of this code, with the words that its text leaves open; long ones are cut."""
    texts = CODES[code]
    shown = {key: _plain(value) for key, value in words.items()}
    return Problem(
        file=file,
        line=line or 1,
        element=_plain(element) or "definitions",
        code=code,
        message=texts.en.format(**shown),
        message_ja=texts.ja.format(**shown),
    )


def clipped(problems: list[Problem], file: str) -> list[Problem]:
    """The problems of a file by line, each once, at most so many."""
    found = sorted(set(problems))
    if len(found) <= MOST_OF_A_FILE:
        return found
    kept = found[:MOST_OF_A_FILE]
    last = kept[-1]
    return [*kept, problem("too_many_problems", file, last.line, last.element, limit=MOST_OF_A_FILE)]


def _plain(value: object) -> str:
    text = str(value)
    if len(text) > _MOST_OF_A_WORD:
        text = text[:_MOST_OF_A_WORD] + "…"
    return "".join(one if one.isprintable() else " " for one in text)
