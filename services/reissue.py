"""Reissue of a certificate (再交付): the old one ends with its reason, a new one follows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from models.certificate import (
    ENDED,
    Certificate,
    CertificateEvent,
    last_events,
    list_of_persons,
)
from models.enrolment import Enrolment
from models.notification import Notification
from models.person import PersonRecord, list_current
from rules.certificates import ON_APPLICATION, TITLES, CertificateKind, decide_kind
from rules.eligibility.deadlines import received_in_future
from services import notifications, print_queue
from services.ceiling_certificates.issuing import issue_again
from services.certificates import events
from services.certificates.contents import facts_of
from services.certificates.issuing import issue
from services.context import Context
from services.entries.reading import Entry
from services.entries.reissue import ReissueEntry, WantedPaper, read
from services.findings import (
    Finding,
    Registered,
    Severity,
    from_rule,
    refusal,
    refuse_when_any,
    warning,
)
from services.household_findings import Seen, look, not_members
from services.statute import law_on

ARTICLE = "国民健康保険法施行規則7条"
OLD_LAW = frozenset({"insurance_card", "short_term_card", "status_certificate"})
ENDS = {"lost": "lost", "stolen": "lost", "spoilt": "not_returned", "other": "replaced"}


def check(ctx: Context, entry: Entry) -> list[Finding]:
    """What stands against the application, field by field; nothing is written."""
    told = read(entry)
    seen, found = look(ctx, told.household_id, ctx.today)
    return found if seen is None else _findings(ctx, told, seen, _papers_of(ctx, told))


def register(
    ctx: Context, notification: Notification, entry: Entry, delivery: str | None = None
) -> Registered:
    """End the papers named and issue new ones, marked as issued again.

    Raises:
        RegistrationRefused: a check found a refusal.
    """
    told = read(entry)
    seen, found = look(ctx, told.household_id, ctx.today)
    papers = _papers_of(ctx, told)
    findings = found if seen is None else _findings(ctx, told, seen, papers)
    refuse_when_any(findings)
    if seen is None:
        raise AssertionError("a household that is not there was refused above")
    kinds, former, messages = _end_old(ctx, told, papers, notification)
    on_application = [one for one in former.values() if one.kind in ON_APPLICATION]
    kinds = {one: [kind for kind in wanted if kind not in ON_APPLICATION] for one, wanted in kinds.items()}
    periods = [period for one in kinds if kinds[one] and (period := _period(ctx, seen, one)) is not None]
    issued = issue(
        ctx,
        told.household_id,
        periods,
        notification,
        delivery or told.delivery,
        replaced=former,
        kinds=kinds,
        reissue_reason=told.reason_ja,
    )
    again, papers_again = issue_again(
        ctx, on_application, notification, delivery or told.delivery, told.reason_ja
    )
    print_queue.strike_off_ended(ctx, told.household_id)
    notification.household_id = notification.household_id or told.household_id
    notifications.link_persons(ctx, notification.id, list(kinds))
    told_of = [one.message_ja for one in findings if one.severity is Severity.WARNING]
    return Registered(
        household_id=told.household_id,
        person_ids=tuple(kinds),
        certificate_ids=(*issued.certificate_ids, *again),
        print_request_ids=(*issued.print_request_ids, *papers_again),
        messages=(*told_of, *messages, *issued.messages),
    )


@dataclass(frozen=True)
class _Papers:
    """All papers that the persons of an application ever got, and the last thing that became of each."""

    issued: list[Certificate]
    last: dict[int, CertificateEvent]

    def of(self, row: WantedPaper) -> list[Certificate]:
        """The papers of the wanted kind, newest first."""
        return [one for one in self.issued if one.person_id == row.person_id and one.kind == row.paper]

    def held(self, row: WantedPaper) -> list[Certificate]:
        """What a wanted paper stands for: those of its kind, or a card of the old law for a certificate."""
        also = OLD_LAW if row.paper == CertificateKind.ELIGIBILITY_CERTIFICATE else frozenset()
        return [
            one
            for one in self.issued
            if one.person_id == row.person_id
            and (one.kind == row.paper or one.kind in also)
            and self.last[one.id].kind not in ENDED
        ]

    def times_before(self, row: WantedPaper) -> int:
        """How often a paper of this kind was issued again to the person before."""
        return sum(1 for one in self.of(row) if one.contents.get("reprint"))


def _papers_of(ctx: Context, told: ReissueEntry) -> _Papers:
    issued = list_of_persons(ctx.session, {row.person_id for row in told.persons})
    return _Papers(issued, last_events(ctx.session, [row.id for row in issued]) if issued else {})


def _end_old(
    ctx: Context, told: ReissueEntry, papers: _Papers, notification: Notification
) -> tuple[dict[int, list[CertificateKind]], dict[tuple[int, str], Certificate], list[str]]:
    records = list_current(ctx.session, {row.person_id for row in told.persons})
    kinds: dict[int, list[CertificateKind]] = defaultdict(list)
    former: dict[tuple[int, str], Certificate] = {}
    messages = []
    for row in told.persons:
        times = papers.times_before(row) + 1
        if times > 1:
            name = records[row.person_id].name
            messages.append(f"{name}さんの{TITLES[CertificateKind(row.paper)]}の再交付は{times}回目です。")
        for old in papers.held(row):
            former.setdefault((row.person_id, row.paper), old)
            back = told.reason == "spoilt" and told.spoilt_paper_returned
            end = "returned" if back else ENDS[told.reason]
            events.append(ctx, old.id, end, notification, told.reason_ja)
        kinds[row.person_id].append(CertificateKind(row.paper))
    return dict(kinds), former, messages


def _findings(ctx: Context, told: ReissueEntry, seen: Seen, papers: _Papers) -> list[Finding]:
    rows = [(f"persons.{place}.person_id", row.person_id) for place, row in enumerate(told.persons)]
    found = [*from_rule("received_on", received_in_future(told.received_on, ctx.today), ())]
    found += not_members(seen, rows)
    if found:
        return found
    records = list_current(ctx.session, {row.person_id for row in told.persons})
    for place, row in enumerate(told.persons):
        found += _paper(ctx, row, seen, records[row.person_id], papers, f"persons.{place}")
        if row in told.persons[:place]:
            found.append(_twice(f"persons.{place}.paper"))
    return found


def _paper(
    ctx: Context, row: WantedPaper, seen: Seen, record: PersonRecord, papers: _Papers, path: str
) -> list[Finding]:
    period = _period(ctx, seen, row.person_id)
    if period is None:
        return [
            refusal(
                "reissue.not_insured",
                f"{path}.person_id",
                "この方は、今日の時点で加入していません。加入していない方の証は再交付できません。"
                "喪失を証明するときは、資格喪失証明書を使ってください。",
                "This person is not insured today. No certificate can be issued again.",
                ARTICLE,
            )
        ]
    choice = decide_kind(facts_of(record, period), law_on(ctx.today)).result
    held = papers.held(row)
    if not held:
        return [_nothing_out(papers, row, path)]
    if row.paper in ON_APPLICATION:
        return [] if any(one.expires_on and one.expires_on >= ctx.today for one in held) else [_over(path)]
    if row.paper in {kind.value for kind in choice.kinds}:
        return []
    now = "、".join(TITLES[kind] for kind in choice.kinds) or "なし"
    return [
        warning(
            "reissue.other_kind_now",
            f"{path}.paper",
            f"この方に今日新しく交付する証は「{now}」です(マイナ保険証の利用登録や年齢によります)。"
            "前と同じ種類をもう一度交付してよいか確かめてください。",
            "Today this person would get another kind of paper. Check whether the former kind is right.",
            ARTICLE,
        )
    ]


def _nothing_out(papers: _Papers, row: WantedPaper, path: str) -> Finding:
    ended = "(すでに回収、紛失又は失効となっています)" if papers.of(row) else ""
    return refusal(
        "reissue.nothing_issued",
        f"{path}.paper",
        f"この方に交付中の{TITLES[CertificateKind(row.paper)]}はありません{ended}。"
        "証の種類を確かめ、交付中の証を選び直してください。",
        "No paper of this kind is out for this person. Choose a paper that is.",
        ARTICLE,
    )


def _over(path: str) -> Finding:
    return refusal(
        "reissue.over",
        f"{path}.paper",
        "この方の認定証は有効期限を過ぎています。再交付はできません。引き続き必要なときは、限度額適用認定の申請を受けてください。",
        "This certificate is past its last day. Take a new application instead.",
        ARTICLE,
    )


def _twice(path: str) -> Finding:
    return refusal(
        "reissue.told_twice",
        path,
        "同じ方の同じ証が二度選ばれています。一方を消してください。",
        "The same paper of the same person was chosen twice. Remove one.",
    )


def _period(ctx: Context, seen: Seen, person_id: int) -> Enrolment | None:
    period = seen.period_of(person_id, ctx.today)
    return period if period is not None and period.covers(ctx.today) else None
