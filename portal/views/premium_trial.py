"""The trial calculation at the counter: a sheet of incomes, and the premium with its derivation (D1, D4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import person_or_address
from rules.periods import FiscalYear
from rules.premium.amounts import as_decimal
from rules.premium.explaining import PART_NAMES, REDUCTION, Line
from services import premium_trial, statute
from services.premium_trial import FIELDS, ROWS, Trial, TrialRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.premium.refusals import FactError

LONGEST = 30
RELATIONS = {
    "head": ("世帯主", "Head"),
    "member": ("加入者", "Insured"),
    "head_elsewhere": ("世帯主(未加入)", "Head, not insured"),
    "former_member": ("後期高齢へ移った人", "Now late-elderly"),
}
FIELD_NAMES = {
    "birth": ("生年月日", "Date of birth"),
    "salary": ("給与収入", "Salary"),
    "pension": ("年金収入", "Pension"),
    "other_income": ("その他の所得", "Other income"),
    "first_month": ("加入の月", "From month"),
    "persons": ("世帯", "Household"),
}


@dataclass(frozen=True)
class Shown:
    """One line of the derivation as the page says it."""

    who: str
    title: str
    rule: str
    article: str
    value: str
    figures: tuple[tuple[str, str, bool], ...]  # title, value, whether it is verified


class PremiumTrialView(BaseView):
    """What the premium would be, from incomes as the person at the counter has them."""

    route_base = "/premium/trial"
    default_view = "sheet"
    limits = [  # noqa: RUF012 - FAB extends the list
        Limit("60 per minute", key_func=person_or_address, methods=("POST",))
    ]

    @expose("/", methods=["GET"])
    @requires("premium.trial")
    def sheet(self) -> Any:
        """An empty sheet."""
        return self._page([{"relation": "head"}] + [{}] * (ROWS - 1))

    @expose("/", methods=["POST"])
    @requires("premium.trial")
    def compute(self) -> Any:
        """The sheet with its result, or with what is wrong; nothing is kept."""
        sheet = [
            {name: request.form.get(f"{name}-{row}", "")[:LONGEST] for name in FIELDS} for row in range(ROWS)
        ]
        year = self._year(request.form.get("year", ""))
        try:
            told = premium_trial.compute(statute.all_law(), year, sheet)
        except TrialRefused as refused:
            return self._page(sheet, year, errors=refused.errors), 422
        sure = request.form.get("sure") == "yes"
        return self._page(sheet, year, told=told, asks=bool(told.asked) and not sure)

    def _year(self, typed: str) -> FiscalYear:
        offered = premium_trial.years(statute.all_law(), clock.today())
        now = FiscalYear.containing(clock.today())
        chosen = next((year for year in offered if str(year.year) == typed), None)
        return chosen or (now if now in offered else offered[0])

    def _page(
        self,
        sheet: list[dict[str, str]],
        year: FiscalYear | None = None,
        *,
        told: Trial | None = None,
        asks: bool = False,
        errors: Any = None,
    ) -> str:
        return str(
            self.render_template(
                "premium/trial.html",
                title=t("保険料の試算", "Premium, tried out"),
                years=premium_trial.years(statute.all_law(), clock.today()),
                year=year or self._year(""),
                sheet=sheet,
                relations={key: t(*words) for key, words in RELATIONS.items()},
                errors=errors or {},
                summary=list(_summary(errors or {})),
                told=told,
                asks=asks,
                questions=[] if told is None else list(_questions(told)),
                field_names={key: t(*words) for key, words in FIELD_NAMES.items()},
                parts=[] if told is None else list(_parts(told)),
                derivation=[] if told is None else list(_derivation(told)),
                reduction=[] if told is None else list(_reduction(told)),
            )
        )


def _summary(errors: dict[tuple[int, str], FactError]) -> Iterator[tuple[str, str, str]]:
    """Field id, label and message of each fault."""
    for (row, field), error in errors.items():
        place = t(f"{row + 1}人目 ", f"Person {row + 1}, ") if row >= 0 else ""
        yield f"f-{field}-{max(row, 0)}", place + t(*FIELD_NAMES[field]), error.message(t("ja", "en"))


def _questions(told: Trial) -> Iterator[str]:
    """An amount that looks as if a zero were missing, or one too many."""
    for one in told.asked:
        name, amount, person = t(*FIELD_NAMES[one.field]), f"{one.amount:,}", one.row + 1
        yield t(
            f"{person}人目の{name}は、1年で{amount}円ですか。けた数を確かめてください。",
            f"{name} of person {person}: {amount} yen for a whole year? Check the digits.",
        )


def _parts(told: Trial) -> Iterator[dict[str, str]]:
    for name in told.terms.parts:
        figures = {
            key: told.figures[f"{name}.{key}"].sum()
            for key in ("income_levy", "per_capita_levy", "household_levy", "before_cap", "cap", "amount")
        }
        yield {"name": t(*PART_NAMES[name])} | {key: _yen(value) for key, value in figures.items()}


def _reduction(told: Trial) -> Iterator[tuple[str, str]]:
    for line in told.lines:
        if line.name in REDUCTION:
            yield t(line.figure.title_ja, line.figure.title_en), _value(line)


def _derivation(told: Trial) -> Iterator[Shown]:
    for line in told.lines:
        part = f"{t(*PART_NAMES[line.part])} " if line.part else ""
        yield Shown(
            who=""
            if line.person is None
            else t(f"{told.rows[line.person] + 1}人目", f"Person {told.rows[line.person] + 1}"),
            title=part + t(line.figure.title_ja, line.figure.title_en),
            rule=t(line.figure.rule_ja, line.figure.rule_en),
            article=line.figure.article,
            value=_value(line),
            figures=tuple(
                (
                    one.title,
                    f"{one.value:,}" if type(one.value) is int else str(one.value),
                    one.certainty == "verified",
                )
                for one in line.parameters
            ),
        )


def _value(line: Line) -> str:
    unit = line.figure.unit
    if unit in {"yen", "parts"}:
        whole, point, rest = line.value.partition(".")
        return t(f"{int(whole):,}{point}{rest[:2]}円", f"{int(whole):,}{point}{rest[:2]} yen")
    if unit == "percent":
        return t(f"{int(line.value) // 10}割", f"{line.value} %") if line.value != "0" else t("なし", "none")
    return t(f"{line.value}人", line.value) if unit == "count" else line.value


def _yen(amount: Any) -> str:
    exact = as_decimal(int(amount))
    return f"{exact:,}" if exact == exact.to_integral_value() else f"{exact:,.2f}"
