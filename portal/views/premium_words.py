"""The figures of a premium as pages say them: the trial at the counter, and assessments on record (D4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.language import t
from rules.eras import format_short
from rules.premium.amounts import as_decimal
from rules.premium.explaining import PART_NAMES

if TYPE_CHECKING:
    from rules.law import Parameter
    from rules.premium.explaining import Line


@dataclass(frozen=True)
class Shown:
    """One line of the derivation as the page says it."""

    who: str
    title: str
    rule: str
    article: str
    value: str
    figures: tuple[tuple[str, str, bool, str], ...]  # title, value, whether it is verified, where from


def shown(line: Line, who: str) -> Shown:
    """A line of a derivation in words; `who` is the person it tells of, or nothing."""
    return Shown(
        who=who,
        title=title_of(line),
        rule=t(line.figure.rule_ja, line.figure.rule_en),
        article=line.figure.article,
        value=value_of(line),
        figures=tuple(
            (
                one.title,
                f"{one.value:,}" if type(one.value) is int else str(one.value),
                one.certainty == "verified",
                origin_of(one),
            )
            for one in line.parameters
        ),
    )


def origin_of(one: Parameter) -> str:
    """Where a figure was read, and who entered and approved it where the office did."""
    source = f"{one.source.title} {one.source.article}"
    if one.approval is None:
        return source
    who = f"{one.approval.entered_by} → {one.approval.approved_by}"
    return f"{source} {t('承認', 'approved')} {format_short(one.approval.approved_on)} {who}"


def title_of(line: Line) -> str:
    """What a figure is called, with its part."""
    part = f"{t(*PART_NAMES[line.part])} " if line.part else ""
    return part + t(line.figure.title_ja, line.figure.title_en)


def value_of(line: Line) -> str:
    """A figure with its unit."""
    return value_in(line.value, line.figure.unit)


def value_in(value: str, unit: str) -> str:
    """A figure as it is kept, with its unit."""
    if unit in {"yen", "parts"}:
        whole, point, rest = value.partition(".")
        return t(f"{int(whole):,}{point}{rest[:2]}円", f"{int(whole):,}{point}{rest[:2]} yen")
    if unit == "percent":
        return t(f"{int(value) // 10}割", f"{value} %") if value != "0" else t("なし", "none")
    if unit == "months":
        return t(f"{value}か月", f"{value} months")
    if unit == "share":
        return f"{value} %"
    return t(f"{value}人", value) if unit == "count" else value


def yen(amount: Any) -> str:
    """An exact amount in yen, with a fraction where there is one."""
    exact = as_decimal(int(amount))
    return f"{exact:,}" if exact == exact.to_integral_value() else f"{exact:,.2f}"
