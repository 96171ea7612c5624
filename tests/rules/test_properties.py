"""What holds of every decision, whatever the facts."""

import json
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.certificates import CertificateFacts, CertificateKind, decide_kind, expiry, may_issue
from rules.eligibility.acquisition import AcquisitionFacts, AcquisitionReason
from rules.eligibility.acquisition import decide as acquire
from rules.eligibility.insured_periods import InsuredPeriod
from rules.eligibility.loss import LossFacts, LossReason
from rules.eligibility.loss import decide as lose
from rules.eras import PartialDate
from tests.rules.case_files import LAW

days = st.dates(min_value=date(2015, 1, 1), max_value=date(2035, 12, 31))
births = st.dates(min_value=date(1935, 1, 1), max_value=date(2026, 12, 31)).map(PartialDate.of)
delays = st.integers(0, 1200).map(lambda count: timedelta(days=count))
periods = st.builds(
    lambda start, length: InsuredPeriod(start, start, start + length, start + length), days, delays
)


def facts_of_acquisition(reason: str, event_on: date, delay: timedelta, **more: object) -> AcquisitionFacts:
    received_on = event_on + delay
    return AcquisitionFacts(reason, event_on, received_on, received_on, **more)  # type: ignore[arg-type]


@given(st.sampled_from(AcquisitionReason), days, delays, births, st.booleans())
def test_an_acquisition_is_late_exactly_when_it_comes_after_the_deadline(
    reason: str, event_on: date, delay: timedelta, birth: PartialDate, moved: bool
) -> None:
    facts = facts_of_acquisition(reason, event_on, delay, birth=birth, moved_within_prefecture=moved)
    result = acquire(facts, LAW.on(event_on)).result
    assert result.is_late == (facts.received_on > result.notify_by)
    assert result.days_late == max(0, (facts.received_on - result.notify_by).days)
    assert result.is_late == ("notification.late" in [caution.code for caution in result.cautions])
    assert result.acquired_on <= result.coverage_start_on


@given(days, delays, st.lists(periods, max_size=3))
def test_what_is_granted_never_overlaps_a_period_on_record(
    event_on: date, delay: timedelta, known: list[InsuredPeriod]
) -> None:
    facts = facts_of_acquisition("01", event_on, delay, birth=PartialDate(1990, 1, 1), periods=tuple(known))
    result = acquire(facts, LAW.on(event_on)).result
    if not result.is_refused:
        far = event_on + timedelta(days=5000)
        span = (event_on + timedelta(days=count) for count in range(0, (far - event_on).days, 7))
        assert not any(period.covers(day) for day in span for period in known)


@given(st.sampled_from(LossReason), days, delays, births, st.booleans(), st.booleans())
def test_a_loss_falls_on_the_event_or_the_day_after(
    reason: str, event_on: date, delay: timedelta, birth: PartialDate, moved: bool, same_day: bool
) -> None:
    received_on = event_on + delay
    facts = LossFacts(
        reason,
        event_on,
        received_on,
        received_on,
        birth,
        InsuredPeriod(date(2010, 4, 1), date(2010, 4, 1)),
        moved_within_prefecture=moved,
        new_address_on=event_on if same_day else None,
    )
    result = lose(facts, LAW.on(event_on)).result
    assert result.coverage_end_on - event_on in (timedelta(0), timedelta(days=1))
    assert result.lost_on in (None, result.coverage_end_on)
    assert (result.lost_on is None) == (moved and reason == LossReason.MOVED_OUT)


@given(days, births, st.booleans(), st.booleans(), st.booleans())
def test_the_kind_that_is_chosen_may_be_issued_that_day(
    issued_on: date, birth: PartialDate, card: bool, help_needed: bool, protected: bool
) -> None:
    law = LAW.on(issued_on)
    facts = CertificateFacts(
        birth, date(2010, 4, 1), has_registered_card=card, needs_help=help_needed, is_protected=protected
    )
    choice = decide_kind(facts, law).result
    assert not choice.refusals
    assert all(not may_issue(kind, law) for kind in choice.kinds)


@given(days)
def test_the_papers_of_the_old_law_end_where_those_of_the_new_law_begin(issued_on: date) -> None:
    law = LAW.on(issued_on)
    old = {
        CertificateKind.INSURANCE_CARD,
        CertificateKind.SHORT_TERM_CARD,
        CertificateKind.STATUS_CERTIFICATE,
    }
    new = {CertificateKind.ELIGIBILITY_CERTIFICATE, CertificateKind.ELIGIBILITY_NOTICE}
    allowed = {kind for kind in CertificateKind if not may_issue(kind, law)}
    assert allowed & (old | new) == (new if issued_on >= date(2024, 12, 2) else old)


@given(days, births, st.none() | days)
def test_a_certificate_holds_at_most_five_years_and_never_past_75_or_the_stay(
    issued_on: date, birth: PartialDate, stay_until: date | None
) -> None:
    validity = expiry(
        CertificateFacts(birth, date(2010, 4, 1), residence_until_on=stay_until), LAW.on(issued_on)
    ).result
    assert validity.expires_on is not None
    assert validity.expires_on < issued_on.replace(year=issued_on.year + 5, day=1) + timedelta(days=31)
    assert validity.expires_on.year - birth.year <= 75
    assert stay_until is None or validity.expires_on <= stay_until
    assert bool(validity.refusals) == (validity.expires_on < validity.valid_from_on)


@given(st.sampled_from(AcquisitionReason), days, delays, births)
def test_a_trace_is_plain_data_and_every_message_says_what_to_do(
    reason: str, event_on: date, delay: timedelta, birth: PartialDate
) -> None:
    decision = acquire(facts_of_acquisition(reason, event_on, delay, birth=birth), LAW.on(event_on))
    assert json.loads(json.dumps(decision.trace(), ensure_ascii=False)) == decision.trace()
    for message in (*decision.result.refusals, *decision.result.cautions):
        assert message.message_ja.endswith("ください。")
        assert message.article
