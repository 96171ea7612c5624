"""Asking for the letter or for slips of one household; they wait in the print queue like any paper (C3, D3).

One number stands for one decision: who asks again gets the same number, marked 再発行 with the day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from models.assessment import Assessment, AssessmentRun, list_final
from models.audit.tags import Tag
from models.document import TITLE_LENGTH, PrintRequest
from models.household import Household
from models.person import list_current
from printing.collection.payment_slips import PaymentSlips
from rules.periods import FiscalYear
from services import audit, city, documents
from services.assessing.kept_figures import Explained, explain_all
from services.context import JST
from services.errors import HouseholdUnknown, NotFound, RuleBroken, SettingMissing
from services.numbering import document_numbers
from services.papers import to_plain
from services.premium_notices.contents import Letter, changed_dues, content_of, tells_a_change
from services.premium_notices.heads import Head, heads_of
from services.premium_notices.slips import Payer, SlipLaw, dues_of, slips_of
from services.print_queue import CANCELLED, WAITING
from services.print_requests import COUNTER, POST
from services.protection import list_hidden, list_marked
from services.statute import all_law

if TYPE_CHECKING:
    from printing.collection.payment_slip import PaymentSlip
    from printing.letter import PrintedDocument
    from printing.premium.premium_notice import PremiumNotice
    from services.context import Context

NOTICE, CHANGE, SLIPS = "premium_notice", "premium_change_notice", "payment_slips"
LETTERS: Final = (NOTICE, CHANGE)
KINDS: Final = (*LETTERS, SLIPS)
TITLES: Final = {NOTICE: "納入通知書", CHANGE: "変更決定通知書", SLIPS: "納付書"}


class NothingInForce(NotFound):
    """The household has no assessment in force, so there is nothing to tell."""

    code = "premium_not_in_force"


class NoticeWaits(RuleBroken):
    """The same letter waits to be printed already."""

    code = "premium_notice_waits"


class NobodyToTell(RuleBroken):
    """Nobody heads the household, or its head has died: a letter would reach nobody."""

    code = "premium_notice_nobody"


class FiguresDiffer(RuleBroken):
    """The derivation does not come to the decided amount: such a letter must not leave the house."""

    code = "premium_figures_differ"


class NoInstalment(RuleBroken):
    """No instalment was chosen that there is anything to pay of."""

    code = "slip_not_chosen"


@dataclass(frozen=True)
class Change:
    """What a letter compares with, and by what it has changed since; nothing where it is the first.

    `is_told` says whether a letter of the year was asked for, so that slips are out already.
    """

    before: Explained | None = None
    causes: tuple[int, ...] = ()
    is_told: bool = False


@dataclass(frozen=True)
class InForce:
    """What is in force of one household, what it is compared with, and who is told."""

    household: Household
    run: AssessmentRun
    row: Assessment
    now: Explained
    change: Change
    head: Head
    names: Mapping[int, str]

    @property
    def before(self) -> Explained | None:
        return self.change.before


def read(ctx: Context, household_id: int, fiscal_year: int | None = None) -> InForce:
    """The assessment in force of a household (of the latest year, unless told).

    Raises:
        HouseholdUnknown: there is no such household.
        NothingInForce, NobodyToTell, FiguresDiffer: nothing can be told of it.
    """
    household = ctx.session.get(Household, household_id)
    if household is None:
        raise HouseholdUnknown("この世帯はありません。", "There is no such household.")
    history = list_final(ctx.session, household_id, fiscal_year)
    if not history:
        raise NothingInForce(
            "この世帯には確定した賦課がないため、通知書を作れません。賦課が確定してから印刷してください。",
            "Nothing is in force for the household. Print once an assessment is final.",
        )
    run, row = history[0]
    head = living_head(heads_of(ctx, [household_id]).get(household_id))
    now = agreeing(explain_all(ctx, run, [row])[household_id])
    change = change_of(ctx, history[1:], run, row)
    return InForce(household, run, row, now, change, head, names_shown(ctx, now, change.before, head))


def living_head(head: Head | None) -> Head:
    """The head of a household, where a letter can reach him.

    Raises:
        NobodyToTell: there is none, or he has died.
    """
    if head is None or not head.is_alive:
        raise NobodyToTell(
            "世帯主がいないか亡くなっているため、通知書の宛先がありません。世帯主の変更を登録してから印刷してください。",
            "The household has no living head to write to. Register the new head first.",
        )
    return head


def agreeing(told: Explained) -> Explained:
    """An assessment whose derivation comes to its total.

    Raises:
        FiguresDiffer: it does not; the rules of the program have changed since.
    """
    if not told.told.agrees:
        raise FiguresDiffer(
            "計算の内訳が決定した額と合わないため、通知書を作れません。管理者に連絡してください。",
            "The derivation does not come to the decided amount. Tell an administrator.",
        )
    return told


def change_of(
    ctx: Context,
    history: Sequence[tuple[AssessmentRun, Assessment]],
    run: AssessmentRun,
    row: Assessment,
) -> Change:
    """What a letter compares an assessment with, and by what it changed since: that of which one told last.

    Of a change that is also the one in force before, where no letter of the year was asked for. An assessment
    that changed nothing is told as a change where an earlier one did that no letter has told.
    """
    same = [(one, of) for one, of in history if one.fiscal_year == run.fiscal_year]
    if not same:
        return Change()
    letters = [one for one in papers_of(ctx, row.household_id) if one.document in LETTERS]
    told = {one.payload.get("assessment") for one in letters}
    latest = next((place for place, (one, _) in enumerate(same) if one.id in told), None)
    place = latest or 0
    untold = [of for _, of in reversed(same[:place])]
    causes = tuple(dict.fromkeys(of.cause for of in (*untold, row) if tells_a_change(of)))
    if not causes:
        return Change()
    one, of = same[place]
    return Change(explain_all(ctx, one, [of])[of.household_id], causes, latest is not None)


def history_before(
    ctx: Context, household_id: int, run: AssessmentRun
) -> list[tuple[AssessmentRun, Assessment]]:
    """What was in force of a household before a run, the latest first."""
    history = list_final(ctx.session, household_id, run.fiscal_year)
    place = next((place for place, (one, _) in enumerate(history) if one.id == run.id), len(history))
    return history[place + 1 :]


def no_office() -> SettingMissing:
    """A print belongs to an office, so whoever asks for it is posted to one."""
    return SettingMissing(
        "配属のある職員で印刷してください。", "Print it as somebody who is posted to an office."
    )


def names_shown(ctx: Context, now: Explained, before: Explained | None, head: Head) -> dict[int, str]:
    """The members by name, but for those under a protective measure who do not get the letter themselves."""
    people = {one.person_id for told in (now, before) if told for one in told.persons}
    hidden = list_marked(ctx, people) - {head.record.person_id}
    return {one: row.name for one, row in list_current(ctx.session, people - hidden).items()}


def build(found: InForce, letter: Letter, law: SlipLaw, *, with_slips: bool = True) -> PremiumNotice:
    """The letter of what is in force, with the slips of what it asks to be paid.

    Raises:
        SlipCannotBe: an instalment fits on no slip.
    """
    slips: tuple[PaymentSlip, ...] = ()
    if with_slips:
        dues = changed_dues(found.now, found.before if found.change.is_told else None)
        slips = slips_of(dues, found.run, letter.household_number, payer_of(found.head), law)
    form = law.form() if slips else None
    return content_of(found.now, found.before, found.change.causes, letter, law.settings, form, slips)


def to_be_looked_at(ctx: Context, found: InForce, document: PrintedDocument) -> PrintedDocument:
    """The letter as a preview shows it: without the place of whoever is protected."""
    hidden = list_hidden(ctx, [found.head.record.person_id])
    return documents.without_places(document) if hidden else document


def payer_of(head: Head) -> Payer:
    """Who pays, as slips bear him."""
    return Payer(head.record.name, head.recipient.address)


def slip_law(ctx: Context) -> SlipLaw:
    """Law and settings of today for slips."""
    return SlipLaw(all_law(ctx), city.settings_on(ctx.session, ctx.today), ctx.today)


def ask_letter(ctx: Context, household_id: int, *, with_slips: bool) -> PrintRequest:
    """Ask for the letter of what is in force of a household.

    Raises:
        NoticeWaits: it waits to be printed already.
        HouseholdUnknown, NothingInForce, NobodyToTell, FiguresDiffer, SlipCannotBe: as for `build`.
    """
    found = read(ctx, household_id)
    before = letters_of(ctx, household_id, found.run.id)
    if any(one.state == WAITING for one in before):
        raise NoticeWaits(
            "この世帯の通知書は、もう印刷待ちにあります。印刷の画面から刷ってください。",
            "This letter waits in the print queue already.",
        )
    law = slip_law(ctx)
    number = (
        before[0].payload["document_number"] if before else document_numbers(ctx.session, 1, law.settings)[0]
    )
    letter = letter_of(found, str(number), ctx, again=bool(before))
    content = build(found, letter, law, with_slips=with_slips)
    return put_down(ctx, found, CHANGE if found.before else NOTICE, content, POST)


def letter_of(
    found: InForce, document_number: str, ctx: Context, *, again: bool = False, set_number: str = ""
) -> Letter:
    """The head of a letter. Its date is the day of the decision."""
    decided = found.run.ended_at or found.run.begun_at
    return Letter(
        document_number=document_number,
        dated=decided.astimezone(JST).date(),
        recipient=found.head.recipient.address,
        payer=found.head.record.name,
        household_number=found.household.household_number,
        names=found.names,
        set_number=set_number,
        reprinted_on=ctx.today if again else None,
    )


def ask_slips(ctx: Context, household_id: int, numbers: Collection[int], *, by_post: bool) -> PrintRequest:
    """Ask for slips of single instalments, each with how often it was issued before.

    Raises:
        NoInstalment: none of the chosen ones is to be paid.
        HouseholdUnknown, NothingInForce, NobodyToTell, SlipCannotBe: as for `read` and `build`.
    """
    found = read(ctx, household_id)
    dues = [due for due in dues_of(found.now.told) if due.number in numbers and due.yen > 0]
    if not dues:
        raise NoInstalment(
            "納付書を作る期が選ばれていません。額のある期に印を付けてください。",
            "Choose at least one instalment that there is anything to pay of.",
        )
    law = slip_law(ctx)
    number = found.household.household_number
    issued = issued_before(ctx, household_id, found.run.id)
    slips = slips_of(dues, found.run, number, payer_of(found.head), law, issued)
    content = PaymentSlips(
        dated=ctx.today,
        recipient=found.head.recipient.address,
        issuer=law.settings.issuer,
        fiscal_year=FiscalYear(found.run.fiscal_year).label_ja,
        payer=found.head.record.name,
        notice_number=slips[0].notice_number,
        slip_form=law.form(),
        slips=slips,
        assessment=found.run.id,
    )
    return put_down(ctx, found, SLIPS, content, POST if by_post else COUNTER)


def put_down(
    ctx: Context, found: InForce, document: str, content: PremiumNotice | PaymentSlips, delivery: str
) -> PrintRequest:
    """Put a paper of a household into the queue of the actor's office.

    Raises:
        SettingMissing: the actor belongs to no office.
    """
    if ctx.actor.office_id is None:
        raise no_office()
    row = request_of(ctx, found, document, content, delivery, ctx.actor.office_id)
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(
        ctx, Tag.PRINT_RUN, f"print_request:{row.id}", detail={"deed": "asked", "document": document}
    )
    return row


def request_of(
    ctx: Context,
    found: InForce,
    document: str,
    content: PremiumNotice | PaymentSlips,
    delivery: str,
    office_id: int,
) -> PrintRequest:
    """The row of a paper; its whole content is kept, so that it is printed again as it was."""
    payload: dict[str, Any] = to_plain(content)
    return PrintRequest(
        document=document,
        household_id=found.household.id,
        person_id=found.head.record.person_id,
        office_id=office_id,
        payload=payload,
        title=f"{TITLES[document]} {found.head.record.name}"[:TITLE_LENGTH],
        addressee=found.head.recipient.address.name,
        postal_code=found.head.recipient.postal_code,
        delivery=delivery,
        requested_at=ctx.at,
        requested_by_id=ctx.actor.staff_id,
    )


def letters_of(ctx: Context, household_id: int, run_id: int) -> list[PrintRequest]:
    """The letters that were asked for of an assessment and not struck off, the latest first."""
    return [one for one in papers_of(ctx, household_id) if one.document in LETTERS and _of(one, run_id)]


def papers_of(ctx: Context, household_id: int) -> list[PrintRequest]:
    """Letters and slips of a household that were asked for and not struck off, the latest first."""
    statement = select(PrintRequest).where(
        PrintRequest.household_id == household_id,
        PrintRequest.document.in_(KINDS),
        PrintRequest.state != CANCELLED,
    )
    return list(ctx.session.scalars(statement.order_by(PrintRequest.id.desc())))


def issued_before(ctx: Context, household_id: int, run_id: int) -> dict[str, int]:
    """How often a slip of each instalment (by its name) was asked for of an assessment."""
    counted: dict[str, int] = {}
    for paper in papers_of(ctx, household_id):
        if _of(paper, run_id):
            for slip in paper.payload.get("slips", ()):
                counted[slip["instalment"]] = counted.get(slip["instalment"], 0) + 1
    return counted


def _of(paper: PrintRequest, run_id: int) -> bool:
    return bool(paper.payload.get("assessment") == run_id)
