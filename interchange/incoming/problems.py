"""What can be wrong with a file that comes in: codes, and words that say what, why and what now (J5)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Problem:
    """One fault: line and column (0: the file itself), the field, its code and plain values; no content."""

    line: int
    place: int
    field: str
    code: str
    told: Mapping[str, Any] = dataclasses.field(default_factory=dict)


WORDS: dict[str, tuple[str, str]] = {
    "checksum": (
        "SHA-256が送付元の値と一致しません。途中で壊れたか、別のファイルです。送り直してもらってください。",
        "The SHA-256 is not the sender's: damaged on the way, or another file. Ask for it again.",
    ),
    "rows": (
        "件数が送付元の値({told}件)と一致しません(実際は{found}件)。送付元に確かめてください。",
        "The sender told {told} rows, the file has {found}. Ask the sender.",
    ),
    "no_rows": (
        "データの行がありません。送付元に、対象者がいないのか作成の誤りかを確かめてください。",
        "There are no rows. Ask the sender whether nobody is concerned or it was made wrongly.",
    ),
    "sequence_repeated": (
        "通し番号{told}は受取り済みです。次は{expected}です。同じファイルを二度受け取っていないか確かめてください。",
        "Number {told} was taken before; {expected} comes next. Is it the same file again?",
    ),
    "sequence_gap": (
        "通し番号{expected}が抜けています({told}が届きました)。先の番号のファイルから受け取ってください。",
        "Number {expected} is missing ({told} came). Take the earlier file first.",
    ),
    "encoding": (
        "{encoding}として読めない文字があります(行の{byte}バイト目)。文字コードを確かめて作り直してもらってください。",
        "A sign is not {encoding} (byte {byte} of the line). Ask for the right encoding.",
    ),
    "control": (
        "制御文字(U+{sign})が入っています。取り除いて作り直してもらってください。",
        "A control sign (U+{sign}) stands in it. Ask for it without.",
    ),
    "line_too_long": (
        "行が長すぎます({most}バイトまで)。改行が失われていないか確かめてもらってください。",
        "The line is longer than {most} bytes. Were the line ends lost?",
    ),
    "header": (
        "見出しの行が定義と違います。この列は「{expected}」です。名前と順序を定義に合わせてもらってください。",
        "The header line is not the declared one: this column is “{expected}”.",
    ),
    "quotes": (
        "引用符が閉じていません。引用符の数を確かめて作り直してもらってください。",
        "The quotes are not balanced.",
    ),
    "columns": (
        "列の数が{found}です(定義は{expected})。余分な区切りや抜けた列がないか確かめてもらってください。",
        "There are {found} columns; {expected} are declared.",
    ),
    "width": (
        "行の長さが{found}バイトです(定義は{expected}バイト)。桁ずれがないか確かめてもらってください。",
        "The line has {found} bytes; {expected} are declared.",
    ),
    "blank": ("必須の項目が空です。", "A required field is blank."),
    "key": (
        "宛名番号は15桁までの数字です。数字以外や空白がないか確かめてもらってください。",
        "The addressee number is up to 15 digits.",
    ),
    "digits": ("{length}桁の数字ではありません。", "Not {length} digits."),
    "text": ("{length}字を超えています。", "More than {length} signs."),
    "formula": (
        "表計算の式とみなされる文字(=、+、@など)で始まっています。取り除いてもらってください。",
        "It begins like a formula of a spreadsheet (=, +, @ …).",
    ),
    "code": ("決められたコード({values})ではありません。", "Not one of the codes ({values})."),
    "amount": (
        "0以上の整数(円、11桁まで)ではありません。小数・桁区切り・符号がないか確かめてもらってください。",
        "Not whole yen from 0 (up to 11 digits).",
    ),
    "signed": (
        "整数(円、11桁まで、損失は-)ではありません。小数・桁区切りがないか確かめてもらってください。",
        "Not whole yen (up to 11 digits, a loss with -).",
    ),
    "year": ("西暦4桁の年ではありません。", "Not a western year of four digits."),
    "date": (
        "正しい日付ではありません。その元号にない年月日や、暦にない日でないか確かめてもらってください。",
        "Not a date: outside its era, or not in the calendar.",
    ),
    "not_above": (
        "「{other}」より大きい額です。どちらかの額を確かめてもらってください。",
        "More than “{other}”. One of the two amounts is wrong.",
    ),
    "unasked": (
        "こちらから照会していない方の回答です。送付元に確かめてください。",
        "Nobody here asked about this person. Ask the sender.",
    ),
    "no_cover_and_more": (
        "加入なし(0)の回答に、保険者番号・年月日か、ほかの行の加入があります。送付元に確かめてください。",
        "It says no cover (0), and an insurer or days, or cover in another line. Ask the sender.",
    ),
    "twice": (
        "同じ宛名番号が{first}行目にもあります。一人一行にして作り直してもらってください。",
        "The same person stands in line {first} too. One line for each person.",
    ),
}


def words(code: str, told: Mapping[str, Any]) -> tuple[str, str]:
    """A fault in both languages."""
    ja, en = WORDS[code]
    return ja.format(**told), en.format(**told)
