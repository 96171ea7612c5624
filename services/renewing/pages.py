"""A renewal as its pages show it: its rows, and its letters in the order of the envelopes (C2, C3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select

from models.certificate import Certificate
from models.document import PrintEvent, PrintRequest
from models.household import Household
from models.person import list_current
from models.renewal import RenewalRow, RenewalRun
from services.context import Context
from services.documents import certificate_ids
from services.print_queue import PAPER_ON, WAITING, in_order

PAGE_SIZE = 100
LEFT_OUT = "left_out"  # rows that were approved and could not be issued


@dataclass(frozen=True)
class Line:
    """One row with the names that a reader needs."""

    row: RenewalRow
    name: str
    household_number: str
    serial: str


@dataclass(frozen=True)
class Letter:
    """One letter of a renewal: its place in the order of the envelopes, what is in it, where it stands."""

    place: int
    request: PrintRequest
    serials: Sequence[str]
    household_number: str
    print_run_id: int | None


@dataclass(frozen=True)
class Area:
    """The letters of one postal code: how many, and how many are still to be printed."""

    postal_code: str
    letters: int
    waiting: int


def list_rows(
    ctx: Context, run: RenewalRun, outcome: str, kind: str, limit: str, page: int
) -> tuple[list[Line], int]:
    """A page of the rows of a run that fit, by household, and how many fit; empty words mean all."""
    wanted = [RenewalRow.run_id == run.id]
    if outcome == LEFT_OUT:
        wanted += [RenewalRow.kind != "", RenewalRow.note != ""]
    elif outcome:
        wanted.append(RenewalRow.outcome == outcome)
    if kind:
        wanted.append(RenewalRow.kind == kind)
    if limit:
        wanted.append(RenewalRow.limited_by == limit)
    count = int(ctx.session.scalar(select(func.count()).select_from(RenewalRow).where(*wanted)) or 0)
    statement = select(RenewalRow).where(*wanted).order_by(RenewalRow.household_id, RenewalRow.person_id)
    rows = ctx.session.scalars(statement.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    people = list_current(ctx.session, [row.person_id for row in rows])
    numbers = _numbers(ctx, {row.household_id for row in rows})
    serials = _serials(ctx, {row.certificate_id for row in rows if row.certificate_id})
    return [
        Line(
            row,
            people[row.person_id].name,
            numbers[row.household_id],
            serials.get(row.certificate_id or 0, ""),
        )
        for row in rows
    ], count


def list_letters(ctx: Context, run: RenewalRun, page: int) -> tuple[list[Letter], int]:
    """A page of the letters in the order of the envelopes, and how many there are: the control list."""
    requests = _requests(run)
    count = int(ctx.session.scalar(select(func.count()).select_from(requests.subquery())) or 0)
    first = (page - 1) * PAGE_SIZE
    rows = ctx.session.scalars(in_order(requests).offset(first).limit(PAGE_SIZE)).all()
    serials = _serials(ctx, {one for row in rows for one in certificate_ids(row)})
    numbers = _numbers(ctx, {row.household_id for row in rows if row.household_id})
    printed = _printed(ctx, [row.id for row in rows])
    return [
        Letter(
            place,
            row,
            [serials[one] for one in certificate_ids(row)],
            numbers.get(row.household_id or 0, ""),
            printed.get(row.id),
        )
        for place, row in enumerate(rows, first + 1)
    ], count


def count_areas(ctx: Context, run: RenewalRun) -> list[Area]:
    """The letters of a run by postal code."""
    requests = _requests(run).subquery()
    waiting = func.sum(case((requests.c.state == WAITING, 1), else_=0))
    statement = select(requests.c.postal_code, func.count(), waiting)
    grouped = statement.group_by(requests.c.postal_code).order_by(requests.c.postal_code)
    return [Area(code, int(letters), int(left or 0)) for code, letters, left in ctx.session.execute(grouped)]


def count_left_out(ctx: Context, run: RenewalRun) -> int:
    """How many papers were approved and not issued."""
    mine = RenewalRow.run_id == run.id, RenewalRow.kind != "", RenewalRow.note != ""
    return int(ctx.session.scalar(select(func.count()).select_from(RenewalRow).where(*mine)) or 0)


def _requests(run: RenewalRun) -> Select[PrintRequest]:
    mine = select(RenewalRow.certificate_id).where(RenewalRow.run_id == run.id)
    return select(PrintRequest).where(PrintRequest.certificate_id.in_(mine))


def _numbers(ctx: Context, ids: set[int]) -> dict[int, str]:
    statement = select(Household.id, Household.household_number).where(Household.id.in_(ids))
    return {row.id: row.household_number for row in ctx.session.execute(statement)}


def _serials(ctx: Context, ids: set[int]) -> dict[int, str]:
    statement = select(Certificate.id, Certificate.serial).where(Certificate.id.in_(ids))
    return {row.id: row.serial for row in ctx.session.execute(statement)}


def _printed(ctx: Context, ids: Sequence[int]) -> dict[int, int]:
    statement = select(PrintEvent.request_id, func.max(PrintEvent.run_id)).where(
        PrintEvent.request_id.in_(ids), PrintEvent.kind.in_(PAPER_ON)
    )
    rows = ctx.session.execute(statement.group_by(PrintEvent.request_id))
    return {request_id: run_id for request_id, run_id in rows if run_id}
