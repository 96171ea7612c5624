"""Data-use applications (データ利用申請) on the side of the section that asks (J3, K1).

Whoever changes, decides, ends or sends holds the row of the application, so that they follow one another.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select

from interchange.dictionary import catalog
from models.audit.tags import Tag
from models.data_use import (
    APPROVED,
    DRAFT,
    EDITED,
    REFUSED,
    REVOKED,
    SUBMITTED,
    WITHDRAWN,
    DataUseApplication,
    DataUseApproval,
    lock_application,
)
from models.masters import Office, Posting
from services import audit
from services.context import Context, names_of
from services.data_use_content import PROVISION, Content, columns, content_of, tidied
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.two_people import reason_of

APPLICANT, MANAGER, CHIEF = "receiving_section", "data_protection_manager", "section_chief"
REVIEWERS = frozenset({MANAGER, CHIEF, "auditor"})


def draft(ctx: Context, content: Content, renews_id: int | None = None) -> DataUseApplication:
    """Begin an application of the actor's section; who had a hand in what it renews has one in it too.

    Raises:
        NotAllowed: the actor is of no receiving section, or it is not his section that would receive.
        NotFound: what it would renew is none of his section's.
        RuleBroken: something in it cannot be; the message says what.
    """
    office = _own_office(ctx, content)
    content = tidied(content)
    before = _own(ctx, renews_id) if renews_id is not None else None
    application = DataUseApplication(
        **columns(content),
        number=secrets.token_hex(7),  # until its id is known
        office_id=office.id,
        renews_id=renews_id,
        state=DRAFT,
        parties=before.parties if before is not None else [],
        party_ids=before.party_ids if before is not None else [],
        made_at=ctx.at,
        made_by_id=ctx.actor.staff_id,
    )
    _add_party(ctx, application)
    ctx.session.add(application)
    ctx.session.flush()
    application.number = f"D{ctx.today:%y}-{application.id:06}"
    tell(ctx, Tag.DATA_USE_DRAFTED, application, {"hash": content.hash[:16]})
    return application


def change(ctx: Context, application_id: int, content: Content) -> DataUseApplication:
    """Change an application; an approval that it has ends with that, and it must be judged anew.

    Raises:
        SomebodyElseWasFaster: it is being judged or has ended; withdraw it and begin another.
        NotAllowed, RuleBroken: as for `draft`.
    """
    application = _own(ctx, application_id)
    _own_office(ctx, content)
    if application.state not in {DRAFT, APPROVED}:
        raise SomebodyElseWasFaster(
            "審査中または終わった申請は直せません。取り下げてから、新しく申請してください。",
            "It is under review or has ended. Withdraw it and apply anew.",
        )
    content = tidied(content)
    if content.hash == content_of(application).hash:
        return application
    for approval in standing(ctx, application):
        end(ctx, approval, EDITED, "申請の内容が変更された")
    for name, value in columns(content).items():
        setattr(application, name, value)
    application.state, application.case_id = DRAFT, None
    _add_party(ctx, application)
    tell(ctx, Tag.DATA_USE_CHANGED, application, {"hash": content.hash[:16]})
    return application


def submit(ctx: Context, application_id: int) -> tuple[DataUseApplication, dict[str, Any]]:
    """Hand an application in; answers the facts with which its case begins.

    Raises:
        SomebodyElseWasFaster: it is no draft any more.
        RuleBroken: its last day has passed.
    """
    application = _own(ctx, application_id)
    if application.state != DRAFT:
        raise SomebodyElseWasFaster("この申請は提出済みです。", "It was handed in before.")
    if application.until_on < ctx.today:
        raise RuleBroken(
            "利用期間が過ぎています。期間を直してから提出してください。", "The period has passed; change it."
        )
    application.state, application.submitted_at = SUBMITTED, ctx.at
    _add_party(ctx, application)
    tell(ctx, Tag.DATA_USE_SUBMITTED, application)
    masks = {catalog.items()[one].mask for one in application.items}
    return application, {
        "application": application.id,
        "outside": application.kind == PROVISION,
        "secret": catalog.SECRET in masks,
        "restricted": catalog.RESTRICTED in masks,
        "places": application.with_places,
        "person_range": application.person_range,
    }


def withdraw(ctx: Context, application_id: int, reason: str) -> tuple[DataUseApplication, bool]:
    """Take an application back, with its approval if it has one; answers whether a case waits for it.

    Raises:
        SomebodyElseWasFaster: it has ended before.
        RuleBroken: no reason is given.
    """
    reason = reason_of(reason)
    application = _own(ctx, application_id)
    if application.state in {WITHDRAWN, REFUSED, REVOKED}:
        raise SomebodyElseWasFaster("この申請はもう終わっています。", "It has ended before.")
    waits = application.state == SUBMITTED
    for approval in standing(ctx, application):
        end(ctx, approval, WITHDRAWN, reason)
    application.state, application.ended_at, application.ended_reason = WITHDRAWN, ctx.at, reason
    tell(ctx, Tag.DATA_USE_WITHDRAWN, application)
    return application, waits


def get(ctx: Context, application_id: int) -> DataUseApplication:
    """An application that the actor may see: his section's, or any for those who review.

    Raises:
        NotFound: there is none, or it is another section's.
    """
    application = ctx.session.get(DataUseApplication, application_id)
    if application is None or not may_see(ctx, application.office_id):
        raise _unknown()
    return application


def may_see(ctx: Context, office_id: int | None) -> bool:
    """Whether the actor may see what belongs to a section."""
    return bool(ctx.actor.own_roles & REVIEWERS) or (
        APPLICANT in ctx.actor.own_roles and office_id is not None and office_id == ctx.actor.office_id
    )


def _own_office(ctx: Context, content: Content) -> Office:
    """The actor's section, which is the one that would receive."""
    office = ctx.session.get(Office, ctx.actor.office_id) if ctx.actor.office_id is not None else None
    if APPLICANT not in ctx.actor.own_roles or office is None or office.code != content.recipient:
        raise NotAllowed(
            "データ利用の申請は、受け取る課の担当者だけができます。",
            "Only the section that receives may apply.",
        )
    return office


