"""Persons, addresses, households and periods: dated, append-only, numbered once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.enrolment import list_periods
from models.household import BranchNumber, CardNumber, HouseholdHead, get_head
from models.masters import CitySetting, Holiday
from models.person import PersonRecord, SearchKey, get_current, list_addresses
from services import addresses, city, eligibility, households, office_calendar, persons, statute
from services.addresses import AddressFacts
from services.context import Context
from services.eligibility import PeriodEnd, PeriodStart
from services.errors import (
    BranchNumbersUsedUp,
    HouseholdUnknown,
    LawNotLoaded,
    NotInsured,
    PeriodsOverlap,
    PersonUnknown,
    SettingMissing,
)
from services.persons import PersonFacts
from tests.factories.registry import a_notification

TARO = PersonFacts("葛󠄀城 太郎", "1980-04-02", "1", "カツラギ タロウ", former_surname="髙橋")


def later(ctx, minutes=1):
    return Context(ctx.session, ctx.actor, ctx.at + timedelta(minutes=minutes))


def test_a_person_is_found_by_every_spelling_of_his_names(ctx):
    person = persons.create(ctx, TARO, None)
    keys = ctx.session.scalars(select(SearchKey.key).where(SearchKey.person_id == person.id))
    assert {"葛城太郎", "カツラキタロウ", "高橋太郎"} == set(keys)


def test_a_change_keeps_what_was_known_before(ctx):
    person = persons.create(ctx, TARO, None)
    persons.revise(later(ctx), person.id, {"name": "試験 太郎"}, date(2026, 11, 1), None)
    assert get_current(ctx.session, person.id).name == "試験 太郎"
    assert get_current(ctx.session, person.id, as_of=ctx.at).name == "葛󠄀城 太郎"
    assert get_current(ctx.session, person.id).sex == "1"


def test_a_change_that_changes_nothing_writes_nothing(ctx):
    person = persons.create(ctx, TARO, None)
    persons.revise(later(ctx), person.id, {"name": TARO.name}, None, None)
    assert len(ctx.session.scalars(select(PersonRecord)).all()) == 1


def test_somebody_who_is_not_on_record_is_said_to_be_unknown(ctx):
    with pytest.raises(PersonUnknown, match="登録されていません"):
        persons.get(ctx, 4711)
    with pytest.raises(HouseholdUnknown, match="世帯は登録されていません"):
        households.get(ctx, 4711)


def test_an_unknown_fact_is_a_mistake_of_the_program(ctx):
    person = persons.create(ctx, TARO, None)
    with pytest.raises(ValueError, match="nickname"):
        persons.revise(ctx, person.id, {"nickname": "タロ"}, None, None)


def test_address_numbers_are_given_once(ctx):
    first = persons.create_all(ctx, [TARO, TARO], None)
    assert len({person.addressee_number for person in first}) == 2
    assert {len(person.addressee_number) for person in first} == {15}


def test_a_move_told_late_replaces_what_was_believed_of_those_days(ctx):
    person = persons.create(ctx, TARO, None)
    addresses.move(ctx, person.id, AddressFacts("架空町1番"), date(2026, 4, 1), None)
    addresses.move(ctx, person.id, AddressFacts("試験町2番"), date(2026, 6, 1), None)
    addresses.move(later(ctx), person.id, AddressFacts("別町3番"), date(2026, 5, 1), None)
    rows = [
        (row.address, str(row.from_on), str(row.until_on)) for row in list_addresses(ctx.session, person.id)
    ]
    assert rows == [("架空町1番", "2026-04-01", "2026-04-30"), ("別町3番", "2026-05-01", "None")]


def test_a_head_between_two_others_ends_where_the_next_one_begins(ctx):
    one, two, three = persons.create_all(ctx, [TARO, TARO, TARO], None)
    household = households.create(ctx, date(2026, 1, 1), None)
    households.set_head(ctx, household.id, one.id, date(2026, 1, 1), None)
    households.set_head(ctx, household.id, three.id, date(2026, 9, 1), None)
    households.set_head(later(ctx), household.id, two.id, date(2026, 5, 1), None)
    statement = select(HouseholdHead).where(HouseholdHead.superseded_at.is_(None))
    rows = ctx.session.scalars(statement.order_by(HouseholdHead.from_on))
    assert [(row.person_id, str(row.until_on)) for row in rows] == [
        (one.id, "2026-04-30"),
        (two.id, "2026-08-31"),
        (three.id, "None"),
    ]


def test_the_head_of_an_ended_household_is_nobody(ctx):
    person = persons.create(ctx, TARO, None)
    household = households.create(ctx, date(2026, 1, 1), None)
    households.add_members(ctx, household.id, {person.id: "head"}, date(2026, 1, 1), None)
    households.set_head(ctx, household.id, person.id, date(2026, 1, 1), None)
    households.end(later(ctx), household.id, date(2026, 6, 30), None)
    assert get_head(ctx.session, household.id, date(2026, 6, 30)).person_id == person.id
    assert get_head(ctx.session, household.id, date(2026, 7, 1)) is None


def test_card_numbers_and_branches_are_never_given_twice(ctx):
    one, two = persons.create_all(ctx, [TARO, TARO], None)
    first = households.create(ctx, date(2026, 1, 1), None)
    second = households.create(ctx, date(2026, 1, 1), None)
    cards = {row.household_id: row for row in ctx.session.scalars(select(CardNumber))}
    assert cards[first.id].number != cards[second.id].number
    card = cards[first.id]
    assert households.give_branches(ctx, card, [one.id]) == {one.id: "01"}
    assert households.give_branches(ctx, card, [two.id, one.id]) == {two.id: "02", one.id: "01"}


def test_the_hundredth_branch_is_refused(ctx):
    people = persons.create_all(ctx, [TARO, TARO], None)
    household = households.create(ctx, date(2026, 1, 1), None)
    card = ctx.session.scalars(select(CardNumber).where(CardNumber.household_id == household.id)).one()
    ctx.session.add(BranchNumber(card_number_id=card.id, person_id=people[0].id, branch="99"))
    ctx.session.flush()
    with pytest.raises(BranchNumbersUsedUp, match="枝番"):
        households.give_branches(ctx, card, [people[1].id])


def test_two_periods_of_a_person_never_share_a_day(ctx):
    person = persons.create(ctx, TARO, None)
    household = households.create(ctx, date(2026, 1, 1), None)
    notification = a_notification(ctx, "acquisition")

    def begin(day):
        starts = [PeriodStart(person.id, day, day)]
        return eligibility.open_periods(ctx, household.id, starts, "01", notification)[0]

    period = begin(date(2026, 1, 1))
    with pytest.raises(PeriodsOverlap, match="重なります"):
        begin(date(2026, 5, 1))
    ended = eligibility.end_period(
        ctx, PeriodEnd(period, date(2026, 4, 1), date(2026, 4, 1)), "02", notification
    )
    with pytest.raises(NotInsured, match="すでに喪失"):
        eligibility.end_period(ctx, PeriodEnd(ended, date(2026, 5, 1), date(2026, 5, 1)), "02", notification)
    begin(date(2026, 4, 1))
    with pytest.raises(PeriodsOverlap):
        begin(date(2026, 3, 31))


def test_a_cancelled_period_stays_on_record_and_is_in_nobodys_way(ctx):
    person = persons.create(ctx, TARO, None)
    household = households.create(ctx, date(2026, 1, 1), None)
    notification = a_notification(ctx, "acquisition")
    starts = [PeriodStart(person.id, date(2026, 1, 1), date(2026, 1, 1))]
    [period] = eligibility.open_periods(ctx, household.id, starts, "01", notification)
    eligibility.cancel_period(later(ctx), period, notification)
    eligibility.open_periods(later(ctx, 2), household.id, starts, "01", notification)
    assert [row.cancelled for row in list_periods(ctx.session, person.id)] == [True, False]
    assert [row.cancelled for row in list_periods(ctx.session, person.id, as_of=ctx.at)] == [False]


def test_a_setting_of_the_office_comes_before_the_parameter_of_the_city(ctx):
    day = date(2026, 11, 23)
    assert city.setting(ctx.session, "office/mayor_name", day) == "見本 太郎"
    ctx.session.add(CitySetting(key="office/mayor_name", from_on=date(2026, 11, 1), value="試験 花子"))
    ctx.session.flush()
    assert city.settings_on(ctx.session, day).issuer.mayor == "試験 花子"
    assert city.setting(ctx.session, "office/mayor_name", date(2026, 10, 31)) == "見本 太郎"


def test_a_setting_without_a_value_is_named_and_not_guessed(ctx):
    with pytest.raises(SettingMissing, match="office/motto"):
        city.setting(ctx.session, "office/motto", date(2026, 11, 23))


def test_a_closed_day_of_the_office_moves_the_last_day_to_notify(ctx):
    assert office_calendar.notify_by(ctx.session, date(2026, 11, 10)) == date(2026, 11, 24)
    ctx.session.add(Holiday(day=date(2026, 11, 24), name="開庁記念日"))
    ctx.session.flush()
    assert office_calendar.notify_by(ctx.session, date(2026, 11, 10)) == date(2026, 11, 25)


def test_without_the_law_nothing_is_decided():
    statute._law.clear()
    with pytest.raises(LawNotLoaded):
        statute.law_on(date(2026, 11, 23))
