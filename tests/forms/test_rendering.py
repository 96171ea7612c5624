"""Which fields a screen shows, in which order, under which conditions."""

import pytest

from forms import catalog
from forms.rendering import Condition, Field, as_typed, fields, in_order
from forms.validation import FieldError, FormRefused, check
from tests.forms.examples import ACCEPTED, TODAY


def shown(slug: str, task: str = "apply", **fixed: str) -> dict[str, Field]:
    form = catalog.load(slug, task)
    return {one.path: one for one in fields(form.schema, form.ui, fixed)}


OWN = {
    "01": {"previous_municipality_code", "previous_address.address", "moved_within_prefecture"},
    "02": {"scheme_standing", "scheme_name", "scheme_number", "left_job_involuntarily"},
    "03": {"assistance_end_reason", "assistance_office"},
    "04": {"insured_parent", "insured_parent_person_id"},
    "05": {"withdrawal_notice_number"},
    "06": {"society_name", "society_number"},
}


@pytest.mark.parametrize("reason", OWN)
def test_only_the_fields_of_that_reason_appear(reason: str):
    paths = set(shown("acquisition", reason=reason))
    others = set().union(*(names for other, names in OWN.items() if other != reason))
    assert paths >= OWN[reason]
    assert not paths & others


def test_the_fields_follow_the_paper_form():
    paths = list(shown("acquisition", reason="01"))
    places = [
        paths.index(one)
        for one in ("received_on", "notifier.name", "head_kind", "event_on", "persons", "remarks")
    ]
    assert places == sorted(places)


def test_the_date_bears_the_name_of_the_event():
    assert shown("acquisition", reason="02")["event_on"].label_ja == "社保の資格喪失日"
    assert shown("loss", reason="04")["event_on"].label_en == "Died on"


def test_the_settled_reason_is_shown_in_words_and_not_asked():
    reason = shown("acquisition", reason="03")["reason"]
    assert (reason.widget, reason.fixed_value) == ("fixed", "03")
    assert ("03", "生保廃止") in {(one.value, one.ja) for one in reason.options}


def test_a_field_that_depends_on_what_is_typed_says_when():
    found = shown("acquisition", reason="01")
    assert found["head_person_id"].shown_when == ((Condition("head_kind", ("registered",)),),)
    assert found["head_person_id"].required
    assert found["kept_acquired_on"].shown_when == ((Condition("moved_within_prefecture", ("true",)),),)
    assert found["phone"].required_when == ((Condition("way", ("counter", "post")),),)


def test_conditions_of_a_block_and_of_its_field_hold_together():
    phone = shown("acquisition", reason="01")["notifier.phone"]
    assert phone.shown_when == (
        (Condition("way", ("counter", "post")), Condition("notifier-relation", ("agent",))),
    )


def test_a_settled_way_is_decided_on_the_server():
    found = shown("loss", reason="05", way="ex_officio")
    assert "notifier.name" not in found
    assert found["ground"].shown_when == ()


def test_kana_is_asked_unless_there_is_none():
    kana = next(one for one in shown("acquisition", reason="01")["persons"].rows if one.path.endswith("kana"))
    assert kana.name == "persons-__row__-kana"
    assert kana.shown_when == ((Condition("persons-__row__-no_kana", ("true",), negated=True),),)


def test_entry_from_abroad_asks_the_residence_of_each_person():
    rows = {one.path.rpartition(".")[2]: one for one in shown("acquisition", reason="07")["persons"].rows}
    assert rows["entered_on"].required
    assert rows["residence_status"].required
    assert "entered_on" not in {
        one.path.rpartition(".")[2] for one in shown("acquisition", reason="01")["persons"].rows
    }


def test_verification_asks_the_key_fields_only_and_the_reasons_of_its_procedure():
    found = shown("verification", "verify", procedure="change")
    assert set(found) == {"procedure", "reason", "event_on", "persons"}
    assert {one.value for one in found["reason"].options} == {
        "name",
        "address",
        "head",
        "nhi_head",
        "split",
        "merge",
        "residence",
        "student",
        "my_number",
    }
    assert {one.path.rpartition(".")[2] for one in found["persons"].rows} == {
        "birth_date",
        "individual_number",
    }


def test_an_identity_paper_has_no_field_for_its_number():
    names = {path.rpartition(".")[2] for path in shown("identity_check", "confirm_identity")}
    assert not {name for name in names if "number" in name} - {"number_check", "number_paper"}


def test_lists_that_the_office_keeps_take_the_place_of_ours():
    form = catalog.load("acquisition", "apply")
    found = fields(
        form.schema, form.ui, {"reason": "01"}, choices={"paper_kinds": [("own", "独自の書類", "Own")]}
    )
    papers = next(one for one in found if one.path == "papers")
    assert papers.rows[0].options == (("own", "独自の書類", "Own"),)


@pytest.mark.parametrize("key", ACCEPTED, ids=" ".join)
def test_what_is_shown_as_typed_can_be_sent_again(key):
    schema = catalog.load(*key[:2]).schema
    clean = check(schema, ACCEPTED[key], today=TODAY)
    typed = as_typed(schema, clean)
    assert check(schema, typed, today=TODAY) == clean


def test_dates_are_shown_as_a_clerk_types_them():
    schema = catalog.load("acquisition", "apply").schema
    clean = check(schema, ACCEPTED["acquisition", "apply", "01"], today=TODAY)
    assert as_typed(schema, clean)["event_on"] == "R8.11.10"


def test_errors_come_in_the_order_of_the_screen():
    form = catalog.load("acquisition", "apply")
    found = fields(form.schema, form.ui, {"reason": "01"})
    with pytest.raises(FormRefused) as refused:
        check(form.schema, {"reason": "01", "persons": [{}, {"name": "😀"}]}, today=TODAY)
    paths = [error.path for error in in_order(found, refused.value.errors)]
    assert paths[0] == "received_on"
    assert paths.index("event_on") < paths.index("persons.0.name") < paths.index("persons.1.name")


def test_an_error_of_the_form_as_a_whole_comes_first():
    form = catalog.load("verification", "verify")
    errors = [FieldError.of("reason", "required"), FieldError.of("", "unknown_field")]
    assert in_order(fields(form.schema, form.ui, {}), errors)[0].path == ""
