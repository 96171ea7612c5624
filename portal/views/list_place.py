"""From which list of the inbox a case was opened: carried in the addresses, so that the way back is the same.

The place holds the box, the filters and the page; of what was typed only the word that finds it in the
session (`portal/security/remembered.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for

from models.case import WorkItem
from portal.row_ids import row_number
from portal.security import remembered
from services.inbox import Listed
from services.inbox_filters import BOXES, Filters

ARGUMENT = "list"
TYPED = ("text", "household")
IN_ADDRESS = tuple(field.name for field in fields(Filters) if field.name not in TYPED)
LONGEST_TEXT = 60
LONGEST_PLACE = 600


@dataclass(frozen=True)
class Links:
    """The addresses of a list's tasks: what they have in common is built once for all fifty."""

    cases: str
    place: str

    def show(self, item: WorkItem | Listed) -> str:
        """The page of a task, opened from the list."""
        return f"{self.cases}{item.case_id}?task={item.id}&{self.place}"

    def deed(self, item: WorkItem | Listed, deed: str) -> str:
        """Where `take` and `give-back` are sent."""
        return f"{self.cases}{item.case_id}/tasks/{item.id}/{deed}?{self.place}"


@dataclass(frozen=True)
class Place:
    """A page of a box as it is narrowed. `word` finds what was typed; `is_lost`: nothing is found by it."""

    box: str
    filters: Filters
    word: str | None = None
    after: int | None = None
    is_lost: bool = False

    @property
    def values(self) -> dict[str, str]:
        """The arguments of the address of its first page."""
        chosen = {name: getattr(self.filters, name) for name in IN_ADDRESS if getattr(self.filters, name)}
        return {"box": self.box, **chosen, **({"s": self.word} if self.word else {})}

    @property
    def url(self) -> str:
        """Its address."""
        values: dict[str, Any] = self.values | ({"after": str(self.after)} if self.after else {})
        return url_for("InboxView.list", **values)

    @property
    def text(self) -> str:
        """What a case opened from here carries in its address."""
        return urlencode(self.values | ({"after": str(self.after)} if self.after else {}))

    def links(self) -> Links:
        """The addresses of the tasks in it."""
        cases = url_for("CaseView.show", case_id=0).removesuffix("0")
        return Links(cases, urlencode({ARGUMENT: self.text}))


def of(given: Mapping[str, str], fallback: str = "group") -> Place:
    """The place that an address or a form names; an unknown box is the fallback."""
    box, word = given.get("box", ""), given.get("s") or None
    kept = remembered.recall("inbox", word)
    filters = filters_in(given)
    return Place(
        box=box if box in BOXES else fallback,
        filters=replace(filters, **{name: (kept or {}).get(name, "") for name in TYPED}),
        word=word if kept else None,
        after=row_number(given.get("after", "")),
        is_lost=word is not None and kept is None,
    )


def filters_in(given: Mapping[str, str]) -> Filters:
    """What narrows a list by an address alone, without what was typed."""
    return Filters(**{name: given.get(name, "")[:LONGEST_TEXT] for name in IN_ADDRESS})


def typed(text: str, household: str) -> str | None:
    """Seal what was typed into the session; the word that finds it, None where nothing was typed."""
    words = {"text": text, "household": household}
    return remembered.keep("inbox", words) if any(words.values()) else None


def here() -> Place | None:
    """The list from which the page of this request was opened; None where it was not opened from one."""
    told = request.args.get(ARGUMENT, "")
    given = {name: value for name, value in parse_qsl(told[:LONGEST_PLACE]) if value.isprintable()}
    return of(given) if told else None


def carried() -> dict[str, str]:
    """The argument that keeps the place through the addresses of a case."""
    told = request.args.get(ARGUMENT, "")[:LONGEST_PLACE]
    return {ARGUMENT: told} if told else {}


def kept(url: str, **more: int) -> str:
    """An address of ours with the place of this request, and with `more` where there is one."""
    place = carried()
    return f"{url}?{urlencode({**place, **more})}" if place else url
