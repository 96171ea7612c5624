"""Procedures say who stands outside the resident register, and so who goes to the address system (J1)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.job import Job
from models.person import get_current
from services import acquisition, addresses, outside_register, registry_blocks, residence_exceptions, undoing
from services.addresses import AddressFacts
from services.context import Context
from services.findings import RegistrationRefused, refusals_in
from services.resident_kinds import FOREIGN, JAPANESE
from tests.factories.registry import (
    ADDRESS,
    a_change,
    a_notification,
    a_person,
    an_acquisition,
    register_acquisition,
    register_change,
)

THERE = "別県別市別町9番"
ELSEWHERE = {"reason": "02", "scheme_standing": "own", "outside_register": True}


def kind_of(ctx: Context, person_id: int) -> str:
    return get_current(ctx.session, person_id).resident_kind


def home_of(ctx: Context, person_id: int) -> str:
    found = addresses.current(ctx.session, person_id, ctx.today)
    assert found is not None
    return found.address


def whom_asked(ctx: Context) -> list[int]:
    jobs = ctx.session.scalars(select(Job).where(Job.kind == outside_register.KIND).order_by(Job.id))
    return [job.payload["person_id"] for job in jobs]


def test_who_lives_here_unregistered_joins_as_somebody_outside_and_is_told_once(ctx: Context) -> None:
    done = register_acquisition(ctx, **ELSEWHERE)
    assert {kind_of(ctx, one) for one in done.person_ids} == {outside_register.OUTSIDE}
    assert whom_asked(ctx) == list(done.person_ids)


def test_the_usual_acquisition_tells_the_address_system_of_nobody(ctx: Context) -> None:
    done = register_acquisition(ctx)
    foreign = register_acquisition(
        ctx,
        [
            a_person(
                "ＭＩＨＯＮ",
                residence_status="student",
                residence_expires_on="2028-03-31",
                entered_on="2026-04-01",
            )
        ],
    )
    assert {kind_of(ctx, one) for one in done.person_ids} == {JAPANESE}
    assert kind_of(ctx, foreign.person_ids[0]) == FOREIGN
    assert whom_asked(ctx) == []


def test_nobody_moves_in_and_stays_unregistered(ctx: Context) -> None:
    entry = an_acquisition(outside_register=True)
    assert [one.code for one in refusals_in(acquisition.check(ctx, entry))] == [
        "acquisition.moved_in_unregistered"
    ]
    with pytest.raises(RegistrationRefused):
        acquisition.register(ctx, a_notification(ctx, "acquisition"), entry)


def test_a_student_is_registered_where_the_school_is_until_he_comes_back(ctx: Context) -> None:
    done = register_acquisition(ctx)
    son = done.person_ids[2]
    row = {"person_id": son, "certificate": "collected", "address_there": THERE}
    register_change(ctx, a_change(done, "student", persons=[row | {"student_status": "begin"}]))
    assert (kind_of(ctx, son), home_of(ctx, son)) == (outside_register.OUTSIDE, THERE)
    assert whom_asked(ctx) == [son]
    register_change(ctx, a_change(done, "student", persons=[row | {"student_status": "end"}]))
    assert (kind_of(ctx, son), home_of(ctx, son)) == (JAPANESE, ADDRESS["address"])
    assert whom_asked(ctx) == [son]


def test_who_enters_a_home_elsewhere_stands_outside_until_he_is_back_and_a_cancellation_takes_it_back(
    ctx: Context,
) -> None:
    done = register_acquisition(ctx, [a_person()])
    who, entered = done.person_ids[0], a_notification(ctx, "facility_exception", "enter")
    registry_blocks.move_home(ctx, entered, [who], AddressFacts(THERE), ctx.today)
    registry_blocks.mark(ctx, entered, done.household_id, [who], ctx.today, "facility")
    assert (kind_of(ctx, who), whom_asked(ctx)) == (outside_register.OUTSIDE, [who])
    later = Context(ctx.session, ctx.actor, ctx.at + timedelta(minutes=1))
    ended = a_notification(later, "facility_exception", "end")
    row = {"person_id": who, "afterwards": "returned", "certificate": "collected"}
    residence_exceptions.end(later, ended, done.household_id, [row], later.today, "counter")
    assert (kind_of(ctx, who), whom_asked(ctx)) == (JAPANESE, [who])
    last = Context(ctx.session, ctx.actor, ctx.at + timedelta(minutes=2))
    undoing.take_back(last, undoing.traces_of(ctx.session, ended.id), a_notification(last, "cancellation"))
    assert (kind_of(ctx, who), whom_asked(ctx)) == (outside_register.OUTSIDE, [who, who])
