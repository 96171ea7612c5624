"""What forms fill in by themselves: the place of a postal code, the probable reading of a name."""

import pytest

from services.name_readings import LONGEST, propose
from services.postal_codes import MOST, places


def test_a_postal_code_tells_its_place() -> None:
    assert places("6600051") == ["兵庫県尼崎市東七松町"]
    assert places("4520000") == ["愛知県清須市"]


def test_a_postal_code_of_two_cities_tells_both() -> None:
    assert places("4980000") == ["愛知県弥富市", "三重県桑名郡木曽岬町"]
    assert len(places("4980000")) <= MOST


@pytest.mark.parametrize("code", ["0000001", "", "x", "'; DROP TABLE postal_data; --"])
def test_what_is_no_postal_code_has_no_place(code: str) -> None:
    assert places(code) == []


@pytest.mark.parametrize(
    ("name", "kana"),
    [
        ("尼崎 花子", "アマガサキ\u3000ハナコ"),
        ("小鳥遊\u3000結衣", "タカナシ\u3000ユイ"),
        ("髙橋 健一", "タカハシ\u3000ケンイチ"),
        ("渡邉 さくら", "ワタナベ\u3000サクラ"),
        ("山田花子", "ヤマダ\u3000ハナコ"),
        ("五十嵐大翔", "イガラシ\u3000ヒロト"),
        ("ﾔﾏﾀﾞ 太郎", "ヤマダ\u3000タロウ"),
    ],
)
def test_the_usual_reading_of_a_name_is_proposed(name: str, kana: str) -> None:
    assert propose(name) == kana


@pytest.mark.parametrize("name", ["", " ", "John Smith", "123", "𠮷𠮷𠮷 😀", "見" * (LONGEST + 1), "<b>"])
def test_nothing_is_proposed_where_no_reading_is_known(name: str) -> None:
    assert propose(name) == ""
