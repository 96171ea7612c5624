"""Residents who are not Japanese: invented names, nationality, status and period of residence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rules.kana import kana_search_key, name_search_key
from services.demonstration.names import FEMALE, MALE, SPACE, Name

if TYPE_CHECKING:
    from random import Random

# nationality: weight, surnames, given names of men, given names of women; each "LATIN kana"
_PEOPLES = {
    "VNM": (
        30,
        "NGUYEN グエン|TRAN チャン|LE レ|PHAM ファム|HOANG ホアン|VU ヴー",
        "VAN HUNG ヴァンフン|DUC MINH ドゥックミン|QUANG クアン|TUAN トゥアン",
        "THI LAN ティラン|THI HOA ティホア|THI MAI ティマイ|NGOC ゴック",
    ),
    "CHN": (
        24,
        "WANG ワン|LI リ|ZHANG チャン|CHEN チン|LIU リュウ",
        "WEI ウェイ|JUN ジュン|HAO ハオ",
        "FANG ファン|LING リン|YAN イェン",
    ),
    "KOR": (
        14,
        "KIM キム|LEE イ|PARK パク|CHOI チェ",
        "MINSU ミンス|JIHOON ジフン",
        "SOYEON ソヨン|YUNA ユナ",
    ),
    "PHL": (
        12,
        "SANTOS サントス|REYES レイエス|CRUZ クルス|GARCIA ガルシア",
        "JOSE MARI ホセマリ|MARK マーク",
        "MARIA CRISTINA マリアクリスティナ|JOY ジョイ",
    ),
    "NPL": (
        10,
        "SHRESTHA シュレスタ|GURUNG グルン|TAMANG タマン",
        "BIKASH ビカス|SURESH スレス",
        "SITA シタ|ANITA アニタ",
    ),
    "BRA": (
        6,
        "SILVA シルバ|SOUZA ソウザ|OLIVEIRA オリベイラ",
        "CARLOS EDUARDO カルロスエドゥアルド|PAULO パウロ",
        "ANA PAULA アナパウラ|LUCIANA ルシアナ",
    ),
    "USA": (
        4,
        "MILLER ミラー|JOHNSON ジョンソン|BROWN ブラウン",
        "DAVID デイビッド|JAMES ジェームズ",
        "EMILY エミリー|SARAH サラ",
    ),
}
_STATUSES = ("留学", "技術・人文知識・国際業務", "特定技能1号", "家族滞在", "定住者", "永住者")
_STATUS_WEIGHTS = (26, 22, 16, 12, 8, 16)
_WITHOUT_END = frozenset({"永住者", "特別永住者"})
_ALIAS_SURNAMES = (("新井", "アライ"), ("金本", "カネモト"), ("木村", "キムラ"), ("山本", "ヤマモト"))
_LONGEST_STAY_DAYS = 3 * 365


@dataclass(frozen=True, slots=True)
class Foreigner:
    """What the register holds of a foreign resident beside what it holds of everybody."""

    name: Name
    nationality: str
    status: str
    expires_on: date | None
    alias: str | None
    alias_kana: str | None


def draw(rng: Random, sex: str, today: date) -> Foreigner:
    """Draw one; his Latin name is the registered name, an alias stands beside it now and then."""
    nationality = rng.choices(list(_PEOPLES), weights=[people[0] for people in _PEOPLES.values()])[0]
    _, surnames, men, women = _PEOPLES[nationality]
    latin, kana = _entry(rng, surnames)
    given, given_kana = _entry(rng, men if sex == MALE else women)
    name = f"{latin} {given}"
    name_kana = kana + SPACE + given_kana
    status = rng.choices(_STATUSES, weights=_STATUS_WEIGHTS)[0]
    if nationality == "KOR" and rng.random() < 0.6:
        status = "特別永住者"
    alias = _alias(rng, sex) if status == "特別永住者" or rng.random() < 0.05 else None
    return Foreigner(
        name=Name(name, name_kana, name_search_key(name), kana_search_key(name_kana)),
        nationality=nationality,
        status=status,
        expires_on=None
        if status in _WITHOUT_END
        else today + timedelta(days=rng.randrange(3, _LONGEST_STAY_DAYS)),
        alias=alias[0] if alias else None,
        alias_kana=alias[1] if alias else None,
    )


def _entry(rng: Random, text: str) -> tuple[str, str]:
    latin, _, kana = rng.choice(text.split("|")).rpartition(" ")
    return latin, kana


def _alias(rng: Random, sex: str) -> tuple[str, str]:
    surname, kana = rng.choice(_ALIAS_SURNAMES)
    given, given_kana = {MALE: ("一郎", "イチロウ"), FEMALE: ("美子", "ヨシコ")}[sex]
    return surname + SPACE + given, kana + SPACE + given_kana
