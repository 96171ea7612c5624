"""The check of a file that was taken, one part a step; what passes waits to be compared and decided (J5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import lt
from typing import Any

from sqlalchemy import func, select

from interchange.incoming import checking
from interchange.incoming.checking import Checked
from interchange.incoming.parts import Part
from interchange.incoming.problems import Problem
from interchange.incoming.sources import KEY_DIGITS, Source
from models import blobs, bulk, incoming
from models.audit.tags import Tag
from models.incoming import READY, RECEIVED, IncomingFile, IncomingPart, IncomingRow, value_column
from services import audit
from services.context import Context
from services.incoming import comparing, quarantine
from services.incoming.taking import get_source
from services.job_kinds import Progress, Work
from services.network import answers

AT_ONCE = 4_000


@dataclass
class Order:
    """Whether the address numbers of the lines of a part ascend, each above the one before.

    Only where they begin a line, as they do in every source so far.
    """

    holds: bool
    last: str = ""

    def follow(self, kept: Sequence[str]) -> None:
        """Look at the next lines."""
        if self.holds:
            keys = [self.last, *(one[:KEY_DIGITS] for one in kept)]
            self.holds, self.last = all(map(lt, keys, keys[1:])), keys[-1]


def step(ctx: Context, work: Work) -> Progress | None:
    """Check the next part; after the last one the file is in quarantine, or ready to be decided."""
    file = incoming.lock(ctx.session, work.payload["file"])
    if file is None or file.state != RECEIVED:
        return None
    number, count = int(work.checkpoint.get("part", 0)), _count(ctx, file)
    order = Order(bool(work.checkpoint.get("ascending", not number)) and get_source(file.source).key == 0)
    if number < count:
        _check_part(ctx, file, number, order)
    if number + 1 < count:
        return Progress({"part": number + 1, "ascending": order.holds}, file.rows, file.told_rows)
    _finish(ctx, file, order)
    ja, en = _message(file)
    return Progress({"part": count}, file.rows, file.rows, finished=True, message_ja=ja, message_en=en)


def _count(ctx: Context, file: IncomingFile) -> int:
    statement = select(func.count()).where(IncomingPart.file_id == file.id)
    return ctx.session.scalar(statement) or 0


def _check_part(ctx: Context, file: IncomingFile, number: int, order: Order) -> None:
    part = ctx.session.get_one(IncomingPart, (file.id, number))
    content = blobs.get(ctx.session, part.sha256)
    source, problems, rows = get_source(file.source), list[Problem](), file.rows
    looked = checking.check(source, Part(part.first_line, content))
    kept = _kept(file, looked, problems, order)
    columns = ["file_id", "line", *(f"v{place + 1:02}" for place in range(len(source.fields)))]
    bulk.add_lines(ctx.session, "incoming_row", columns, kept)
    if problems:
        quarantine.tell(ctx, file, problems)
    detail = {"part": number, "rows": file.rows - rows, "errors": len(problems)}
    audit.record(ctx, Tag.INCOMING_CHECKED, f"incoming:{file.id}", detail=detail)


def _kept(
    file: IncomingFile, looked: Iterable[Checked], problems: list[Problem], order: Order
) -> Iterator[str]:
    """The lines with their file and number, some thousand at once, until there is a fault in the file.

    The server takes the ones while the next ones are checked; those before a fault go with the file.
    """
    head = file.id
    for checked in looked:
        file.rows += checked.rows
        problems += checked.problems
        if file.errors or problems:
            continue
        order.follow(checked.kept)
        for begin in range(0, len(checked.kept), AT_ONCE):
            numbers, texts = checked.lines[begin : begin + AT_ONCE], checked.kept[begin : begin + AT_ONCE]
            yield "".join([f"{head}\t{line}\t{one}\n" for line, one in zip(numbers, texts, strict=True)])


def _finish(ctx: Context, file: IncomingFile, order: Order) -> None:
    source = get_source(file.source)
    problems = []
    if file.rows != file.told_rows:
        problems.append(Problem(0, 0, "", "rows", {"told": file.told_rows, "found": file.rows}))
    elif not file.rows:
        problems.append(Problem(0, 0, "", "no_rows"))
    if not file.errors:
        repeated = [] if _ascends(ctx, file, order) else _twice(ctx, source, file)
        problems += repeated or answers.faults(ctx, file)
    if problems:
        quarantine.tell(ctx, file, problems)
    if file.errors:
        quarantine.close(ctx, file)
        return
    file.counts = comparing.count(ctx, file)
    file.state, file.checked_at = READY, ctx.at
    detail: dict[str, Any] = {"rows": file.rows, **file.counts}
    audit.record(ctx, Tag.INCOMING_CHECKED, f"incoming:{file.id}", detail=detail)


def _ascends(ctx: Context, file: IncomingFile, order: Order) -> bool:
    """Whether each part ascends, and begins above the end of the one before: then nobody is told twice."""
    if not order.holds:
        return False
    first = IncomingPart.file_id == file.id, IncomingPart.number > 0
    begins = ctx.session.scalars(select(IncomingPart.first_line).where(*first)).all()
    ends = [line for begin in begins for line in (begin - 1, begin)]
    key = value_column(get_source(file.source).key)
    keys = select(key).where(IncomingRow.file_id == file.id, IncomingRow.line.in_(ends))
    told = ctx.session.scalars(keys.order_by(IncomingRow.line)).all() if ends else []
    return all(map(lt, told, told[1:]))


def _twice(ctx: Context, source: Source, file: IncomingFile) -> list[Problem]:
    """Persons who stand in the file more than once: each line but the first."""
    key, told = value_column(source.key), source.fields[source.key]
    named = [key, *(value_column(source.place(one)) for one in source.once_with)]
    comparing.join_whole(ctx)
    doubled = select(key).where(IncomingRow.file_id == file.id).group_by(*named).having(func.count() > 1)
    if ctx.session.execute(doubled.limit(1)).first() is None:
        return []
    first = func.min(IncomingRow.line).over(partition_by=named).label("first")
    numbered = select(IncomingRow.line, first).where(IncomingRow.file_id == file.id).subquery()
    statement = select(numbered.c.line, numbered.c.first).where(numbered.c.line > numbered.c.first)
    rows = ctx.session.execute(statement.order_by(numbered.c.line))
    at = 1 + (sum(one.width for one in source.fields[: source.key]) if source.kind == "fixed" else source.key)
    return [Problem(line, at, told.name, "twice", {"first": begin}) for line, begin in rows]


def _message(file: IncomingFile) -> tuple[str, str]:
    if file.state == READY:
        return (
            f"{file.rows:,}件を検査しました。誤りはありません。確認を待っています。",
            f"{file.rows:,} rows were checked and are right. They wait to be decided.",
        )
    return (
        f"{file.rows:,}件を検査し、誤りが{file.errors:,}件あったため隔離しました。何も反映していません。",
        f"{file.rows:,} rows were checked: {file.errors:,} faults. The file is in quarantine.",
    )
