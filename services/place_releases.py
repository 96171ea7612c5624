"""Letting one person of the staff see the places of a protected person: asked by one, decided by another.

A release is for who asked it, for one person, on that person's page alone, and ends by itself (H14).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from models.audit.tags import Tag
from models.person import PersonRecord, list_current
from models.protection import PURPOSES, PlaceRelease
from models.staff import names_of
from services import audit, two_people
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.protection import hides_places

DECIDERS = frozenset({"section_chief", "verifier"})
TERMS = {30: ("30分", "30 minutes"), 120: ("2時間", "2 hours"), 480: ("8時間(きょう)", "8 hours")}
SHOWN = 200


@dataclass(frozen=True)
class Asked:
    """A release as a list shows it, without any place."""

    row: PlaceRelease
    person: PersonRecord
    asked_by: str
    decided_by: str


def ask(ctx: Context, person_id: int, purpose: str, reason: str, minutes: int) -> PlaceRelease:
    """Ask to see the places of a person.

    Raises:
        PersonUnknown: nobody with this id is on record.
        RuleBroken: nothing is hidden, no purpose or term of the list, no reason, or it was asked before.
    """
    if not hides_places(ctx, person_id):
        raise RuleBroken(
            "この方の住所は保護されていません。申請は要りません。", "Nothing of this person is hidden."
        )
    if purpose not in PURPOSES or minutes not in TERMS or ctx.actor.staff_id is None:
        raise RuleBroken("目的と期間を選んでください。", "Choose a purpose and a term.")
    open_one = select(PlaceRelease.id).where(
        PlaceRelease.person_id == person_id,
        PlaceRelease.asked_by_id == ctx.actor.staff_id,
        PlaceRelease.state == "asked",
    )
    if ctx.session.scalars(open_one).first() is not None:
        raise RuleBroken(
            "この方の開示を、すでに申請しています。決定を待ってください。", "You have asked for this before."
        )
    row = PlaceRelease(
        person_id=person_id,
        purpose=purpose,
        reason=two_people.reason_of(reason),
        minutes=minutes,
        state="asked",
        office_id=ctx.actor.office_id,
        asked_at=ctx.at,
        asked_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(ctx, Tag.PLACES_ASKED, f"person:{person_id}", detail={"row": row.id}, purpose=purpose)
    return row


def decide(ctx: Context, release_id: int, reason: str, *, grants: bool) -> PlaceRelease:
    """Grant or refuse; the term runs from the decision on.

    Raises:
        NotFound: there is no such request in the actor's office.
        NotAllowed: his role decides none, or it was he who asked.
        SomebodyElseWasFaster: it was decided meanwhile.
        RuleBroken: no reason.
    """
    row = _locked(ctx, release_id)
    two_people.must_have_any(
        ctx,
        DECIDERS,
        "開示を決定するのは、課長か照合担当です。",
        "The section chief or a verifier decides a release.",
    )
    two_people.must_be_somebody_else(ctx, [row.asked_by_id])
    if row.state != "asked":
        raise SomebodyElseWasFaster("この申請は、すでに決定されています。", "This was decided meanwhile.")
    row.decided_reason = two_people.reason_of(reason)
    row.state, row.decided_at, row.decided_by_id = (
        "granted" if grants else "refused",
        ctx.at,
        ctx.actor.staff_id,
    )
    row.expires_at = ctx.at + timedelta(minutes=row.minutes) if grants else None
    detail = {"row": row.id, "deed": row.state, "minutes": row.minutes if grants else None}
    audit.record(ctx, Tag.PLACES_DECIDED, f"person:{row.person_id}", detail=detail, purpose=row.purpose)
    return row


def end(ctx: Context, release_id: int) -> PlaceRelease:
    """End one's own release before its time; whoever decides may end any.

    Raises:
        NotFound: there is no such release in the actor's office, or it is not his to end.
    """
    row = _locked(ctx, release_id)
    if row.asked_by_id != ctx.actor.staff_id and not DECIDERS & ctx.actor.own_roles:
        raise _none()
    if row.state in {"asked", "granted"}:
        row.state, row.ended_at = "ended", ctx.at
        detail = {"row": row.id, "deed": "ended"}
        audit.record(ctx, Tag.PLACES_DECIDED, f"person:{row.person_id}", detail=detail, purpose=row.purpose)
    return row


def find_in_force(ctx: Context, person_id: int) -> PlaceRelease | None:
    """The release by which the reader sees the places of this person now; None where there is none."""
    statement = select(PlaceRelease).where(
        PlaceRelease.person_id == person_id,
        PlaceRelease.asked_by_id == ctx.actor.staff_id,
        PlaceRelease.state == "granted",
        PlaceRelease.expires_at > ctx.at,
    )
    return ctx.session.scalars(statement.order_by(PlaceRelease.expires_at.desc())).first()


def list_asked(ctx: Context, person_id: int | None = None) -> Sequence[Asked]:
    """The requests of the actor's office, those to be decided first; of one person where one is named."""
    statement = select(PlaceRelease).where(PlaceRelease.office_id == ctx.actor.office_id)
    if person_id is not None:
        statement = statement.where(PlaceRelease.person_id == person_id)
    waiting = (PlaceRelease.state == "asked").desc()
    rows = ctx.session.scalars(statement.order_by(waiting, PlaceRelease.id.desc()).limit(SHOWN)).all()
    people = list_current(ctx.session, {row.person_id for row in rows})
    names = names_of(ctx.session, {one for row in rows for one in (row.asked_by_id, row.decided_by_id)})
    return [
        Asked(
            row,
            people[row.person_id],
            names.get(row.asked_by_id, ""),
            names.get(row.decided_by_id or 0, ""),
        )
        for row in rows
    ]


def to_count(actor: Actor, _today: date) -> Wanted:
    """How many requests wait for whoever may decide, for the sidebar."""
    if not DECIDERS & actor.own_roles:
        return {}
    asked = PlaceRelease.state == "asked", PlaceRelease.office_id == actor.office_id
    return {"protection": select(func.count(PlaceRelease.id)).where(*asked)}


def _locked(ctx: Context, release_id: int) -> PlaceRelease:
    statement = select(PlaceRelease).where(
        PlaceRelease.id == release_id, PlaceRelease.office_id == ctx.actor.office_id
    )
    row = ctx.session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise _none()
    return row


def _none() -> NotFound:
    return NotFound("この申請は見つかりません。一覧から開き直してください。", "There is no such request.")
