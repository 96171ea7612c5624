"""Places that are nowhere: 60 invented towns of 見本市 with postal codes of an unassigned range (2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from faker.providers.address.ja_JP import Provider as FakerPlaces

from rules.kana import address_search_key

if TYPE_CHECKING:
    from random import Random

CITY = "見本県見本市"
_TOWNS = """
架空町 試験町 例示町 見本町 仮称台 空想ケ丘 名無町 無名町 想像町 雛形町 手本町 模擬町 練習町 演習町
稽古町 試作町 試行町 仮設町 仮想町 幻町 夢野町 夢見町 霞ケ浜 朧町 蜃気楼町 絵空町 作話町 物語町 童話町
寓話町 昔話町 おとぎ町 まぼろし台 うたかた町 かりそめ町 ひながた町 あてな町 なにがし町 それがし町
だれそれ町 どこそこ町 何々町 何某町 甲乙町 丙丁町 甲町 乙町 丙町 丁町 壱番町 弐番町 参番町 白紙町 余白町
下書町 清書町 点線町 見出町 目次町 索引町
"""
TOWNS = tuple(_TOWNS.split())
ELSEWHERE = (
    "見本県架空市仮の町1丁目2番3号",
    "見本県試験町大字例示45番地",
    "例示県雛形市想定町6丁目7番8号",
    "例示県手本市仮定町9番10号",
    "模擬県練習市演習町11番12号",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A postal code (seven digits), an address and, in a block of flats, the building with its room."""

    postal_code: str
    address: str
    building: str | None
    search: str


def place(postal_code: str, address: str, building: str | None = None) -> Place:
    """A place given as it is, with its search key."""
    return Place(postal_code, address, building, address_search_key(address + (building or "")))


def postal_code_of(town: int) -> str:
    """The postal code of a town by its position in `TOWNS`: 000-0001 and so on."""
    return f"{town + 1:07d}"


def draw(rng: Random) -> Place:
    """Draw a home in the city; every third is a flat."""
    town = rng.randrange(len(TOWNS))
    chome, ban, go = rng.randrange(1, 7), rng.randrange(1, 31), rng.randrange(1, 26)
    address = f"{CITY}{TOWNS[town]}{chome}丁目{ban}番{go}号"
    building = None
    if rng.random() < 0.35:
        name = f"{rng.choice(FakerPlaces.building_names)}{TOWNS[town].removesuffix('町')}"
        building = f"{name}{rng.randrange(1, 10)}0{rng.randrange(1, 6)}号"
    return place(postal_code_of(town), address, building)


def elsewhere(rng: Random) -> str:
    """An address in one of the invented neighbouring cities."""
    return rng.choice(ELSEWHERE)
