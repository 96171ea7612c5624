"""Names of nobody: surnames and given names with their kana, combined by chance (sample-people, 2.5).

Faker's Japanese pairs are one pool; ours add rare characters and given names by time of birth. A name is
held with its search keys, because the key of a whole name is the key of its parts, one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from faker.providers.person.ja_JP import Provider as FakerPeople

from rules.kana import kana_search_key, name_search_key

if TYPE_CHECKING:
    from random import Random

SPACE = "\u3000"
MALE, FEMALE = "1", "2"

_OUR_SURNAMES = """
見本 ミホン 6|架空 カクウ 6|試験 シケン 6|𠮷田 ヨシダ 14|髙橋 タカハシ 20|山﨑 ヤマザキ 14
葛󠄀城 カツラギ 2|辻󠄀 ツジ 4|濵田 ハマダ 5|渡邊 ワタナベ 12|渡邉 ワタナベ 12|齋藤 サイトウ 9
齊藤 サイトウ 6|櫻井 サクライ 4|廣瀬 ヒロセ 5|德田 トクダ 3|栁沢 ヤナギサワ 2|小川 オガワ 50
岡本 オカモト 46|石原 イシハラ 26|上田 ウエダ 44|大塚 オオツカ 26|川口 カワグチ 26|木下 キノシタ 30
久保 クボ 30|小島 コジマ 30|坂口 サカグチ 16|桜木 サクラギ 4|島田 シマダ 26|杉本 スギモト 26
高木 タカギ 30|竹内 タケウチ 34|田村 タムラ 34|千葉 チバ 22|土屋 ツチヤ 18|寺田 テラダ 16
中川 ナカガワ 34|中西 ナカニシ 22|永井 ナガイ 24|西村 ニシムラ 42|野口 ノグチ 28|橋爪 ハシヅメ 8
平野 ヒラノ 28|藤本 フジモト 30|堀江 ホリエ 10|前川 マエカワ 16|増田 マスダ 26|松尾 マツオ 26
三宅 ミヤケ 16|宮本 ミヤモト 34|村田 ムラタ 30|森本 モリモト 22|安田 ヤスダ 24|柳 ヤナギ 6
山内 ヤマウチ 24|横田 ヨコタ 16|和田 ワダ 36|五十嵐 イガラシ 24|伊東 イトウ 16|今井 イマイ 34
岩﨑 イワサキ 8|荻野 オギノ 8|奥村 オクムラ 14|小野寺 オノデラ 10|片山 カタヤマ 18|神谷 カミヤ 12
菊池 キクチ 26|北野 キタノ 8|黒木 クロキ 10|河野 コウノ 26|近衛 コノエ 2|榊原 サカキバラ 8
佐伯 サエキ 10|白石 シライシ 14|須藤 スドウ 16|関口 セキグチ 18|田辺 タナベ 16|塚本 ツカモト 16
堤 ツツミ 8|東海林 ショウジ 3|長谷部 ハセベ 5|服部 ハットリ 16|早瀬 ハヤセ 3|東 アズマ 10|日高 ヒダカ 10
福島 フクシマ 18|星野 ホシノ 22|本多 ホンダ 12|真田 サナダ 6|水野 ミズノ 26|武藤 ムトウ 14
望月 モチヅキ 20|矢野 ヤノ 22|湯浅 ユアサ 8|吉川 ヨシカワ 30|四十物 アイモノ 1|若林 ワカバヤシ 14
一色 イッシキ 3|御手洗 ミタライ 2
"""

_GIVEN: dict[tuple[str, int], str] = {
    (MALE, 0): """
清 キヨシ|茂 シゲル|勇 イサム|正 タダシ|進 ススム|実 ミノル|弘 ヒロシ|勝 マサル|昭 アキラ
正雄 マサオ|和夫 カズオ|武 タケシ|義雄 ヨシオ|博 ヒロシ|三郎 サブロウ|幸雄 ユキオ
隆 タカシ|修 オサム|忠 タダシ|俊夫 トシオ|邦夫 クニオ|哲夫 テツオ|敏雄 トシオ|信夫 ノブオ
貞夫 サダオ|稔 ミノル|功 イサオ|良一 リョウイチ|喜一 キイチ|虎雄 トラオ
""",
    (MALE, 1): """
誠 マコト|浩 ヒロシ|豊 ユタカ|和彦 カズヒコ|健一 ケンイチ|哲也 テツヤ|直樹 ナオキ
剛 ツヨシ|学 マナブ|英樹 ヒデキ|雅之 マサユキ|浩二 コウジ|秀樹 ヒデキ|克己 カツミ
智 サトシ|伸一 シンイチ|光男 ミツオ|康弘 ヤスヒロ|達也 タツヤ|裕之 ヒロユキ|健司 ケンジ
徹 トオル|純一 ジュンイチ|貴之 タカユキ|淳 ジュン|隆史 タカシ|敦 アツシ|幹雄 ミキオ
洋介 ヨウスケ|正樹 マサキ
""",
    (MALE, 2): """