def _own(ctx: Context, application_id: int) -> DataUseApplication:
    """An application of the actor's own section, held for this transaction."""
    application = hold(ctx, application_id)
    if APPLICANT not in ctx.actor.own_roles or application.office_id != ctx.actor.office_id:
        raise _unknown()
    return application


def hold(ctx: Context, application_id: int) -> DataUseApplication:
    """An application as it is now, held for this transaction.

    Raises:
        NotFound: there is none.
    """
    application = lock_application(ctx.session, application_id)
    if application is None:
        raise _unknown()
    return application


def _unknown() -> NotFound:
    return NotFound("この申請は見つかりません。一覧から開き直してください。", "There is no such application.")


def standing(ctx: Context, application: DataUseApplication) -> list[DataUseApproval]:
    """The approvals of an application that have not ended."""
    statement = select(DataUseApproval).where(
        DataUseApproval.application_id == application.id, DataUseApproval.ended_at.is_(None)
    )
    return list(ctx.session.scalars(statement.execution_options(populate_existing=True)))


def end(ctx: Context, approval: DataUseApproval, kind: str, reason: str) -> None:
    """End an approval before its time."""
    approval.ended_at, approval.ended_kind, approval.ended_reason = ctx.at, kind, reason
    approval.ended_by_id = ctx.actor.staff_id


def _add_party(ctx: Context, application: DataUseApplication) -> None:
    """Whoever has a hand in an application is a party to it, with the one for whom he stands in."""
    ids = {*application.party_ids, *_ids_of(ctx)}
    names = {*application.parties, *ctx.actor.names}
    for user_id in ids:
        names |= names_of("", user_id) | numbers_of(ctx, user_id)
    application.party_ids, application.parties = sorted(ids), sorted(names)


def _ids_of(ctx: Context) -> set[int]:
    own = {ctx.actor.staff_id} if ctx.actor.staff_id is not None else set()
    return own | set(ctx.actor.stands_in_for)


def numbers_of(ctx: Context, user_id: int | None) -> frozenset[str]:
    """Every staff number under which an account was ever posted."""
    statement = select(Posting.staff_number).where(Posting.user_id == user_id)
    return frozenset(ctx.session.scalars(statement))


def tell(
    ctx: Context, tag: Tag, application: DataUseApplication, detail: dict[str, Any] | None = None
) -> None:
    """Put a deed on record that was done to an application."""
    audit.record(ctx, tag, f"data_use:{application.id}", application.case_id, detail=detail or {})
