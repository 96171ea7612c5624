"""What cannot be assessed, and what to do: each fault with its place, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "born_after_year": (
        "生年月日が{year}の終わりより後です。生年月日か年度を確かめてください。",
        "The date of birth is after the end of the fiscal year. Check it, or the year.",
    ),
    "negative": (
        "所得がマイナスです。損失は繰越控除をした後の0円以上の金額で入れてください。",
        "The income is negative. Give it after losses carried forward: nothing or more.",
    ),
    "too_much": (
        "金額が{most}円を超えています。けたを確かめてください。",
        "The amount is over {most} yen. Check the digits.",
    ),
    "nobody_insured": (
        "{year}に国民健康保険に加入している月のある人がいません。加入の期間を入れてください。",
        "Nobody is insured in any month of the fiscal year. Give the months.",
    ),
    "months": (
        "月の指定が正しくありません。4月から翌年3月までの月を、特定世帯と特定継続世帯で重ねずに入れてください。",
        "The months do not fit. Give months from April to March; those of the two kinds must not overlap.",
    ),
    "months_of_person": (
        "加入の月が正しくありません。4月から翌年3月までで、生まれた月より後の月を入れてください。",
        "The months do not fit. Give months from April to March, none before the month of birth.",
    ),
    "lost_before_acquired": (
        "資格の喪失日が取得日より前です。日付を確かめてください。",
        "The day of loss is before the day of acquisition. Check the dates.",
    ),
    "acquired_before_birth": (
        "資格の取得日が生年月日より前です。日付を確かめてください。",
        "The day of acquisition is before the date of birth. Check the dates.",
    ),
    "missing": ("入っていません。値を入れてください。", "It is missing. Give a value."),
    "unknown_name": (
        "知らない名前です。次のどれかです: {names}",
        "This name is not known. It is one of: {names}",
    ),
    "income_missing": (
        "所得が入っていません。ないときは 0 を、未申告のときは incomes: undeclared を入れてください。",
        "The income is missing. Give 0 where there is none, or incomes: undeclared.",
    ),
    "no_income_typed": (
        "収入がありません。ないときは 0 を入れ、わからないときは「未申告」を選んでください。",
        "No income is typed. Type 0 where there is none, or choose undeclared.",
    ),
    "no_date_typed": (
        "生年月日を読めません。例: S55.4.2、1980-04-02",
        "The date of birth cannot be read. Examples: S55.4.2, 1980-04-02",
    ),
    "not_a_whole_number": ("整数(円)で入れてください。", "Give a whole number (yen)."),
    "not_a_date": ("日付をYYYY-MM-DDで入れてください。", "Give a date as YYYY-MM-DD."),
    "not_yes_or_no": ("true か false で入れてください。", "Give true or false."),
    "not_a_list": ("リストで入れてください。", "Give a list."),
    "not_a_mapping": ("名前と値の組で入れてください。", "Give names with values."),
    "rate": (
        "「{value}」は率(%)として正しくありません。「8.04」のように引用符に入れ、20以下、小数3けたまでで。",
        '"{value}" is not a rate. Give per cent as a text like "8.04", up to 20, at most three decimals.',
    ),
    "year": (
        "{value}年度の基準値「{name}」がありません。年度を確かめるか、基準値の管理者に登録を依頼してください。",
        "There is no value of {name} in fiscal year {value}. Check the year, or have the value entered.",
    ),
    "municipality": (
        "団体コード「{value}」の料率がありません。rates に料率を入れるか、コードを確かめてください。",
        "There are no rates of municipality {value}. Give rates, or check the code.",
    ),
}


@dataclass(frozen=True)
class FactError:
    """One fault: where (a path like `persons[0].salary`), which, and the values of its text."""

    where: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def message(self, language: str) -> str:
        return _TEXTS[self.code][0 if language == "ja" else 1].format(**self.values)


@dataclass
class FactsRefused(Exception):
    """The facts cannot be assessed; nothing was. `errors` says each fault."""

    errors: tuple[FactError, ...]

    def __str__(self) -> str:
        return "; ".join(f"{error.where}: {error.message('ja')}" for error in self.errors)
