from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from models.audit.pseudonym import pseudonym_of
from services import household_page, number_linking, numbers_vault, person_page, persons
from services.errors import HouseholdUnknown, PersonUnknown
from services.registry_pages import DayNotYetKnown
from tests.factories.audit import told
from tests.factories.people import a_household, someone
from tests.factories.registry import a_loss, a_notification, a_person, register_acquisition, register_loss
from tests.fixtures.statements import counted

LATER = datetime(2026, 12, 7, 1, 0, tzinfo=UTC)


def test_a_person_is_shown_as_known_now(ctx):
    done = register_acquisition(ctx)
    page = person_page.read(ctx, done.person_ids[0])
    assert page.record.name == "見本 太郎"
    assert page.ages == (46, 46)
    assert page.home.household.id == done.household_id
    assert page.heads_home
    assert page.period.acquired_on == date(2026, 11, 20)
    assert page.residence.address == "見本県見本市架空町1丁目2番3号"
    assert page.number.text.endswith("-01")
    assert [paper.certificate.kind for paper in page.papers]
    assert [one.notification.procedure for one in page.told] == ["acquisition"]


def test_what_was_known_on_a_past_day_is_shown_as_it_was(ctx):
    done = register_acquisition(ctx)
    later = replace(ctx, at=LATER)
    persons.revise(later, done.person_ids[0], {"name": "架空 太郎", "name_kana": "カクウ タロウ"}, None, None)
    register_loss(later, a_loss(done, 0))
    then = person_page.read(later, done.person_ids[0], date(2026, 11, 30))
    now = person_page.read(later, done.person_ids[0])
    assert (then.record.name, now.record.name) == ("見本 太郎", "架空 太郎")
    assert then.period is not None
    assert then.period.lost_on is None
    assert now.period is None
    assert now.last_period.lost_on is not None
    assert [one.notification.procedure for one in then.told] == ["acquisition"]


def test_a_day_ends_at_midnight_in_japan(ctx):
    late_evening = replace(ctx, at=datetime(2026, 11, 22, 14, 59, 59, tzinfo=UTC))
    past_midnight = replace(ctx, at=datetime(2026, 11, 22, 15, 0, tzinfo=UTC))
    first, second = someone(late_evening), someone(past_midnight)
    assert person_page.read(ctx, first, date(2026, 11, 22)).record is not None
    assert person_page.read(ctx, second, date(2026, 11, 22)).record is None
    assert person_page.read(ctx, second, date(2026, 11, 23)).record is not None


def test_a_day_to_come_is_refused(ctx):
    with pytest.raises(DayNotYetKnown):
        person_page.read(ctx, someone(ctx), date(2026, 11, 24))


def test_the_record_shows_every_row_by_whom_and_from_which_notification(ctx):
    done = register_acquisition(ctx, [a_person()])
    later = replace(ctx, at=LATER)
    register_loss(later, a_loss(done, 0))
    history = person_page.read(later, done.person_ids[0], tab="records").history
    periods = [one for one in history if one.kind == "period"]
    assert [one.row.lost_on for one in periods][-1] is None
    assert periods[0].row.lost_on is not None
    assert "lost_on" in {name for name, _, _ in periods[0].changed}
    assert periods[-1].number.startswith("R8-")
    assert periods[-1].ended_by == periods[0].number != periods[-1].number
    assert {one.by for one in history} == {ctx.actor.name}


def test_the_record_as_of_a_day_holds_nothing_written_later(ctx):
    person_id = someone(ctx)
    persons.revise(replace(ctx, at=LATER), person_id, {"phone": "000"}, None, None)
    then = person_page.read(replace(ctx, at=LATER), person_id, date(2026, 11, 30), "records")
    assert [one.row.phone for one in then.history if one.kind == "person"] == [None]


def test_a_page_says_only_whether_an_individual_number_is_on_record(ctx, keys):
    person_id = someone(ctx)
    assert not person_page.read(ctx, person_id).has_number
    reference = numbers_vault.receive(ctx, "000000000019")
    number_linking.write_all(ctx, {person_id: reference}, a_notification(ctx, "acquisition"))
    page = person_page.read(ctx, person_id)
    assert page.has_number
    assert "000000000019" not in repr(page)


def test_a_birth_known_in_part_gives_two_ages(ctx):
    assert person_page.read(ctx, someone(ctx, birth="1950-00-00")).ages == (75, 76)


def test_nobody_by_that_id_is_refused(ctx):
    with pytest.raises(PersonUnknown):
        person_page.read(ctx, 10**9)
    with pytest.raises(HouseholdUnknown):
        household_page.read(ctx, 10**9)


def test_reading_is_recorded(ctx):
    person_id = someone(ctx)
    home = a_household(ctx, person_id)
    person_page.read(ctx, person_id, tab="addresses")
    household_page.read(ctx, home.id)
    assert [(event.tag, event.subject) for event in told(ctx.session, "person:read", "household:read")] == [
        ("person:read", pseudonym_of(f"person:{person_id}")),
        ("household:read", pseudonym_of(f"household:{home.id}")),
    ]


def test_a_household_shows_members_numbers_and_certificates(ctx):
    done = register_acquisition(ctx)
    page = household_page.read(ctx, done.household_id)
    assert page.head.record.name == "見本 太郎"
    assert page.head.is_insured
    assert [member.branch for member in page.here] == ["01", "02", "03", "04"]
    assert page.insured == 4
    assert all(member.shown_papers for member in page.here)
    assert page.card.number


def test_a_head_who_is_not_insured_himself_is_told_apart(ctx):
    head, child = someone(ctx, "擬制　主"), someone(ctx, "見本　子")
    page = household_page.read(ctx, a_household(ctx, head, child).id)
    assert not page.head.is_insured
    assert [member.record.name for member in page.here] == ["擬制　主", "見本　子"]


def test_a_household_as_of_a_day_has_the_members_known_then(ctx):
    done = register_acquisition(ctx)
    later = replace(ctx, at=LATER)
    register_loss(later, a_loss(done, 3))
    then, now = (household_page.read(later, done.household_id, day) for day in (date(2026, 11, 30), None))
    assert (then.insured, now.insured) == (4, 3)


def test_pages_read_the_same_number_of_times_however_large_the_household(ctx, engine):
    small = register_acquisition(ctx, [a_person("一人　子")])
    large = register_acquisition(ctx)
    ctx.session.commit()
    costs = []
    for done in (small, large):
        ctx.session.expunge_all()
        with counted(engine) as seen:
            household_page.read(ctx, done.household_id)
            person_page.read(ctx, done.person_ids[0], tab="records")
        costs.append(len(seen))
    assert costs[0] == costs[1]
