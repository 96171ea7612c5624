"""The letters about a deduction: that it begins, what the provisional months take, that it ends (issue 7, 7).

They tell the latest decision on a household's year. One number stands for one decision: asked for again it is
kept, marked 再発行 with the day. Who asks at the same time waits for the other.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from models.assessment import Assessment, AssessmentRun
from models.audit.tags import Tag
from models.document import TITLE_LENGTH, PrintRequest
from models.household import Household
from models.pension_deduction import (
    BEGIN,
    PROVISIONAL,
    STOP,
    PensionDeduction,
)
from models.person import list_current
from printing.premium.pension_notice import (
    PensionBeginNotice,
    PensionInstalment,
    PensionMonth,
    PensionNotice,
    PensionProvisionalNotice,
    PensionStopNotice,
)
from rules.periods import FiscalYear
from rules.premium.pension_deduction import APRIL
from services import audit, city, documents
from services.context import JST
from services.errors import NotFound, RuleBroken
from services.numbering import document_numbers
from services.papers import to_plain
from services.pensions.collected import as_decided, terms_of
from services.pensions.entries import REASONS, payers, standing
from services.premium_notices.asking import NoticeWaits, living_head, no_office
from services.premium_notices.heads import Head, heads_of
from services.print_queue import CANCELLED, WAITING
from services.print_requests import POST
from services.protection import list_hidden

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from printing.letter import PrintedDocument
    from services.context import Context
    from services.pensions.collected import Collected

KINDS: Final[dict[str, tuple[str, type[PensionNotice]]]] = {
    BEGIN: ("pension_begin_notice", PensionBeginNotice),
    PROVISIONAL: ("pension_provisional_notice", PensionProvisionalNotice),
    STOP: ("pension_stop_notice", PensionStopNotice),
}
TITLES: Final = {BEGIN: "特別徴収開始通知書", PROVISIONAL: "仮徴収額決定通知書", STOP: "特別徴収中止通知書"}
_PROVISIONAL_MONTHS: Final = (APRIL, 6, 8)
_WHY: Final = {
    BEGIN: "世帯の加入者が全員65歳から74歳までで、年金から納める要件に当てはまるため",
    PROVISIONAL: "前年度の2月に続いて年金から納めていただくため",
}


class NoDeduction(NotFound):
    """Nothing was decided on the pension of this household and year, so there is nothing to tell."""

    code = "pension_not_decided"


class SomethingLeftToStop(RuleBroken):
    """A lower premium ended the deduction; the letter is that of its stop, which is not decided yet."""

    code = "pension_stop_not_decided"


def look(ctx: Context, household_id: int, fiscal_year: int) -> PrintedDocument:
    """The letter as a preview shows it: without the place of whoever is protected.

    Raises:
        NoDeduction, SomethingLeftToStop, NobodyToTell: there is nothing, or nobody, to tell.
    """
    told, head = find(ctx, household_id, fiscal_year)
    content = _content(ctx, household_id, told.decision, head, "(番号は印刷のときに付きます)")
    hidden = list_hidden(ctx, [head.record.person_id])
    return documents.without_places(content) if hidden else content


def ask(ctx: Context, household_id: int, fiscal_year: int) -> PrintRequest:
    """Put the letter of the latest decision into the print queue of the actor's office.

    Raises:
        NoticeWaits: it waits there already.
        NoDeduction, SomethingLeftToStop, NobodyToTell: there is nothing, or nobody, to tell.
        SettingMissing: the actor belongs to no office.
    """
    hold(ctx, [household_id])
    told, head = find(ctx, household_id, fiscal_year)
    before = letters_before(ctx, told.decision)
    if any(one.state == WAITING for one in before):
        raise NoticeWaits(
            "この世帯の通知書は、もう印刷待ちにあります。印刷の画面から刷ってください。",
            "This letter waits in the print queue already.",
        )
    if before:
        return put_down(ctx, told, head, str(before[0].payload["document_number"]), again=True)
    return put_down(ctx, told, head, take_numbers(ctx, 1)[0])


def take_numbers(ctx: Context, count: int) -> list[str]:
    """The next numbers of letters; whoever needs one waits until this deed is done."""
    return document_numbers(ctx.session, count, city.settings_on(ctx.session, ctx.today))


def hold(ctx: Context, household_ids: Collection[int]) -> None:
    """Whoever else asks for a letter of the households waits; deeds that only name them go on.

    All that one deed asks for are held at once and in their order, before a number is taken: so no two wait
    for each other.
    """
    held = select(Household.id).where(Household.id.in_(household_ids)).order_by(Household.id)
    ctx.session.execute(held.with_for_update(key_share=True))


def letters_before(ctx: Context, decision: PensionDeduction) -> list[PrintRequest]:
    """The letters of a decision that were asked for and not struck off, the latest first."""
    papers = papers_of(ctx, decision.household_id)
    return [one for one in papers if one.payload.get("decision") == decision.id]


def put_down(ctx: Context, told: Collected, head: Head, number: str, *, again: bool = False) -> PrintRequest:
    """Put the letter of what was decided into the print queue of the actor's office.

    Raises:
        SettingMissing: the actor belongs to no office.
    """
    if ctx.actor.office_id is None:
        raise no_office()
    decision, household_id = told.decision, told.decision.household_id
    content = _content(ctx, household_id, decision, head, number, again=again)
    name, _ = KINDS[decision.kind]
    row = PrintRequest(
        document=name,
        household_id=household_id,
        person_id=head.record.person_id,
        office_id=ctx.actor.office_id,
        payload=to_plain(content),
        title=f"{TITLES[decision.kind]} {head.record.name}"[:TITLE_LENGTH],
        addressee=head.recipient.address.name,
        postal_code=head.recipient.postal_code,
        delivery=POST,
        requested_at=ctx.at,
        requested_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    ctx.session.flush()
    detail = {"deed": "asked", "document": name}
    audit.record(ctx, Tag.PRINT_RUN, f"print_request:{row.id}", detail=detail)
    return row


def papers_of(ctx: Context, household_id: int) -> list[PrintRequest]:
    """The letters about pensions that were asked for of a household and not struck off, the latest first."""
    statement = select(PrintRequest).where(
        PrintRequest.household_id == household_id,
        PrintRequest.document.in_([name for name, _ in KINDS.values()]),
        PrintRequest.state != CANCELLED,
    )
    return list(ctx.session.scalars(statement.order_by(PrintRequest.id.desc())))


def find(ctx: Context, household_id: int, fiscal_year: int) -> tuple[Collected, Head]:
    """What is told of a household's year, and to whom.

    Raises:
        NoDeduction, SomethingLeftToStop, NobodyToTell: there is nothing, or nobody, to tell.
    """
    told = standing(ctx, household_id, fiscal_year)
    if told is None:
        raise NoDeduction(
            "この世帯の特別徴収はまだ決定されていないため、通知書を作れません。",
            "Nothing was decided on the pension of this household, so there is no letter.",
        )
    if told.ended_by is not None:
        raise SomethingLeftToStop(
            "保険料が下がったため、特別徴収の中止が要ります。先に「中止」を登録し、承認されてから印刷してください。",
            "A lower premium asks for a stop. Enter the stop first, and print once it is approved.",
        )
    return told, living_head(heads_of(ctx, [household_id]).get(household_id))


def _content(
    ctx: Context,
    household_id: int,
    decision: PensionDeduction,
    head: Head,
    number: str,
    *,
    again: bool = False,
) -> PensionNotice:
    """The letter as it was decided, whatever was assessed since: that is told by its own letters."""
    settings = city.settings_on(ctx.session, ctx.today)
    _, kind = KINDS[decision.kind]
    told = as_decided(decision, terms_of(ctx, FiscalYear(decision.fiscal_year)))
    run = ctx.session.get(AssessmentRun, decision.run_id) if decision.run_id else None
    row = ctx.session.get(Assessment, (run.id, household_id)) if run else None
    reason = f"{REASONS[decision.reason][0]}ため" if decision.kind == STOP else _WHY[decision.kind]
    values: dict[str, Any] = {
        "document_number": number,
        "dated": decision.decided_at.astimezone(JST).date(),
        "reprinted_on": ctx.today if again else None,
        "recipient": head.recipient.address,
        "issuer": settings.issuer,
        "city": settings.text("office/city_name"),
        "prefecture": settings.text("office/prefecture_name"),
        "fiscal_year": FiscalYear(decision.fiscal_year).label_ja,
        "household_number": ctx.session.get_one(Household, household_id).household_number,
        "payer": _payer(ctx, decision, head),
        "pension_payer": payers(ctx).get(decision.payer_code, decision.payer_code),
        "reason": reason,
        "total": row.total if row else None,
        "months": tuple(
            PensionMonth(
                month=month,
                paid_on=day,
                kind="仮徴収" if month in _PROVISIONAL_MONTHS else "本徴収",
                yen=yen,
            )
            for month, day, yen in told.pensions
        ),
        "instalments": tuple(_instalments(told, run)) if run else (),
        "overpaid": told.parts.overpaid,
        "decision": decision.id,
    }
    return kind(**values)


def _payer(ctx: Context, decision: PensionDeduction, head: Head) -> str:
    """Whose pension pays: of whom it was decided, whoever heads the household by now.

    Of who was made part of another one's record since then, the head's name stands here.
    """
    record = list_current(ctx.session, [decision.person_id]).get(decision.person_id)
    return record.name if record else head.record.name


def _instalments(told: Collected, run: AssessmentRun) -> Iterator[PensionInstalment]:
    """What is asked for besides the pension, instalment by instalment."""
    for number, (day, yen) in enumerate(zip(run.due_dates, told.parts.regular, strict=False), 1):
        if yen:
            yield PensionInstalment(name=f"第{number}期", due_on=date.fromisoformat(day), yen=yen)
    if told.parts.late:
        yield PensionInstalment(name="随時", due_on=told.late_due_on or run.late_due_on, yen=told.parts.late)
