"""The list of a day for the chief: notifications by kind, certificates printed with their serials (C3).

One's own office only. The day is the day in Japan. The screen shows codes in its own language; on paper it
is Japanese (`printing.office.day_list`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from models.case import Case, WorkItem
from models.certificate import Certificate, CertificateEvent, last_events
from models.document import PrintEvent, PrintRequest
from models.masters import ReasonCode
from models.notification import WAYS, Notification, NotificationAction, NotificationPerson, shown_state_of
from models.person import list_current
from models.staff import names_of
from printing.documents import DOCUMENTS
from printing.office.day_list import CertificateLine, DayList, NotificationLine
from rules.certificates import TITLES, CertificateKind
from rules.eras import format_short
from services import city, office_papers, procedures
from services.cases import STATES
from services.context import JST, Context
from services.documents import certificate_ids
from services.print_queue import DELIVERIES, PAPER_ON

DOCUMENT = "day_list"
ONE_DAY = timedelta(days=1)
OUT = {
    "handed_over": ("手渡し", "Handed over"),
    "posted": ("郵送", "Posted"),
    "undelivered": ("不着", "Undelivered"),
}
GROUNDS = {"new": ("新規", "New"), "replaced": ("切替", "Replaced"), "again": ("再交付", "Issued again")}


@dataclass(frozen=True)
class Received:
    """A notification of the day. `reason` is None where its code is no longer known."""

    row: Notification
    title: tuple[str, str]
    case_id: int | None
    reason: ReasonCode | None
    name: str
    persons: int
    state: str
    clerk: str


@dataclass(frozen=True)
class Printed:
    """A certificate that came on paper on the day. `out` is None while it is still in the office."""

    row: Certificate
    ground: str
    delivery: str
    out: str | None
    clerk: str

    @property
    def number(self) -> str:
        """Symbol, number and branch."""
        parts = (self.row.contents.get("symbol", ""), self.row.contents["number"], self.row.branch)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Day:
    """All of one day of one office."""

    day: date
    notifications: Sequence[Received]
    certificates: Sequence[Printed]


def read(ctx: Context, day: date) -> Day:
    """What came in on a day, and which certificates were printed on it."""
    return Day(day, _notifications(ctx, day), _certificates(ctx, day))


def paper(ctx: Context, told: Day) -> DayList:
    """The list as it goes on paper."""
    return DayList(
        day=told.day,
        made_at=ctx.at.astimezone(JST).replace(tzinfo=None),
        issuer=city.settings_on(ctx.session, ctx.today).issuer,
        notifications=tuple(_notification_line(one) for one in told.notifications),
        certificates=tuple(_certificate_line(one) for one in told.certificates),
    )


def ask(ctx: Context, day: date) -> PrintRequest:
    """Ask for the list on paper, as it stands now.

    Raises:
        SettingMissing: the actor belongs to no office.
    """
    title = f"{DOCUMENTS[DOCUMENT].title_ja} {format_short(day)}"
    return office_papers.ask(ctx, DOCUMENT, paper(ctx, read(ctx, day)), title)


def _notification_line(one: Received) -> NotificationLine:
    title = one.title[0]
    return NotificationLine(
        reception_number=one.row.number,
        kind=f"{title}({one.reason.name})" if one.reason else title,
        way=WAYS[one.row.way][0],
        name=one.name or "—",
        persons=one.persons,
        status=STATES[one.state][0],
        clerk=one.clerk or "システム",
    )


def _certificate_line(one: Printed) -> CertificateLine:
    return CertificateLine(
        serial=one.row.serial,
        kind=TITLES[CertificateKind(one.row.kind)],
        number=one.number,
        name=one.row.contents["name"],
        reason=GROUNDS[one.ground][0],
        handed=OUT[one.out][0] if one.out else f"{DELIVERIES[one.delivery][0]}待ち",
        clerk=one.clerk or "システム",
    )


def _notifications(ctx: Context, day: date) -> list[Received]:
    statement = (
        select(Notification, Case.id)
        .outerjoin(Case, Case.notification_id == Notification.id)
        .where(Notification.received_on == day, Notification.office_id == ctx.actor.office_id)
        .order_by(Notification.procedure, Notification.reason, Notification.id)
    )
    rows = [(row, case_id) for row, case_id in ctx.session.execute(statement)]
    ids = [row.id for row, _ in rows]
    actions = _actions(ctx, ids)
    subjects = _subjects(ctx, [case_id for _, case_id in rows if case_id is not None])
    people = _people(ctx, ids)
    reasons = {(one.procedure, one.code): one for one in ctx.session.scalars(select(ReasonCode))}
    clerks = names_of(ctx.session, {row.created_by_id for row, _ in rows})
    titles = procedures.titles(ctx.session, [row.procedure for row, _ in rows])
    return [
        Received(
            row=row,
            title=titles[row.procedure],
            case_id=case_id,
            reason=reasons.get((row.procedure, row.reason)),
            name=people[row.id][0] if row.id in people else subjects.get(case_id or 0, ""),
            persons=people[row.id][1] if row.id in people else 1,
            state=shown_state_of(actions.get(row.id, [])),
            clerk=clerks.get(row.created_by_id or 0, ""),
        )
        for row, case_id in rows
    ]


def _actions(ctx: Context, ids: Sequence[int]) -> dict[int, list[NotificationAction]]:
    if not ids:
        return {}
    statement = select(NotificationAction).where(NotificationAction.notification_id.in_(ids))
    found: dict[int, list[NotificationAction]] = {}
    for one in ctx.session.scalars(statement.order_by(NotificationAction.id)):
        found.setdefault(one.notification_id, []).append(one)
    return found


def _subjects(ctx: Context, case_ids: Sequence[int]) -> dict[int, str]:
    """The name that the queue shows for a case that is not registered yet."""
    if not case_ids:
        return {}
    statement = (
        select(WorkItem.case_id, func.max(WorkItem.subject_name))
        .where(WorkItem.case_id.in_(case_ids))
        .group_by(WorkItem.case_id)
    )
    return {case_id: name for case_id, name in ctx.session.execute(statement) if name}


def _people(ctx: Context, ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Of each registered notification the first person and how many there are."""
    if not ids:
        return {}
    statement = select(NotificationPerson).where(NotificationPerson.notification_id.in_(ids))
    linked: dict[int, list[int]] = {}
    for one in ctx.session.scalars(statement.order_by(NotificationPerson.id)):
        linked.setdefault(one.notification_id, []).append(one.person_id)
    known = list_current(ctx.session, {persons[0] for persons in linked.values()}) if linked else {}
    return {one: (known[persons[0]].name, len(persons)) for one, persons in linked.items()}


