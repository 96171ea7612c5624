"""The procedures that the city has drawn itself and no code of ours knows: which; beginning a case (N7).

Their cases are about no notification; they belong to the office of whoever began them
(`workflows.engine.matters.PlainMatter`). One whose intake names what examines the entry takes notifications,
and is none of them.
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
from workflows.engine.parser import Specification
from workflows.engine.runner import Done
from workflows.engine.task_forms import INTAKE


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
    found = [definitions.current(ctx.session, slug) for slug in slugs]
    return [_procedure(one) for one in found if not _takes_notifications(one)]


def begin(ctx: Context, slug: str) -> Done:
    """Begin a case of such a procedure, of the actor's office.

    Raises:
        NotFound: there is none in force under this name, or it is one that we ship and that begins elsewhere.
        NotAllowed: the actor belongs to no office.
    """
    if slug in PROCEDURES or _takes_notifications(definitions.current(ctx.session, slug)):
        raise NotFound(
            "この手続は、届出の事由から始めます。「届出を受ける」の一覧から選んでください。",
            "This procedure begins with what happened. Choose it from the list of notifications.",
        )
    return runner.begin(ctx, slug, {})


def _takes_notifications(specification: Specification) -> bool:
    intake = specification.user_tasks.get((specification.slug, INTAKE))
    return intake is not None and intake.examine is not None


def _procedure(specification: Specification) -> OwnProcedure:
    slug = specification.slug
    return OwnProcedure(slug, *specification.titles.get((slug, slug), (slug, slug)))
