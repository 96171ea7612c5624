"""The procedures that the city has drawn itself and no code of ours knows: which; beginning a case (N7).

Their cases are about no notification; they belong to the office of whoever began them
(`workflows.engine.matters.PlainMatter`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models.case import Definition
from services.context import Context
from services.errors import NotFound
from workflows.catalog import PROCEDURES
from workflows.engine import definitions, runner
from workflows.engine.runner import Done


@dataclass(frozen=True)
class OwnProcedure:
    """A procedure in force that somebody may begin, as its diagram calls it."""

    slug: str
    title_ja: str
    title_en: str


def list_procedures(ctx: Context) -> Sequence[OwnProcedure]:
    """All that are in force, by their slug; none of those that we ship."""
    statement = select(Definition.slug).where(
        Definition.state == "published", Definition.slug.not_in(PROCEDURES)
    )
    slugs = ctx.session.scalars(statement.distinct().order_by(Definition.slug)).all()
    return [_procedure(ctx, slug) for slug in slugs]


def begin(ctx: Context, slug: str) -> Done:
    """Begin a case of such a procedure, of the actor's office.

    Raises:
        NotFound: there is none in force under this name, or it is one that we ship and that begins elsewhere.
        NotAllowed: the actor belongs to no office.
    """
    if slug in PROCEDURES:
        raise NotFound(
            "この手続は、届出の事由から始めます。「届出を受ける」の一覧から選んでください。",
            "This procedure begins with what happened. Choose it from the list of notifications.",
        )
    return runner.begin(ctx, slug, {})


def _procedure(ctx: Context, slug: str) -> OwnProcedure:
    titles = definitions.current(ctx.session, slug).titles
    return OwnProcedure(slug, *titles.get((slug, slug), (slug, slug)))
