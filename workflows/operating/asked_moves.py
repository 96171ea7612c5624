"""Which cases an operator means who names a procedure and two of its versions (`workflows migrate`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models.case import Case, Definition
from models.operation import CaseMigration, OperationRun
from services.context import Context
from services.errors import NotFound
from workflows.engine.migration_check import Verdict
from workflows.operating import moving, runs
from workflows.operating.reach import within

EVERY = 1_000_000


@dataclass(frozen=True)
class Move:
    """From one version of a procedure to another. Empty `case_ids` means every case of the first."""

    slug: str
    before: int
    after: int
    case_ids: Sequence[int] = ()
    first: int | None = None


def check(ctx: Context, move: Move) -> Iterator[tuple[int, Verdict]]:
    """What the move would mean for each case; nothing is changed.

    Raises:
        NotFound: there is no such version, or a named case is not on the first.
    """
    after = moving.version_of(ctx, move.slug, _hash_of(ctx, move.slug, move.after))
    for case in _cases(ctx, move):
        yield case.id, moving.check(ctx, case, after)


def ask(ctx: Context, move: Move) -> OperationRun:
    """Wish that the cases be moved.

    Raises:
        NotFound: there is no such version, or a named case is not on the first.
        RuleBroken: no case is on it.
    """
    before, after = (_hash_of(ctx, move.slug, number) for number in (move.before, move.after))
    moving.version_of(ctx, move.slug, after)
    case_ids = [case.id for case in _cases(ctx, move)]
    return runs.begin(ctx, "migrate", case_ids=case_ids, slug=move.slug, from_hash=before, to_hash=after)


def ask_back(ctx: Context, move: Move) -> OperationRun:
    """Wish that cases which were moved so be put back as they were.

    Raises:
        NotFound: there is no such version, or a named case was not moved so.
        RuleBroken: no case was.
    """
    before, after = (_hash_of(ctx, move.slug, number) for number in (move.before, move.after))
    statement = (
        select(CaseMigration.case_id)
        .join(Case, Case.id == CaseMigration.case_id)
        .where(
            Case.slug == move.slug,
            Case.definition_hash == after,
            CaseMigration.from_hash == before,
            CaseMigration.to_hash == after,
            CaseMigration.taken_back_at.is_(None),
            *within(ctx, Case.office_id),
        )
        .order_by(CaseMigration.case_id)
    )
    moved = list(dict.fromkeys(ctx.session.scalars(statement)))
    case_ids = _chosen(moved, move)
    return runs.begin(ctx, "take_back", case_ids=case_ids, slug=move.slug, from_hash=after, to_hash=before)


def _cases(ctx: Context, move: Move) -> list[Case]:
    before = _hash_of(ctx, move.slug, move.before)
    found = {case.id: case for case in moving.cases_on(ctx, move.slug, before, EVERY)}
    return [found[case_id] for case_id in _chosen(list(found), move)]


def _chosen(known: Sequence[int], move: Move) -> list[int]:
    missing = sorted(set(move.case_ids) - set(known))
    if missing:
        told = ", ".join(map(str, missing))
        raise NotFound(
            f"案件 {told} はこの移行の対象ではありません。番号と版を確かめてください。",
            f"The cases {told} are not on the version to be left. Check numbers and versions.",
        )
    return list(move.case_ids or known)[: move.first]


def _hash_of(ctx: Context, slug: str, number: int) -> str:
    statement = select(Definition.hash).where(Definition.slug == slug, Definition.version == number)
    found = ctx.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(
            f"手続「{slug}」の第{number}版はありません。workflows list で確かめてください。",
            f"The procedure {slug} has no version {number}. Look at `workflows list`.",
        )
    return found
