"""What people type, and how we keep it."""

import pytest

from forms.formats import FORMATS, FormatRefused, is_reference
from tests.forms.examples import VAULT


@pytest.mark.parametrize(
    ("format_name", "typed", "kept"),
    [
        ("wareki-date", "R8.11.23", "2026-11-23"),
        ("wareki-date", "令和元年5月1日", "2019-05-01"),
        ("wareki-date", "20261123", "2026-11-23"),
        ("wareki-partial-date", "S25.0.0", "1950-00-00"),
        ("wareki-partial-date", "1948-07-00", "1948-07-00"),
        ("katakana-name", "みほん たろう", "ミホン\u3000タロウ"),
        ("katakana-name", "ミホン ジロウ", "ミホン\u3000ジロウ"),
        ("person-name", " 見本  太郎 ", "見本\u3000太郎"),
        ("person-name", "辻\U000e0100 髙子", "辻\U000e0100\u3000髙子"),
        ("person-name", "𠮷田 神", "𠮷田\u3000神"),
        ("person-name", "O’BRIEN MARY-ANN", "O’BRIEN\u3000MARY-ANN"),
        ("printable-line", " 架空町1丁目 ★ハイツ① ", "架空町1丁目 ★ハイツ①"),
        ("printable-paragraph", "一行目\r\n二行目\n", "一行目\n二行目"),
        ("postal-code", "〒000-0001", "0000001"),
        ("phone", "000-0000-0000", "000-0000-0000"),
        ("phone", "+81 3 0000 0000", "+81300000000"),
        ("municipality-code", "011002", "011002"),
        ("insurer-number", "01130012", "01130012"),
        ("individual-number-ref", VAULT, VAULT),
    ],
)
def test_a_text_is_kept_in_one_form(format_name: str, typed: str, kept: str):
    assert FORMATS[format_name].read(typed) == kept
    assert FORMATS[format_name].read(kept) == kept


@pytest.mark.parametrize(
    ("format_name", "typed", "code"),
    [
        ("wareki-date", "令和1年2月30日", "date.not_in_month"),
        ("wareki-date", "昭和65年3月1日", "date.not_in_era"),
        ("wareki-date", "R8.11", "date.incomplete"),
        ("wareki-partial-date", "S25.0.5", "date.form"),
        ("katakana-name", "見本", "kana.not_katakana"),
        ("person-name", "見本👨\u200d👩太郎", "name.character"),
        ("person-name", "太郎\ufe0f", "name.character"),
        ("person-name", "太郎3", "name.character"),
        ("person-name", "\ud800", "name.character"),
        ("person-name", "000000000019", "individual_number_in_text"),
        ("printable-line", "一行目\n二行目", "text.character"),
        ("printable-line", "😀", "text.character"),
        ("printable-paragraph", "番号は 0000 0000 0019 です", "individual_number_in_text"),
        ("postal-code", "12345678", "postal_code"),
        ("phone", "たろう", "phone"),
        ("municipality-code", "011003", "municipality_code"),
        ("insurer-number", "999999", "insurer_number"),
        ("individual-number-ref", "000000000019", "individual_number_in_clear"),
        ("individual-number-ref", "vault:1", "individual_number_in_clear"),
    ],
)
def test_a_text_that_cannot_be_kept_says_which_rule_in_both_languages(
    format_name: str, typed: str, code: str
):
    with pytest.raises(FormatRefused) as refused:
        FORMATS[format_name].read(typed)
    assert refused.value.code == code
    assert "ください" in refused.value.message_ja
    assert refused.value.message_en.isascii()


def test_no_message_repeats_an_individual_number():
    for name in ("person-name", "printable-line", "individual-number-ref", "phone", "insurer-number"):
        with pytest.raises(FormatRefused) as refused:
            FORMATS[name].read("000000000019")
        assert "000000000019" not in refused.value.message_ja + refused.value.message_en + str(refused.value)


def test_twelve_digits_with_a_wrong_check_digit_are_no_individual_number():
    assert FORMATS["printable-line"].read("伝票 000000000018") == "伝票 000000000018"


def test_only_a_whole_reference_is_a_reference():
    assert is_reference(VAULT)
    assert not is_reference(VAULT + " 000000000019")
    assert not is_reference(None)
