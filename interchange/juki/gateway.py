"""Asking the resident register about one person of one case; file-based, one answer a line (B3, M03, M04).

The register's side puts its answers into a CSV file (UTF-8, header line): birth_date, name_key, answer_id,
name, address, is_resident. A query names the case and carries a purpose; nothing else can be asked.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

COLUMNS = ("birth_date", "name_key", "answer_id", "name", "address", "is_resident")


class RegisterAway(Exception):
    """The register did not answer; nothing may be taken for confirmed."""


@dataclass(frozen=True)
class Query:
    """Who is asked about (normalised name, ISO date of birth with 00 if unknown), for which case and why."""

    case_number: str
    purpose: str
    name_key: str
    birth_date: str


@dataclass(frozen=True)
class Answer:
    """What the register says. `found` is False where nobody of this name and birth is in it."""

    answer_id: str
    found: bool
    name: str = ""
    address: str = ""
    is_resident: bool = False


class ResidentRegister(Protocol):
    """Something that answers queries about residents."""

    def ask(self, query: Query) -> Answer:
        """Answer one query.

        Raises:
            RegisterAway: there is no answer now.
        """
        ...


class NullRegister:
    """An office without a connection: every query is answered as not to be had."""

    def ask(self, query: Query) -> Answer:
        """Refuse to answer.

        Raises:
            RegisterAway: always.
        """
        raise RegisterAway(query.case_number)


class FileRegister:
    """Answers from a file that the resident register's section puts at hand."""

    def __init__(self, path: Path) -> None:
        """Keep where the file lies; it is read at each query, so that a new one counts at once."""
        self._path = path

    def ask(self, query: Query) -> Answer:
        """Look the person up by normalised name and date of birth.

        Raises:
            RegisterAway: the file is not there or is not of the agreed form.
        """
        try:
            with self._path.open(encoding="utf-8", newline="") as lines:
                return self._find(csv.DictReader(lines), query)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise RegisterAway(query.case_number) from error

    def _find(self, rows: csv.DictReader[str], query: Query) -> Answer:
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise RegisterAway(query.case_number)
        for row in rows:
            if row["birth_date"] == query.birth_date and row["name_key"] == query.name_key:
                resident = row["is_resident"] == "1"
                return Answer(row["answer_id"], True, row["name"], row["address"], resident)
        return Answer(f"none-{query.case_number}", found=False)
