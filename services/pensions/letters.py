"""The letters about a deduction: that it begins, what the provisional months take, that it ends (issue 7, 7).

They tell the latest decision on a household's year. One number stands for one decision: asked for again it is
kept, marked 再発行 with the day. Who asks at the same time waits for the other, by household and by list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from models import job
from models.assessment import Assessment, AssessmentRun
from models.audit.tags import Tag
from models.document import TITLE_LENGTH, PrintRequest
from models.household import Household
from models.pension_deduction import (
    BEGIN,
    PROVISIONAL,
    STOP,
    PensionDeduction,
    PensionList,
    list_decisions,
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
from services import audit, city, documents, jobs
from services.context import JST
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.numbering import document_numbers
from services.papers import to_plain
from services.pensions import lists
from services.pensions.collected import as_decided, terms_of
from services.pensions.entries import REASONS, payers, standing
from services.premium_notices.asking import NobodyToTell, NoticeWaits, living_head, no_office
from services.premium_notices.heads import Head, heads_of
from services.print_queue import CANCELLED, WAITING
from services.print_requests import POST
from services.protection import list_hidden

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from printing.letter import PrintedDocument
    from services.context import Context
    from services.pensions.collected import Collected

KINDS: Final[dict[str, tuple[str, type[PensionNotice]]]] = {
    BEGIN: ("pension_begin_notice", PensionBeginNotice),
    PROVISIONAL: ("pension_provisional_notice", PensionProvisionalNotice),
    STOP: ("pension_stop_notice", PensionStopNotice),
}
TITLES: Final = {BEGIN: "特別徴収開始通知書", PROVISIONAL: "仮徴収額決定通知書", STOP: "特別徴収中止通知書"}
AT_ONCE: Final = 200  # letters of a list that one press asks for
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
    told, head = _found(ctx, household_id, fiscal_year)
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
    _hold(ctx, household_id)
    told, head = _found(ctx, household_id, fiscal_year)
    before = _before(ctx, told.decision)
    if any(one.state == WAITING for one in before):
        raise NoticeWaits(
            "この世帯の通知書は、もう印刷待ちにあります。印刷の画面から刷ってください。",
            "This letter waits in the print queue already.",
        )
    return _queue(ctx, told, head, before)


def _hold(ctx: Context, household_id: int) -> None:
    """Whoever else asks for a letter of the household waits; deeds that only name it go on."""
    held = select(Household.id).where(Household.id == household_id)
    ctx.session.execute(held.with_for_update(key_share=True))


def _before(ctx: Context, decision: PensionDeduction) -> list[PrintRequest]:
    """The letters of a decision that were asked for and not struck off, the latest first."""
    papers = papers_of(ctx, decision.household_id)
    return [one for one in papers if one.payload.get("decision") == decision.id]


def _queue(ctx: Context, told: Collected, head: Head, before: Sequence[PrintRequest]) -> PrintRequest:
    if ctx.actor.office_id is None:
        raise no_office()
    decision, household_id = told.decision, told.decision.household_id
    settings = city.settings_on(ctx.session, ctx.today)
    number = before[0].payload["document_number"] if before else document_numbers(ctx.session, 1, settings)[0]
    content = _content(ctx, household_id, decision, head, str(number), again=bool(before))
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


@dataclass(frozen=True)
class AskedOfList:
    """How many letters of a list were asked for, how many were left out and why, how many are left.

    Nobody could be told of `nobody` households; the deduction of `ended` has its stop still to be decided.
    `last` is the id of the household that was looked at last.
    """

    asked: int
    nobody: int
    ended: int
    left: int
    last: int = field(default=0, compare=False)


def ask_of_list(ctx: Context, list_id: int) -> AskedOfList:
    """Put the letters of a list that were not asked for yet into the print queue.

    `AT_ONCE` of them are asked for here, the rest by a job. Who cannot be told is left out and passed over,
    so that the others get theirs.

    Raises:
        NoDeduction: nothing was decided by the list, or every letter was asked for.
        SomebodyElseWasFaster: a job does it just now.
        SettingMissing: the actor belongs to no office.
    """
    # Two that press at once come one after the other.
    held = select(PensionList).where(PensionList.id == list_id).with_for_update(key_share=True)
    made = ctx.session.scalars(held).one_or_none()
    work = lists.work_of(ctx, made) if made else None
    if work is not None and work.state in {job.WAITING, job.RUNNING}:
        raise SomebodyElseWasFaster(
            "この候補一覧の通知書は、いま続けて印刷待ちに入れています。終わるのを待ってください。",
            "The letters of this list are being put into the print queue just now. Wait for the end.",
        )
    told = ask_next(ctx, list_id)
    if told is None:
        raise NoDeduction(
            "この候補一覧の通知書は、もうすべて頼まれているか、決定された世帯がありません。",
            "Every letter of this list was asked for, or nothing was decided by it.",
        )
    if told.left:
        key = f"{lists.letters_key(list_id)}{ctx.at.isoformat()}"
        jobs.ask(ctx, lists.LETTERS, key, {"list": list_id, "after": told.last}, total=told.left)
    return told


def ask_next(ctx: Context, list_id: int, after: int = 0) -> AskedOfList | None:
    """Ask for the next letters of a list, after a household; None where there is none any more.

    Raises:
        SettingMissing: the actor belongs to no office.
    """
    wanted = _not_asked_for(ctx, list_id, after)
    if not wanted:
        return None
    asked = nobody = ended = last = 0
    left = len(wanted)
    for one in wanted:
        left, last = left - 1, one.household_id
        try:
            asked += _ask_first(ctx, one)
        except NobodyToTell:
            nobody += 1
        except SomethingLeftToStop:
            ended += 1
        if asked == AT_ONCE:
            break
    return AskedOfList(asked, nobody, ended, left, last)


def _not_asked_for(ctx: Context, list_id: int, after: int) -> list[PensionDeduction]:
    """What a list decided, is the latest on its household and year, and was not told by a letter yet."""
    statement = select(PensionDeduction).where(
        PensionDeduction.list_id == list_id, PensionDeduction.household_id > after
    )
    decided = list(ctx.session.scalars(statement.order_by(PensionDeduction.household_id)))
    homes = {one.household_id for one in decided}
    year = decided[0].fiscal_year if decided else 0
    latest = {home: of[-1].id for home, of in list_decisions(ctx.session, homes, year).items()}
    asked = _asked_for(ctx, homes)
    return [one for one in decided if one.id not in asked and latest[one.household_id] == one.id]


def _ask_first(ctx: Context, decision: PensionDeduction) -> bool:
    """Ask for the first letter of a decision; False where it was asked for, or decided anew, meanwhile."""
    _hold(ctx, decision.household_id)
    told, head = _found(ctx, decision.household_id, decision.fiscal_year)
    if told.decision.id != decision.id or _before(ctx, decision):
        return False
    _queue(ctx, told, head, ())
    return True


def _asked_for(ctx: Context, homes: Collection[int]) -> frozenset[int]:
    """The decisions of whose letters at least one was asked for and not struck off."""
    statement = select(PrintRequest.payload).where(
        PrintRequest.household_id.in_(homes),
        PrintRequest.document.in_([name for name, _ in KINDS.values()]),
        PrintRequest.state != CANCELLED,
    )
    return frozenset(int(payload.get("decision", 0)) for payload in ctx.session.scalars(statement))


def papers_of(ctx: Context, household_id: int) -> list[PrintRequest]:
    """The letters about pensions that were asked for of a household and not struck off, the latest first."""
    statement = select(PrintRequest).where(
        PrintRequest.household_id == household_id,
        PrintRequest.document.in_([name for name, _ in KINDS.values()]),
        PrintRequest.state != CANCELLED,
    )
    return list(ctx.session.scalars(statement.order_by(PrintRequest.id.desc())))


def _found(ctx: Context, household_id: int, fiscal_year: int) -> tuple[Collected, Head]:
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
