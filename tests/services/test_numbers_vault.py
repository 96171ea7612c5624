"""The Individual Number: in by the door, never out again."""

import pytest
from sqlalchemy import select

from models import vault
from models.vault_table import IndividualNumber
from services import number_linking, numbers_vault, persons
from services.errors import NumberRefused
from services.numbers_vault import Conflict, NumberPolicy
from services.persons import PersonFacts
from tests.factories.audit import told
from tests.factories.registry import a_notification

NUMBER, OTHER = "000000000019", "000000000027"
REAL = "123456789018"  # valid by its check digit, outside the invented range


@pytest.fixture
def person(ctx):
    return persons.create(ctx, PersonFacts("見本 太郎", "1980-04-02", "1"), None)


@pytest.fixture
def notification(ctx):
    return a_notification(ctx, "acquisition")


@pytest.mark.parametrize("typed", [NUMBER, "0000 0000 0019", "0000-0000-0019", "000000000019"])
def test_a_number_is_taken_in_any_spelling_and_named_by_a_reference(ctx, typed):
    reference = numbers_vault.receive(ctx, typed)
    assert reference.startswith("vault:")
    row = ctx.session.scalars(select(IndividualNumber)).one()
    assert (row.state, NUMBER.encode() in row.sealed) == ("provisional", False)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("000000000018", "number.check_digit"),
        ("00000000", "number.length"),
        ("abcdefghijkl", "number.not_digits"),
    ],
)
def test_a_wrong_number_is_refused_without_repeating_it(ctx, typed, code):
    with pytest.raises(NumberRefused) as refused:
        numbers_vault.receive(ctx, typed)
    assert refused.value.code == code
    assert typed not in refused.value.message_ja + refused.value.message_en + repr(refused.value)
    assert refused.value.__cause__ is None


def test_a_demonstration_takes_invented_numbers_only_and_production_takes_none_of_them(ctx):
    with pytest.raises(NumberRefused, match="架空"):
        numbers_vault.receive(ctx, REAL)
    numbers_vault.configure(NumberPolicy.PRODUCTION)
    with pytest.raises(NumberRefused, match="試験用"):
        numbers_vault.receive(ctx, NUMBER)
    assert numbers_vault.receive(ctx, REAL).startswith("vault:")


def test_the_truth_table_of_conflicts(ctx, person, notification):
    """M07: same, other, blank, used elsewhere."""
    other_person = persons.create(ctx, PersonFacts("別人 次郎", "1970-01-01", "1"), None)
    number_linking.write_all(ctx, {person.id: numbers_vault.receive(ctx, NUMBER)}, notification)

    def kinds(typed, person_id):
        reference = numbers_vault.receive(ctx, typed) if typed else None
        return [found.kind for found in numbers_vault.find_conflicts(ctx, reference, person_id)]

    assert kinds(NUMBER, person.id) == []
    assert kinds(OTHER, person.id) == [Conflict.PERSON_HAS_ANOTHER]
    assert kinds(None, person.id) == []
    assert kinds(None, other_person.id) == [Conflict.BLANK]
    assert kinds(NUMBER, other_person.id) == [Conflict.HELD_BY_ANOTHER]
    assert kinds(NUMBER, None) == [Conflict.HELD_BY_ANOTHER]
    assert kinds(OTHER, other_person.id) == []


def test_a_number_of_somebody_else_is_never_linked(ctx, person, notification):
    other_person = persons.create(ctx, PersonFacts("別人 次郎", "1970-01-01", "1"), None)
    number_linking.write_all(ctx, {person.id: numbers_vault.receive(ctx, NUMBER)}, notification)
    done = number_linking.write_all(ctx, {other_person.id: numbers_vault.receive(ctx, NUMBER)}, notification)
    assert (done.linked, done.held) == ([], {other_person.id: Conflict.HELD_BY_ANOTHER})
    assert vault.find_confirmed_of(ctx.session, other_person.id) is None


def test_another_number_replaces_only_where_that_was_decided_and_the_old_one_stays_in_the_history(
    ctx, person, notification
):
    number_linking.write_all(ctx, {person.id: numbers_vault.receive(ctx, NUMBER)}, notification)
    changed = numbers_vault.receive(ctx, OTHER)
    done = number_linking.write_all(ctx, {person.id: changed}, notification)
    assert done.held == {person.id: Conflict.PERSON_HAS_ANOTHER}
    decided = numbers_vault.receive(ctx, OTHER)
    number_linking.write_all(ctx, {person.id: decided}, notification, replacing=True)
    states = ctx.session.scalars(select(IndividualNumber.state).order_by(IndividualNumber.id))
    assert list(states) == ["superseded", "provisional", "confirmed"]


def test_his_own_number_told_again_changes_nothing(ctx, person, notification):
    number_linking.write_all(ctx, {person.id: numbers_vault.receive(ctx, NUMBER)}, notification)
    number_linking.write_all(ctx, {person.id: numbers_vault.receive(ctx, NUMBER)}, notification)
    states = ctx.session.scalars(select(IndividualNumber.state).order_by(IndividualNumber.id))
    assert list(states) == ["confirmed", "discarded"]


def test_a_reference_that_was_discarded_or_never_was_is_refused(ctx, person, notification):
    reference = numbers_vault.receive(ctx, NUMBER)
    numbers_vault.discard(ctx, reference)
    for one in (reference, "vault:00000000-0000-0000-0000-000000000000"):
        with pytest.raises(NumberRefused, match="入力し直して"):
            number_linking.write_all(ctx, {person.id: one}, notification)


def test_neither_rows_nor_audit_show_the_digits(ctx, person, notification):
    reference = numbers_vault.receive(ctx, NUMBER)
    number_linking.write_all(ctx, {person.id: reference}, notification)
    row = ctx.session.scalars(select(IndividualNumber)).one()
    said = told(ctx.session)
    assert NUMBER not in repr(row) + "".join(f"{one.subject}{one.detail}" for one in said)
