"""Rights change by two: one asks, another decides; never for oneself, never two duties in one hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.masters import Posting
from models.rights import EXPIRED, RightRequest
from models.sign_in import UserSession
from portal.security.roles import BOOK, PERMISSIONS, ROLES, fab_pair
from services import accounts, right_requests, role_tables, second_factors, sign_in
from services.context import Actor, Context
from services.duties import collisions
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from services.sign_in import Terminal
from tests.factories.audit import told
from tests.factories.staff import employ

DESK = Terminal("127.0.0.1", b"t" * 32)
By = Callable[[Actor], Context]


@pytest.fixture
def by(ctx: Context) -> By:
    """The same transaction in another one's hands, with the roles of the office in the tables."""
    grants = {name: frozenset(map(fab_pair, role.grants)) for name, role in ROLES.items()}
    role_tables.sync(ctx, [fab_pair(slug) for slug in PERMISSIONS], grants)
    return lambda actor: replace(ctx, actor=actor)


@pytest.fixture
def second(session: Session) -> Actor:
    return employ(session, "administrator", "s-second")


@pytest.fixture
def clerk(session: Session, by: By, ctx: Context) -> User:
    """A counter clerk who is signed in."""
    del by
    person = session.get_one(User, employ(session, "counter", "s-clerk").staff_id)
    person.roles = list(session.scalars(select(Role).where(Role.name == "counter")))
    sign_in.begin(ctx, person.id, DESK)
    return person


def asked(by: By, actor: Actor, person: User, *roles: str) -> RightRequest:
    return right_requests.ask_for_account(by(actor), BOOK, person.id, roles, "10月1日の異動")


def approve(by: By, actor: Actor, request: RightRequest) -> RightRequest:
    return right_requests.decide(by(actor), BOOK, request.id, approve=True, words="辞令を確認")


def roles_of(session: Session, person: User) -> set[str]:
    session.expire(person)
    return {role.name for role in person.roles}


def test_asking_changes_nothing_and_another_one_changes_it(
    session: Session, by: By, clerk: User, actor_administrator: Actor, second: Actor
) -> None:
    request = asked(by, actor_administrator, clerk, "certificate_clerk")
    assert roles_of(session, clerk) == {"counter"}
    approve(by, second, request)
    assert roles_of(session, clerk) == {"certificate_clerk"}
    live = select(UserSession.id).where(UserSession.user_id == clerk.id, UserSession.ended_at.is_(None))
    assert session.scalars(live).all() == []
    assert [event.detail for event in told(session, "rights:approved")]
    assert told(session, "rights:asked")


def test_what_was_refused_changes_nothing(
    session: Session, by: By, clerk: User, actor_administrator: Actor, second: Actor
) -> None:
    request = asked(by, actor_administrator, clerk, "certificate_clerk")
    right_requests.decide(by(second), BOOK, request.id, approve=False, words="辞令がない")
    assert roles_of(session, clerk) == {"counter"}
    assert told(session, "rights:refused")
    with pytest.raises(SomebodyElseWasFaster):
        approve(by, second, request)


def test_who_asked_does_not_decide_nor_does_the_one_concerned(
    by: By, clerk: User, actor_administrator: Actor, second: Actor
) -> None:
    request = asked(by, actor_administrator, clerk, "certificate_clerk")
    concerned = replace(second, staff_id=clerk.id, staff_number="s-clerk")
    for actor in (actor_administrator, concerned):
        with pytest.raises(NotAllowed, match="本人では扱えません"):
            approve(by, actor, request)


def test_a_second_account_of_the_same_person_does_not_help(
    session: Session, by: By, clerk: User, actor_administrator: Actor, second: Actor
) -> None:
    """T13: the person is compared, not the account."""
    request = asked(by, actor_administrator, clerk, "certificate_clerk")
    for number in (request.asked_by_number, request.concerned_number):
        with pytest.raises(NotAllowed):
            approve(by, replace(second, staff_number=number), request)
    session.execute(
        update(Posting).where(Posting.user_id == actor_administrator.staff_id).values(staff_number="new")
    )
    with pytest.raises(NotAllowed):
        approve(by, replace(second, staff_number="new"), request)


def test_the_database_itself_keeps_the_two_apart(
    session: Session, by: By, clerk: User, actor_administrator: Actor
) -> None:
    request = asked(by, actor_administrator, clerk, "certificate_clerk")
    with pytest.raises(IntegrityError, match="two_persons"), session.begin_nested():
        session.execute(update(RightRequest).values(decided_by_number=request.asked_by_number))


def test_nobody_asks_for_himself(session: Session, by: By, clerk: User, actor_administrator: Actor) -> None:
    own = session.get_one(User, actor_administrator.staff_id)
    for actor in (actor_administrator, replace(actor_administrator, staff_id=clerk.id + 100)):
        with pytest.raises(NotAllowed):
            asked(by, actor, own, "auditor")


def test_a_request_that_nobody_decides_runs_out_and_may_be_asked_anew(
    session: Session, ctx: Context, by: By, clerk: User, actor_administrator: Actor, second: Actor
) -> None:
    request = asked(by, actor_administrator, clerk, "certificate_clerk")
    with pytest.raises(RuleBroken, match="決定を待っています"):
        asked(by, second, clerk, "verifier")
    later = replace(ctx, actor=second, at=ctx.at + timedelta(days=7))
    with pytest.raises(SomebodyElseWasFaster, match="期限"):
        right_requests.decide(later, BOOK, request.id, approve=True, words="遅れた")
    assert right_requests.state_of(later, request) == EXPIRED
    right_requests.ask_for_account(later, BOOK, clerk.id, ["verifier"], "もう一度")
    session.refresh(request)
    assert request.state == EXPIRED


