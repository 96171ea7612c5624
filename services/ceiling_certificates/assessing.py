"""What the system finds of an application: class, limit, certificate, or what stands against it (F23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.ceiling_decision import PROPOSED, REPLACED, CeilingDecision, find_latest
from models.certificate import Certificate
from models.enrolment import Enrolment
from models.notification import Notification
from models.person import list_current
from rules.benefits.ceilings import Granted, ceiling_of, grant
from rules.benefits.income_class import Classed, classify
from rules.certificates import TITLES, CertificateKind
from rules.derivation import Caution, Refusal, Step
from rules.eligibility.deadlines import received_in_future
from services.ceiling_certificates.facts import Gathered, gather
from services.certificates import events
from services.certificates.contents import facts_of
from services.context import Context
from services.entries.ceiling_certificate import CeilingEntry, read
from services.entries.reading import Entry
from services.findings import Finding, from_rule, refusal, warning
from services.household_findings import Seen, look, not_members

ARTICLE = "国民健康保険法施行規則27条の14の2"
ASKED = {
    "ceiling": CertificateKind.CEILING_CERTIFICATE,
    "ceiling_reduction": CertificateKind.CEILING_REDUCTION_CERTIFICATE,
}


@dataclass(frozen=True)
class Assessed:
    """Class and certificate of an application with the whole derivation; `granted` None: no class."""

    classed: Classed
    granted: Granted | None
    gathered: Gathered
    steps: tuple[Step, ...]

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return self.classed.refusals + (self.granted.refusals if self.granted else ())

    @property
    def can_issue(self) -> bool:
        return self.granted is not None and self.granted.kind is not None and not self.refusals


def check(ctx: Context, entry: Entry) -> list[Finding]:
    """What stands against taking the application in, field by field; nothing is written."""
    told = read(entry)
    seen, found = look(ctx, told.household_id, told.received_on)
    if seen is None:
        return [replace(one, path="received_on") if one.path == "event_on" else one for one in found]
    found = [*from_rule("received_on", received_in_future(told.received_on, ctx.today), ())]
    found += not_members(seen, [("persons.0.person_id", told.person_id)])
    if not found and period_of(seen, told) is None:
        found.append(_not_insured())
    found += _stays(told)
    if not found:
        found += _told_of(ctx, told)
    return found


def assess(ctx: Context, notification: Notification, entry: Entry) -> CeilingDecision:
    """Tell class, limit and certificate by the record of now, and keep it for the examiner."""
    told = read(entry)
    found = find(ctx, told)
    before = find_latest(ctx.session, notification.id)
    if before is not None and before.state == PROPOSED:
        before.state = REPLACED
    row = _row(ctx, notification, told, found)
    ctx.session.add(row)
    ctx.session.flush()
    notification.household_id = notification.household_id or told.household_id
    return row


def find(ctx: Context, told: CeilingEntry, *, has_arrears: bool = False) -> Assessed:
    """The answer of the rules for an application, by the record of now; nothing is written."""
    gathered = gather(ctx, told.household_id, told.person_id, told.received_on, has_arrears=has_arrears)
    seen, _ = look(ctx, told.household_id, told.received_on)
    period = period_of(seen, told) if seen else None
    if period is None:
        lost = Refusal("ceiling.not_insured", _not_insured().message_ja, ARTICLE)
        return Assessed(Classed(None, 0, from_70=False, refusals=(lost,)), None, gathered, ())
    decision = classify(gathered.facts, gathered.law)
    classed, steps = decision.result, decision.steps
    if classed.income_class is None:
        return Assessed(classed, None, gathered, steps)
    record = list_current(ctx.session, [told.person_id])[told.person_id]
    granted = grant(
        facts_of(record, period), classed.income_class, told.received_on, gathered.law, told.stays
    )
    return Assessed(classed, granted.result, gathered, (*steps, *granted.steps))


def period_of(seen: Seen, told: CeilingEntry) -> Enrolment | None:
    """The applicant's period on the day of application; None where he is not insured then."""
    period = seen.period_of(told.person_id, told.received_on)
    return period if period is not None and period.covers(told.received_on) else None


