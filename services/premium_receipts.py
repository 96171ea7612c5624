"""Receipts of the trial at the counter: kept with what they were computed from, computed again (issue 7, D4).

Computed with the figures that were kept, a receipt comes to the same yen at any later time; if it does not,
the rules of the program have changed, and the page says so. Computed with the figures of today, it says which
of them are others by now.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from models.audit.tags import Tag
from models.household import Household
from models.premium_receipt import PremiumReceipt, find_receipt, list_receipts
from models.series import take
from models.staff import names_of
from printing.premium.trial_receipt import TrialReceipt
from rules.law import Law, ParameterNotInForce
from rules.periods import FiscalYear
from services import audit, city, kept_law
from services.context import JST
from services.errors import NotAllowed, NotFound, RuleBroken
from services.kept_law import ChangedFigure
from services.papers import from_plain, to_plain
from services.premium_receipt_paper import content_of
from services.premium_trial import Trial, compute, sheet_of
from services.statute import all_law, law_on

if TYPE_CHECKING:
    from services.context import Context

DIFFERS_OVER: Final = "municipal/premium/receipt/differs_over"
LATEST: Final = 20
_NUMBER: Final = re.compile(r"T?(\d{4})-?(\d{1,6})")


class AmountsNotConfirmed(RuleBroken):
    """An amount looks as if a zero or a unit were wrong, and nobody has said that it is right."""

    code = "amounts_not_confirmed"


@dataclass(frozen=True)
class Again:
    """A receipt computed again: with what was kept, and with the figures of today.

    `today` is None where the year has no figures any more; `missing` names what is not there then.
    """

    kept: Trial
    today: Trial | None
    missing: str
    changed: tuple[ChangedFigure, ...]
    made_by: str


def make(ctx: Context, sheet: Sequence[Mapping[str, str]], year: FiscalYear, *, sure: bool) -> PremiumReceipt:
    """Compute a sheet and keep it with all that it was computed from.

    Raises:
        TrialRefused: the sheet cannot be computed.
        AmountsNotConfirmed: an amount was asked about and not confirmed.
    """
    if ctx.actor.staff_id is None:
        raise NotAllowed("担当者としてサインインしてください。", "Sign in as one of the staff.")
    law = all_law(ctx)
    rows = sheet_of(compute(law, year, sheet), sheet)
    told = compute(law, year, rows)
    if told.asked and not sure:
        raise AmountsNotConfirmed(
            "確かめていない額があります。額を確かめて「この額で合っている」を選んでから控えを作ってください。",
            "An amount was asked about. Confirm it before a receipt is made.",
        )
    number, settings = _next_number(ctx), city.settings_on(ctx.session, ctx.today)
    receipt = PremiumReceipt(
        number=number,
        fiscal_year=year.year,
        sheet=rows,
        asked=[{"row": one.row, "field": one.field, "amount": one.amount} for one in told.asked],
        law=kept_law.keep(law, year),
        total=told.total,
        paper=to_plain(content_of(told, rows, number, ctx.today, settings.issuer)),
        made_at=ctx.at,
        made_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(receipt)
    ctx.session.flush()
    _record(ctx, Tag.TRIAL_KEPT, receipt)
    return receipt


def read(ctx: Context, typed: str) -> PremiumReceipt:
    """The receipt of a number as somebody types it.

    Raises:
        NotFound: there is none.
    """
    receipt = _find(ctx, typed)
    _record(ctx, Tag.TRIAL_READ, receipt)
    return receipt


def paper_of(ctx: Context, typed: str) -> TrialReceipt:
    """What was printed, to be printed again as it was.

    Raises:
        NotFound: there is no such receipt.
    """
    receipt = _find(ctx, typed)
    _record(ctx, Tag.TRIAL_PRINTED, receipt)
    return content(receipt)


def content(receipt: PremiumReceipt) -> TrialReceipt:
    """What stands on the paper of a receipt."""
    return from_plain(TrialReceipt, receipt.paper)


def number_of(ctx: Context, typed: str) -> str:
    """The number of a receipt as somebody types it (t2026-1, full width, without the T).

    Raises:
        NotFound: there is none.
    """
    return _find(ctx, typed).number


def latest(ctx: Context) -> list[PremiumReceipt]:
    """The newest receipts that the actor made."""
    return list_receipts(ctx.session, ctx.actor.staff_id or 0, LATEST)


def again(ctx: Context, receipt: PremiumReceipt) -> Again:
    """Compute a receipt again, with the figures that were kept and with those of today."""
    year, law = FiscalYear(receipt.fiscal_year), all_law(ctx)
    today, missing = _today(law, year, receipt.sheet)
    return Again(
        kept=compute(kept_law.law_of(receipt.law, year), year, receipt.sheet),
        today=today,
        missing=missing,
        changed=tuple(kept_law.changed(receipt.law, law, year)),
        made_by=names_of(ctx.session, [receipt.made_by_id]).get(receipt.made_by_id, ""),
    )


def link(ctx: Context, typed: str, household_number: str) -> PremiumReceipt:
    """Tie a receipt to the household for which it was made, so that its bill is compared with it.

    Raises:
        NotFound: there is no such receipt.
        RuleBroken: there is no household of this number.
    """
    receipt = _find(ctx, typed)
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", household_number))
    statement = select(Household.id).where(Household.household_number == digits.rjust(10, "0"))
    household_id = ctx.session.scalars(statement).one_or_none() if digits else None
    if household_id is None:
        raise RuleBroken(
            "この番号の世帯はありません。世帯の画面の番号(10桁)を入力してください。",
            "There is no household of this number. It stands on the page of the household (10 digits).",
        )
    receipt.household_id = household_id
    _record(ctx, Tag.TRIAL_LINKED, receipt)
    return receipt


def household_number(ctx: Context, receipt: PremiumReceipt) -> str:
    """The number of the household to which a receipt is tied; empty where it is tied to none."""
    home = ctx.session.get(Household, receipt.household_id) if receipt.household_id else None
    return home.household_number if home else ""


def differs(receipt: PremiumReceipt, assessed_total: int) -> bool:
    """Whether a later assessment (whole yen of the same fiscal year) is another than what was told.

    The limit is a dated setting of the city, as it stood on the day of the receipt; up to it, inclusive, the
    two agree.
    """
    limit = law_on(made_on(receipt)).integer(DIFFERS_OVER)
    return abs(assessed_total - receipt.total) > limit


def made_on(receipt: PremiumReceipt) -> date:
    """The day in Japan on which a receipt was made."""
    return receipt.made_at.astimezone(JST).date()


def _today(law: Law, year: FiscalYear, sheet: Sequence[Mapping[str, str]]) -> tuple[Trial | None, str]:
    try:
        return compute(law, year, sheet), ""
    except ParameterNotInForce as error:
        return None, error.name


def _find(ctx: Context, typed: str) -> PremiumReceipt:
    text = (
        re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).upper().replace("‐", "-").replace("ー", "-")
    )
    found = _NUMBER.fullmatch(text)
    receipt = find_receipt(ctx.session, f"T{found[1]}-{int(found[2]):06}") if found else None
    if receipt is None:
        raise NotFound(
            "この番号の試算書はありません。控えの左上の試算番号を確かめてください(例 T2026-000001)。",
            "There is no receipt of this number. It stands at the top left (T2026-000001).",
        )
    return receipt


def _next_number(ctx: Context) -> str:
    year = FiscalYear.containing(ctx.today).year
    return f"T{year}-{take(ctx.session, f'trial:{year}'):06}"


def _record(ctx: Context, tag: Tag, receipt: PremiumReceipt) -> None:
    detail: dict[str, Any] = {"year": receipt.fiscal_year}
    audit.record(ctx, tag, f"premium_receipt:{receipt.id}", detail=detail)
