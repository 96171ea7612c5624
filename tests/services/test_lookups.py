from dataclasses import replace

import pytest

from models.masters import Municipality, OtherInsurer
from services import lookups
from services.errors import NotFound
from services.search_terms import IndividualNumberTyped, NotSearchable
from tests.factories.people import a_household, someone
from tests.factories.registry import a_notification
from tests.factories.staff import employ


def labels(ctx, kind, text):
    return [one.label for one in lookups.find(ctx, kind, text)]


def test_a_person_is_chosen_by_name_with_what_tells_him_apart(ctx):
    person_id = someone(ctx, address="見本県見本市架空町1丁目2番3号")
    (choice,) = lookups.find(ctx, "person", "みほん")
    assert (choice.value, choice.label) == (str(person_id), "見本　太郎(S55.4.2)")
    assert choice.more_ja == "見本県見本市架空町1丁目2番3号"


def test_a_protected_person_is_chosen_without_the_address(ctx):
    someone(ctx, address="見本県見本市架空町1丁目2番3号", protective_measure=True)
    (choice,) = lookups.find(ctx, "person", "みほん")
    assert (choice.more_ja, choice.more_en) == ("保護対象", "protected")


def test_a_household_is_chosen_once_by_any_of_its_members(ctx):
    home = a_household(ctx, someone(ctx, "見本　親"), someone(ctx, "見本　子"))
    (choice,) = lookups.find(ctx, "household", "見本")
    assert choice.value == str(home.id)
    assert choice.label == f"{home.household_number} 見本　親"


def test_never_more_than_twenty_are_offered(ctx):
    for place in range(25):
        someone(ctx, f"多数　{place:02}", "タスウ")
    assert len(lookups.find(ctx, "person", "たすう")) == 20


def test_insurers_and_municipalities_are_chosen_by_code_or_name(ctx):
    ctx.session.add(OtherInsurer(insurer_number="01990010", kind="employees", name="見本健康保険組合"))
    ctx.session.add(Municipality(code="999989", prefecture="別県", name="別市", name_kana="ベツシ"))
    ctx.session.add(Municipality(code="999970", prefecture="廃県", name="別村", active=False))
    ctx.session.flush()
    assert labels(ctx, "insurer", "0199") == labels(ctx, "insurer", "見本") == ["01990010 見本健康保険組合"]
    for text in ("9999", "９９９９", "別県別市", "別", "べつし"):
        assert labels(ctx, "municipality", text) == ["999989 別県別市"]


def test_a_notification_is_chosen_by_its_number_in_ones_own_office(ctx):
    row = a_notification(ctx, "loss")
    elsewhere = employ(ctx.session, "counter", "s-elsewhere", office_code="77")
    a_notification(ctx, "loss", office_id=elsewhere.office_id)
    (choice,) = lookups.find(ctx, "notification", row.number.lower())
    assert (choice.value, choice.label) == (str(row.id), row.number)


def test_nothing_else_can_be_looked_up(ctx):
    with pytest.raises(NotFound):
        lookups.find(ctx, "individual_number", "1")
    with pytest.raises(NotSearchable):
        lookups.find(ctx, "person", " ")
    with pytest.raises(IndividualNumberTyped):
        lookups.find(ctx, "household", "000000000019")


def test_ids_that_are_not_on_record_are_told_wherever_they_stand_in_an_entry(ctx):
    person_id = someone(ctx)
    home = a_household(ctx, person_id)
    for missing in (person_id + 1_000, 2**31, 10**30):
        entry = {
            "person_id": person_id,
            "old_household_id": missing,
            "head": {"household_id": home.id, "person_id": missing},
            "persons": [{"person_id": person_id}, {"person_id": missing}, {"about": {"person_id": missing}}],
            "words": ["person_id"],
        }
        assert sorted(lookups.not_on_record(ctx, entry)) == [
            "head.person_id",
            "old_household_id",
            "persons.1.person_id",
            "persons.2.about.person_id",
        ]


def test_a_notification_of_another_office_is_not_on_record_here(ctx):
    row = a_notification(ctx, "loss")
    assert lookups.not_on_record(ctx, {"notification_id": row.id}) == []
    elsewhere = employ(ctx.session, "counter", "s-elsewhere", office_code="77")
    there = replace(ctx, actor=elsewhere)
    assert lookups.not_on_record(there, {"notification_id": row.id}) == ["notification_id"]
