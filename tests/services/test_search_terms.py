from datetime import date

import pytest

from services.search_terms import IndividualNumberTyped, NotSearchable, as_mapping, read_box, read_form

TODAY = date(2026, 11, 23)


def meant(text):
    return [as_mapping(one) for one in read_box(text, TODAY)]


@pytest.mark.parametrize(
    "text",
    ["S55.4.2", "昭和55年4月2日", "1980-04-02", "1980/4/2", "Ｓ５５．４．２", "s55-4-2"],
)
def test_a_date_of_birth_is_understood_in_every_spelling(text):
    assert meant(text) == [{"born": "1980-04-02"}]


def test_a_month_or_a_year_of_birth_will_do():
    assert meant("S55.4") == [{"born": "1980-04-"}]
    assert meant("昭和55年") == [{"born": "1980-"}]


def test_eight_digits_are_a_number_first_and_a_date_second():
    assert meant("19800402") == [{"number": "19800402"}, {"born": "1980-04-02"}]


@pytest.mark.parametrize("text", ["90000001", "９０００ ０００１", "9000-0001"])
def test_an_insured_number_may_be_typed_in_any_width(text):
    assert meant(text)[0] == {"number": "90000001"}


@pytest.mark.parametrize("text", ["90000001-2", "90000001 02", "９００００００１－０２"])
def test_a_branch_may_follow_the_number(text):
    assert meant(text) == [{"number": "90000001", "branch": "02"}]


def test_ten_digits_are_a_household_and_fifteen_a_person():
    assert meant("0000000123") == [{"household": "0000000123"}]
    assert meant("000000000000123") == [{"addressee": "000000000000123"}]


@pytest.mark.parametrize("text", ["やまだ", "ヤマダ", "ﾔﾏﾀﾞ", "ﾔﾏﾀ゛", "ヤマタ゛", "や ま だ"])
def test_kana_is_level_in_every_width_and_with_separated_marks(text):
    assert meant(text)[0] == {"kana": "ヤマタ"}


def test_small_kana_are_large():
    assert meant("きょう")[0] == meant("キヨウ")[0]


@pytest.mark.parametrize("text", ["髙橋", "高橋 ", "高　橋"])
def test_registered_forms_and_spaces_of_a_name_do_not_matter(text):
    assert meant(text) == [{"name": "高橋"}]


def test_a_name_and_a_date_of_birth_narrow_together():
    assert meant("山田 S55.4.2") == [{"name": "山田", "born": "1980-04-02"}]
    assert meant("ヤマダ 1980")[0] == {"kana": "ヤマタ", "born": "1980-"}


def test_latin_letters_are_a_name():
    assert meant("SMITH John")[0] == {"name": "smithjohn"}


def test_an_address_is_known_by_its_digits():
    assert meant("架空町一丁目2番")[0] == {"address": "架空町1-2"}


def test_a_name_of_three_characters_is_looked_for_inside_as_well():
    assert meant("太一郎") == [{"name": "太一郎"}, {"name": "太一郎", "inside": True}]
    assert meant("太郎") == [{"name": "太郎"}]


@pytest.mark.parametrize(
    "text", ["000000000012", "0000 0000 0012", "００００－００００－００１２", "山田 000000000012"]
)
def test_twelve_digits_are_refused_because_they_may_be_an_individual_number(text):
    with pytest.raises(IndividualNumberTyped) as refused:
        read_box(text, TODAY)
    assert "0012" not in refused.value.message_ja + refused.value.message_en
    with pytest.raises(IndividualNumberTyped):
        read_form({"name": text}, TODAY)


@pytest.mark.parametrize("text", ["", "  ", "・", "あ" * 61, "1" * 16])
def test_what_cannot_be_searched_says_so(text):
    with pytest.raises(NotSearchable):
        read_box(text, TODAY)


def test_a_date_of_birth_to_come_is_no_date_of_birth():
    with pytest.raises(NotSearchable) as refused:
        read_form({"born": "R9.1.1"}, TODAY)
    assert refused.value.field == "born"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"born": "S65.1.1"}, "born"),
        ({"number": "abc"}, "number"),
        ({"household": "12345678901"}, "household"),
        ({"address": "架空"}, "address"),
        ({"name": "太郎", "inside": "yes"}, "name"),
        ({"insured_only": "yes"}, ""),
    ],
)
def test_the_form_says_which_field_cannot_be_searched(typed, field):
    with pytest.raises(NotSearchable) as refused:
        read_form(typed, TODAY)
    assert refused.value.field == field


def test_the_form_narrows_by_every_field():
    typed = {"name": "山田", "kana": "やまだ", "born": "S55", "number": "90000001-1", "insured_only": "yes"}
    (wanted,) = read_form(typed, TODAY)
    assert as_mapping(wanted) == {
        "name": "山田",
        "kana": "ヤマタ",
        "born": "1980-",
        "number": "90000001",
        "branch": "01",
        "insured_only": True,
    }
