"""Dates as the office writes them: eras (和暦) beside western years, and dates known only in part.

Sources: 元号法 (昭和54年法律第43号) and the cabinet orders of each era; 明治5年太政官布告第337号 for the
calendar in force since 1873-01-01. Nothing here reads the clock: a year without an era belongs to the
newest era of `ERAS`.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final, Self


class DateNotUnderstood(ValueError):
    """The text is no date. `code` is for programs, `message_ja` says what, why and what now."""

    def __init__(self, code: str, message_ja: str) -> None:
        super().__init__(message_ja)
        self.code = code
        self.message_ja = message_ja


@dataclass(frozen=True)
class Era:
    """One era. On a day of change both eras may be written; we print the newer one."""

    name: str
    letter: str
    first_on: date
    last_on: date | None

    @property
    def first_year(self) -> int:
        return self.first_on.year

    def western_year(self, year: int) -> int:
        return self.first_year + year - 1


ERAS: Final = (
    Era("明治", "M", date(1868, 1, 25), date(1912, 7, 30)),
    Era("大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "R", date(2019, 5, 1), None),
)
FIRST_DAY: Final = date(1873, 1, 1)
LAST_YEAR: Final = 2118  # two digits of the newest era
EXAMPLES: Final = "例:R8.11.23、令和8年11月23日、2026-11-23、20261123"
PARTIAL_EXAMPLES: Final = "例:S25.3.1、日が不明なら S25.3.0、月日が不明なら S25.0.0"


@dataclass(frozen=True, order=True)
class PartialDate:
    """A day of which the day, or month and day, may be unknown (0). Written 1950-00-00, 1948-07-00."""

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        months_known = 1 <= self.month <= 12
        if not (date.min.year <= self.year <= date.max.year and 0 <= self.month <= 12):
            raise ValueError(f"no such month: {self.year}-{self.month}")
        if self.day and not (months_known and 1 <= self.day <= monthrange(self.year, self.month)[1]):
            raise ValueError(f"no such day: {self.year}-{self.month}-{self.day}")

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month, day.day)

    @classmethod
    def parse_iso(cls, text: str) -> Self:
        """Read our own spelling back (strict; for what people type see `parse_partial_date`)."""
        found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text, re.ASCII)
        if not found:
            raise ValueError("not YYYY-MM-DD")
        return cls(int(found[1]), int(found[2]), int(found[3]))

    @property
    def iso(self) -> str:
        return f"{self.year:04}-{self.month:02}-{self.day:02}"

    @property
    def is_complete(self) -> bool:
        return bool(self.month and self.day)

    def as_date(self) -> date | None:
        return date(self.year, self.month, self.day) if self.is_complete else None

    @property
    def earliest(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])


def parse_date(text: str) -> date:
    """Read a whole date in any spelling of the office; refuse with a reason and an example."""
    parts = _read(text, EXAMPLES)
    day = parts.as_date()
    if day is None:
        raise DateNotUnderstood(
            "date.incomplete", f"月又は日がありません。年・月・日をすべて入力してください。{EXAMPLES}"
        )
    return day


def parse_partial_date(text: str) -> PartialDate:
    """Read a date whose day, or month and day, may be unknown (0, 00, 不詳, or left out)."""
    return _read(text, PARTIAL_EXAMPLES)


def era_of(day: date) -> Era:
    """Return the era of a day; on a day of change the newer one."""
    for era in reversed(ERAS):
        if era.first_on <= day:
            return era
    raise DateNotUnderstood(
        "date.too_early", "明治より前の日付は扱えません。明治6年1月1日以後の日付を入力してください。"
    )


def format_long(day: date | PartialDate | None) -> str:
    """令和8年11月23日, 昭和23年7月日不詳, 昭和25年月日不詳; nothing for no date."""
    if day is None:
        return ""
    parts = _partial(day)
    month = f"{parts.month}月" if parts.month else "月"
    rest = f"{month}{parts.day}日" if parts.day else f"{month}日不詳"
    return f"{_long_year(parts)}{rest}"


def format_short(day: date | PartialDate | None) -> str:
    """R8.11.23, S23.7.不詳, S25.不詳.不詳; nothing for no date."""
    if day is None:
        return ""
    parts = _partial(day)
    first, last = era_of(parts.earliest), era_of(parts.latest)
    year = f"{last.letter}{parts.year - last.first_year + 1}" if first == last else str(parts.year)
    return f"{year}.{parts.month or '不詳'}.{parts.day or '不詳'}"


def format_both(day: date | PartialDate | None) -> str:
    """令和8年11月23日(2026-11-23); nothing for no date."""
    return "" if day is None else f"{format_long(day)}({_partial(day).iso})"


def _partial(day: date | PartialDate) -> PartialDate:
    return day if isinstance(day, PartialDate) else PartialDate.of(day)


def _long_year(parts: PartialDate) -> str:
    """Name the year; when the unknown part hides which era it was, name both."""
    eras = (era_of(parts.earliest), era_of(parts.latest))
    names = [_year_in(era, parts.year) for era in dict.fromkeys(eras)]
    return names[0] if len(names) == 1 else f"{parts.year}年({'・'.join(names)})"


def _year_in(era: Era, western: int) -> str:
    year = western - era.first_year + 1
    return f"{era.name}{'元' if year == 1 else year}年"


_ERA_BY_SIGN: Final = {sign: era for era in ERAS for sign in (era.name, era.letter, era.name[0])}
_SIGNS: Final = "|".join(sorted(_ERA_BY_SIGN, key=len, reverse=True))
_HYPHENS: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−ー・、。", "-") | {"元": "1"})
_SPELLINGS: Final = (
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII),
    re.compile(rf"(?P<era>{_SIGNS})(?P<y>\d{{2}})(?P<m>\d{{2}})(?P<d>\d{{2}})", re.ASCII),
    re.compile(
        rf"(?P<era>{_SIGNS})?(?P<y>\d{{1,4}})(?:年|[-./])?"
        r"(?:(?:(?<=[-./年])(?P<m>\d{1,2}|不詳)?(?:月|[-./]|$))(?:(?P<d>\d{1,2}|不詳)?日?(?:不詳)?)?)?(?:月日不詳|不詳)?",
        re.ASCII,
    ),
)


def _read(text: str, examples: str) -> PartialDate:
    plain, bracket = _plain(text)
    if not plain:
        raise DateNotUnderstood("date.empty", f"日付がありません。入力してください。{examples}")
    found = next((hit for spelling in _SPELLINGS if (hit := spelling.fullmatch(plain))), None)
    if found is None:
        raise DateNotUnderstood("date.form", f"日付として読めません。次のように入力してください。{examples}")
    groups = found.groupdict()
    era, year = _ERA_BY_SIGN.get(groups.get("era") or ""), int(groups["y"])
    month, day = _number(groups["m"]), _number(groups["d"])
    if era is None and len(groups["y"]) < 3:
        era = ERAS[-1]
    western = _western_year(era, year, examples)
    _check_month_and_day(western, month, day, _typed_year(era, year), examples)
    parts = PartialDate(western, month, day)
    _check_in_era(era, parts, examples)
    _check_range(parts, examples)
    if bracket and bracket != parts.iso:
        raise DateNotUnderstood(
            "date.disagrees", f"和暦と西暦が食い違っています。どちらか一方だけを入力してください。{examples}"
        )
    return parts


def _plain(text: str) -> tuple[str, str]:
    """Level width, signs and case; split off the (2026-11-23) that `format_both` writes."""
    levelled = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    head, _, bracket = levelled.partition("(")
    return head.translate(_HYPHENS), bracket.removesuffix(")")


def _number(text: str | None) -> int:
    return int(text) if text and text != "不詳" else 0


def _western_year(era: Era | None, year: int, examples: str) -> int:
    if era is None:
        return year
    if year == 0:
        raise DateNotUnderstood("date.not_in_era", f"{era.name}0年はありません。元年は1年です。{examples}")
    return era.western_year(year)


def _typed_year(era: Era | None, year: int) -> str:
    return f"{era.name}{'元' if year == 1 else year}年" if era else f"{year}年"


def _check_month_and_day(western: int, month: int, day: int, typed: str, examples: str) -> None:
    if not date.min.year <= western <= date.max.year:
        raise DateNotUnderstood("date.too_late", f"年が正しくありません。年を確かめてください。{examples}")
    if month > 12:
        raise DateNotUnderstood(
            "date.not_in_month", f"{month}月はありません。月は1から12までです。{examples}"
        )
    if day and not month:
        raise DateNotUnderstood(
            "date.form", f"月が不明なときは、日も不明として入力してください。{PARTIAL_EXAMPLES}"
        )
    last = monthrange(western, month)[1] if month else 0
    if day > last:
        raise DateNotUnderstood(
            "date.not_in_month",
            f"{typed}{month}月{day}日はありません。{typed}{month}月は{last}日までです。"
            f"日を確かめてください。{examples}",
        )


def _check_in_era(era: Era | None, parts: PartialDate, examples: str) -> None:
    if era is None:
        return
    if parts.latest < era.first_on:
        begins = f"{era.name}は{_day_in(era, era.first_on)}からです"
    elif era.last_on is not None and parts.earliest > era.last_on:
        begins = f"{era.name}は{_day_in(era, era.last_on)}までです"
    else:
        return
    right = f"{format_long(parts)}({format_short(parts)})ではありませんか"
    raise DateNotUnderstood("date.not_in_era", f"{begins}。{right}。確かめて入力し直してください。{examples}")


def _day_in(era: Era, day: date) -> str:
    return f"{_year_in(era, day.year).removeprefix(era.name)}{day.month}月{day.day}日"


def _check_range(parts: PartialDate, examples: str) -> None:
    if parts.latest < FIRST_DAY:
        raise DateNotUnderstood(
            "date.too_early",
            f"明治6年(1873年)1月1日より前の日付は扱えません(旧暦のため)。年を確かめてください。{examples}",
        )
    if parts.year > LAST_YEAR:
        raise DateNotUnderstood(
            "date.too_late", f"{parts.year}年は先の年すぎます。年を確かめてください。{examples}"
        )
