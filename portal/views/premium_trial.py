"""The trial calculation at the counter: a sheet of incomes, and the premium with its derivation (D1, D4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor, person_or_address
from portal.views.carrying_out import Done, carry_out
from portal.views.pdf_answers import new_key
from portal.views.premium_words import shown, value_of, yen
from rules.periods import FiscalYear
from rules.premium.explaining import PART_NAMES, REDUCTION, Line
from services import premium_receipts, premium_trial, statute
from services.premium_trial import FIELDS, RELATIONS, ROWS, Asked, Trial, TrialRefused
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.law import Law
    from rules.premium.refusals import FactError
    from services.context import Context

LONGEST = 30
KEPT = ("控えを保存しました。印刷して渡してください。", "The receipt is kept. Print it and hand it over.")
FIELD_NAMES = {
    "birth": ("生年月日", "Date of birth"),
    "salary": ("給与収入", "Salary"),
    "pension": ("年金収入", "Pension"),
    "other_income": ("その他の所得", "Other income"),
    "first_month": ("加入の月", "From month"),
    "persons": ("世帯", "Household"),
}


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
        sheet, year, sure = typed_sheet()
        try:
            told = premium_trial.compute(_law(), year, sheet)
        except TrialRefused as refused:
            return self._page(sheet, year, errors=refused.errors), 422
        return self._page(sheet, year, told=told, asks=bool(told.asked) and not sure)

    @expose("/receipts", methods=["POST"])
    @requires("premium.trial")
    def keep(self) -> Any:
        """Keep the sheet with its result under a number, to be printed and computed again later."""
        sheet, year, sure = typed_sheet()

        def deed(ctx: Context) -> Done:
            receipt = premium_receipts.make(ctx, sheet, year, sure=sure)
            return Done(KEPT, url_for("PremiumReceiptView.show", number=receipt.number))

        try:
            return carry_out(deed, lambda words: self._page(sheet, year, refused=words))
        except TrialRefused as refused:
            return self._page(sheet, year, errors=refused.errors), 422

    def _page(
        self,
        sheet: list[dict[str, str]],
        year: FiscalYear | None = None,
        *,
        told: Trial | None = None,
        asks: bool = False,
        errors: Any = None,
        refused: str = "",
    ) -> str:
        law = _law()
        return str(
            self.render_template(
                "premium/trial.html",
                title=t("保険料の試算", "Premium, tried out"),
                years=premium_trial.years(law, clock.today()),
                year=year or _year(law, ""),
                sheet=sheet,
                relations={key: t(*words) for key, words in RELATIONS.items()},
                errors=errors or {},
                summary=list(_summary(errors or {})),
                told=told,
                asks=asks,
                refused=refused,
                fields=FIELDS,
                deed_key=new_key(),
                questions=[] if told is None else list(_questions(told)),
                field_names={key: t(*words) for key, words in FIELD_NAMES.items()},
                parts=[] if told is None else list(_parts(told)),
                derivation=[] if told is None else [shown(line, _who(told, line)) for line in told.lines],
                reduction=[] if told is None else list(_reduction(told)),
            )
        )


def typed_sheet() -> tuple[list[dict[str, str]], FiscalYear, bool]:
    """What was sent: the rows, the year, and whether the amounts that were asked about are right."""
    sheet = [
        {name: request.form.get(f"{name}-{row}", "")[:LONGEST] for name in FIELDS} for row in range(ROWS)
    ]
    return sheet, _year(_law(), request.form.get("year", "")), request.form.get("sure") == "yes"


def _law() -> Law:
    with unit_of_work(current_actor(), clock.now()) as ctx:
        return statute.all_law(ctx)


def _year(law: Law, typed: str) -> FiscalYear:
    offered = premium_trial.years(law, clock.today())
    now = FiscalYear.containing(clock.today())
    chosen = next((year for year in offered if str(year.year) == typed), None)
    return chosen or (now if now in offered else offered[0])


def _summary(errors: dict[tuple[int, str], FactError]) -> Iterator[tuple[str, str, str]]:
    """Field id, label and message of each fault."""
    for (row, field), error in errors.items():
        place = t(f"{row + 1}人目 ", f"Person {row + 1}, ") if row >= 0 else ""
        yield f"f-{field}-{max(row, 0)}", place + t(*FIELD_NAMES[field]), error.message(t("ja", "en"))


def _questions(told: Trial) -> Iterator[str]:
    """An amount that looks as if a zero or the unit were wrong; it is asked about, never refused."""
    for one in told.asked:
        ja, en = FIELD_NAMES[one.field]
        yield t(
            f"{one.row + 1}人目の{ja}は、1年で{one.amount:,}円ですか。{_doubt(one)[0]}",
            f"{en} of person {one.row + 1}: {one.amount:,} yen for a whole year? {_doubt(one)[1]}",
        )


def _doubt(one: Asked) -> tuple[str, str]:
    if one.doubt == "unit":
        thousands, myriads = f"{one.amount * 1_000:,}", f"{one.amount * 10_000:,}"
        ja = f"単位は円です。{one.amount:,}千円なら{thousands}、{one.amount:,}万円なら{myriads}と入れます。"
        return ja, f"The unit is yen: for thousands type {thousands}, for ten thousands {myriads}."
    if one.doubt == "few":
        month, more = f"{one.amount // 12:,}", f"{one.amount * 10:,}"
        ja = f"1か月では約{month}円です。0が一つ足りないときは{more}です。"
        return ja, f"That is some {month} yen a month; with one more zero it is {more}."
    less = f"{one.amount // 10:,}"
    return f"0が一つ多いときは{less}です。", f"With one zero less it is {less}."


def _parts(told: Trial) -> Iterator[dict[str, str]]:
    for name in told.terms.parts:
        figures = {
            key: told.figures[f"{name}.{key}"].sum()
            for key in ("income_levy", "per_capita_levy", "household_levy", "before_cap", "cap", "amount")
        }
        yield {"name": t(*PART_NAMES[name])} | {key: yen(value) for key, value in figures.items()}


def _reduction(told: Trial) -> Iterator[tuple[str, str]]:
    for line in told.lines:
        if line.name in REDUCTION:
            yield t(line.figure.title_ja, line.figure.title_en), value_of(line)


def _who(told: Trial, line: Line) -> str:
    if line.person is None:
        return ""
    return t(f"{told.rows[line.person] + 1}人目", f"Person {told.rows[line.person] + 1}")