def test_a_request_over_what_changed_meanwhile_is_not_applied(
    session: Session, ctx: Context, by: By, clerk: User, actor_administrator: Actor, second: Actor
) -> None:
    request = asked(by, actor_administrator, clerk, "certificate_clerk")
    accounts.put_rights(ctx, clerk, [])
    with pytest.raises(SomebodyElseWasFaster, match="申請のあとで"):
        approve(by, second, request)


@pytest.mark.parametrize(
    "roles",
    [
        ("counter", "verifier"),
        ("counter", "section_chief"),
        ("administrator", "counter"),
        ("administrator", "auditor"),
        ("administrator", "section_chief"),
        ("auditor", "verifier"),
        tuple(ROLES),
    ],
)
def test_nobody_gets_two_duties_that_check_one_another(
    by: By, clerk: User, actor_administrator: Actor, roles: tuple[str, ...]
) -> None:
    with pytest.raises(RuleBroken, match="両方は付けられません"):
        asked(by, actor_administrator, clerk, *roles)


@pytest.mark.parametrize("role", ROLES)
def test_no_shipped_role_holds_two_duties_that_check_one_another(role: str) -> None:
    assert collisions(BOOK.duties([role], BOOK.shipped)) == []


def test_a_role_is_not_edited_into_entering_and_approving(
    by: By, actor_administrator: Actor, clerk: User
) -> None:
    del clerk
    for role, slug in (
        ("verifier", "notification.submit"),
        ("counter", "ex_officio.decide"),
        ("counter", "rights.decide"),
        ("auditor", "accounts.write"),
        ("section_chief", "notification.submit"),
    ):
        wanted = sorted(ROLES[role].grants | {slug})
        with pytest.raises(RuleBroken, match="両方は付けられません"):
            right_requests.ask_for_role(by(actor_administrator), BOOK, role, wanted, "便利なので")


def test_a_role_is_not_edited_so_that_somebody_with_two_roles_gets_both(
    session: Session, by: By, actor_administrator: Actor, clerk: User
) -> None:
    clerk.roles = list(session.scalars(select(Role).where(Role.name.in_(["counter", "certificate_clerk"]))))
    session.flush()
    wanted = sorted(ROLES["certificate_clerk"].grants | {"ex_officio.decide"})
    with pytest.raises(RuleBroken, match="両方は付けられません"):
        right_requests.ask_for_role(by(actor_administrator), BOOK, "certificate_clerk", wanted, "便利なので")


def test_an_edited_role_holds_at_once_and_outlives_the_next_setup(
    session: Session, ctx: Context, by: By, clerk: User, actor_administrator: Actor, second: Actor
) -> None:
    wanted = sorted(ROLES["counter"].grants - {"number.reveal"} | {"certificate.print"})
    request = right_requests.ask_for_role(by(actor_administrator), BOOK, "counter", wanted, "少人数の窓口")
    assert "number.reveal" in role_tables.grants(session)["counter"]
    approve(by, second, request)
    assert role_tables.grants(session)["counter"] == set(wanted)
    grants = {name: frozenset(map(fab_pair, role.grants)) for name, role in ROLES.items()}
    assert role_tables.sync(ctx, [fab_pair(slug) for slug in PERMISSIONS], grants) == []
    assert role_tables.grants(session)["counter"] == set(wanted)
    live = select(UserSession.id).where(UserSession.user_id == clerk.id, UserSession.ended_at.is_(None))
    assert session.scalars(live).all() == []


def test_nobody_changes_what_his_own_role_may_do(by: By, actor_administrator: Actor) -> None:
    wanted = sorted(ROLES["administrator"].grants - {"job.change"})
    with pytest.raises(NotAllowed, match="自分の担当"):
        right_requests.ask_for_role(by(actor_administrator), BOOK, "administrator", wanted, "減らす")


def test_one_administrator_alone_gives_no_rights_by_any_deed(
    session: Session, by: By, clerk: User, actor_administrator: Actor
) -> None:
    alone = by(actor_administrator)
    new = {"username": "n1", "last_name": "新", "first_name": "人", "email": "n1@example.invalid"}
    with pytest.raises(NotAllowed, match="一人ではできません"):
        accounts.add_account(alone, new | {"roles": ["counter"]})
    with pytest.raises(NotAllowed, match="一人ではできません"):
        accounts.change_account(alone, clerk.id, accounts.shown(clerk) | {"roles": ["verifier"]})
    accounts.change_account(alone, clerk.id, accounts.shown(clerk) | {"active": False})
    with pytest.raises(NotAllowed, match="一人ではできません"):
        accounts.change_account(alone, clerk.id, accounts.shown(clerk) | {"active": True})
    request = asked(by, actor_administrator, clerk, "counter")
    assert right_requests.difference_of(alone, request).opens
    session.refresh(clerk)
    assert not clerk.active


def test_a_recovery_is_not_approved_under_a_second_account(
    session: Session, by: By, clerk: User, actor_administrator: Actor, second: Actor
) -> None:
    second_factors.ask_recovery(by(actor_administrator), clerk.id, "電話をなくした")
    for actor in (
        actor_administrator,
        replace(second, staff_number=actor_administrator.staff_number),
        replace(second, staff_number="s-clerk"),
    ):
        with pytest.raises(NotAllowed):
            second_factors.approve_recovery(by(actor), clerk.id)
    assert second_factors.approve_recovery(by(second), clerk.id)
    assert session.get_one(User, clerk.id).password is None
