"""Finished cases as they are kept, and their course taken again by a definition in memory.

Read are entries, the journal and the answers of operations: plain values, as dictionaries that a process of
its own can be handed (`replay_hand`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bulk import table
from services.context import JST
from workflows.engine.feel.scope import ClosedDays
from workflows.engine.operations import examples_of
from workflows.engine.parser import Specification
from workflows.engine.rehearsal import DONE, Rehearsal
from workflows.studio import scripts
from workflows.studio.scripts import CANNOT, Step, words_of

IRREGULAR = frozenset({"rewound", "skipped", "migrated"})
NOT_STEPS = frozenset({"started", "taken", "given_back", "caution", "ended", "suspended", "resumed"})
EVENTS = frozenset({"timer", "message", "signal"})
MOST = 500  # deeds in one case; a definition that goes round is stopped there

Record = dict[str, Any]


@dataclass
class Followed:
    """A finished case taken again: where it came to, what was told, and what was not as it had been.

    `added` are tasks that nobody did then; `left` entries that nobody is asked for now; `assumed` operations
    whose answer is not on record.
    """

    rehearsal: Rehearsal | None
    steps: list[Step] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    stuck: tuple[str, str] | None = None


def records(session: Session, case_ids: Sequence[int]) -> list[Record]:
    """Finished cases by their ids, in that order."""
    cases, entries = table("workflow_case"), table("form_entry")
    events, answers = table("case_event"), table("operation_answer")
    columns = (cases.c.id, cases.c.definition_hash, cases.c.started_at, cases.c.ended_at)
    found: dict[int, Record] = {}
    for row in session.execute(select(*columns).where(cases.c.id.in_(case_ids)).order_by(cases.c.id)):
        found[row.id] = {
            "case": row.id,
            "hash": row.definition_hash,
            "began": row.started_at.isoformat(),
            "ended": row.ended_at.isoformat(),
            "entries": [],
            "answers": {},
            "events": [],
        }
    statement = select(*(entries.c[name] for name in ("case_id", "element_id", "outcome", "data", "at")))
    for row in session.execute(statement.where(entries.c.case_id.in_(case_ids)).order_by(entries.c.id)):
        found[row.case_id]["entries"].append([row.element_id, row.outcome, row.data, row.at.isoformat()])
    statement = select(*(answers.c[name] for name in ("case_id", "element_id", "answer", "error")))
    for row in session.execute(statement.where(answers.c.case_id.in_(case_ids)).order_by(answers.c.id)):
        told = found[row.case_id]["answers"].setdefault(row.element_id, [])
        told.append([row.answer, row.error])
    statement = select(*(events.c[name] for name in ("case_id", "kind", "element_id")))
    for row in session.execute(statement.where(events.c.case_id.in_(case_ids)).order_by(events.c.id)):
        if row.kind not in NOT_STEPS:
            found[row.case_id]["events"].append([row.kind, row.element_id])
    return list(found.values())


def is_irregular(record: Record) -> bool:
    """Whether somebody put the case back, passed a step by, or moved it to another version."""
    return any(kind in IRREGULAR for kind, _ in record["events"])


def course_of(record: Record, became: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """The steps that the journal tells, by the names that the elements have now."""
    return Counter((kind, became.get(element, element)) for kind, element in record["events"])


def follow(
    specification: Specification, record: Record, closed_days: ClosedDays, became: Mapping[str, str]
) -> Followed:
    """Take the course of a finished case by a definition; `became` are elements with another name now."""
    entries = [[became.get(one[0], one[0]), *one[1:]] for one in record["entries"]]
    first = entries[0][2] if entries else {}
    reason = first.get("reason") or first.get("kind") or ""
    began = datetime.fromisoformat(record["began"])
    facts = {"reason": reason} if reason else {"started_on": began.astimezone(JST).date().isoformat()}
    followed = Followed(None)
    try:
        followed.rehearsal = Rehearsal(specification, began, facts, closed_days)
        _Follower(followed, followed.rehearsal, entries, record, became).run()
    except CANNOT as error:
        followed.stuck = words_of(error)
    followed.left = [one[0] for one in entries]
    return followed


class _Follower:
    """Tells a rehearsal what happened in a finished case, deed by deed."""

    def __init__(
        self,
        followed: Followed,
        rehearsal: Rehearsal,
        entries: list[list[Any]],
        record: Record,
        became: Mapping[str, str],
    ) -> None:
        self.followed, self.rehearsal, self.entries = followed, rehearsal, entries
        self.answers = {became.get(name, name): list(told) for name, told in record["answers"].items()}
        self.came: dict[str, int] = defaultdict(int)
        for kind, element in record["events"]:
            if kind in EVENTS:
                self.came[became.get(element, element)] += 1

    def run(self) -> None:
        """Go on until the case has ended, or nothing more can be told."""
        for _ in range(MOST):
            if self.rehearsal.has_ended or not self._next():
                break
        if not self.rehearsal.has_ended:
            where = [one.wanted.element_id for one in self.rehearsal.open_tasks()]
            where += [one.element[1] for one in self.rehearsal.waits()]
            names = "、".join(where[:3])
            self.followed.stuck = (
                f"「{names}」から先へ進みません。",
                f"It does not go on from {names}.",
            )

    def _next(self) -> bool:
        asked = self.rehearsal.asked_services()
        if asked:
            self._answer(asked[0].element, asked[0].operation)
            return True
        ready = self.rehearsal.ready_elements()
        place = next((place for place, one in enumerate(self.entries) if one[0] in ready), None)
        if place is not None:
            return self._entry(place)
        return self._event() or self._add(ready) or self._wait()

    def _answer(self, element: str, operation: str) -> None:
        told = self.answers.get(element)
        if told:
            answer, error = told.pop(0)
        else:
            examples = examples_of(operation)
            answer, error = (dict(examples[0].answer) if examples else {}), ""
            self.followed.assumed.append(element)
        if error:
            self._told(Step(scripts.ERROR, self._now(), element, code=error))
            self.rehearsal.raise_error(element, error)
        else:
            self._told(Step(scripts.ANSWER, self._now(), element, answer))
            self.rehearsal.answer(element, answer)

    def _entry(self, place: int) -> bool:
        """The entry that was made then, not before its moment; timers that were due before it go first."""
        element, outcome, data, told = self.entries[place]
        at = datetime.fromisoformat(told)
        due = self.rehearsal.next_due()
        if due is not None and due <= at:
            self._pass(due)
            return True
        self.rehearsal.pass_time(at)
        del self.entries[place]
        self._told(Step(scripts.TASK, self._now(), element, data, outcome, None if outcome == DONE else "–"))
        self.rehearsal.complete(element, data, outcome, None if outcome == DONE else "–")
        return True

    def _event(self) -> bool:
        """A timer, message or signal that came then."""
        for wait in self.rehearsal.waits():
            if self.came.get(wait.element[1], 0) > 0:
                self.came[wait.element[1]] -= 1
                if wait.due_at is not None:
                    self._pass(wait.due_at)
                else:
                    self._told(Step(scripts.EVENT, self._now(), wait.element[1]))
                    self.rehearsal.catch(wait.element[1])
                return True
        return False

    def _add(self, ready: Sequence[str]) -> bool:
        """A task that nobody did then: it is taken for done at once, with an empty entry."""
        if not ready or len(self.followed.added) >= MOST // 10:
            return False
        self.followed.added.append(ready[0])
        self._told(Step(scripts.TASK, self._now(), ready[0]))
        self.rehearsal.complete(ready[0], {})
        return True

    def _wait(self) -> bool:
        due = self.rehearsal.next_due()
        if due is None:
            return False
        self._pass(due)
        return True

    def _pass(self, until: datetime) -> None:
        self._told(Step(scripts.TIME, until.isoformat()))
        self.rehearsal.pass_time(until)

    def _told(self, step: Step) -> None:
        self.followed.steps.append(step)

    def _now(self) -> str:
        return self.rehearsal.at.isoformat()
