"""Being away with a deputy: who may set it, who may be one, what is refused, who can do the tasks then."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.absence import StandIn
from models.case import WorkItem
from models.notice import Notice
from portal.security.roles import BOOK, ROLES, TASK_ROLES
from services import absence_rules, absences, board, coverage, role_tables, staffing, two_people
from services.absence_rules import Wish
from services.context import Principal
from services.deputies import DeputyRefused
from services.errors import NotAllowed, NotFound, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.staff import employ
from workflows.engine import taking


@pytest.fixture
def office(ctx, actor_verifier, actor_section_chief, actor_certificate_clerk):
    """A counter clerk (the actor) with a colleague, one verifier, one certificate clerk, one chief."""
    del actor_verifier, actor_certificate_clerk
    colleague = employ(ctx.session, "counter", "s-colleague")
    permissions = {role_tables.pair_of(slug) for role in ROLES.values() for slug in role.grants}
    role_tables.sync(
        ctx,
        permissions,
        {name: frozenset(map(role_tables.pair_of, role.grants)) for name, role in ROLES.items()},
    )
    return replace(ctx, actor=actor_section_chief), colleague


def wish(ctx, who, deputy=None, first=0, last=4):
    return Wish(
        who.staff_id,
        ctx.today + timedelta(days=first),
        ctx.today + timedelta(days=last),
        deputy.staff_id if deputy else None,
    )


def person(ctx, who, days=0):
    people = staffing.of_office(ctx.session, who.office_id, ctx.today + timedelta(days=days))
    return next(one for one in people if one.user_id == who.staff_id)


def test_one_sets_ones_own_absence_and_the_deputy_gets_the_tasks_of_those_days(ctx, office):
    _, colleague = office
    absences.record(ctx, BOOK, wish(ctx, ctx.actor, colleague, 1, 3))
    assert [person(ctx, ctx.actor, day).is_here for day in range(5)] == [True, False, False, False, True]
    assert ctx.actor.staff_id in person(ctx, colleague, 3).principals
    assert person(ctx, colleague, 4).principals == frozenset()
    assert [event.tag for event in told(ctx.session, "absence:set")] == ["absence:set"]


def test_the_chief_sets_it_for_others_and_they_are_told(ctx, office):
    chief, colleague = office
    with pytest.raises(NotAllowed, match="本人と課長"):
        absences.record(ctx, BOOK, wish(ctx, colleague))
    absences.record(chief, BOOK, wish(ctx, colleague, ctx.actor))
    assert set(ctx.session.scalars(select(Notice.user_id))) == {colleague.staff_id, ctx.actor.staff_id}


def test_a_deputy_gets_the_role_of_who_is_away_and_is_kept_from_what_that_one_is(
    ctx, office, waits, actor_verifier, actor_certificate_clerk
):
    chief, _ = office
    absences.record(chief, BOOK, wish(ctx, actor_verifier, actor_certificate_clerk))
    deputy = person(ctx, actor_certificate_clerk)
    assert deputy.lent == {"verifier"}
    items = [
        ctx.session.get(WorkItem, waits(role="verifier", excluded_staff=excluded))
        for excluded in ([], [actor_verifier.staff_number], [f"account:{actor_certificate_clerk.staff_id}"])
    ]
    assert [staffing.why_not(item, deputy) is None for item in items] == [True, False, False]


def test_duties_that_check_one_another_do_not_meet_in_a_deputy(ctx, office, actor_verifier):
    chief, colleague = office
    with pytest.raises(DeputyRefused, match="相互けん制"):
        absences.record(chief, BOOK, wish(ctx, actor_verifier, colleague))
    people = staffing.of_office(ctx.session, ctx.actor.office_id, ctx.today)
    offered = absences.candidates(chief, BOOK, people, actor_verifier.staff_id)
    assert {role for one in offered for role in one.roles} == {"certificate_clerk", "section_chief"}


def test_duties_do_not_meet_over_a_chain_either(ctx, office, actor_verifier, actor_certificate_clerk):
    chief, colleague = office
    absences.record(chief, BOOK, wish(ctx, actor_verifier, actor_certificate_clerk))
    with pytest.raises(DeputyRefused, match="相互けん制"):
        absences.record(chief, BOOK, wish(ctx, colleague, actor_certificate_clerk))


def test_a_circle_is_refused_and_nothing_is_kept(ctx, office):
    chief, colleague = office
    absences.record(chief, BOOK, wish(ctx, colleague, ctx.actor))
    with pytest.raises(DeputyRefused, match="本人に戻って"):
        absences.record(chief, BOOK, wish(ctx, ctx.actor, colleague))
    assert len(absences.read(chief)) == 1


def test_a_deputy_who_is_away_without_a_deputy_is_refused(ctx, office):
    chief, colleague = office
    absences.record(chief, BOOK, wish(ctx, colleague, None, 2, 3))
    with pytest.raises(DeputyRefused, match="不在で、その代理がいません"):
        absences.record(ctx, BOOK, wish(ctx, ctx.actor, colleague))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [(3, 1, "前になって"), (-3, -1, "過ぎた期間"), (0, 400, "366日")],
)
def test_days_that_cannot_be_are_refused(ctx, office, first, last, words):
    with pytest.raises(DeputyRefused, match=words):
        absences.record(ctx, BOOK, wish(ctx, ctx.actor, None, first, last))


def test_two_absences_of_one_person_do_not_overlap(ctx, office):
    absences.record(ctx, BOOK, wish(ctx, ctx.actor, None, 0, 4))
    with pytest.raises(DeputyRefused, match="登録済み"):
        absences.record(ctx, BOOK, wish(ctx, ctx.actor, None, 4, 6))
    absences.record(ctx, BOOK, wish(ctx, ctx.actor, None, 5, 6))


def test_an_absence_that_leaves_a_task_with_nobody_is_refused_until_there_is_a_deputy(
    ctx, office, waits, actor_verifier, actor_certificate_clerk
):
    chief, _ = office
    waits(role="verifier")
    with pytest.raises(DeputyRefused, match="1件が、だれにもできなくなります"):
        absences.record(chief, BOOK, wish(ctx, actor_verifier))
    absences.record(chief, BOOK, wish(ctx, actor_verifier, actor_certificate_clerk))


def test_a_deputy_whose_exclusions_leave_a_task_with_nobody_is_refused(
    ctx, office, waits, actor_verifier, actor_certificate_clerk
):
    chief, _ = office
    waits(role="certificate_clerk", excluded_staff=[actor_verifier.staff_number])
    with pytest.raises(DeputyRefused, match="だれにもできなくなります"):
        absences.record(chief, BOOK, wish(ctx, actor_verifier, actor_certificate_clerk))


def test_what_is_in_hand_stays_where_the_deputy_can_do_it_and_goes_back_where_nobody_can(ctx, office, waits):
    chief, colleague = office
    theirs = waits(assignee_id=ctx.actor.staff_id)
    kept_apart = waits(assignee_id=ctx.actor.staff_id, excluded_staff=[colleague.staff_number])
    third = employ(ctx.session, "counter", "s-third")
    absences.record(chief, BOOK, wish(ctx, ctx.actor, colleague))
    assert ctx.session.get(WorkItem, theirs).assignee_id == ctx.actor.staff_id
    assert ctx.session.get(WorkItem, kept_apart).assignee_id is None
    assert third.office_id == ctx.actor.office_id


def test_called_off_it_ends_at_once_with_all_that_followed_from_it(ctx, office):
    chief, colleague = office
    row = absences.record(ctx, BOOK, wish(ctx, ctx.actor, colleague))
    absences.call_off(chief, row.id)
    assert person(ctx, ctx.actor).is_here
    assert ctx.session.scalars(select(StandIn)).all() == []
    with pytest.raises(SomebodyElseWasFaster):
        absences.call_off(chief, row.id)


def test_others_call_off_nothing(ctx, office):
    chief, colleague = office
    row = absences.record(chief, BOOK, wish(ctx, colleague))
    with pytest.raises(NotAllowed):
        absences.call_off(ctx, row.id)
    stranger = employ(ctx.session, "section_chief", "s-far", "77")
    with pytest.raises(NotFound):
        absences.call_off(replace(ctx, actor=stranger), row.id)


def test_each_sees_what_concerns_him_and_the_chief_sees_all(ctx, office, actor_certificate_clerk):
    chief, colleague = office
    absences.record(chief, BOOK, wish(ctx, colleague, ctx.actor))
    clerk = replace(ctx, actor=actor_certificate_clerk)
    absences.record(clerk, BOOK, wish(ctx, actor_certificate_clerk))
    assert [len(absences.read(one)) for one in (chief, ctx, clerk)] == [2, 1, 1]


def as_deputy(ctx, who, principal):
    return replace(
        ctx,
        actor=replace(
            who,
            roles=who.roles | principal.roles,
            lent=principal.roles,
            principals=(Principal(principal.staff_id, principal.roles, principal.names),),
        ),
    )


def test_the_deputy_of_the_chief_is_no_chief_beyond_the_tasks(
    ctx, office, actor_certificate_clerk, actor_verifier, waits
):
    """He neither makes himself the deputy of others nor decides, reads the board or hands tasks over."""
    chief, colleague = office
    absences.record(chief, BOOK, wish(ctx, chief.actor, actor_certificate_clerk))
    other = absences.record(chief, BOOK, wish(ctx, colleague, None, 2, 3))
    clerk = as_deputy(ctx, actor_certificate_clerk, chief.actor)
    taken = waits(assignee_id=ctx.actor.staff_id)
    for deed in (
        lambda: absences.record(clerk, BOOK, wish(ctx, actor_verifier, actor_certificate_clerk)),
        lambda: absences.call_off(clerk, other.id),
        lambda: board.read(clerk, TASK_ROLES),
        lambda: two_people.must_have_any(clerk, frozenset({"section_chief"}), "課長だけ", "the chief only"),
        lambda: taking.give_back(clerk, taken),
        lambda: taking.delegate(clerk, taken, colleague.staff_id),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert [line.absence.id for line in absences.read(clerk)] != []
    assert other.id not in [line.absence.id for line in absences.read(clerk)]


def test_other_roles_do_not_bring_duties_together_by_a_stand_in(
    ctx, office, actor_certificate_clerk, actor_verifier
):
    chief, colleague = office
    absences.record(chief, BOOK, wish(ctx, actor_verifier, actor_certificate_clerk, 1, 3))
    absences.record(chief, BOOK, wish(ctx, colleague, ctx.actor, 1, 3))
    fits = absence_rules.must_fit_stand_ins
    fits(ctx, BOOK, actor_certificate_clerk.staff_id, ["verifier"])
    for who, role in ((actor_certificate_clerk, "counter"), (colleague, "verifier"), (ctx.actor, "verifier")):
        with pytest.raises(DeputyRefused, match="相互けん制"):
            fits(ctx, BOOK, who.staff_id, [role])


def test_the_chief_is_told_once_a_day_of_tasks_that_nobody_can_do(ctx, office, waits, actor_section_chief):
    waits(role="verifier", excluded_staff=["s-verifier"])
    for _ in range(2):
        coverage.settle(ctx, ctx.actor.office_id)
    (notice,) = ctx.session.scalars(select(Notice)).all()
    assert (notice.user_id, notice.kind, notice.number) == (actor_section_chief.staff_id, "nobody", 1)
    waits(role="verifier", excluded_staff=["s-verifier"])
    coverage.settle(ctx, ctx.actor.office_id)
    assert (notice.number, notice.read_at) == (2, None)
