"""How the check speaks: messages, fixed values, cleanliness."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from forms import catalog
from forms.messages import TEXTS
from forms.validation import FieldError, FormRefused, check
from tests.forms.examples import ACCEPTED, TODAY, VAULT, filled

APPLY = catalog.load("acquisition", "apply").schema
MOVED_IN = ("acquisition", "apply", "01")


def refusals(form: object, schema=APPLY, **rest) -> list[FieldError]:
    with pytest.raises(FormRefused) as refused:
        check(schema, form, today=TODAY, **rest)
    return list(refused.value.errors)


def test_dates_kana_and_codes_are_kept_in_one_form():
    clean = check(APPLY, ACCEPTED[MOVED_IN], today=TODAY)
    assert clean["event_on"] == "2026-11-10"
    assert clean["persons"][1]["birth_date"] == "1983-07-00"
    assert clean["persons"][1]["kana"] == "ミホン\u3000ハナコ"
    assert clean["address"]["postal_code"] == "0000001"
    assert clean["persons"][0]["individual_number"] == VAULT


def test_empty_texts_and_null_are_left_out():
    clean = check(APPLY, filled(*MOVED_IN, remarks="  ", household_id=None), today=TODAY)
    assert not {"remarks", "household_id"} & set(clean)


def test_everything_wrong_is_told_at_once():
    told = refusals(
        filled(*MOVED_IN, event_on="昭和65年1月1日", persons__0__name="😀", persons__1__kana=None)
    )
    assert {error.path for error in told} == {"event_on", "persons.0.name", "persons.1.kana"}


def test_a_date_that_does_not_exist_says_what_why_and_an_example():
    (error,) = refusals(filled(*MOVED_IN, event_on="令和1年2月30日"))
    assert "28日まで" in error.message("ja")
    assert "例" in error.message("ja")
    assert error.message("en").endswith("Example: R8.11.23")


def test_a_future_date_names_today():
    (error,) = refusals(filled(*MOVED_IN, event_on="R8.11.24"))
    assert "R8.11.23" in error.message("ja")
    assert "R8.11.23" in error.message("en")


def test_a_name_of_forty_registered_characters_is_accepted_and_of_one_more_refused():
    name = "辻\U000e0100" * 40
    clean = check(APPLY, filled(*MOVED_IN, persons__0__name=name), today=TODAY)
    assert clean["persons"][0]["name"] == name
    (error,) = refusals(filled(*MOVED_IN, persons__0__name=name + "子"))
    assert error.code == "too_long"
    assert "40文字" in error.message("ja")


def test_the_reason_settled_at_the_start_is_added_and_cannot_be_changed():
    form = filled(*MOVED_IN)
    del form["reason"]
    assert check(APPLY, form, today=TODAY, fixed={"reason": "01"})["reason"] == "01"
    told = refusals({**form, "reason": "02"}, fixed={"reason": "01"})
    assert [(error.path, error.code) for error in told] == [("reason", "fixed")]


def test_digits_of_an_individual_number_are_refused_without_being_repeated():
    errors = refusals(filled(*MOVED_IN, persons__0__individual_number="000000000019", remarks="000000000019"))
    assert len(errors) == 2
    assert not any("000000000019" in repr(error) + str(FormRefused(tuple(errors))) for error in errors)


def test_an_unknown_name_is_not_repeated_either():
    (error,) = refusals({**filled(*MOVED_IN), "000000000019": "x"})
    assert "000000000019" not in repr(error)


@pytest.mark.parametrize("sent", [None, [], "reason=01", 7])
def test_what_is_no_form_is_refused_as_a_whole(sent):
    assert "not_a_form" in {error.code for error in refusals(sent)}


def test_a_huge_text_is_refused_before_it_is_read():
    (error,) = refusals(filled(*MOVED_IN, previous_card_number="9" * 1_000_000))
    assert error.code == "too_long"


def test_every_text_says_what_to_do_in_both_languages():
    for japanese, english in TEXTS.values():
        assert any(word in japanese for word in ("ください", "少なくとも")), japanese
        assert english.replace("{limit}", "").isascii(), english


def test_the_reader_agrees_with_the_schema_as_the_standard_reads_it():
    for slug, task, kind in ACCEPTED:
        schema = catalog.load(slug, task).schema
        clean = check(schema, ACCEPTED[slug, task, kind], today=TODAY)
        judge = Draft202012Validator(schema)
        assert judge.is_valid(clean), (slug, task, kind)
        assert not judge.is_valid({**clean, "approved": True})


def test_all_events_of_a_household_are_told_in_one_order():
    told = refusals({"reason": "01"})
    assert len({error.path for error in told}) == len(told)
    assert all(one is not other for one, other in pairwise(told))


NAMES = sorted(
    {"reason", "persons", "notifier", "way", "event_on", "papers", "identity", "attendee", "procedure"}
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(VAULT),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=20,
)


def refused_or_clean(schema, sent) -> list[FieldError]:
    try:
        check(schema, sent, today=TODAY)
    except FormRefused as refused:
        return list(refused.errors)
    return []


@settings(deadline=None)
@given(sent=ANY_JSON)
def test_any_json_is_refused_with_messages_and_never_breaks(sent):
    for slug, task in sorted({key[:2] for key in ACCEPTED}):
        schema = catalog.load(slug, task).schema
        errors = refused_or_clean(schema, sent)
        assert errors or not schema["required"], "only a form that asks nothing may come empty"
        assert all(error.message("ja") and error.message("en") for error in errors)


@settings(deadline=None)
@given(key=st.sampled_from(sorted(ACCEPTED)), sent=ANY_JSON, data=st.data())
def test_any_value_in_any_place_of_a_right_form_is_accepted_or_refused(key, sent, data):
    form, schema = filled(*key), catalog.load(*key[:2]).schema
    form[data.draw(st.sampled_from(sorted({*form, *schema["properties"]})))] = sent
    for error in refused_or_clean(schema, form):
        assert error.message("ja")
        assert error.message("en")
