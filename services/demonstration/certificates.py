"""Which papers somebody of the demonstration holds, as `rules.certificates` decides on the day of issue.

Certificates are renewed each July for the year from August on; a paper that ends earlier (70 reached) is
followed by the next one (facts.md 4.4). Until 2024-12-01 it was an insurance card.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from rules.ages import age_on, share_from
from rules.calendar_months import add_months
from rules.certificates import CertificateFacts, CertificateKind, decide_kind, expiry
from rules.eras import PartialDate
from services.demonstration.story import Paper
from services.statute import law_on

if TYPE_CHECKING:
    from services.demonstration.story import Period, Someone

OLD_CARD_POSTED_ON = date(
    2024, 7, 16
)  # the last renewal of the insurance card, for the year from August 2024
OLD_CARD_FROM = date(2024, 8, 1)
NOTICE_POSTED_ON = date(2025, 7, 15)  # the first 資格情報のお知らせ to everybody, before the old cards ended
NOTICE_FROM = date(2025, 8, 1)
YOUNG = PartialDate(1990, 6, 15)  # below 68 a paper does not depend on the date of birth
SPECIAL_AGE, GROWN_UP = 68, 18
LEAD_DAYS = 12  # how long before a paper ends its successor is posted


class Desk:
    """Issues papers by the law of each day, up to `today`; equal facts are decided once."""

    def __init__(self, today: date) -> None:
        """Begin with nothing decided."""
        self._today = today
        self._decided: dict[tuple[CertificateFacts, date, bool], list[Paper]] = {}

    def papers(self, person: Someone, period: Period) -> list[Paper]:
        """The papers of somebody insured today: the one he holds, and what came before it within a year."""
        issued_on, valid_from = self._first_issue(person, period)
        papers: list[Paper] = []
        while True:
            issued = self._issue(person, issued_on, valid_from, old=False)
            papers += issued
            ends = [paper.expires_on for paper in issued if paper.expires_on is not None]
            ended = self._change_on(person, papers) if not ends else min(ends) + timedelta(days=1)
            if ended is None or ended > self._today:
                return papers  # he holds one, or no paper can serve him (unknown birth date, H21)
            valid_from, issued_on = ended, max(ended - timedelta(days=LEAD_DAYS), issued_on)

    def _change_on(self, person: Someone, papers: list[Paper]) -> date | None:
        """When a notice without a last day was followed by one that shows the share of 70 to 74."""
        if not papers or person.copay_share is None or any(paper.share_from for paper in papers):
            return None
        return share_from(PartialDate.parse_iso(person.birth).earliest)

    def old_card(
        self, person: Someone, period: Period, kind: CertificateKind = CertificateKind.INSURANCE_CARD
    ) -> Paper | None:
        """The card of before 2024-12-02, where the period is old enough for one; in arrears another kind.

        Somebody under 18 held a short-term card at worst, never a certificate of insured status (旧法9条6項).
        """
        if period.notified_on > OLD_CARD_POSTED_ON:
            return None
        cards = self._issue(person, OLD_CARD_POSTED_ON, OLD_CARD_FROM, old=True)
        if not cards:
            return None
        expires_on = cards[0].expires_on
        if kind is CertificateKind.STATUS_CERTIFICATE and self._is_child(person):
            kind = CertificateKind.SHORT_TERM_CARD
        if kind is not CertificateKind.INSURANCE_CARD and expires_on is not None:
            expires_on = min(expires_on, add_months(OLD_CARD_FROM, 6) - timedelta(days=1))
        return Paper(
            kind,
            OLD_CARD_POSTED_ON,
            expires_on,
            events=("issued", "printed", "posted", "returned"),
            ended_on=NOTICE_FROM,
        )

    def _is_child(self, person: Someone) -> bool:
        return age_on(PartialDate.parse_iso(person.birth).earliest, OLD_CARD_POSTED_ON) < GROWN_UP

    def _first_issue(self, person: Someone, period: Period) -> tuple[date, date | None]:
        renewal = date(self._today.year - (self._today < date(self._today.year, 8, 1)), 7, 15)
        if period.notified_on >= renewal:
            return period.notified_on, None
        by_notice = person.uses_card and not (person.needs_help or person.protected)
        if by_notice and person.copay_share is None:
            later = period.notified_on > NOTICE_POSTED_ON
            return (period.notified_on, None) if later else (NOTICE_POSTED_ON, NOTICE_FROM)
        return renewal, date(renewal.year, 8, 1)

    def _issue(self, person: Someone, issued_on: date, valid_from: date | None, *, old: bool) -> list[Paper]:
        birth = PartialDate.parse_iso(person.birth)
        facts = CertificateFacts(
            birth=birth if age_on(birth.earliest, issued_on) >= SPECIAL_AGE else YOUNG,
            covered_from_on=issued_on,
            has_registered_card=person.uses_card,
            needs_help=person.needs_help,
            is_protected=person.protected,
            residence_until_on=person.status_until,
            valid_from_on=valid_from,
        )
        decided = self._decided.get((facts, issued_on, old))
        if decided is None:
            decided = self._decided[facts, issued_on, old] = self._decide(facts, issued_on, old=old)
        if any(paper.share_from for paper in decided):
            return [self._with_share(paper, person) for paper in decided]
        return decided

    def _decide(self, facts: CertificateFacts, issued_on: date, *, old: bool) -> list[Paper]:
        law = law_on(issued_on)
        kinds = (CertificateKind.INSURANCE_CARD,) if old else decide_kind(facts, law).result.kinds
        papers = []
        for kind in kinds:
            found = expiry(facts, law, kind).result
            if found.refusals:
                continue
            papers.append(
                Paper(
                    kind.value,
                    issued_on,
                    found.expires_on,
                    share_from=found.share_from_on,
                    share_until=found.share_until_on,
                )
            )
        return papers

    def _with_share(self, paper: Paper, person: Someone) -> Paper:
        share = person.copay_share if paper.share_from else None
        return Paper(
            paper.kind, paper.issued_on, paper.expires_on, share, paper.share_from, paper.share_until
        )


def share_of(birth: PartialDate, today: date, *, high_income: bool) -> int | None:
    """The share of 70 to 74 in tenths; None below, where it is three tenths for everybody."""
    if share_from(birth.earliest) > today:
        return None
    return 3 if high_income else 2
