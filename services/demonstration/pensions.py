"""Deductions from pensions in the demonstration: what payers told, a list in force since July, what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from models.assessment import Assessment
from models.audit.tags import Tag
from models.masters import Posting
from models.pension_deduction import (
    APPROVED,
    BEGIN,
    OPEN,
    STOP,
    PensionDeduction,
    PensionEntry,
    PensionFact,
    PensionList,
)
from models.staff import User
from rules.periods import FiscalYear
from rules.premium.pension_deduction import HEAD_AGE, HEAD_INSURED, OCTOBER
from services import audit
from services.assessing import comparing
from services.context import JST
from services.pensions import lists
from services.pensions.candidates import look_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Row

    from services.context import Context

CLERK, CHIEF = "sato", "kimura"
DECIDED_ON: Final = (7, 10)
HOUSEHOLDS: Final = 60
PENSIONS: Final = (1_980_000, 1_440_000, 960_000, 2_400_000, 168_000, 1_200_000)  # yen of a year, in turn
WORDS: Final = "年金保険者の通知と件数が合うことを確かめた(デモ)"


def put_on_record(asked: Context, year: FiscalYear) -> PensionList | None:
    """Pensions of heads of 65 to 74, told in May; who is concerned pays so from October on.

    None before July, or where nobody is assessed. The record tells of it today; the list says July.
    """
    july = datetime.combine(date(year.year, *DECIDED_ON), time(10), JST)
    if july >= asked.at:
        return None
    heads = list(islice(_heads(asked, year), HOUSEHOLDS))
    if not heads:
        return None
    for place, person in enumerate(heads):
        asked.session.add(_fact(person, year, place))
    asked.session.flush()
    clerk, chief = _staff(asked, CLERK), _staff(asked, CHIEF)
    made = PensionList(
        fiscal_year=year.year,
        month=OCTOBER,
        decided_on=july.date(),
        made_at=july,
        made_by_id=clerk.id,
        made_by_number=clerk.staff_number,
        state=APPROVED,
        decided_at=july,
        decided_by_id=chief.id,
        decided_by_number=chief.staff_number,
        words=WORDS,
    )
    asked.session.add(made)
    asked.session.flush()
    then = replace(asked, at=july)
    lists.fill(then, made)
    lists.tell_begun(asked, made, lists.begin_all(then, made))
    detail = {"year": year.year, "month": OCTOBER, "concerned": made.concerned}
    audit.record(asked, Tag.PENSION_LIST_APPROVED, f"pension_list:{made.id}", detail=detail)
    return made


def let_one_wait(ctx: Context, year: FiscalYear) -> PensionEntry | None:
    """Somebody chose account transfer: a stop that a verifier has yet to check; None where nobody pays so."""
    statement = select(PensionDeduction).where(
        PensionDeduction.fiscal_year == year.year, PensionDeduction.kind == BEGIN
    )
    begun = ctx.session.scalars(statement.order_by(PensionDeduction.id).limit(1)).first()
    if begun is None:
        return None
    clerk = _staff(ctx, CLERK)
    entry = PensionEntry(
        household_id=begun.household_id,
        person_id=begun.person_id,
        fiscal_year=year.year,
        act=STOP,
        reason="transfer",
        evidence="口座振替の申込書(見本)",
        entered_at=ctx.at,
        entered_by_id=clerk.id,
        entered_by_number=clerk.staff_number,
        state=OPEN,
    )
    ctx.session.add(entry)
    ctx.session.flush()
    detail = {"act": STOP, "entry": entry.id, "year": year.year}
    audit.record(ctx, Tag.PENSION_ENTERED, f"household:{entry.household_id}", detail=detail)
    return entry


def _heads(ctx: Context, year: FiscalYear) -> Iterator[int]:
    """Heads of 65 to 74 who are insured themselves, whoever else is in the household."""
    base = comparing.base_of(ctx.session, year.year)
    statement = select(Assessment.household_id).where(
        Assessment.run_id.in_([run.id for run in base.runs]), Assessment.total > 0
    )
    homes = ctx.session.scalars(statement.distinct()).all()
    for one in look_at(ctx, year, OCTOBER, homes):
        answers = {check.code: check.holds for check in one.checks}
        if answers[HEAD_AGE] and answers[HEAD_INSURED]:
            yield one.person_id


def _fact(person: int, year: FiscalYear, place: int) -> PensionFact:
    annual = PENSIONS[place % len(PENSIONS)]
    return PensionFact(
        person_id=person,
        fiscal_year=year.year,
        payer_code="101" if place % 4 else "103",
        pension_code="1150",
        annual=annual,
        care_premium=annual // 20,
        is_care_deducted=place % 9 != 7,
        transfer_from=date(year.year, 6, 1) if place % 11 == 10 else None,
        recorded_at=datetime.combine(date(year.year, 5, 20), time(10), JST),
    )


def _staff(ctx: Context, username: str) -> Row[Any]:
    statement = select(User.id, Posting.staff_number).join(Posting, Posting.user_id == User.id)
    return ctx.session.execute(statement.where(User.username == username)).one()
