"""At every moment each open task has somebody here who can do it, or who must know was told (N2)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from models.case import WorkItem
from models.masters import Posting
from models.notice import Notice
from models.staff import User
from portal.security.roles import BOOK, ROLES
from services import absences, accounts, coverage, leavers, role_tables, staffing
from services.absence_rules import Wish
from services.context import SYSTEM, Actor, Context
from services.errors import ServiceError
from tests.factories.staff import employ
from workflows.engine import runner

LANES = ("counter", "verifier", "certificate_clerk")
STAFF = ("counter", "counter", "verifier", "verifier", "certificate_clerk", "section_chief", "administrator")
PEOPLE = st.integers(0, len(STAFF) - 2)
DAYS = st.integers(0, 4)
DEEDS = st.one_of(
    st.tuples(st.just("away"), PEOPLE, st.none() | PEOPLE, DAYS, DAYS),
    st.tuples(st.just("call_off"), PEOPLE),
    st.tuples(st.just("leaves"), PEOPLE),
    st.tuples(st.just("switched_off"), PEOPLE),
    st.tuples(st.just("other_role"), PEOPLE, st.sampled_from(LANES)),
    st.tuples(st.just("delegate"), PEOPLE, st.integers(0, 7)),
    st.tuples(st.just("take"), PEOPLE, st.integers(0, 7)),
    st.tuples(st.just("give_back"), PEOPLE, st.integers(0, 7)),
    st.tuples(st.just("opens"), st.sampled_from(LANES), st.none() | PEOPLE),
    st.tuples(st.just("next_day")),
)


@dataclass
class Office:
    """Seven people and eight tasks, and those that cases open; days pass and things happen to them."""

    ctx: Context
    people: list[Actor]
    items: list[int]
    waits: Callable[..., int]

    def do(self, deed, *told):
        """Do it, or be refused and leave everything as it was."""
        try:
            with self.ctx.session.begin_nested():
                getattr(self, deed)(*told)
        except ServiceError:
            self.ctx.session.expire_all()

    def as_(self, person):
        return replace(self.ctx, actor=person)

    @property
    def chief(self):
        return self.as_(self.people[5])

    def away(self, who, deputy, first, length):
        begin = self.ctx.today + timedelta(days=first)
        deputy_id = None if deputy is None else self.people[deputy].staff_id
        wish = Wish(self.people[who].staff_id, begin, begin + timedelta(days=length), deputy_id)
        absences.record(self.chief, BOOK, wish)

    def call_off(self, number):
        lines = absences.read(self.chief)
        if lines:
            absences.call_off(self.chief, lines[number % len(lines)].absence.id)

    def leaves(self, who):
        yesterday = self.ctx.today - timedelta(days=1)
        mine = update(Posting).where(Posting.user_id == self.people[who].staff_id)
        self.ctx.session.execute(mine.values(until_on=yesterday))
        coverage.settle_person(self.as_(SYSTEM), self.people[who].staff_id)

    def switched_off(self, who):
        user = self.ctx.session.get_one(User, self.people[who].staff_id)
        accounts.change_account(self.as_(SYSTEM), user.id, {"email": user.email, "active": False})

    def other_role(self, who, role):
        user = self.ctx.session.get_one(User, self.people[who].staff_id)
        accounts.put_rights(self.as_(SYSTEM), user, [role])

    def delegate(self, who, item):
        runner.delegate(self.chief, self.items[item], self.people[who].staff_id)

    def take(self, who, item):
        person = self.people[who]
        for one in self.here():
            if one.user_id == person.staff_id and one.is_here:  # with the roles that he has now
                runner.take(self.as_(replace(person, roles=one.roles)), self.items[item])

    def give_back(self, who, item):
        runner.give_back(self.as_(self.people[who]), self.items[item])

    def opens(self, role, doer):
        """A case opens a task, which an earlier doer must not do; the worker looks at it."""
        last = coverage.newest(self.ctx.session)
        excluded = [] if doer is None else [self.people[doer].staff_number]
        self.items = [*self.items, self.waits(role=role, excluded_staff=excluded)]
        self.ctx.session.flush()
        coverage.settle_opened(self.as_(SYSTEM), coverage.opened_after(self.ctx.session, last))

    def next_day(self):
        self.ctx = replace(self.ctx, at=self.ctx.at + timedelta(days=1))
        leavers.sweep(self.as_(SYSTEM))

    def here(self):
        self.ctx.session.flush()
        return staffing.of_office(self.ctx.session, self.people[0].office_id, self.ctx.today)

    def without_anybody(self):
        """How many open tasks nobody who is here can do now, taken or not."""
        people = self.here()
        items = self.ctx.session.scalars(select(WorkItem).where(WorkItem.id.in_(self.items)))
        return sum(not any(_can_do(one, item) for one in staffing.could_do(item, people)) for item in items)

    def told(self):
        key = f"nobody:{self.people[0].office_id}:{self.ctx.today}"
        found = self.ctx.session.scalars(select(Notice.number).where(Notice.key == key))
        return max(found, default=0)


def _can_do(one, item):
    return item.assignee_id in {None, one.user_id} or item.assignee_id in one.principals


@pytest.fixture
def office(ctx, waits):
    people = [
        ctx.actor if number == 0 else employ(ctx.session, role, f"s-{number}")
        for number, role in enumerate(STAFF)
    ]
    pairs = {
        name: frozenset(role_tables.pair_of(slug) for slug in role.grants) for name, role in ROLES.items()
    }
    role_tables.sync(ctx, frozenset().union(*pairs.values()), pairs)
    kept_apart = [people[1].staff_number], [f"account:{people[2].staff_id}"], ["s-3"], []
    items = [
        waits(role=role, excluded_staff=excluded, task_guid=f"{role}{number}")
        for role in ("counter", "verifier")
        for number, excluded in enumerate(kept_apart)
    ]
    ctx.session.flush()
    return Office(ctx, people, items, waits)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(deeds=st.lists(DEEDS, min_size=3, max_size=10))
def test_each_open_task_has_somebody_or_who_must_know_was_told(office, deeds):
    with_hand = replace(office)
    kept = with_hand.ctx.session.begin_nested()
    try:
        for deed in deeds:
            with_hand.do(*deed)
            assert with_hand.without_anybody() <= with_hand.told(), deeds
    finally:
        kept.rollback()
        with_hand.ctx.session.expire_all()
