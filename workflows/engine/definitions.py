"""Definitions in the database: publishing what is shipped, finding what a new case begins with (Ruling 1)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import direct
from models.audit.tags import Tag
from models.bulk import table
from models.case import Definition
from services import audit
from services.context import Context
from services.errors import NotFound, SomebodyElseWasFaster
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.checking.definition import EngineRefuses
from workflows.engine.parser import DefinitionRefused, Specification, build, specify

LONGEST_TITLE = 100
_read: dict[str, Specification] = {}


def publish_shipped(ctx: Context, bundle: Bundle) -> Definition | None:
    """Put a procedure on record: as version 1 in force when it is new, as a draft when it has changed.

    Returns None where this content is on record already. A published version is never replaced silently.

    Raises:
        SomebodyElseWasFaster: somebody put a version of the same procedure on record at the same time.
    """
    content_hash = bundle.hash
    specification = specify(bundle, content_hash)
    if ctx.session.scalars(select(Definition.id).where(Definition.hash == content_hash)).first():
        return None
    newest = ctx.session.scalar(select(func.max(Definition.version)).where(Definition.slug == bundle.slug))
    row = Definition(
        slug=bundle.slug,
        version=(newest or 0) + 1,
        hash=content_hash,
        content=bundle.pack(),
        state="draft" if newest else "published",
        published_at=None if newest else ctx.at,
        published_by_id=None if newest else ctx.actor.staff_id,
        **_titles(specification),
    )
    _put(ctx, row)
    tag = Tag.DEFINITION_DRAFTED if newest else Tag.DEFINITION_PUBLISHED
    audit.record(ctx, tag, f"definition:{bundle.slug}", detail={"version": row.version})
    return row


def publish_drawn(ctx: Context, bundle: Bundle, author_id: int, reason: str) -> Definition:
    """Put what was drawn in the studio in force as the next version; it was checked before.

    Raises:
        SomebodyElseWasFaster: somebody put a version of the same procedure on record at the same time.
        DefinitionRefused: the engine cannot run it.
    """
    content_hash = bundle.hash
    specification = build(bundle, content_hash)
    newest = ctx.session.scalar(select(func.max(Definition.version)).where(Definition.slug == bundle.slug))
    row = Definition(
        slug=bundle.slug,
        version=(newest or 0) + 1,
        hash=content_hash,
        content=bundle.pack(),
        state="published",
        published_at=ctx.at,
        published_by_id=ctx.actor.staff_id,
        author_id=author_id,
        reason=reason,
        **_titles(specification),
    )
    _put(ctx, row)
    audit.record(ctx, Tag.DEFINITION_PUBLISHED, f"definition:{bundle.slug}", detail={"version": row.version})
    return row


def _titles(specification: Specification) -> dict[str, str]:
    slug = specification.slug
    ja, en = specification.titles.get((slug, slug), (slug, slug))
    return {"title_ja": ja[:LONGEST_TITLE], "title_en": en[:LONGEST_TITLE]}


def _put(ctx: Context, row: Definition) -> None:
    ctx.session.add(row)
    try:
        ctx.session.flush()
    except IntegrityError as error:  # the version or the content has been taken meanwhile
        raise SomebodyElseWasFaster(
            f"手続「{row.slug}」は、ほかの人が同時に登録しました。登録された版を確かめてから、もう一度お試しください。",
            f"Somebody else put {row.slug} on record just now. Look at that version, then try again.",
        ) from error


def publish_draft(ctx: Context, slug: str, version: int) -> Definition:
    """Make a draft the version with which new cases begin; running cases stay on theirs.

    Raises:
        NotFound: there is no such draft.
    """
    statement = select(Definition).where(
        Definition.slug == slug, Definition.version == version, Definition.state == "draft"
    )
    row = ctx.session.scalars(statement.with_for_update()).one_or_none()
    if row is None:
        raise NotFound("この版の下書きはありません。", "There is no such draft.")
    row.state, row.published_at, row.published_by_id = "published", ctx.at, ctx.actor.staff_id
    audit.record(ctx, Tag.DEFINITION_PUBLISHED, f"definition:{slug}", detail={"version": version})
    return row


def current(session: Session, slug: str) -> Specification:
    """The specification with which a new case begins.

    Raises:
        NotFound: nothing is published under this name.
    """
    return in_force(session, slug, newest(), {"slug": slug})[0]


def in_force(
    session: Session, slug: str, statement: Select[Any], values: Mapping[str, Any]
) -> tuple[Specification, tuple[Any, ...]]:
    """The same by a statement that is `newest` with more columns; what it tells in those.

    Raises:
        NotFound: nothing is published under this name.
    """
    session.flush()
    rows = direct.look(direct.connection_of(session), statement, values)
    if not rows:
        raise NotFound(
            f"手続「{slug}」は公開されていません。管理者に連絡してください。",
            f"The procedure {slug} is not published. Tell an administrator.",
        )
    return by_hash(session, rows[0][0]), rows[0][1:]


@cache
def newest() -> Select[str]:
    """The hash of the version of `slug` in force: what every beginning asks, built once, past the ORM."""
    rows = table("definition").c
    found = select(rows.hash).where(rows.slug == bindparam("slug"), rows.state == "published")
    return found.order_by(rows.version.desc()).limit(1)


def by_hash(session: Session, content_hash: str) -> Specification:
    """The specification of a running case; read from the database once per process."""
    found = _read.get(content_hash)
    if found is None:
        packed = session.scalars(select(Definition.content).where(Definition.hash == content_hash)).one()
        found = _read[content_hash] = build(unpack(packed), content_hash)
    return found


def read_in_force(session: Session) -> tuple[int, list[str]]:
    """Read each procedure as new cases begin with it, so that the first case need not.

    Returns how many were read, and the procedures that this version of the engine cannot run: who begins such
    a case is told, nobody else.
    """
    slugs = session.scalars(select(Definition.slug).where(Definition.state == "published").distinct()).all()
    refused = []
    for slug in slugs:
        try:
            current(session, slug)
        except (DefinitionRefused, EngineRefuses):
            refused.append(slug)
    return len(slugs) - len(refused), refused
