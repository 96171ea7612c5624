"""What a case waits for beside people, in the words of its diagram, for the page of the case (N2).

Told is what the case stands at: a service in the background, a timer, a message or a signal on its way. What
merely lies beside a task (a boundary event, the start of an event sub-process) is not waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.cases import CasePage
from services.context import Context
from workflows.engine import definitions
from workflows.engine.parser import Specification


@dataclass(frozen=True)
class Awaited:
    """One thing: its kind (service, timer, message, signal), its name, and since or till when."""

    kind: str
    element_id: str
    title: str
    since: datetime | None = None
    until: datetime | None = None


def read(ctx: Context, page: CasePage, language: str) -> list[Awaited]:
    """All that the case waits for beside people, timers by their moment first."""
    if not (page.timers or page.waiting):
        return []
    specification = definitions.by_hash(ctx.session, page.case.definition_hash)
    told = _told(specification, page, english=language == "en")
    return [one for one in told if one.element_id not in specification.beside]


def _told(specification: Specification, page: CasePage, *, english: bool) -> Iterator[Awaited]:
    for timer in page.timers:
        title = specification.title_of(timer.element_id)[english]
        yield Awaited("timer", timer.element_id, title, since=timer.since, until=timer.due_at)
    for one in page.waiting:
        title = specification.title_of(one.element_id)[english]
        yield Awaited(one.kind, one.element_id, title, since=one.since)
