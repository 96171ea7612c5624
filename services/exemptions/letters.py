"""The letters about a reduction on application: 減免 決定・却下・取消通知書 (letters-and-certificates, 4)."""

from __future__ import annotations

from dataclasses import replace

from models.document import PrintRequest
from models.exemption import GRANTED, REFUSED, REVOKED, PremiumExemption
from models.notification import Notification
from models.person import list_current
from printing.premium.exemption_notice import ExemptionNotice, NoticeStep
from rules.eras import format_long
from rules.periods import FiscalYear
from rules.premium.exemptions import GROUNDS
from rules.premium.explaining import PART_NAMES
from services import city, print_requests
from services.case_letters import addressee
from services.context import Context
from services.numbering import document_numbers
from services.print_requests import POST

TITLES = {REFUSED: "減免却下通知書", REVOKED: "減免取消通知書"}
GRANTED_TITLE = "減免決定通知書"


def ask(
    ctx: Context, notification: Notification, row: PremiumExemption, before: int, after: int
) -> PrintRequest:
    """Put the letter about a decision into the print queue; it goes to the head of the household.

    `before` and `after` are the premium of the year in yen. Somebody under a protective measure gets it
    himself.
    """
    persons = [{"person_id": row.person_id}] if row.person_id else []
    recipient = addressee(ctx, notification, {"household_id": row.household_id, "persons": persons})
    settings = city.settings_on(ctx.session, ctx.today)
    title = TITLES.get(row.state, GRANTED_TITLE)
    notification.household_id = notification.household_id or row.household_id
    person = _person(ctx, row)
    content = ExemptionNotice(
        document_number=document_numbers(ctx.session, 1, settings)[0],
        dated=ctx.today,
        recipient=recipient.address,
        issuer=settings.issuer,
        city=settings.text("office/city_name"),
        prefecture=settings.text("office/prefecture_name"),
        decision=row.state,
        title=title,
        fiscal_year=FiscalYear(row.fiscal_year).label_ja,
        reception=f"{notification.number}({format_long(notification.received_on)})",
        ground=GROUNDS[row.ground][0],
        person=person,
        period=_period(row),
        before_total=before,
        after_total=after,
        reason=row.revoked_reason if row.state == REVOKED else row.reason,
        steps=tuple(_steps(row)) if row.state == GRANTED else (),
    )
    called = f"{title} {content.fiscal_year} {content.ground} {person or recipient.address.name}"
    return print_requests.ask_for(ctx, "exemption_notice", content, called, notification, recipient, POST)


def _person(ctx: Context, row: PremiumExemption) -> str:
    """Whose ground it is, by name; empty where it is the household's."""
    record = list_current(ctx.session, [row.person_id]).get(row.person_id) if row.person_id else None
    return record.name if record else ""


def _period(row: PremiumExemption) -> str:
    if row.from_on is None or row.until_on is None:
        return "―"
    return f"{format_long(row.from_on)}から{format_long(row.until_on)}まで"


def _steps(row: PremiumExemption) -> list[NoticeStep]:
    """The derivation as it was kept, in words; what was decided at its end where that is another amount."""
    steps = [
        NoticeStep(
            title=f"{PART_NAMES[one['part']][0] if one['part'] else ''} {one['title'][0]}".strip(),
            value=value_in_words(one["value"], one["unit"]),
            rule=one["rule"][0],
        )
        for one in row.lines
    ]
    if row.amount == row.suggested:
        return steps
    if row.lines and row.lines[-1]["name"] == "exemption.amount":
        steps[-1] = replace(steps[-1], title=f"基準の表による{steps[-1].title}")
    rule = "決定の理由により、表と異なる額とする"
    return [*steps, NoticeStep(title="決定した減免の額", value=f"{row.amount:,}円", rule=rule)]


def value_in_words(value: str, unit: str) -> str:
    """A kept figure with its unit."""
    if unit in {"yen", "parts"}:
        whole, point, rest = value.partition(".")
        return f"{int(whole):,}{point}{rest[:2]}円"
    return f"{value}%" if unit == "share" else f"{value}か月"
