"""Changes of one person: extension of stay, a student away from home, another Individual Number."""

import pytest

from models.certificate import Certificate
from models.confirmation import list_open_of
from models.enrolment import list_periods
from models.person import get_current
from models.vault import find_confirmed_of
from services import change, numbers_vault, persons
from services.findings import refusals_in
from tests.factories.registry import (
    a_change,
    a_family,
    a_loss,
    register_acquisition,
    register_change,
    register_loss,
)

FIRST, SECOND = "000000000019", "000000000027"


def codes(findings):
    return {finding.code for finding in findings}


def a_student(done, status, place=2, **more):
    told = {"school": "架空大学", "studies_until_on": "2030-03-31", "address_there": "別県別市別町9番"}
    row = {"person_id": done.person_ids[place], "student_status": status, "certificate": "collected"}
    return a_change(done, "student", persons=[row | (told if status != "end" else {}) | more])


def test_an_extended_stay_gives_a_certificate_until_its_new_end(ctx):
    done = register_acquisition(ctx)
    who = done.person_ids[0]
    held = {"residence_status": "student", "residence_expires_on": ctx.today.replace(month=12)}
    persons.revise(ctx, who, held, ctx.today.replace(day=1), None)
    row = {"person_id": who, "residence_expires_on": "2027-02-28", "certificate": "collected"}
    changed = register_change(ctx, a_change(done, "residence", persons=[row]))
    record = get_current(ctx.session, who)
    assert (record.residence_status, str(record.residence_expires_on)) == ("student", "2027-02-28")
    [certificate] = [ctx.session.get(Certificate, one) for one in changed.certificate_ids]
    assert str(certificate.expires_on) == "2027-02-28"
    assert certificate.person_id == who


def test_a_stay_that_ends_before_it_was_extended_is_refused(ctx):
    done = register_acquisition(ctx)
    row = {"person_id": done.person_ids[0], "residence_expires_on": "2026-11-01"}
    found = change.check(ctx, a_change(done, "residence", persons=[row]))
    assert codes(refusals_in(found)) == {"change.stay_is_over"}


def test_a_student_stays_insured_here_with_the_mark_until_the_studies_end(ctx):
    """法116条."""
    done = register_acquisition(ctx)
    who = done.person_ids[2]
    begun = register_change(ctx, a_student(done, "begin"))
    [period] = list_periods(ctx.session, who)
    assert (period.residence_exception, period.lost_on) == ("student", None)
    [certificate] = [ctx.session.get(Certificate, one) for one in begun.certificate_ids]
    assert certificate.contents["marks"] == ["学"]
    assert codes(refusals_in(change.check(ctx, a_student(done, "begin")))) == {"change.nothing_changes"}
    proved = register_change(ctx, a_student(done, "continue"))
    assert len(proved.certificate_ids) == 1
    ended = register_change(ctx, a_student(done, "end"))
    [period] = list_periods(ctx.session, who)
    assert period.residence_exception is None
    assert ctx.session.get(Certificate, ended.certificate_ids[0]).contents["marks"] == []


def test_a_yearly_proof_needs_a_student_on_record(ctx):
    done = register_acquisition(ctx)
    assert codes(refusals_in(change.check(ctx, a_student(done, "continue")))) == {"change.not_a_student"}


def test_another_individual_number_takes_the_place_of_the_old_one(ctx):
    first = numbers_vault.receive(ctx, FIRST)
    family = a_family()
    family[0]["individual_number"] = first
    done = register_acquisition(ctx, family)
    second = numbers_vault.receive(ctx, SECOND)
    row = {"person_id": done.person_ids[0], "individual_number": second, "number_changed_by": "application"}
    changed = register_change(ctx, a_change(done, "my_number", persons=[row]))
    assert changed.certificate_ids == ()
    assert f"vault:{find_confirmed_of(ctx.session, done.person_ids[0]).reference}" == second


def test_the_number_of_somebody_else_is_held(ctx):
    family = a_family()
    family[1]["individual_number"] = numbers_vault.receive(ctx, FIRST)
    done = register_acquisition(ctx, family)
    told = numbers_vault.receive(ctx, FIRST)
    row = {"person_id": done.person_ids[0], "individual_number": told, "number_changed_by": "ex_officio"}
    entry = a_change(done, "my_number", persons=[row])
    assert codes(change.check(ctx, entry)) == {"number.held_by_another"}
    register_change(ctx, entry)
    assert find_confirmed_of(ctx.session, done.person_ids[0]) is None
    kinds = [row.kind for row in list_open_of(ctx.session, [done.person_ids[0]])]
    assert kinds == ["blank", "held_by_another"]


@pytest.mark.parametrize("kind", ["residence", "student", "my_number"])
def test_who_is_not_insured_that_day_is_refused(ctx, kind):
    done = register_acquisition(ctx)
    register_loss(ctx, a_loss(done, 1))
    told = {
        "residence": {"residence_expires_on": "2027-11-01"},
        "student": {"student_status": "begin", "certificate": "not_issued"},
        "my_number": {"individual_number": numbers_vault.receive(ctx, FIRST)},
    }
    row = {"person_id": done.person_ids[1]} | told[kind]
    found = change.check(ctx, a_change(done, kind, persons=[row]))
    assert "change.not_insured" in codes(refusals_in(found))
