"""What the file-based resident register of the demonstration answers (interchange/juki/gateway.py).

It knows the people of the edge cases who live in the city, and newcomers who are not on record yet, for
trying a first notification. Their invented Individual Numbers are in docs/demonstration.md only.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from interchange.juki.gateway import COLUMNS
from rules.kana import name_search_key
from services.demonstration import places
from services.demonstration.certificates import Desk
from services.demonstration.edge_cases.catalog import told_homes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from services.demonstration.story import Someone

NEW_HOME = f"{places.CITY}架空町3丁目14番15号"


@dataclass(frozen=True)
class Newcomer:
    """Somebody who has moved in and is not insured here yet."""

    name: str
    birth: str
    address: str = NEW_HOME


NEWCOMERS = (
    Newcomer("見本\u3000太郎", "1988-04-12"),
    Newcomer("見本\u3000花", "1990-09-03"),
    Newcomer("見本\u3000一葉", "2018-06-21"),
    Newcomer("見本\u3000二葉", "2021-11-30"),
    Newcomer("架空\u3000次郎", "1975-02-08", f"{places.CITY}例示町1丁目2番3号"),
    Newcomer("TRAN THI MAI", "2003-05-17", f"{places.CITY}想像町4丁目5番6号"),
)


def answers(today: date) -> str:
    """The file as the gateway reads it: CSV with a header line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, (name, birth, address) in enumerate(_residents(today), start=1):
        writer.writerow((birth, name_search_key(name), f"demo-{number:04}", name, address, "1"))
    return text.getvalue()


def _residents(today: date) -> Iterator[tuple[str, str, str]]:
    for newcomer in NEWCOMERS:
        yield newcomer.name, newcomer.birth, newcomer.address
    for person in _people_of_edge_cases(today):
        yield person.name.written, person.birth, person.abodes[0].place.address


def _people_of_edge_cases(today: date) -> list[Someone]:
    """Who lives in the city: each once, also where two households tell of him."""
    found: list[Someone] = []
    for home in told_homes(Desk(today), today):
        for member in home.members:
            person = member.person
            lives_here = person.died_on is None and member.until_on is None and person.kind != "3"
            if lives_here and not any(person is other for other in found):
                found.append(person)
    return found
