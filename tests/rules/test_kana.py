"""Search keys: what a clerk types finds what is on record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.kana import (
    address_search_key,
    grapheme_length,
    is_katakana_name,
    kana_search_key,
    name_search_key,
    normalize_katakana,
)


@pytest.mark.parametrize(
    "typed", ["ヤマザキ ジュン", "やまさきじゆん", "ﾔﾏｻﾞｷ ｼﾞｭﾝ", "ヤマサ゛キ シ゛ュン", "ヤマザキ・ジュン"]
)
def test_kana_is_found_in_any_width_size_and_voicing(typed: str) -> None:
    assert kana_search_key(typed) == "ヤマサキシユン"


def test_kana_of_the_same_sound_is_found() -> None:
    assert kana_search_key("チヅル") == kana_search_key("ちずる")
    assert kana_search_key("サトー") == kana_search_key("さと")
    assert kana_search_key("ヴィヲラ") == kana_search_key("ウイオラ")
    assert kana_search_key("ヸ") == kana_search_key("イ")


@pytest.mark.parametrize(
    ("registered", "typed"),
    [
        ("𠮷田", "吉田"),
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("葛\U000e0100城", "葛城"),
        ("葛\U000e0101城", "葛\U000e0100城"),
        ("辻\U000e0100", "辻"),
        ("渡邉 太郎", "渡辺太郎"),
        ("齋藤", "斎藤"),
        ("濵田", "浜田"),
        ("RODRIGUEZ Maria", "rodriguez maria"),
    ],
)
def test_h17_h18_a_registered_name_is_found_by_its_common_form(registered: str, typed: str) -> None:
    assert name_search_key(registered) == name_search_key(typed)


def test_different_names_stay_different() -> None:
    assert name_search_key("佐藤 葵") != name_search_key("佐東 葵")


@pytest.mark.parametrize(
    "typed",
    ["見本市試験町一丁目2番3号", "見本市試験町1丁目2-3", "見本市 試験町1-2-3", "見本市試験町1丁目2番地の3"],
)
def test_an_address_is_found_however_its_numbers_are_written(typed: str) -> None:
    assert address_search_key(typed) == "見本市試験町1-2-3"


def test_an_address_keeps_the_building_apart_from_the_number() -> None:
    assert address_search_key("試験町十二丁目34番5号コーポ101") == "試験町12-34-5-コーポ101"
    assert address_search_key("鬼ヶ原町〇番") == address_search_key("鬼が原町0番")


def test_kana_names_are_stored_in_one_form() -> None:
    assert normalize_katakana(" ﾔﾏﾀﾞ  はなこ ") == "ヤマダ　ハナコ"
    assert normalize_katakana("ヤマタ゛") == "ヤマダ"


@pytest.mark.parametrize(
    ("text", "holds"),
    [("ヤマダ　ハナコ", True), ("アン・リー", True), ("山田", False), ("", False), ("やまだ", False)],
)
def test_a_katakana_name_is_katakana_only(text: str, *, holds: bool) -> None:
    assert is_katakana_name(text) is holds


def test_h18_length_is_counted_in_what_a_reader_sees() -> None:
    assert grapheme_length("葛\U000e0100城") == 2
    assert grapheme_length("𠮷田") == 2
    assert grapheme_length("か\u3099") == 1


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_search_key(name_search_key(text)) == name_search_key(text)
    assert kana_search_key(kana_search_key(text)) == kana_search_key(text)
    assert address_search_key(address_search_key(text)) == address_search_key(text)
