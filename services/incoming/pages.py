"""What the screens show of files that came in: the list, one file with its faults, its preview (J5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from interchange.incoming.problems import words
from interchange.incoming.sources import Source, sources
from models.audit.tags import Tag
from models.incoming import (
    APPLYING,
    READY,
    RECEIVED,
    IncomingDifference,
    IncomingError,
    IncomingFile,
    last_sequence,
)
from models.person import PersonRecord, list_current
from models.staff import names_of
from services import audit, two_people
from services.context import Context
from services.incoming import differences
from services.incoming.comparing import CHANGED, CONFLICTING, NEW, OUTCOMES, TARGETS, join_singly, join_whole

SHOWN, FAULTS_SHOWN, SAMPLES = 200, 100, 5


@dataclass(frozen=True)
class Fault:
    """A fault of a file with its words, and the name of its field, in both languages."""

    error: IncomingError
    field: tuple[str, str]
    words: tuple[str, str]


@dataclass(frozen=True)
class Sample:
    """A line as an example of what would happen: whom it concerns, and what changes."""

    line: int
    key: str
    person: PersonRecord | None
    person_id: int | None
    code: str
    changes: Sequence[tuple[tuple[str, str], str, str]] = ()


@dataclass(frozen=True)
class Left:
    """A difference as it is listed."""

    row: IncomingDifference
    person: PersonRecord | None
    words: tuple[str, str]


@dataclass(frozen=True)
class Page:
    """A file with all that its page shows; faults and differences are those of one leaf of the list."""

    file: IncomingFile
    source: Source
    names: Mapping[int, str]
    faults: Sequence[Fault]
    samples: Mapping[str, Sequence[Sample]]
    left: Sequence[Left]
    open: int
    leaf: int
    leaves: int
    is_own: bool

    @property
    def is_moving(self) -> bool:
        return self.file.state in {RECEIVED, APPLYING}


def list_files(ctx: Context, state: str, source: str) -> tuple[list[IncomingFile], Mapping[int, str]]:
    """Files, the newest first, with the names of who took and decided them."""
    statement = select(IncomingFile).order_by(IncomingFile.id.desc()).limit(SHOWN)
    if state:
        statement = statement.where(IncomingFile.state == state)
    if source:
        statement = statement.where(IncomingFile.source == source)
    rows = list(ctx.session.scalars(statement))
    return rows, names_of(
        ctx.session, {one.taken_by_id for one in rows} | {one.decided_by_id for one in rows}
    )


def next_sequences(ctx: Context) -> dict[str, int | None]:
    """The number that comes next, by source; None before its first file."""
    last = {name: last_sequence(ctx.session, name) for name in sources()}
    return {name: None if number is None else number + 1 for name, number in last.items()}


def read(ctx: Context, file_id: int, leaf: int = 1) -> Page:
    """A file with its faults, its preview and its differences; looking is recorded.

    Raises:
        NotFound: there is none.
    """
    file = differences.get_file(ctx.session, file_id)
    source = sources()[file.source]
    faults = _faults(ctx, file, source, leaf)
    samples = _samples(ctx, file, source) if file.state == READY else {}
    left, total = _left(ctx, file, leaf)
    found = len(left) + sum(map(len, samples.values()))
    audit.record(ctx, Tag.INCOMING_READ, f"incoming:{file.id}", detail={"found": found})
    people = {file.taken_by_id, file.decided_by_id, *(one.row.settled_by_id for one in left)}
    return Page(
        file=file,
        source=source,
        names=names_of(ctx.session, people),
        faults=faults,
        samples=samples,
        left=left,
        open=differences.count_open(ctx.session, file.id),
        leaf=leaf,
        leaves=max(-(-max(min(file.errors, _kept(ctx, file)), total) // FAULTS_SHOWN), 1),
        is_own=two_people.is_one_of(ctx, [file.taken_by_id]),
    )


def _kept(ctx: Context, file: IncomingFile) -> int:
    if not file.errors:
        return 0
    return ctx.session.scalar(select(func.count()).where(IncomingError.file_id == file.id)) or 0


def _faults(ctx: Context, file: IncomingFile, source: Source, leaf: int) -> list[Fault]:
    if not file.errors:
        return []
    statement = (
        select(IncomingError)
        .where(IncomingError.file_id == file.id)
        .order_by(IncomingError.line, IncomingError.id)
        .offset((leaf - 1) * FAULTS_SHOWN)
        .limit(FAULTS_SHOWN)
    )
    names = _names(source)
    return [
        Fault(one, names.get(one.field, ("", "")), words(one.code, one.told))
        for one in ctx.session.scalars(statement)
    ]


def _names(source: Source) -> dict[str, tuple[str, str]]:
    return {one.name: (one.ja, one.en) for one in source.fields}


def _samples(ctx: Context, file: IncomingFile, source: Source) -> dict[str, list[Sample]]:
    """The first lines of each outcome that changes something, found in one going through the file."""
    wanted = [one for one in (NEW, CHANGED, CONFLICTING) if file.counts.get(one)]
    if not wanted:
        return {}
    target, names = TARGETS[file.source], _names(source)
    join_whole(ctx)
    told = target.outcomes(file).subquery()
    group = case((told.c.outcome.in_(list(OUTCOMES)), told.c.outcome), else_=CONFLICTING).label("group")
    place = func.row_number().over(partition_by=group, order_by=told.c.line).label("place")
    placed = select(told.c.line, told.c.key, told.c.person_id, told.c.outcome, group, place).subquery()
    rows = ctx.session.execute(
        select(placed).where(placed.c.place <= SAMPLES, placed.c.group.in_(wanted)).order_by(placed.c.line)
    ).all()
    join_singly(ctx)
    people = list_current(ctx.session, [row.person_id for row in rows if row.person_id])
    found: dict[str, list[Sample]] = {one: [] for one in wanted}
    for row in rows:
        changes = (
            [
                (names[name], before, after)
                for name, before, after in target.changes(ctx, file, row.line, row.person_id)
            ]
            if row.group == CHANGED
            else ()
        )
        person = people.get(row.person_id)
        found[row.group].append(Sample(row.line, row.key, person, row.person_id, row.outcome, changes))
    return found


def _left(ctx: Context, file: IncomingFile, leaf: int) -> tuple[list[Left], int]:
    of_file = IncomingDifference.file_id == file.id
    total = ctx.session.scalar(select(func.count()).where(of_file)) or 0
    statement = (
        select(IncomingDifference)
        .where(of_file)
        .order_by(IncomingDifference.settled_at.is_not(None), IncomingDifference.line)
        .offset((leaf - 1) * FAULTS_SHOWN)
        .limit(FAULTS_SHOWN)
    )
    rows = list(ctx.session.scalars(statement)) if total else []
    people = list_current(ctx.session, [row.person_id for row in rows if row.person_id])
    return [Left(row, people.get(row.person_id or 0), differences.WORDS[row.code]) for row in rows], total
