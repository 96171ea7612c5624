"""The letter that refuses a ceiling-amount certificate, with reasons and the text on appeals (letters 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.document import PrintRequest
from models.notification import Notification
from models.person import list_current
from printing.benefits.ceiling_refusal import CeilingRefusal, RefusalReason
from rules.certificates import TITLES
from rules.derivation import Refusal
from services import case_letters, city, print_requests
from services.ceiling_certificates.assessing import ARTICLE, ASKED
from services.context import Context
from services.entries.ceiling_certificate import CeilingEntry
from services.entries.reading import Entry
from services.numbering import document_numbers
from services.print_requests import POST

DOCUMENT = "ceiling_refusal"
# As the letter says it to the head: nobody else of the household is named.
WORDS: Mapping[str, str] = {
    "ceiling.income_not_declared": "世帯に所得の申告をしていない方がいるため、適用区分を判定できません。"
    "全員が所得を申告した後に、もう一度申請することができます。",
    "ceiling.tax_not_told": "世帯の所得に関する情報がそろわないため、適用区分を判定できません。"
    "そろった後に、もう一度申請することができます。",
    "ceiling.share_not_told": "一部負担金の割合が記録されていない方がいるため、適用区分を判定できません。"
    "記録された後に、もう一度申請することができます。",
    "ceiling.share_differs": "一部負担金の割合と所得の記録が一致しないため、適用区分を判定できません。"
    "確認の後に、もう一度申請することができます。",
    "ceiling.in_arrears": "納期限を過ぎた国民健康保険料が納められていません。"
    "納付された後、又は特別の事情があると認められた後に、もう一度申請することができます。",
    "ceiling.not_needed": "所得の区分により認定証を要しません。"
    "一部負担金の割合を示す証を医療機関に見せることで、支払いは限度額までになります。",
    "ceiling.not_insured": "申請の日に国民健康保険に加入していません。",
}


def reasons(refusals: Sequence[Refusal], ground: str) -> tuple[RefusalReason, ...]:
    """Every reason with its article; what the examiner wrote stands last."""
    told = [RefusalReason(text=WORDS.get(one.code, one.message_ja), article=one.article) for one in refusals]
    return (*told, *((RefusalReason(text=ground, article=ARTICLE),) if ground else ()))


def ask(
    ctx: Context,
    notification: Notification,
    entry: Entry,
    told: CeilingEntry,
    why: Sequence[RefusalReason],
) -> PrintRequest:
    """Ask for the letter to the head; somebody under a protective measure gets it himself (H14)."""
    recipient = case_letters.addressee(ctx, notification, entry)
    settings = city.settings_on(ctx.session, ctx.today)
    asked = ASKED.get(told.reason)
    letter = CeilingRefusal(
        document_number=document_numbers(ctx.session, 1, settings)[0],
        dated=ctx.today,
        recipient=recipient.address,
        issuer=settings.issuer,
        city=settings.text("office/city_name"),
        prefecture=settings.text("office/prefecture_name"),
        person=list_current(ctx.session, [told.person_id])[told.person_id].name,
        asked=TITLES[asked] if asked else "長期入院該当の認定",
        applied_on=told.received_on,
        reception_number=notification.number,
        reasons=tuple(why),
    )
    title = f"限度額適用認定証 不交付 {recipient.address.name}"
    return print_requests.ask_for(ctx, DOCUMENT, letter, title, notification, recipient, POST, told.person_id)
