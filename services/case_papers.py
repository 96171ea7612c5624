"""Papers that a case can print from what is on record of it: slips, letters, the record of the check (C3).

Contents: letters-and-certificates, section 7. What is missing, returned or shown was told in the forms of the
case; nothing is entered for a paper's sake. Numbers of papers and Individual Numbers are nowhere in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from models.case import Case
from models.document import PrintRequest
from models.masters import PaperKind
from models.notification import WAYS, NotificationPerson
from models.person import list_current
from printing.documents import DOCUMENTS
from printing.letter import Issuer, PrintedDocument
from printing.notifications.missing_papers_notice import MissingPapersNotice
from printing.notifications.papers import MissingPaper, ReturnedPaper
from printing.notifications.papers_returned import PapersReturned
from printing.notifications.reception_slip import ReceptionSlip
from rules.periods import add_working_days
from services import cases, city, hidden_entries, letter_words, office_calendar, print_requests
from services.case_letters import addressee, by_name
from services.cases import CasePage
from services.context import JST, Context
from services.documents import without_places
from services.errors import NotFound
from services.identity_record import identity_check_record
from services.loss_proof import proof_of_loss
from services.notifications import title_of
from services.numbering import document_numbers
from services.print_requests import COUNTER, INNER, POST, Recipient
from services.statute import law_on

ENTRIES = frozenset({"apply", "correct"})
ARRIVED, CHECKED = "papers_arrived", "confirm_identity"
LETTERS = frozenset({"missing_papers_notice", "papers_returned", "proof_of_loss"})
SLUGS = (
    "reception_slip",
    "missing_papers_notice",
    "papers_returned",
    "identity_check_record",
    "proof_of_loss",
)
DAYS = "municipal/office/missing_papers_days"
NO_NUMBER = "(印刷のときに付番)"
NEXT = "確かめたあと、結果をお知らせします。"
STEPS = {
    "acquisition": "登録のあと、資格確認書又は資格情報のお知らせを交付します。",
    "loss": "登録のあと、資格がなくなった方の証をお返しいただきます。",
    "change": "登録のあと、記載の変わる方に新しい証を交付します。",
    "reissue": "確かめたあと、新しい証を交付します。前の証が見つかったときは、お返しください。",
    "ceiling_certificate": "所得などを確かめたあと、認定証又は交付できないことのお知らせをお渡しします。",
    "facility_exception": "登録のあと、新しい証を交付します。毎年、入所の確認をお願いします。",
    "student_exception": "登録のあと、学生の方に新しい証を交付します。毎年、在学の確認をお願いします。",
    "exemption": "審査と決裁のあと、決定又は却下の通知書を郵送します。",
    "cancellation": "確かめたあと、前の届出による登録を元に戻します。",
}


@dataclass(frozen=True)
class Paper:
    """The content of a paper, whom it goes to and how."""

    content: PrintedDocument
    recipient: Recipient
    delivery: str
    person_id: int | None = None


@dataclass(frozen=True)
class Told:
    """What the forms of a case tell: the entry in force, missing and returned papers."""

    entry: Mapping[str, Any]
    missing: Sequence[Mapping[str, Any]]
    returned: Sequence[tuple[str, str]]


def available(page: CasePage) -> list[str]:
    """Which papers the case can print now; reads nothing.

    None to whom the entry is hidden: they tell it. None of a case without a notification.
    """
    if page.blind or page.filed is None:
        return []
    told = tell(page)
    checked = any(one.element_id == CHECKED for one in page.entries)
    can = {
        "reception_slip": bool(told.entry),
        "missing_papers_notice": bool(told.missing) and page.case.state == "open",
        "papers_returned": bool(told.returned),
        "identity_check_record": checked,
        "proof_of_loss": page.notification.procedure == "loss" and page.state == "registered",
    }
    return [slug for slug in SLUGS if can[slug]]


def ask(ctx: Context, case_id: int, slug: str) -> PrintRequest:
    """Ask for a paper of a case with its content of now; a letter gets its number.

    Raises:
        NotFound: no such case in the actor's office, or the case cannot print this paper now.
    """
    page = _page(ctx, case_id, slug)
    settings = city.settings_on(ctx.session, ctx.today)
    number = document_numbers(ctx.session, 1, settings)[0] if slug in LETTERS else ""
    paper = _build(ctx, page, slug, number, settings.issuer)
    title = f"{DOCUMENTS[slug].title_ja} {paper.recipient.address.name}"
    return print_requests.ask_for(
        ctx, slug, paper.content, title, page.notification, paper.recipient, paper.delivery, paper.person_id
    )


def preview(ctx: Context, case_id: int, slug: str) -> PrintedDocument:
    """The same content without a number, to be looked at.

    Raises:
        NotFound: no such case in the actor's office, or the case cannot print this paper now.
    """
    page = _page(ctx, case_id, slug)
    issuer = city.settings_on(ctx.session, ctx.today).issuer
    content = _build(ctx, page, slug, NO_NUMBER, issuer).content
    return without_places(content) if hidden_entries.hides(ctx, tell(page).entry) else content


def must_belong(ctx: Context, case_id: int, request_id: int) -> None:
    """A paper belongs to a case, whose entry the reader may see.

    Raises:
        NotFound: it does not, or he may yet verify the entry.
    """
    blind = cases.read(ctx, case_id).blind
    statement = (
        select(PrintRequest.id)
        .join(Case, Case.notification_id == PrintRequest.notification_id)
        .where(Case.id == case_id, PrintRequest.id == request_id)
    )
    if blind or ctx.session.scalar(statement) is None:
        raise NotFound(
            "この書類は見つかりません。届出の画面を開き直してください。", "There is no such paper."
        )


def tell(page: CasePage) -> Told:
    """Read the forms of a case: the last entry counts, and what was missing last."""
    entries = [one for one in page.entries if one.element_id in ENTRIES and one.outcome == "done"]
    arrived = [one for one in page.entries if one.element_id == ARRIVED and one.outcome == "done"]
    entry: Mapping[str, Any] = entries[-1].data if entries else {}
    last = arrived[-1].data if arrived else entry
    rows = [row for data in (entry, *(one.data for one in arrived)) for row in data.get("papers") or ()]
    returned = [(row["kind"], _why(row)) for row in rows if row.get("returned")]
    for one in page.entries:
        if one.element_id == CHECKED:
            returned += [(kind, "本人確認が済んだため") for kind in one.data.get("papers_returned") or ()]
    return Told(entry, last.get("missing_papers") or (), list(dict.fromkeys(returned)))


def _why(row: Mapping[str, Any]) -> str:
    return "内容の確認が済んだため" if row.get("seen") else "この届出の手続に必要がないため"


def _page(ctx: Context, case_id: int, slug: str) -> CasePage:
    page = cases.read(ctx, case_id)
    if slug not in available(page):
        raise NotFound(
            "この届出では、いまこの書類を印刷できません。届出の画面を開き直してください。",
            "This case cannot print that paper now. Open the case again.",
        )
    return page


def _build(ctx: Context, page: CasePage, slug: str, number: str, issuer: Issuer) -> Paper:
    return _BUILDERS[slug](ctx, page, number, issuer)


def _slip(ctx: Context, page: CasePage, number: str, issuer: Issuer) -> Paper:
    del number
    told = tell(page)
    names = paper_names(ctx)
    first = page.actions[0]
    notifier = told.entry.get("notifier", {}).get("name", "")
    content = ReceptionSlip(
        reception_number=page.notification.number,
        received_at=first.at.astimezone(JST).replace(tzinfo=None),
        procedure=title_of(ctx, page.notification),
        way=WAYS[page.notification.way][0],
        notifier=notifier,
        persons=persons_of(ctx, page),
        missing=tuple(_missing_paper(row, names) for row in told.missing),
        next_steps=_steps(page, told),
        clerk=page.names.get(first.by_id or 0, ctx.actor.name),
        issuer=issuer,
    )
    return Paper(content, by_name(notifier or content.persons[0]), COUNTER)


def _notice(ctx: Context, page: CasePage, number: str, issuer: Issuer) -> Paper:
    told = tell(page)
    names = paper_names(ctx)
    recipient = addressee(ctx, page.notification, told.entry)
    items = tuple(_missing_paper(row, names, ctx.today) for row in told.missing)
    promised = [one.until for one in items if one.until is not None]
    closed = office_calendar.closed_days(ctx.session, ctx.today)
    until = max(promised, default=None) or add_working_days(
        ctx.today, law_on(ctx.today).integer(DAYS), closed
    )
    content = _about(ctx, page, number, issuer, recipient) | {"items": items, "answer_until": until}
    words = letter_words.for_papers(ctx, "missing_papers_notice", content)
    return Paper(MissingPapersNotice(**content, **words), recipient, POST)


def _returned(ctx: Context, page: CasePage, number: str, issuer: Issuer) -> Paper:
    told = tell(page)
    names = paper_names(ctx)
    recipient = addressee(ctx, page.notification, told.entry)
    at_counter = page.notification.way == "counter"
    items = tuple(ReturnedPaper(paper=names.get(kind, kind), reason=why) for kind, why in told.returned)
    way = "窓口で手渡し" if at_counter else "郵送"
    content = _about(ctx, page, number, issuer, recipient) | {"items": items, "way": way}
    words = letter_words.for_papers(ctx, "papers_returned", content)
    return Paper(PapersReturned(**content, **words), recipient, COUNTER if at_counter else POST)


def _about(ctx: Context, page: CasePage, number: str, issuer: Issuer, recipient: Recipient) -> dict[str, Any]:
    """What every letter about a notification says of it."""
    return {
        "document_number": number,
        "dated": ctx.today,
        "recipient": recipient.address,
        "issuer": issuer,
        "reception_number": page.notification.number,
        "received_on": page.notification.received_on,
        "procedure": title_of(ctx, page.notification),
    }


def _record(ctx: Context, page: CasePage, number: str, issuer: Issuer) -> Paper:
    del number
    content = identity_check_record(
        page, tell(page).entry, title_of(ctx, page.notification), persons_of(ctx, page), issuer
    )
    return Paper(content, by_name(content.subject), INNER)


def _proof(ctx: Context, page: CasePage, number: str, issuer: Issuer) -> Paper:
    recipient = addressee(ctx, page.notification, tell(page).entry)
    content = proof_of_loss(ctx, page.notification, number, issuer, recipient.address)
    return Paper(content, recipient, COUNTER, recipient.person_id or None)


_BUILDERS: Mapping[str, Callable[[Context, CasePage, str, Issuer], Paper]] = {
    "reception_slip": _slip,
    "missing_papers_notice": _notice,
    "papers_returned": _returned,
    "identity_check_record": _record,
    "proof_of_loss": _proof,
}


def paper_names(ctx: Context) -> dict[str, str]:
    """Names of all kinds of papers by code, those out of use too."""
    return {row.code: row.name for row in ctx.session.scalars(select(PaperKind))}


def persons_of(ctx: Context, page: CasePage) -> tuple[str, ...]:
    """Names of those whom the notification concerns: as registered, else as told in the form."""
    statement = select(NotificationPerson.person_id).where(
        NotificationPerson.notification_id == page.notification.id
    )
    linked = list(ctx.session.scalars(statement.order_by(NotificationPerson.id)))
    entry = tell(page).entry
    rows: Sequence[Mapping[str, Any]] = entry.get("persons") or [entry]
    ids = linked or [int(row["person_id"]) for row in rows if row.get("person_id") is not None]
    known = list_current(ctx.session, ids) if ids else {}
    if linked:
        return tuple(known[one].name for one in linked)
    names = [
        str(row["name"]) if row.get("name") else known[int(row["person_id"])].name
        for row in rows
        if row.get("name") or row.get("person_id") is not None
    ]
    return tuple(names) or (str(entry.get("notifier", {}).get("name", "")),)


def _missing_paper(
    row: Mapping[str, Any], names: Mapping[str, str], today: date | None = None
) -> MissingPaper:
    """A missing paper with the day promised; before `today` it says nothing any more."""
    promised = date.fromisoformat(row["promised_on"]) if row.get("promised_on") else None
    until = None if promised is None or (today is not None and promised < today) else promised
    return MissingPaper(paper=names.get(row["kind"], row["kind"]), until=until)


def _steps(page: CasePage, told: Told) -> tuple[str, ...]:
    steps = [
        "届出の内容を、受け付けた者とは別の職員が確かめます。",
        STEPS.get(page.notification.procedure, NEXT),
    ]
    if told.missing:
        steps.append("足りない書類は、期限までに窓口又は郵送でお出しください。")
    return tuple(steps)
