"""Loss of eligibility (資格喪失届): check, register, certificates back (docs/procedures/loss.md)."""

from __future__ import annotations

from datetime import date, timedelta

from models.enrolment import Enrolment
from models.household import current_card_number
from models.notification import Notification
from models.person import list_current
from rules.derivation import Decision
from rules.eligibility import loss as rule
from rules.eligibility.loss import Loss, LossFacts, LossReason
from services import (
    addresses,
    eligibility,
    heading,
    households,
    leaving,
    notifications,
    number_linking,
    office_calendar,
    persons,
    print_queue,
    proof_of_loss,
)
from services.certificates import events
from services.certificates.issuing import Issued
from services.certificates.renewal import renew
from services.context import Context
from services.eligibility import PeriodEnd
from services.entries.loss import LeavingPerson, LossEntry, read
from services.entries.reading import Entry
from services.findings import Finding, Registered, Severity, refuse_when_any
from services.household_findings import Seen, end_of, look
from services.leaving import LEAVES_HOUSEHOLD
from services.statute import law_on

ONE_DAY = timedelta(days=1)
NEW_NUMBER = "municipal/eligibility/head_change_gives_new_number"


def check(ctx: Context, entry: Entry) -> list[Finding]:
    """What stands against the notification, field by field; nothing is written."""
    told = read(entry)
    seen, found = look(ctx, told.household_id, told.event_on)
    return found if seen is None else leaving.findings(ctx, told, seen, _decide_all(ctx, told, seen))


def register(
    ctx: Context, notification: Notification, entry: Entry, delivery: str | None = None
) -> Registered:
    """End the periods, take certificates back, settle the household; all of it or nothing.

    Raises:
        RegistrationRefused: a check found a refusal.
    """
    told = read(entry)
    seen, found = look(ctx, told.household_id, told.event_on)
    decisions = _decide_all(ctx, told, seen) if seen else []
    findings = found if seen is None else leaving.findings(ctx, told, seen, decisions)
    refuse_when_any(findings)
    if seen is None:
        raise AssertionError("a household that is not there was refused above")
    way = delivery or ("counter" if notification.way == "counter" else "post")
    notification.household_id = notification.household_id or told.household_id
    card = current_card_number(ctx.session, told.household_id)
    ended = _end_all(ctx, told, seen, decisions, notification)
    ends_on = max(decision.result.coverage_end_on for decision in decisions)
    issued = _settle(ctx, told, seen, ends_on, notification, way)
    proofs = proof_of_loss.ask(ctx, ended, card, seen.head_id, notification, way)
    notifications.link_persons(ctx, notification.id, told.person_ids)
    told_of = [one.message_ja for one in findings if one.severity is Severity.WARNING]
    return Registered(
        household_id=told.household_id,
        person_ids=tuple(told.person_ids),
        certificate_ids=issued.certificate_ids,
        print_request_ids=(*issued.print_request_ids, *proofs),
        messages=(*told_of, *issued.messages),
        trace=tuple(step for decision in decisions for step in decision.trace()),
    )


def _decide_all(ctx: Context, told: LossEntry, seen: Seen) -> list[Decision[Loss]]:
    law = law_on(told.event_on)
    closed = office_calendar.closed_days(ctx.session, told.event_on)
    left = {p.person_id for p in seen.remaining_periods(told.event_on, told.person_ids)}
    records = list_current(ctx.session, told.person_ids)
    unsaid = [row.person_id for row in told.persons if row.certificate is None]
    out = events.list_out_of(ctx, unsaid)
    decisions = []
    for row in told.persons:
        record = records.get(row.person_id)
        if record is None:
            continue
        period = seen.period_of(row.person_id, told.event_on)
        facts = LossFacts(
            reason=told.reason,
            event_on=told.event_on,
            received_on=told.received_on,
            considered_on=ctx.today,
            birth=record.birth,
            period=eligibility.as_rule(period) if period else None,
            moved_within_prefecture=told.moved_within_prefecture,
            new_address_on=told.new_address_on,
            is_head=row.person_id == seen.head_id,
            insured_members_left=len(left),
            new_head_named=told.new_head_person_id is not None,
            certificates_out=len(out.get(row.person_id, ())),
            closed_days=closed,
        )
        decisions.append(rule.decide(facts, law))
    return decisions


def _end_all(
    ctx: Context,
    told: LossEntry,
    seen: Seen,
    decisions: list[Decision[Loss]],
    notification: Notification,
) -> list[Enrolment]:
    out = events.list_out_of(ctx, [row.person_id for row in told.persons if row.certificate is not None])
    ends = [
        PeriodEnd(_period_of(seen, row, told), one.result.lost_on, one.result.coverage_end_on)
        for row, one in zip(told.persons, decisions, strict=True)
    ]
    ended = eligibility.end_periods(ctx, ends, told.reason, notification)
    numbers = {row.person_id: row.number for row in told.persons if row.number is not None}
    number_linking.write_all(ctx, numbers, notification)
    for row in told.persons:
        events.take_back(ctx, out.get(row.person_id, ()), row.certificate, notification)
    if any(out.values()):
        print_queue.strike_off_ended(ctx, told.household_id)
    if told.reason in LEAVES_HOUSEHOLD:
        last_days = {one.person_id: (end_of(one) or told.event_on) - ONE_DAY for one in ended}
        households.remove_members(ctx, told.household_id, last_days, notification)
    if told.reason == LossReason.DEATH:
        died = {one: {"died_on": told.event_on} for one in told.person_ids}
        persons.revise_all(ctx, died, told.event_on, notification)
    if told.new_address is not None:
        from_on = told.new_address_on or told.event_on + ONE_DAY
        addresses.move_all(ctx, told.person_ids, told.new_address, from_on, notification)
    return ended


def _period_of(seen: Seen, row: LeavingPerson, told: LossEntry) -> Enrolment:
    period = seen.period_of(row.person_id, told.event_on)
    if period is None:
        raise AssertionError("somebody who is not insured was refused before")
    return period


def _settle(
    ctx: Context,
    told: LossEntry,
    seen: Seen,
    ends_on: date,
    notification: Notification,
    delivery: str,
) -> Issued:
    """What becomes of the household: it ends with the last insured person, or goes on under its new head."""
    remaining = seen.remaining_periods(ends_on, told.person_ids)
    if not remaining:
        households.end(ctx, told.household_id, _last_day(seen, told, ends_on), notification)
        return Issued()
    if told.new_head_person_id is None:
        return Issued()
    gives = law_on(ends_on).flag(NEW_NUMBER)
    heading.change_head(ctx, seen, told.new_head_person_id, ends_on, notification, gives_new_number=gives)
    current = [period for period in remaining if period.covers(max(ctx.today, period.acquired_on))]
    return renew(ctx, told.household_id, current, notification, delivery)


def _last_day(seen: Seen, told: LossEntry, ends_on: date) -> date:
    ends = [end_of(p) for p in seen.periods if p.person_id not in told.person_ids]
    return max([ends_on, *(end for end in ends if end is not None)]) - ONE_DAY