def _certificates(ctx: Context, day: date) -> list[Printed]:
    """Certificates that came on paper on a day, by kind and serial; printed again on it counts once."""
    asked = _asked(ctx, day)
    if not asked:
        return []
    begin = datetime.combine(day, time(), JST)
    printed = ctx.session.execute(
        select(CertificateEvent.certificate_id, CertificateEvent.by_id)
        .where(
            CertificateEvent.certificate_id.in_(asked),
            CertificateEvent.kind == "printed",
            CertificateEvent.at >= begin,
            CertificateEvent.at < begin + ONE_DAY,
        )
        .order_by(CertificateEvent.id)
    )
    by = {row.certificate_id: row.by_id for row in printed}
    rows = ctx.session.scalars(
        select(Certificate).where(Certificate.id.in_(by)).order_by(Certificate.kind, Certificate.serial)
    ).all()
    states = last_events(ctx.session, [row.id for row in rows])
    clerks = names_of(ctx.session, set(by.values()))
    return [
        Printed(
            row=row,
            ground=_ground(row),
            delivery=asked[row.id].delivery,
            out=states[row.id].kind if states[row.id].kind in OUT else None,
            clerk=clerks.get(by[row.id] or 0, ""),
        )
        for row in rows
    ]


def _asked(ctx: Context, day: date) -> Mapping[int, PrintRequest]:
    """The certificates of the office's requests that came on paper on a day, with their request."""
    begin = datetime.combine(day, time(), JST)
    on_paper = select(PrintEvent.request_id).where(
        PrintEvent.kind.in_(PAPER_ON), PrintEvent.at >= begin, PrintEvent.at < begin + ONE_DAY
    )
    statement = select(PrintRequest).where(
        PrintRequest.office_id == ctx.actor.office_id,
        PrintRequest.certificate_id.is_not(None),
        PrintRequest.id.in_(on_paper),
    )
    rows = ctx.session.scalars(statement.order_by(PrintRequest.id))
    return {one: row for row in rows for one in certificate_ids(row)}


def _ground(row: Certificate) -> str:
    if row.contents.get("reprint"):
        return "again"
    return "replaced" if row.replaces_id else "new"
