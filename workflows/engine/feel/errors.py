"""What can be wrong with an expression: the text (at upload) or its appetite (at run time)."""

from typing import NamedTuple


class Place(NamedTuple):
    """Where in the text: line and column, both counted from 1, columns in characters."""

    line: int
    column: int


class FeelError(Exception):
    """The text is no expression that we can run; raised at the check of a definition, never for data."""

    def __init__(self, message_ja: str, line: int, column: int) -> None:
        super().__init__(message_ja, line, column)
        self.message_ja = message_ja
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"{self.line}行{self.column}列: {self.message_ja}"


class FeelLimitError(FeelError):
    """The expression is too long, too deep or too hungry (workflows/engine/feel/limits.py)."""


class Notice(NamedTuple):
    """Why a value became null, for the trace that staff see. No case data is quoted in it."""

    message_ja: str
    line: int
    column: int
