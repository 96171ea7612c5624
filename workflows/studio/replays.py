"""A draft run over the finished cases of a period, as a job on two processes (issue 5, point 3).

Read is what is kept of finished cases: entries, journal, answers of operations. Nothing is written but the
result: a row for each case that would not have gone as it did, and how often each element was passed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import ColumnElement, String, cast, func, select

from models.audit.tags import Tag
from models.case import Case
from models.masters import Holiday
from models.replay import ReplayResult, ReplayRun
from services import audit, jobs, two_people
from services.context import JST, Context
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.job_kinds import Progress, Work
from workflows.engine import definitions
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.comparison import compare
from workflows.engine.parser import Specification, build
from workflows.studio import drafts, finished, trying
from workflows.studio.finished import Record
from workflows.studio.replay_hand import APPROVAL, FORM, LEFT_OUT, LONGER, SAME, STUCK, WAY
from workflows.studio.whole_forms import with_forms

KIND = "studio.replay"
AT_ONCE = 500
PROCESSES = 2
LONGEST = timedelta(days=3_660)
PAGE = 100
KINDS = {
    WAY: ("別の道を通る", "Goes another way", "overdue"),
    APPROVAL: ("作業が増える", "Asks another task", "waiting"),
    LONGER: ("長く待つ", "Waits longer", "waiting"),
    FORM: ("様式が受け付けない", "The form refuses it", "back"),
    STUCK: ("最後まで進まない", "Does not come to its end", "overdue"),
    LEFT_OUT: ("対象外", "Left out", "stopped"),
    SAME: ("変わらない", "As it was", "done"),
}
_ROOT = Path(__file__).resolve().parents[2]
_hands: dict[int, Hands] = {}


class HandDied(Exception):
    """A process that plays cases ended in the middle of it; the step is tried again."""


@dataclass
class Hands:
    """The processes that play the cases of one replay; kept from step to step, ending by themselves."""

    bundle: Bundle
    closed: Sequence[date]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def play(self, records: Sequence[Record], names: Any, forms: Any) -> list[dict[str, Any]]:
        """Share records out and gather what was found.

        Raises:
            HandDied: a process ended.
        """
        if len(self.running) != PROCESSES or any(one.poll() is not None for one in self.running):
            self._begin()
        shares = [records[place::PROCESSES] for place in range(PROCESSES)]
        busy = [(one, share) for one, share in zip(self.running, shares, strict=True) if share]
        for one, share in busy:
            _tell(one, {"records": share, "names": names, "forms": forms})
        return [_answer(one) for one, _ in busy]

    def close(self) -> None:
        """Let the processes end."""
        for one in self.running:
            for pipe in (one.stdin, one.stdout):
                if pipe is not None:
                    pipe.close()
            one.wait()
        self.running.clear()

    def _begin(self) -> None:
        self.close()
        told = {"bundle": asdict(self.bundle), "closed": [day.isoformat() for day in self.closed]}
        for _ in range(PROCESSES):
            hand = subprocess.Popen(
                [sys.executable, "-m", "workflows.studio.replay_hand"],
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            self.running.append(hand)
        for one in self.running:
            _tell(one, told)


@dataclass(frozen=True)
class Part:
    """The next cases of a replay, and what was read of them."""

    run_id: int
    bundle: Bundle
    closed: Sequence[date]
    case_ids: Sequence[int]
    records: Sequence[Record]
    names: Mapping[str, Any]
    forms: Mapping[str, Any]


@dataclass(frozen=True)
class Played:
    """Cases that were played again, and what was found."""

    case_ids: Sequence[int]
    told: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Found:
    """A case of the list, with its number as people know it."""

    result: ReplayResult
    number: str


def ask(ctx: Context, draft_id: int, seen: int, from_on: date, to_on: date) -> ReplayRun:
    """Ask for a replay of a draft over the cases that ended in a period.

    Raises:
        RuleBroken: the draft has problems, the period is none, or no case ended in it.
        SomebodyElseWasFaster: the draft is no longer as the page showed it.
    """
    row = drafts.row_of(ctx, draft_id)
    drafts.must_be_as_seen(row, seen)
    if not from_on <= to_on <= from_on + LONGEST:
        raise RuleBroken(
            "期間は、始めの日が終わりの日より前で、10年以内になるように入力してください。",
            "The first day must be before the last one, and the period no more than ten years.",
        )
    trying.specification_of(row)
    run = ReplayRun(
        draft_id=draft_id,
        draft_count=row.lock_version,
        slug=row.slug,
        content=with_forms(unpack(row.content)).pack(),
        from_on=from_on,
        to_on=to_on,
        total=0,
        counts={},
        passes={},
        asked_at=ctx.at,
        asked_by_id=ctx.actor.staff_id,
    )
    run.total = ctx.session.scalar(select(func.count()).select_from(Case).where(*_within(run))) or 0
    if not run.total:
        raise RuleBroken(
            "この期間に終わった案件はありません。期間を変えてください。",
            "No case of this procedure ended in that period. Choose another.",
        )
    ctx.session.add(run)
    ctx.session.flush()
    run.job_id = jobs.ask(ctx, KIND, f"{KIND}:{run.id}", {"run": run.id}, total=run.total).id
    detail = {"cases": run.total, "replay": run.id}
    audit.record(ctx, Tag.DEFINITION_REPLAYED, f"definition:{run.slug}", detail=detail)
    return run


def read(ctx: Context, work: Work) -> Part:
    """The next cases, with what of them is played again."""
    run = get(ctx, int(work.payload["run"]))
    after = int(work.checkpoint.get("after", 0))
    statement = select(Case.id).where(*_within(run), Case.id > after).order_by(Case.id).limit(AT_ONCE)
    case_ids = list(ctx.session.scalars(statement))
    records = finished.records(ctx.session, case_ids) if case_ids else []
    bundle = unpack(run.content)
    names, forms = _since(ctx, build(bundle), {one["hash"] for one in records})
    return Part(
        run.id, bundle, list(ctx.session.scalars(select(Holiday.day))), case_ids, records, names, forms
    )


def play(part: Part) -> Played:
    """Play them again, past the database: nobody waits for it meanwhile.

    Raises:
        HandDied: a process ended.
    """
    told = _hands_of(part).play(part.records, part.names, part.forms) if part.case_ids else []
    if len(part.case_ids) < AT_ONCE:
        _let_go(part.run_id)
    return Played(part.case_ids, told)


def step(ctx: Context, work: Work) -> Progress:
    """Keep what was found when the next cases were played again."""
    run, played = get(ctx, int(work.payload["run"])), work.ahead
    if not isinstance(played, Played):
        raise TypeError(type(played))
    if not played.case_ids:
        return Progress(work.checkpoint, work.done, work.total, finished=True)
    for told in played.told:
        _keep(ctx, run, told)
    detail = {"cases": len(played.case_ids), "replay": run.id}
    audit.record(ctx, Tag.DEFINITION_REPLAYED, f"definition:{run.slug}", detail=detail)
    done = work.done + len(played.case_ids)
    is_last = len(played.case_ids) < AT_ONCE
    return Progress({"after": played.case_ids[-1]}, done, run.total, finished=is_last)


def get(ctx: Context, run_id: int) -> ReplayRun:
    """A replay.

    Raises:
        NotFound: there is none.
    """
    run = ctx.session.get(ReplayRun, run_id)
    if run is None:
        raise NotFound(
            "この再現はありません。下書きの画面から選び直してください。", "There is no such replay."
        )
    return run


def of_draft(ctx: Context, draft_id: int) -> Sequence[ReplayRun]:
    """The replays of a draft, the newest first."""
    statement = select(ReplayRun).where(ReplayRun.draft_id == draft_id).order_by(ReplayRun.id.desc())
    return ctx.session.scalars(statement).all()


def found(ctx: Context, run_id: int, kind: str, after: int = 0) -> list[ReplayResult]:
    """A page of the list: cases of a kind of finding (all of them without one)."""
    statement = select(ReplayResult).where(ReplayResult.run_id == run_id, ReplayResult.id > after)
    if kind:  # the list of kinds is stored as JSON text, each in its quotes
        statement = statement.where(
            cast(ReplayResult.kinds, String).contains(json.dumps(kind), autoescape=True)
        )
    return list(ctx.session.scalars(statement.order_by(ReplayResult.id).limit(PAGE)))


def sign(ctx: Context, run_id: int, note: str) -> ReplayRun:
    """Sign that one has looked at what was found, with what follows from it.

    Raises:
        NotFound: there is no such replay.
        RuleBroken: the note is missing.
        SomebodyElseWasFaster: it was signed already, or has not ended.
    """
    run = get(ctx, run_id)
    told = two_people.reason_of(note)
    if run.signed_at is not None or sum_of(run) < run.total:
        raise SomebodyElseWasFaster(
            "この再現は、まだ終わっていないか、すでに確認されています。画面を開き直してください。",
            "This replay has not ended, or was signed already. Open the page again.",
        )
    run.signed_at, run.signed_by_id, run.signed_note = ctx.at, ctx.actor.staff_id, told
    audit.record(ctx, Tag.DEFINITION_REPLAY_SIGNED, f"definition:{run.slug}", detail={"replay": run.id})
    return run


def sum_of(run: ReplayRun) -> int:
    """How many cases were played so far."""
    return int(run.counts.get("played", 0))


def _within(run: ReplayRun) -> list[ColumnElement[bool]]:
    start = datetime.combine(run.from_on, time(), JST)
    end = datetime.combine(run.to_on + timedelta(days=1), time(), JST)
    return [Case.slug == run.slug, Case.state == "done", Case.ended_at >= start, Case.ended_at < end]


def _since(
    ctx: Context, now: Specification, hashes: set[str]
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """What changed since the versions of the cases: new names of elements, and forms that are others."""
    names: dict[str, dict[str, str]] = {}
    forms: dict[str, dict[str, str]] = {}
    for one in hashes:
        before = definitions.by_hash(ctx.session, one)
        became = _names(before, now)
        names[one] = {old: new for old, new in became.items() if old != new}
        forms[one] = _forms(before, now, became)
    return names, forms


def _names(before: Specification, now: Specification) -> dict[str, str]:
    found = {}
    for pair in compare(before, now).pairs.values():
        for name, became in pair.became.items():
            old = pair.old.task_specs[name].bpmn_id
            new = pair.new.task_specs[became].bpmn_id if became else None
            if old and new:
                found[old] = new
    return found


def _forms(before: Specification, now: Specification, became: Mapping[str, str]) -> dict[str, str]:
    tasks = {element: task for (_, element), task in now.user_tasks.items()}
    found = {}
    for (_, element), task in before.user_tasks.items():
        other = tasks.get(became.get(element, element))
        if other and before.bundle.forms[task.form]["schema"] != now.bundle.forms[other.form]["schema"]:
            found[element] = other.form
    return found


def _keep(ctx: Context, run: ReplayRun, told: Mapping[str, Any]) -> None:
    rows = [
        ReplayResult(run_id=run.id, case_id=case, kinds=kinds, told=more)
        for case, kinds, more in told["results"]
    ]
    ctx.session.add_all(rows)
    played = len(rows) + told["counts"].get(SAME, 0)
    run.counts = dict(Counter(run.counts) + Counter(told["counts"]) + Counter({"played": played}))
    passes = {name: list(pair) for name, pair in run.passes.items()}
    for name, (now, was) in told["passes"].items():
        known = passes.setdefault(name, [0, 0])
        passes[name] = [known[0] + now, known[1] + was]
    run.passes = passes


def _hands_of(part: Part) -> Hands:
    return _hands.setdefault(part.run_id, Hands(part.bundle, part.closed))


def _let_go(run_id: int) -> None:
    hands = _hands.pop(run_id, None)
    if hands is not None:
        hands.close()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise HandDied
    return pipe


def _tell(hand: subprocess.Popen[bytes], told: Mapping[str, Any]) -> None:
    try:
        _pipe(hand.stdin).write(orjson.dumps(told) + b"\n")
        _pipe(hand.stdin).flush()
    except BrokenPipeError as error:
        raise HandDied from error


def _answer(hand: subprocess.Popen[bytes]) -> dict[str, Any]:
    line = _pipe(hand.stdout).readline()
    if not line:
        raise HandDied
    told: dict[str, Any] = orjson.loads(line)
    return told
