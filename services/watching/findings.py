"""What watchdogs find: looked for in the background, opened once, closed by itself, settled by people.

A look is one transaction for each watchdog. What it finds and what was found before are compared as columns,
so that a city costs a few statements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import func, insert, select, update

from models.audit.tags import Tag
from models.columns import Column, Columns, read
from models.household import Household
from models.job import RUNNING, WAITING, Job
from models.person import PersonRecord, list_current
from models.series import take
from models.staff import names_of
from models.watch import GONE, OPEN, SETTLED, WatchFinding, WatchRun
from rules.law import ParameterNotInForce
from services import audit, jobs, two_people
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.job_kinds import Progress, Skipped, Work
from services.watching.composed import WatchTooSlow, on_duty
from services.watching.shipped import SHIPPED
from services.watching.watchdogs import Watchdog

KIND: Final = "watch"
VERIFIER: Final = "verifier"
SETTLES: Final = frozenset({"counter", VERIFIER})
AT_ONCE: Final = 5_000
NO_MORE: Final = "原因がなくなったため、見張りが閉じました。"


@dataclass(frozen=True)
class Standing:
    """A watchdog in the list: its last look and how many of its findings wait or were settled."""

    watchdog: Watchdog
    last: WatchRun | None
    open: int
    settled: int


@dataclass(frozen=True)
class Listed:
    """A finding with the names that a page shows."""

    row: WatchFinding
    household_number: str
    record: PersonRecord | None
    found: WatchRun
    taken_by: str


def all_of(ctx: Context) -> Mapping[str, Watchdog]:
    """Every watchdog on duty by its key: the shipped ones, then those that the office composed."""
    return {**SHIPPED, **on_duty(ctx)}


def get(ctx: Context, key: str) -> Watchdog:
    """A watchdog on duty.

    Raises:
        NotFound: there is none of this name.
    """
    found = all_of(ctx).get(key)
    if found is None:
        raise NotFound("この見張りはありません。一覧から選び直してください。", "There is no such watchdog.")
    return found


def ask(ctx: Context) -> Job:
    """Have every watchdog look now, in the background.

    Raises:
        RuleBroken: they are looking already.
    """
    number = take(ctx.session, "watch")  # two who ask at once wait here for one another
    busy = select(Job.id).where(Job.kind == KIND, Job.state.in_((WAITING, RUNNING)), Job.next_at <= ctx.at)
    if ctx.session.scalars(busy.limit(1)).first() is not None:
        raise RuleBroken(
            "見張りはいま動いています。終わるのを待って、結果を見てください。",
            "The watchdogs are looking already. Wait until they have ended.",
        )
    audit.record(ctx, Tag.WATCH_ASKED, "watch")
    return jobs.ask(ctx, KIND, f"{KIND}:now:{number}", {}, total=len(all_of(ctx)))


def step(ctx: Context, work: Work) -> Progress:
    """Let the next watchdog look; one that is too slow, or misses a figure of the day, keeps no other one."""
    keys = sorted(all_of(ctx))
    done = [key for key in keys if key <= str(work.checkpoint.get("after", ""))]
    rest = keys[len(done) :]
    found = int(work.checkpoint.get("opened", 0))
    skipped: tuple[Skipped, ...] = ()
    if rest:
        take(ctx.session, "watch")
        try:
            with ctx.session.begin_nested():
                found += look(ctx, get(ctx, rest[0]), work.job_id or None).opened
        except WatchTooSlow as error:
            skipped = (Skipped(f"watch:{rest[0]}", error.message_ja, error.message_en),)
        except ParameterNotInForce as missing:
            en = f"No value of {missing.name} is in force on {missing.day}. Enter it, and it looks again."
            skipped = (Skipped(f"watch:{rest[0]}", missing.message_ja, en),)
    return Progress(
        {"after": rest[0] if rest else "", "opened": found},
        len(done) + len(rest[:1]),
        len(keys),
        finished=len(rest) <= 1,
        skipped=skipped,
        message_ja=f"{len(done) + len(rest[:1])}件の見張りが終わり、新しい指摘は{found:,}件です。",
        message_en=f"{len(done) + len(rest[:1])} watchdogs have looked; {found:,} findings are new.",
    )


def look(ctx: Context, watchdog: Watchdog, job_id: int | None = None) -> WatchRun:
    """Find, open what is new, close what is gone; a finding that stands is left as it is."""
    run = WatchRun(watchdog=watchdog.key, at=ctx.at, job_id=job_id)
    ctx.session.add(run)
    ctx.session.flush()
    found = watchdog.find(ctx)
    present = read(ctx.session, _present(watchdog.key))
    here, there = _keys(found["household"], found["person"]), _keys(present["household"], present["person"])
    new, first = np.unique(here, return_index=True)
    fresh = first[~np.isin(new, there)]
    _open(ctx, run, {name: column[fresh] for name, column in found.items()})
    gone = present["id"][~np.isin(there, here)]
    _close(ctx, run, gone)
    run.found, run.opened, run.gone = len(new), len(fresh), len(gone)
    detail = {"found": run.found, "new": run.opened, "gone": run.gone}
    audit.record(ctx, Tag.WATCH_LOOKED, f"watch:{watchdog.key}", detail=detail)
    ctx.session.flush()
    return run


def standings(ctx: Context) -> list[Standing]:
    """All watchdogs on duty, with their last look and their findings."""
    last_ids = select(func.max(WatchRun.id)).group_by(WatchRun.watchdog)
    last = {
        row.watchdog: row for row in ctx.session.scalars(select(WatchRun).where(WatchRun.id.in_(last_ids)))
    }
    statement = (
        select(WatchFinding.watchdog, WatchFinding.state, func.count())
        .where(WatchFinding.gone_run_id.is_(None))
        .group_by(WatchFinding.watchdog, WatchFinding.state)
    )
    counts = {(key, state): number for key, state, number in ctx.session.execute(statement)}
    return [
        Standing(one, last.get(key), counts.get((key, OPEN), 0), counts.get((key, SETTLED), 0))
        for key, one in all_of(ctx).items()
    ]


def list_findings(ctx: Context, key: str, state: str, first: int, limit: int) -> list[Listed]:
    """The findings of a watchdog in a state, the oldest first; the list is on record."""
    statement = (
        select(WatchFinding)
        .where(WatchFinding.watchdog == key, WatchFinding.state == state)
        .order_by(WatchFinding.id)
        .offset(first)
        .limit(limit)
    )
    rows = list(ctx.session.scalars(statement))
    audit.listed(ctx, "watch", len(rows))
    return _shown(ctx, rows)


def read_one(ctx: Context, finding_id: int) -> Listed:
    """A finding; looking at it is recorded.

    Raises:
        NotFound: there is none.
    """
    row = ctx.session.get(WatchFinding, finding_id)
    if row is None:
        raise _unknown()
    audit.record(ctx, Tag.WATCH_READ, f"household:{row.household_id}", detail={"rule": row.watchdog})
    return _shown(ctx, [row])[0]


def take_up(ctx: Context, finding_id: int) -> WatchFinding:
    """Say that one sees to it; what one has, one gives back.

    Raises:
        NotFound: there is no such finding.
        SomebodyElseWasFaster: it is settled or gone, or somebody else has it.
    """
    row = _open_row(ctx, finding_id)
    if row.taken_by_id not in {None, ctx.actor.staff_id}:
        raise SomebodyElseWasFaster(
            "ほかの人が担当しています。担当の人に確かめてください。", "Somebody else sees to it."
        )
    row.taken_by_id = None if row.taken_by_id else ctx.actor.staff_id
    audit.record(ctx, Tag.WATCH_TAKEN, f"household:{row.household_id}", detail={"rule": row.watchdog})
    return row


def settle(ctx: Context, finding_id: int, words: str) -> WatchFinding:
    """Say what was found out. It is not opened again as long as its cause stands.

    Raises:
        NotFound: there is no such finding.
        SomebodyElseWasFaster: it is settled or gone, or somebody else has it.
        RuleBroken: nothing was said.
    """
    row = _open_row(ctx, finding_id)
    if row.taken_by_id not in {None, ctx.actor.staff_id}:
        raise SomebodyElseWasFaster(
            "ほかの人が担当しています。担当の人に確かめてください。", "Somebody else sees to it."
        )
    row.words = two_people.reason_of(words)
    row.state, row.settled_at, row.settled_by_id = SETTLED, ctx.at, ctx.actor.staff_id
    audit.record(ctx, Tag.WATCH_SETTLED, f"household:{row.household_id}", detail={"rule": row.watchdog})
    return row


def to_count(actor: Actor, today: Any) -> Wanted:
    """How many findings wait, for the sidebar of verifiers; pages of the counter ask for no count."""
    del today
    if VERIFIER not in actor.own_roles:
        return {}
    return {"watch": select(func.count(WatchFinding.id)).where(WatchFinding.state == OPEN)}


def _present(key: str) -> Any:
    return select(
        WatchFinding.id.label("id"),
        WatchFinding.household_id.label("household"),
        WatchFinding.person_id.label("person"),
    ).where(WatchFinding.watchdog == key, WatchFinding.gone_run_id.is_(None))


def _keys(household: Column, person: Column) -> Column:
    return household << 32 | person


def _open(ctx: Context, run: WatchRun, found: Columns) -> None:
    rows = [
        {
            "watchdog": run.watchdog,
            "household_id": household,
            "person_id": person,
            "amount": amount,
            "run_id": run.id,
            "state": OPEN,
            "words": "",
        }
        for household, person, amount in zip(
            *(found[name].tolist() for name in ("household", "person", "amount")), strict=True
        )
    ]
    for first in range(0, len(rows), AT_ONCE):
        ctx.session.execute(insert(WatchFinding), rows[first : first + AT_ONCE])


def _close(ctx: Context, run: WatchRun, ids: Column) -> None:
    """What is open is gone, with a note; what a person settled stays settled, and may come again."""
    for first in range(0, len(ids), AT_ONCE):
        some = WatchFinding.id.in_(ids[first : first + AT_ONCE].tolist())
        closed = {"state": GONE, "words": NO_MORE, "gone_run_id": run.id}
        for statement in (
            update(WatchFinding).where(some, WatchFinding.state == OPEN).values(closed),
            update(WatchFinding).where(some, WatchFinding.state == SETTLED).values(gone_run_id=run.id),
        ):
            ctx.session.execute(statement, execution_options={"synchronize_session": "fetch"})


def _shown(ctx: Context, rows: Sequence[WatchFinding]) -> list[Listed]:
    homes = select(Household.id, Household.household_number).where(
        Household.id.in_({row.household_id for row in rows})
    )
    numbers: dict[int, str] = dict(ctx.session.execute(homes).all())
    records = list_current(ctx.session, {row.person_id for row in rows})
    runs = select(WatchRun).where(WatchRun.id.in_({row.run_id for row in rows}))
    looked = {run.id: run for run in ctx.session.scalars(runs)}
    by = {one for row in rows for one in (row.taken_by_id, row.settled_by_id) if one is not None}
    names = names_of(ctx.session, by)
    return [
        Listed(
            row,
            numbers[row.household_id],
            records.get(row.person_id),
            looked[row.run_id],
            names.get(row.settled_by_id or row.taken_by_id or 0, ""),
        )
        for row in rows
    ]


def _open_row(ctx: Context, finding_id: int) -> WatchFinding:
    statement = select(WatchFinding).where(WatchFinding.id == finding_id).with_for_update()
    row = ctx.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise _unknown()
    if row.state != OPEN:
        raise SomebodyElseWasFaster(
            "この指摘はもう処理されたか、解消しています。画面を開き直してください。",
            "This was settled meanwhile, or is gone. Open the page again.",
        )
    return row


def _unknown() -> NotFound:
    return NotFound("この指摘はありません。一覧から開き直してください。", "There is no such finding.")
