"""What procedures are called: those that we ship by us, one that the city has drawn by its diagram (N7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case import Definition
from models.masters import ReasonCode

TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "acquisition": ("資格取得届", "Acquisition"),
    "loss": ("資格喪失届", "Loss"),
    "change": ("変更届", "Change"),
    "reissue": ("再交付申請", "Reissue"),
    "ceiling_certificate": ("限度額適用認定の申請", "Ceiling-amount certificate"),
    "cancellation": ("届出の取消", "Cancellation"),
    "exemption": ("保険料の減免申請", "Reduction on application"),
    "facility_exception": ("住所地特例の届出", "Facility exception"),
    "student_exception": ("学生の特例の届出", "Student's exception"),
}


def title(session: Session, slug: str) -> tuple[str, str]:
    """What a procedure is called, in Japanese and in English."""
    return titles(session, [slug])[slug]


def titles(session: Session, slugs: Iterable[str]) -> dict[str, tuple[str, str]]:
    """What procedures are called; the database is asked only where one of them is not ours."""
    wanted = set(slugs)
    own = wanted - TITLES.keys()
    drawn = _in_force(session, own) if own else {}
    return {slug: TITLES.get(slug) or drawn.get(slug, (slug, slug)) for slug in wanted}


def called(slug: str, drawn: tuple[str, str]) -> tuple[str, str]:
    """What a procedure is called whose diagram calls it so."""
    ja, en = drawn
    return TITLES.get(slug) or (ja or slug, en or ja or slug)


def notified(session: Session) -> dict[str, tuple[str, str]]:
    """The procedures that begin with a notification and so have reasons: ours, then those of the city."""
    named = set(session.scalars(select(ReasonCode.procedure).distinct()))
    return {**TITLES, **dict(sorted(drawn_in_force(session, named).items()))}


def drawn_in_force(session: Session, slugs: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Those of these procedures that are not ours and are in force, with what they are called."""
    own = set(slugs) - TITLES.keys()
    return _in_force(session, own) if own else {}


def _in_force(session: Session, slugs: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The titles of the newest versions in force."""
    newest = (
        select(Definition.slug, func.max(Definition.version).label("version"))
        .where(Definition.slug.in_(slugs), Definition.state == "published")
        .group_by(Definition.slug)
        .subquery()
    )
    statement = select(Definition.slug, Definition.title_ja, Definition.title_en).join(
        newest, (newest.c.slug == Definition.slug) & (newest.c.version == Definition.version)
    )
    rows = session.execute(statement)
    return {row.slug: called(row.slug, (row.title_ja, row.title_en)) for row in rows}
