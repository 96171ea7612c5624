"""Reading a case: everything its page shows, in a handful of statements, without the blob."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, exists, select

from models.audit.tags import Tag
from models.case import Case, CaseEvent, Draft, WorkItem, list_journal, own_number
from models.comment import CaseComment
from models.document import Attachment, PrintRequest
from models.evaluation import DecisionEvaluation, list_evaluations
from models.form_entry import FormEntry, list_entries
from models.incident import Incident
from models.masters import ReasonCode
from models.notification import Notification, NotificationAction, shown_state_of
from models.staff import names_of
from models.waiting import Timer, Waiting, list_timers, list_waiting
from services import audit, hidden_entries
from services.context import Context
from services.errors import NotFound

STATES = {
    "draft": ("下書き", "Draft", "draft"),
    "submitted": ("本人確認待ち", "Awaiting identity check", "waiting"),
    "identity_confirmed": ("照合待ち", "Awaiting verification", "waiting"),
    "identity_refused": ("本人確認不可", "Identity refused", "stopped"),
    "papers_awaited": ("書類待ち", "Awaiting papers", "waiting"),
    "papers_arrived": ("照合待ち", "Awaiting verification", "waiting"),
    "verified": ("照合一致", "Verified", "waiting"),
    "differences_found": ("不一致・訂正待ち", "Differences, to be corrected", "back"),
    "examined": ("審査待ち", "Awaiting examination", "waiting"),
    "decided": ("決裁待ち", "Awaiting decision", "waiting"),
    "sent_back": ("差戻し", "Sent back", "back"),
    "corrected": ("照合待ち", "Awaiting verification", "waiting"),
    "registered": ("完了", "Completed", "done"),
    "withdrawn": ("取下げ", "Withdrawn", "stopped"),
    "refused": ("不受理", "Not accepted", "stopped"),
    "turned_down": ("却下", "Turned down", "stopped"),
    "not_issued": ("不交付", "Not issued", "stopped"),
    "cancelled": ("取消済", "Cancelled", "stopped"),
    "open": ("手続中", "Under way", "waiting"),
    "suspended": ("一時停止中", "Suspended", "stopped"),
    "done": ("完了", "Completed", "done"),
    "ended": ("取下げ", "Withdrawn", "stopped"),
}
VERIFIER = "verifier"
EXAMINED = frozenset(
    {"exemption", "ceiling_certificate"}
)  # examined from what was entered; nobody enters it a second time
ENTERED = frozenset({"apply", "correct"})
STEPS = (
    (("apply", "correct"), "受付", "Intake"),
    (("confirm_identity", "papers_arrived"), "本人確認", "Identity"),
    (("verify", "examine"), "照合", "Verification"),
    (("register", "turn_down"), "登録", "Registry"),
)
_EXAMINATION = (("examine",), "審査", "Examination")
STEPS_EXAMINED = {
    "exemption": (
        *STEPS[:2],
        _EXAMINATION,
        (("decide",), "決裁", "Decision"),
        (("grant", "revoke", "turn_down"), "登録", "Registry"),
    ),
    "ceiling_certificate": (*STEPS[:2], _EXAMINATION, STEPS[3]),
}
WAITS_FOR = {"papers_arrived": "papers_awaited", "verify": "corrected"}
WAITS_FOR_EXAMINED = {"papers_arrived": "papers_awaited", "examine": "examined", "decide": "decided"}


BESIDE = {
    "attachments": select(Attachment.id).where(Attachment.case_id == Case.id),
    "prints": select(PrintRequest.id).where(PrintRequest.notification_id == Case.notification_id),
    "evaluations": select(DecisionEvaluation.id).where(DecisionEvaluation.case_id == Case.id),
    "timers": select(Timer.id).where(Timer.case_id == Case.id),
    "waiting": select(Waiting.id).where(Waiting.case_id == Case.id),
    "incidents": select(Incident.id).where(Incident.case_id == Case.id, Incident.state == "open"),
    "comments": select(CaseComment.id).where(CaseComment.case_id == Case.id),
    "drafts": select(Draft.id)
    .join(WorkItem, WorkItem.id == Draft.work_item_id)
    .where(WorkItem.case_id == Case.id, Draft.owner_id == bindparam("me")),
}


@dataclass(frozen=True)
class CasePage:
    """A case as its page shows it.

    `number` is that of its notification, or its own where it has none (`filed` is None). `timers` and
    `waiting` are what it waits for beside people; `stuck`: something that the system was to do has failed for
    good. `blind`: to a reader who may yet verify it, so the entry stays hidden. `has_drafts`: the reader has
    kept what he typed into a form of it.
    """

    case: Case
    filed: Notification | None
    number: str
    subject: str
    state: str
    items: Sequence[WorkItem]
    journal: Sequence[CaseEvent]
    reason: ReasonCode | None
    actions: Sequence[NotificationAction]
    entries: Sequence[FormEntry]
    attachments: Sequence[Attachment]
    prints: Sequence[PrintRequest]
    evaluations: Sequence[DecisionEvaluation]
    timers: Sequence[Timer]
    waiting: Sequence[Waiting]
    stuck: bool
    has_comments: bool
    has_drafts: bool
    names: dict[int, str]
    blind: bool
    hides_places: bool

    def note_of(self, event: CaseEvent) -> str:
        """What was noted, without the places that a namesake was told by where they are hidden now."""
        note = event.note or ""
        return hidden_entries.without_places_told(note) if self.hides_places else note

    @property
    def notification(self) -> Notification:
        """The notification that the case is about.

        Raises:
            NotFound: the case is of a procedure that has none.
        """
        if self.filed is None:
            raise NotFound("この手続には届出がありません。", "This procedure has no notification.")
        return self.filed

    @property
    def done_elements(self) -> list[str]:
        """Elements that were completed, for the diagram."""
        passed = [event.element_id for event in self.journal if event.kind in {"completed", "service"}]
        return [*passed, *(one.element_id for one in self.evaluations)]

    @property
    def open_elements(self) -> list[str]:
        """Elements that wait, for the diagram."""
        return [item.element_id for item in self.items]

    def steps(self, lang: str) -> list[tuple[str, str]]:
        """The way of a notification in a few words: (label, done | now | next); nothing of any other case."""
        if self.filed is None:
            return []
        waiting, done = set(self.open_elements), set(self.done_elements)
        told = []
        for elements, ja, en in STEPS_EXAMINED.get(self.case.slug, STEPS):
            now = waiting & set(elements)
            passed = done & set(elements) and not now
            told.append((ja if lang == "ja" else en, "now" if now else "done" if passed else "next"))
        return told


def read(ctx: Context, case_id: int) -> CasePage:
    """Everything of a case of the actor's office.

    Raises:
        NotFound: there is no such case, or it is another office's.
    """
    found = ctx.session.execute(_finding(), _asked(ctx, case_id)).one_or_none()
    if found is None:
        raise NotFound(
            "この届出は見つかりません。番号を確かめ、一覧から開き直してください。", "There is no such case."
        )
    case, filed, reason, *there_is = found
    has = dict(zip(BESIDE, there_is, strict=True))
    audit.record(ctx, Tag.CASE_READ, f"notification:{filed.id}" if filed else f"case:{case_id}", case_id)
    journal, actions = list_journal(ctx.session, case_id), _actions(ctx, filed)
    people = {one for event in journal for one in (event.by_id, event.for_id)} | {
        action.by_id for action in actions
    }
    every = _items(ctx, case_id)
    items = [item for item in every if item.state == "open"]
    entries = list_entries(ctx.session, case_id)
    return CasePage(
        case=case,
        filed=filed,
        number=filed.number if filed else own_number(case_id),
        subject=every[-1].subject_name if every else "",
        state=_shown_state(case, actions, items) if filed else case.state,
        items=items,
        journal=journal,
        actions=actions,
        entries=entries,
        reason=reason,
        attachments=_attachments(ctx, case_id) if has["attachments"] else (),
        prints=_prints(ctx, filed) if has["prints"] else (),
        evaluations=list_evaluations(ctx.session, case_id) if has["evaluations"] else (),
        timers=list_timers(ctx.session, case_id) if has["timers"] else (),
        waiting=list_waiting(ctx.session, case_id) if has["waiting"] else (),
        stuck=case.state == "open" and has["incidents"],
        has_comments=has["comments"],
        has_drafts=has["drafts"],
        names=names_of(ctx.session, people | {item.assignee_id for item in items}),
        blind=_is_blind(ctx, case, entries),
        hides_places=any(hidden_entries.hides(ctx, one.data) for one in _last_entry(entries)),
    )


@cache
def _finding() -> Any:
    """The case with its notification, and what there is beside: nothing is asked for that is not there."""
    return (
        select(Case, Notification, ReasonCode, *(exists(one).label(name) for name, one in BESIDE.items()))
        .outerjoin(Notification, Notification.id == Case.notification_id)
        .outerjoin(
            ReasonCode,
            and_(
                ReasonCode.procedure == Notification.procedure,
                ReasonCode.code == Notification.reason,
                ReasonCode.active.is_(True),
            ),
        )
        .where(Case.id == bindparam("case"), Case.office_id == bindparam("office"))
    )


def _asked(ctx: Context, case_id: int) -> dict[str, Any]:
    return {"case": case_id, "office": ctx.actor.office_id, "me": ctx.actor.staff_id}


def must_hold(ctx: Context, case_id: int, item_id: int) -> None:
    """A task belongs to the case in whose address it is named.

    Raises:
        NotFound: it is another case's, another office's, or there is none.
    """
    statement = select(WorkItem.id).where(
        WorkItem.id == item_id, WorkItem.case_id == case_id, WorkItem.office_id == ctx.actor.office_id
    )
    if ctx.session.scalar(statement) is None:
        raise NotFound("この仕事は見つかりません。一覧から開き直してください。", "There is no such task.")


def _last_entry(entries: Sequence[FormEntry]) -> Sequence[FormEntry]:
    """The entry in force; nothing of a case without one."""
    return [one for one in entries if one.element_id in ENTERED][-1:]


def _is_blind(ctx: Context, case: Case, entries: Sequence[FormEntry]) -> bool:
    """Whether the reader may yet compare this entry from the paper and so must not see it (B4, M02)."""
    if case.slug in EXAMINED:
        return False
    wrote = {entry.by_id for entry in entries if entry.element_id in ENTERED}
    return case.state == "open" and VERIFIER in ctx.actor.roles and ctx.actor.staff_id not in wrote


def late_days(due_on: date | None, today: date) -> int:
    """How many days a task is over its due day; 0 where it is not."""
    return max(0, (today - due_on).days) if due_on else 0


def _shown_state(case: Case, actions: Sequence[NotificationAction], items: Sequence[WorkItem]) -> str:
    waits_for = WAITS_FOR_EXAMINED if case.slug in EXAMINED else WAITS_FOR
    open_ones = {item.element_id for item in items}
    return next(
        (state for one, state in waits_for.items() if one in open_ones), shown_state_of(list(actions))
    )


def _items(ctx: Context, case_id: int) -> list[WorkItem]:
    statement = select(WorkItem).where(WorkItem.case_id == case_id)
    return list(ctx.session.scalars(statement.order_by(WorkItem.id)))


def _actions(ctx: Context, filed: Notification | None) -> list[NotificationAction]:
    if filed is None:
        return []
    statement = select(NotificationAction).where(NotificationAction.notification_id == filed.id)
    return list(ctx.session.scalars(statement.order_by(NotificationAction.id)))


def _attachments(ctx: Context, case_id: int) -> list[Attachment]:
    statement = select(Attachment).where(Attachment.case_id == case_id).order_by(Attachment.id)
    return list(ctx.session.scalars(statement))


def _prints(ctx: Context, filed: Notification | None) -> list[PrintRequest]:
    if filed is None:
        return []
    statement = select(PrintRequest).where(PrintRequest.notification_id == filed.id)
    return list(ctx.session.scalars(statement.order_by(PrintRequest.id)))