def held_now(ctx: Context, person_id: int) -> list[Certificate]:
    """Ceiling-amount certificates of a person that are out and not past their last day."""
    return [
        row
        for row in events.list_out(ctx, person_id)
        if row.kind in {one.value for one in ASKED.values()}
        and row.expires_on is not None
        and row.expires_on >= ctx.today
    ]


def _row(ctx: Context, notification: Notification, told: CeilingEntry, found: Assessed) -> CeilingDecision:
    classed, granted = found.classed, found.granted
    barred = {*classed.undeclared, *classed.untold}
    income_class = classed.income_class
    return CeilingDecision(
        notification_id=notification.id,
        household_id=told.household_id,
        person_id=told.person_id,
        applied_on=told.received_on,
        state=PROPOSED,
        income_class=income_class.value if income_class else "",
        base_income=classed.base_income,
        limit_amount=ceiling_of(income_class, found.gathered.law).amount if income_class else None,
        certificate_kind=granted.kind.value if granted and granted.kind else "",
        valid_from_on=granted.first_on if granted else None,
        expires_on=granted.expires_on if granted else None,
        long_stay_on=granted.long_stay_on if granted else None,
        refusals=_plain(found.refusals),
        cautions=[*_plain(classed.cautions), *_plain(_other_kind(told, granted))],
        steps=[one.as_dict() for one in found.steps],
        member_ids=list(found.gathered.person_ids),
        barred_ids=[found.gathered.person_ids[place] for place in sorted(barred)],
        assessed_at=ctx.at,
    )


def _plain(told: Sequence[Refusal | Caution]) -> list[dict[str, str]]:
    return [{"code": one.code, "message_ja": one.message_ja, "article": one.article} for one in told]


def _other_kind(told: CeilingEntry, granted: Granted | None) -> tuple[Caution, ...]:
    wanted = ASKED.get(told.reason)
    if granted is None or granted.kind is None or wanted in {None, granted.kind}:
        return ()
    text = f"申請は{TITLES[ASKED[told.reason]]}ですが、適用区分により{TITLES[granted.kind]}となります。"
    return (Caution("ceiling.other_kind", text, ARTICLE),)


def _not_insured() -> Finding:
    return refusal(
        "ceiling.not_insured",
        "persons.0.person_id",
        "この方は、受付日の時点で加入していません。加入していない方に認定証は交付できません。"
        "人と受付日を確かめてください。",
        "This person is not insured on the day of reception. Check person and day.",
        ARTICLE,
    )


def _stays(told: CeilingEntry) -> list[Finding]:
    return [
        refusal(
            "ceiling.stay_not_possible",
            f"stays.{place}.to_on",
            "入院の終わりの日が、始まりの日より前か、受付日より後です。受付日までの入院の期間を入力してください。",
            "The stay ends before it begins, or after the day of reception.",
        )
        for place, one in enumerate(told.stays)
        if one.to_on < one.from_on or one.to_on > told.received_on
    ]


def _told_of(ctx: Context, told: CeilingEntry) -> list[Finding]:
    found = []
    record = list_current(ctx.session, [told.person_id])[told.person_id]
    if record.has_insurance_card_registration:
        found.append(
            warning(
                "ceiling.card_registered",
                "persons.0.person_id",
                "マイナ保険証の利用登録がある方です。医療機関で限度額の情報の提供に同意すれば、認定証は要りません。"
                "長期入院の該当など、認定証が必要な事情を確かめてください。",
                "A registered My Number card shows the limit by itself. Ask why a certificate is needed.",
                ARTICLE,
            )
        )
    if held_now(ctx, told.person_id):
        found.append(
            warning(
                "ceiling.held",
                "persons.0.person_id",
                "この方には有効な認定証を交付しています。交付すると、前の認定証は失効します。回収してください。",
                "A valid certificate is out. It ends when another is issued: collect it.",
                ARTICLE,
            )
        )
    return found
