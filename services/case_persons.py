"""Which cases name a person: his data are asked for elsewhere only for one of them that is open (M04).

A case names a person by what was registered of it, or before that by the id of his record in what was typed:
the newest sending of a form counts, so that somebody who was taken out by a correction is named no more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Text, cast, exists, or_, select
from sqlalchemy.orm import aliased

from models.case import Case
from models.form_entry import FormEntry
from models.notification import NotificationPerson
from services.context import Context


def list_open(ctx: Context, person_id: int) -> Sequence[Case]:
    """The open cases of the actor's office that name a person, the newest first."""
    registered = select(NotificationPerson.notification_id).where(NotificationPerson.person_id == person_id)
    mine = (Case.state == "open", Case.office_id == ctx.actor.office_id, Case.notification_id.is_not(None))
    named = or_(Case.notification_id.in_(registered), Case.id.in_(_typed(ctx, person_id, mine)))
    return ctx.session.scalars(select(Case).where(*mine, named).order_by(Case.id.desc())).all()


def names_person(told: str, person_id: int) -> bool:
    """Whether a sending of a form, as the text that is kept of it, names the record of a person."""
    return re.search(rf'person_id"\s*:\s*{person_id}\b', told) is not None


def _typed(ctx: Context, person_id: int, mine: Sequence[ColumnElement[bool]]) -> set[int]:
    later, text = aliased(FormEntry), cast(FormEntry.data, Text)
    is_corrected = exists().where(
        later.case_id == FormEntry.case_id, later.form == FormEntry.form, later.id > FormEntry.id
    )
    statement = (
        select(FormEntry.case_id, text)
        .join(Case, Case.id == FormEntry.case_id)
        .where(*mine, text.contains(str(person_id)), ~is_corrected)
    )
    return {case_id for case_id, told in ctx.session.execute(statement) if names_person(told, person_id)}
