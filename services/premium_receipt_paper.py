"""What stands on the receipt of a trial, in Japanese: read off the trial, computed nowhere anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

from printing.letter import Issuer
from printing.premium.trial_receipt import (
    UNVERIFIED,
    TrialInstalment,
    TrialLine,
    TrialParameter,
    TrialPart,
    TrialPerson,
    TrialReceipt,
)
from rules.law import Certainty, Parameter
from rules.premium.amounts import as_decimal
from rules.premium.explaining import PART_NAMES, Line
from services.premium_trial import RELATIONS, Trial

AMOUNT_NAMES: Final = {"salary": "給与収入", "pension": "年金収入", "other_income": "その他の所得"}
MARKS: Final = {Certainty.VERIFIED: "", Certainty.SECONDARY: "引用で確認", Certainty.UNVERIFIED: UNVERIFIED}
_LEVIES: Final = ("income_levy", "per_capita_levy", "household_levy", "cap", "amount")
_UNITS: Final = {"yen": "円", "yen/fiscal_year": "円", "percent": "%"}


def content_of(
    told: Trial, rows: Sequence[Mapping[str, str]], number: str, made_on: date, issuer: Issuer
) -> TrialReceipt:
    """The content of the paper. `rows` are those that were computed, all filled."""
    return TrialReceipt(
        number=number,
        made_on=made_on,
        fiscal_year=told.terms.year.label_ja,
        issuer=issuer,
        total=told.total,
        reduction=next(value_in_words(one) for one in told.lines if one.name == "reduction"),
        persons=tuple(_person(place, row) for place, row in enumerate(rows, start=1)),
        parts=tuple(_part(told, name) for name in told.terms.parts),
        instalments=tuple(
            TrialInstalment(number=one.number, due_on=one.due_on, yen=one.yen) for one in told.instalments
        ),
        lines=tuple(_lines(told.lines)),
        parameters=tuple(_parameter(one) for _, one in sorted(told.terms.sources.items())),
        asked=tuple(f"{one.row + 1}人目の{AMOUNT_NAMES[one.field]} {one.amount:,}円" for one in told.asked),
    )


def value_in_words(line: Line) -> str:
    """The value of a line with its unit: yen to a hundredth, tenths, or a count."""
    unit = line.figure.unit
    if unit in {"yen", "parts"}:
        whole, point, rest = line.value.partition(".")
        return f"{int(whole):,}{point}{rest[:2]}円"
    if unit == "percent":
        return f"{int(line.value) // 10}割" if line.value != "0" else "なし"
    return f"{line.value}人" if unit == "count" else line.value


def _person(place: int, row: Mapping[str, str]) -> TrialPerson:
    nothing = "未申告" if row.get("undeclared") else "―"
    amounts = {name: f"{int(row[name]):,}" if row.get(name) else nothing for name in AMOUNT_NAMES}
    months = f"{row['first_month']}月から" if row.get("first_month") else "4月から"
    if row["relation"] in {"head_elsewhere", "former_member"}:
        months = "―"
    return TrialPerson(
        place=f"{place}人目",
        relation=RELATIONS[row["relation"]][0],
        birth=date.fromisoformat(row["birth"]),
        months=months,
        **amounts,
    )


def _part(told: Trial, name: str) -> TrialPart:
    amounts = {key: _yen(told.figures[f"{name}.{key}"].sum()) for key in _LEVIES}
    return TrialPart(name=PART_NAMES[name][0], **amounts)


def _lines(lines: Sequence[Line]) -> Iterator[TrialLine]:
    """One line of the paper for each figure, with the values of all persons."""
    for (_, part), group in groupby(lines, key=lambda one: (one.name, one.part)):
        of = list(group)
        figure = of[0].figure
        values = (
            value_in_words(one) if one.person is None else f"{one.person + 1}人目 {value_in_words(one)}"
            for one in of
        )
        yield TrialLine(
            title=(f"{PART_NAMES[part][0]} " if part else "") + figure.title_ja,
            values=tuple(values),
            rule=figure.rule_ja,
            article=figure.article,
        )


def _parameter(one: Parameter) -> TrialParameter:
    value: Any = one.value
    return TrialParameter(
        title=one.title,
        value=(f"{value:,}" if type(value) is int else str(value)) + _UNITS.get(one.unit, ""),
        source=f"{one.source.title} {one.source.article}",
        mark=MARKS[one.certainty],
    )


def _yen(amount: Any) -> str:
    exact = as_decimal(int(amount))
    return f"{exact:,}" if exact == exact.to_integral_value() else f"{exact:,.2f}"
