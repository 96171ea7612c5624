"""Search keys and measures of Japanese text: kana, names with rare characters, addresses.

A key is compared with a key and never shown. What it levels is written at each function; the stored
spelling stays as registered. Source: requirement A6, sample households H17 to H20.
"""

import re
import unicodedata
from typing import Final

_SEPARATE_MARKS: Final = str.maketrans({"゛": "\u3099", "゜": "\u309a", "゙": "\u3099", "゚": "\u309a"})
_HIRAGANA: Final = {code: code + 0x60 for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
_SMALL: Final = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_SAME_SOUND: Final = str.maketrans("ヰヱヲヂヅ", "イエオジズ")
_MARKS: Final = re.compile("[\u3099\u309a]")
_NOT_KEY: Final = re.compile(r"[\s・･ー‐‑‒–—―−.,'’=\-]")
_VARIATION_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_KATAKANA_NAME: Final = re.compile("[ァ-ヺ][ァ-ヺー・ ]*")

# Old, popular and registered forms of characters in names, levelled to the common form.
_COMMON_FORM: Final = str.maketrans(
    "髙﨑嵜𠮷辻邊邉齋齊斎濵濱澤廣國嶋嶌冨德栁槗𣘺瀨眞惠櫻來龍禮與壽榮實彌靜豐黑橫淸增緖敎舘邨埜柗淵薗萬藪籠檜藏條圓瀧曻桒峯峰嶽學"
    "寬緣薰凉槇翠傳佛德晋晉亞祐緑綠會鹽關氣藝聰聽專祿",
    "高崎崎吉辻辺辺斉斉斉浜浜沢広国島島富徳柳橋橋瀬真恵桜来竜礼与寿栄実弥静豊黒横清増緒教館村野松渕園万薮篭桧蔵条円滝昇桑峰峰岳学"
    "寛縁薫涼槙翠伝仏徳晋晋亜祐緑緑会塩関気芸聡聴専禄",
)


def normalize_katakana(text: str) -> str:
    """Return a kana name as we store it: full-width katakana, composed marks, one full-width space."""
    kana = _katakana(text)
    return re.sub(r"\s+", "\u3000", kana.strip())


def kana_search_key(text: str) -> str:
    """Level a kana name: any width, hiragana = katakana, small = large, voiced = unvoiced (清音化).

    ヂ = ジ, ヅ = ズ, ヲ = オ, ヰ = イ, ヱ = エ; spaces, 中点, 長音 and hyphens are left out. ヤマザキ finds
    ヤマサキ, ガ written カ゛ or half-width finds ガ. Latin letters are kept, in lower case.
    """
    sound = _katakana(text).translate(_SMALL).translate(_SAME_SOUND)
    plain = _MARKS.sub("", unicodedata.normalize("NFD", sound)).translate(_SAME_SOUND)
    return _levelled(_NOT_KEY.sub("", plain))


def name_search_key(text: str) -> str:
    """Level a written name: width, variation selectors, registered forms (髙 = 高), spaces, case."""
    plain = _VARIATION_SELECTORS.sub("", unicodedata.normalize("NFKC", text))
    return _levelled(re.sub(r"[\s・]", "", plain)).translate(_COMMON_FORM)


def address_search_key(text: str) -> str:
    """Level an address: as a name, and 一丁目2番地の3号 = 1-2-3, ヶ = ケ = が = ガ between kanji."""
    plain = re.sub(r"[‐‑‒–—―−]|(?<=\d)ー", "-", unicodedata.normalize("NFKC", text))
    key = name_search_key(plain)
    key = re.sub(r"[〇一二三四五六七八九十]+(?=丁目|番|号)", lambda hit: str(_kanji_number(hit[0])), key)
    key = re.sub(r"(?<=\d)(?:丁目|番地の|番地|番|号|の)", "-", key)
    key = re.sub(r"(?<=[一-鿿])[ヶケがガ](?=[一-鿿])", "ケ", key)
    return re.sub(r"-+(?=\D|$)", lambda hit: "-" if hit.end() < len(key) else "", re.sub(r"-{2,}", "-", key))


def is_katakana_name(text: str) -> bool:
    """Say whether the text is a name in full-width katakana (with 長音, 中点 and spaces)."""
    return bool(_KATAKANA_NAME.fullmatch(text.replace("\u3000", " ")))


def grapheme_length(text: str) -> int:
    """Count what a reader sees: variation selectors, combining marks and joiners belong to their base."""
    return sum(1 for char in text if not _continues(char))


def _levelled(text: str) -> str:
    """Lower the case and compose again, for taking signs out leaves marks beside new neighbours."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _continues(char: str) -> bool:
    return bool(_VARIATION_SELECTORS.match(char)) or unicodedata.category(char) in {"Mn", "Me", "Cf"}


def _katakana(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text.translate(_SEPARATE_MARKS))
    return unicodedata.normalize("NFC", composed.translate(_HIRAGANA))


def _kanji_number(text: str) -> int:
    """Read 一 to 九十九, or digits in a row (一〇)."""
    digits = "〇一二三四五六七八九"
    if "十" not in text:
        return int("".join(str(digits.index(char)) for char in text))
    tens, _, ones = text.partition("十")
    return 10 * (digits.index(tens) if tens else 1) + (digits.index(ones) if ones else 0)