翔太 ショウタ|大輔 ダイスケ|健太 ケンタ|拓也 タクヤ|翼 ツバサ|蓮 レン|悠真 ユウマ
陽翔 ハルト|湊 ミナト|樹 イツキ|大翔 ヒロト|颯太 ソウタ|陸 リク|海斗 カイト|悠人 ユウト
奏太 ソウタ|朝陽 アサヒ|新 アラタ|蒼 アオイ|碧 アオイ|律 リツ|伊織 イオリ|駿 シュン
亮 リョウ|和真 カズマ|航 ワタル|智也 トモヤ|遥斗 ハルト|結翔 ユイト|慧 ケイ
""",
    (FEMALE, 0): """
節子 セツコ|和子 カズコ|幸子 サチコ|洋子 ヨウコ|美智子 ミチコ|恵子 ケイコ|悦子 エツコ
久子 ヒサコ|信子 ノブコ|文子 フミコ|京子 キョウコ|弘子 ヒロコ|千代子 チヨコ|トシ トシ
キヨ キヨ|ハル ハル|ミツ ミツ|静江 シズエ|君枝 キミエ|照子 テルコ|光子 ミツコ|勝子 カツコ
芳子 ヨシコ|富美子 フミコ|敏子 トシコ|玲子 レイコ|澄江 スミエ|八重子 ヤエコ|初枝 ハツエ
貞子 サダコ
""",
    (FEMALE, 1): """
由美子 ユミコ|真由美 マユミ|明美 アケミ|久美子 クミコ|智子 トモコ|直美 ナオミ|裕子 ユウコ
純子 ジュンコ|香織 カオリ|美穂 ミホ|典子 ノリコ|理恵 リエ|陽子 ヨウコ|薫 カオル
千春 チハル|美紀 ミキ|佳代 カヨ|恵美 エミ|里美 サトミ|尚子 ナオコ|有紀 ユキ|みどり ミドリ
朋子 トモコ|泉 イズミ|さおり サオリ|律子 リツコ|麻里 マリ|順子 ジュンコ|雅美 マサミ
早苗 サナエ
""",
    (FEMALE, 2): """
葵 アオイ|さくら サクラ|美咲 ミサキ|陽菜 ヒナ|凛 リン|結衣 ユイ|結愛 ユア|芽依 メイ
愛 アイ|千尋 チヒロ|彩香 アヤカ|七海 ナナミ|莉子 リコ|優奈 ユウナ|心春 コハル|咲良 サクラ
紬 ツムギ|澪 ミオ|楓 カエデ|ひまり ヒマリ|未来 ミライ|琴音 コトネ|花音 カノン|杏 アン
栞 シオリ|遥 ハルカ|沙也加 サヤカ|真央 マオ|茜 アカネ|瑞希 ミズキ
""",
}
_COHORTS = (1958, 1985)  # born before: old names; before: middle names; after: young names


@dataclass(frozen=True, slots=True)
class Part:
    """A surname or a given name: written, kana, and the keys of both."""

    written: str
    kana: str
    written_key: str
    kana_key: str


@dataclass(frozen=True, slots=True)
class Name:
    """A whole name as the register has it, with its search keys."""

    written: str
    kana: str
    written_key: str
    kana_key: str


def part(written: str, kana: str) -> Part:
    """A part with its keys."""
    return Part(written, kana, name_search_key(written), kana_search_key(kana))


def whole(surname: Part, given: Part) -> Name:
    """Surname and given name, one full-width space between them."""
    return Name(
        surname.written + SPACE + given.written,
        surname.kana + SPACE + given.kana,
        surname.written_key + given.written_key,
        surname.kana_key + given.kana_key,
    )


def named(written: str, kana: str) -> Name:
    """A name given as it is."""
    return Name(written, kana, name_search_key(written), kana_search_key(kana))


class NamePool:
    """Draws surnames by frequency and given names by sex and time of birth."""

    def __init__(self) -> None:
        """Make the lists once; the keys are computed here and nowhere else."""
        faker = [(part(kanji, kana), weight / 1000) for (kanji, kana, _), weight in _faker_surnames()]
        ours = [(part(kanji, kana), float(weight)) for kanji, kana, weight in _rows(_OUR_SURNAMES, 3)]
        self._surnames = [surname for surname, _ in faker + ours]
        self._weights = list(accumulate(weight for _, weight in faker + ours))
        self._given = {key: [part(*row) for row in _rows(text, 2)] for key, text in _GIVEN.items()}
        for sex, pairs in (
            (MALE, FakerPeople.first_name_male_pairs),
            (FEMALE, FakerPeople.first_name_female_pairs),
        ):
            self._given[sex, 1] += [part(kanji, kana) for kanji, kana, _ in pairs]

    def surname(self, rng: Random) -> Part:
        return rng.choices(self._surnames, cum_weights=self._weights)[0]

    def given(self, rng: Random, sex: str, birth_year: int) -> Part:
        return rng.choice(self._given[sex, sum(birth_year >= limit for limit in _COHORTS)])


def _faker_surnames() -> list[tuple[tuple[str, str, str], float]]:
    return [(pair, float(weight)) for pair, weight in FakerPeople.last_name_pairs.items()]


def _rows(text: str, columns: int) -> list[tuple[str, ...]]:
    rows = [tuple(entry.split()) for entry in text.replace("\n", "|").split("|") if entry.strip()]
    if any(len(row) != columns for row in rows):
        raise ValueError("a list of names has a broken row")
    return rows
