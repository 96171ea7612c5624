"""The reasons of a procedure that the city has drawn: put into the master when it is put in force (N4, N7).

So it stands on the page of notifications, in lists and on papers like those that we ship, and the office
keeps the citizen's words for it where it keeps all others. What somebody has changed there stays.
"""

from __future__ import annotations

from sqlalchemy import select

from forms.fields import Option
from forms.rendering import fields
from models.masters import ReasonCode
from services import masters, procedures
from services.context import Context
from workflows.engine.parser import Specification
from workflows.engine.task_forms import INTAKE

ONLY = "new"
LONGEST_CODE, LONGEST_NAME, LONGEST_NAME_EN = 20, 60, 80
_MASTER = masters.MASTERS[ReasonCode.__tablename__]


def offer(ctx: Context, specification: Specification) -> None:
    """Add the reasons that are new, and set inactive those that the form no longer takes.

    A procedure that we ship, and one that takes no notifications, has none of this kind.
    """
    slug = specification.slug
    if slug in procedures.TITLES:
        return
    wanted = reasons_of(specification)
    rows = ctx.session.scalars(select(ReasonCode).where(ReasonCode.procedure == slug)).all()
    for row in rows:
        if row.active and row.code not in wanted:
            masters.change(ctx, _MASTER, row.id, {**masters.as_json(_MASTER, row), "active": False})
    known = {row.code for row in rows}
    for place, (code, (ja, en)) in enumerate(wanted.items(), 1):
        if code not in known:
            masters.add(ctx, _MASTER, _row(slug, code, ja, en, place * 10))


def reasons_of(specification: Specification) -> dict[str, tuple[str, str]]:
    """The reasons by which a notification of a drawn procedure is taken in: code → Japanese, English.

    They are the choices of the field `reason` of its intake, where that is settled before the form; else
    there is one, called as the procedure. Empty where the procedure takes no notifications.
    """
    slug = specification.slug
    intake = specification.user_tasks.get((slug, INTAKE))
    if intake is None or intake.examine is None:
        return {}
    form = specification.bundle.forms[intake.form]
    choices: tuple[Option, ...] = ()
    if "reason" in intake.fixed:
        shown = fields(form["schema"], form["ui"], {})
        choices = next((one.options for one in shown if one.path == "reason"), ())
    found = {one.value: (one.ja, one.en) for one in choices if len(one.value) <= LONGEST_CODE}
    return found or {ONLY: specification.titles.get((slug, slug), (slug, slug))}


def _row(slug: str, code: str, ja: str, en: str, sort: int) -> dict[str, object]:
    return {
        "procedure": slug,
        "code": code,
        "name": ja[:LONGEST_NAME],
        "name_en": (en or ja)[:LONGEST_NAME_EN],
        "words": "",
        "words_en": "",
        "article": "",
        "sort": sort,
        "active": True,
    }
