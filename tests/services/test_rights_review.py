"""The yearly look at who holds which right (棚卸, M11, M18)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from models.rights import APPROVED, RightRequest
from models.staff import User
from services import rights_review
from services.context import Actor, Context
from services.errors import NotAllowed, NotFound, RuleBroken
from tests.factories.audit import told
from tests.factories.staff import employ


@pytest.fixture
def chief(ctx: Context, actor_section_chief: Actor, actor_counter: Actor) -> Context:
    """The chief of an office in which a clerk works."""
    del actor_counter
    return replace(ctx, actor=actor_section_chief)


def of(ctx: Context, person: Actor) -> rights_review.Held:
    return next(one for one in rights_review.read(ctx) if one.user_id == person.staff_id)


def test_it_tells_since_when_and_by_whose_decision(
    session: Session, chief: Context, actor_counter: Actor, actor_administrator: Actor
) -> None:
    second = employ(session, "administrator", "s-second")
    assert of(chief, actor_counter).since is None
    session.add(
        RightRequest(
            kind="account",
            target=f"account:{actor_counter.staff_id}",
            user_id=actor_counter.staff_id,
            before={"roles": [], "active": True},
            wanted={"roles": ["counter"], "active": True},
            reason="異動",
            asked_at=chief.at,
            asked_by_id=actor_administrator.staff_id,
            asked_by_number=actor_administrator.staff_number,
            expires_at=chief.at,
            state=APPROVED,
            decided_at=chief.at,
            decided_by_id=second.staff_id,
            decided_by_number=second.staff_number,
        )
    )
    row = of(chief, actor_counter)
    assert (row.since, row.asked_by, row.decided_by) == (chief.at, actor_administrator.name, second.name)
    assert told(session, "rights:read")


def test_a_chief_reaches_his_own_office_an_auditor_everybody(
    session: Session, chief: Context, actor_auditor: Actor
) -> None:
    stranger = employ(session, "counter", "s-stranger", "77")
    assert stranger.staff_id not in {one.user_id for one in rights_review.read(chief)}
    with pytest.raises(NotFound):
        rights_review.confirm(chief, stranger.staff_id, "needed", "")
    auditor = replace(chief, actor=actor_auditor)
    assert rights_review.confirm(auditor, stranger.staff_id, "needed", "").staff_number == "s-stranger"


def test_nobody_confirms_himself_nor_under_another_account(chief: Context, actor_counter: Actor) -> None:
    twin = replace(chief, actor=replace(chief.actor, staff_number=actor_counter.staff_number))
    for ctx, person in ((chief, chief.actor), (twin, actor_counter)):
        with pytest.raises(NotAllowed):
            rights_review.confirm(ctx, person.staff_id, "needed", "")


def test_what_is_needless_needs_a_reason(chief: Context, actor_counter: Actor) -> None:
    for verdict in ("needless", "perhaps"):
        with pytest.raises(RuleBroken):
            rights_review.confirm(chief, actor_counter.staff_id, verdict, " ")
    rights_review.confirm(chief, actor_counter.staff_id, "needless", "窓口を離れた")
    assert of(chief, actor_counter).confirmed.words == "窓口を離れた"


def test_it_waits_again_after_a_year(chief: Context, actor_counter: Actor) -> None:
    assert of(chief, actor_counter).is_due
    rights_review.confirm(chief, actor_counter.staff_id, "needed", "")
    assert not of(replace(chief, at=chief.at + timedelta(days=364)), actor_counter).is_due
    assert of(replace(chief, at=chief.at + timedelta(days=365)), actor_counter).is_due


def test_who_is_switched_off_is_not_listed(session: Session, chief: Context, actor_counter: Actor) -> None:
    session.execute(update(User).where(User.id == actor_counter.staff_id).values(active=False))
    assert actor_counter.staff_id not in {one.user_id for one in rights_review.read(chief)}
