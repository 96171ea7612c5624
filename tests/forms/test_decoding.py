"""From the pairs of an HTML form to the data of a schema."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import catalog
from forms.decoding import seal_individual_numbers, unflatten
from tests.forms.examples import VAULT

APPLY = catalog.load("acquisition", "apply").schema
CHECK = catalog.load("identity_check", "confirm_identity").schema


def test_names_with_hyphens_become_blocks_and_rows():
    pairs = [
        ("reason", "01"),
        ("notifier-name", "見本 太郎"),
        ("persons-0-name", "見本 太郎"),
        ("persons-0-has_my_number_insurance_card", "false"),
        ("persons-1-name", "見本 花子"),
        ("persons-1-person_id", "12"),
    ]
    assert unflatten(pairs, APPLY) == {
        "reason": "01",
        "notifier": {"name": "見本 太郎"},
        "persons": [
            {"name": "見本 太郎", "has_my_number_insurance_card": False},
            {"name": "見本 花子", "person_id": 12},
        ],
    }


def test_empty_texts_and_empty_rows_fall_out_and_rows_close_up():
    pairs = [
        ("remarks", " "),
        ("persons-0-name", ""),
        ("persons-3-name", "見本 花子"),
        ("persons-9-kana", ""),
    ]
    assert unflatten(pairs, APPLY) == {"persons": [{"name": "見本 花子"}]}


def test_a_list_takes_all_its_ticks_and_a_text_the_last_that_is_not_empty():
    pairs = [("papers_returned", "passport"), ("papers_returned", "my_number_card"), ("result", "refused")]
    assert unflatten([*pairs, ("result", "")], CHECK) == {
        "papers_returned": ["passport", "my_number_card"],
        "result": "refused",
    }


def test_what_was_typed_stays_as_it_was_typed():
    typed = {"event_on": "昭和65年", "household_id": "七", "moved_within_prefecture": "たぶん"}
    assert unflatten(typed.items(), APPLY) == typed


def test_unknown_names_are_kept_for_the_check_and_technical_ones_left_out():
    pairs = [("approved", "true"), ("csrf_token", "x"), ("persons-0-role", "admin")]
    assert unflatten(pairs, APPLY) == {"approved": "true", "persons": [{"role": "admin"}]}


@given(
    st.lists(
        st.tuples(
            st.text(max_size=12)
            | st.sampled_from(
                ["persons", "persons-0", "persons-x-y", "notifier-name-x", "persons-999999-name"]
            ),
            st.text(max_size=5),
        )
    )
)
def test_any_pairs_can_be_read(pairs):
    assert isinstance(unflatten(pairs, APPLY), dict)


class Safe:
    """Counts what is put in, as the vault would."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def put(self, digits: str) -> str:
        self.kept.append(digits)
        return f"vault:{UUID(int=len(self.kept))}"


def test_typed_individual_numbers_go_to_the_vault_and_leave_a_reference():
    safe = Safe()
    raw = {
        "persons": [{"name": "見本", "individual_number": "0000 0000 0019"}],
        "head": {"individual_number": "000000000027"},
    }
    sealed, errors = seal_individual_numbers(raw, APPLY, safe.put)
    assert safe.kept == ["000000000019", "000000000027"]
    assert sealed["persons"][0]["individual_number"] == f"vault:{UUID(int=1)}"
    assert not errors


def test_a_reference_stays_and_nothing_is_sealed_twice():
    safe = Safe()
    sealed, errors = seal_individual_numbers({"persons": [{"individual_number": VAULT}]}, APPLY, safe.put)
    assert (sealed["persons"][0]["individual_number"], safe.kept, errors) == (VAULT, [], [])


def test_a_number_with_a_wrong_check_digit_is_told_and_not_kept():
    safe = Safe()
    sealed, errors = seal_individual_numbers(
        {"persons": [{}, {"individual_number": "000000000018"}]}, APPLY, safe.put
    )
    assert (sealed, safe.kept) == ({"persons": [{}, {}]}, [])
    assert [(error.path, error.code) for error in errors] == [
        ("persons.1.individual_number", "number.check_digit")
    ]
    assert "000000000018" not in repr(errors)


@pytest.mark.parametrize(
    ("sent", "kept", "code"),
    [
        (["000000000018", "as_typed"], ["000000000018"], None),
        ([VAULT, "0000-0000-0018", "as_typed"], ["000000000018"], None),
        (["000000000019", "as_typed"], ["000000000019"], None),
        (["00000000001", "as_typed"], [], "number.length"),
        (["0000 0000 00ab", "as_typed"], [], "number.not_digits"),
        (["", "as_typed"], [], None),
        ([VAULT, "as_typed"], [], None),
        (["000000000018", "none"], [], None),
        (["000000000018", "none", "as_typed"], [], None),
    ],
)
def test_a_wrong_check_digit_is_held_as_typed_where_that_is_wished(sent, kept, code):
    safe = Safe()
    raw = unflatten([("persons-0-individual_number", text) for text in sent], APPLY)
    _, errors = seal_individual_numbers(raw, APPLY, safe.put)
    assert safe.kept == kept
    assert [error.code for error in errors] == ([code] if code else [])


def test_a_number_typed_in_the_wrong_box_is_masked_before_it_is_kept():
    raw = {
        "remarks": "番号は0000-0000-0019",
        "persons": [{"name": "000000000027"}],
        "papers": ["000000000027"],
    }
    sealed, _ = seal_individual_numbers(raw, APPLY, Safe().put)
    assert "0019" not in str(sealed)
    assert "0027" not in str(sealed)


def test_a_number_can_be_taken_out_again():
    pairs = [
        ("persons-0-name", "見本"),
        ("persons-0-individual_number", VAULT),
        ("persons-0-individual_number", "none"),
    ]
    assert unflatten(pairs, APPLY) == {"persons": [{"name": "見本"}]}


def test_a_number_typed_again_takes_the_place_of_the_reference():
    pairs = [("head-individual_number", VAULT), ("head-individual_number", "000000000019")]
    assert unflatten(pairs, APPLY) == {"head": {"individual_number": "000000000019"}}
