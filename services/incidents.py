"""Incidents: what the system could not do is written down, told in words, and settled by a person (N1, N2).

An incident is written after the failing transaction was rolled back, in one of its own. It tells codes and
the names of elements, never what people entered: a message of an error may hold names, so only its code is
kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models.audit.tags import Tag
from models.case import Case, Definition
from models.incident import Incident, find_open
from services import audit, causes
from services.causes import UNEXPECTED
from services.context import Context
from services.errors import NotFound, RuleBroken, ServiceError, SomebodyElseWasFaster

LONGEST_REASON = 400
EVERY_OFFICE = frozenset({"administrator"})  # whose incidents of all offices are his to settle
RETRIED = "resolved"
SKIPPED = "skipped"

_WHAT = {
    "service": ("システムの処理「{title}」ができませんでした。", "The system could not do “{title}”."),
    "timer": ("期限の来た「{title}」を進められませんでした。", "“{title}” came due and could not go on."),
    "message": ("電文「{title}」を届けられませんでした。", "The message “{title}” could not be delivered."),
    "signal": ("合図「{title}」を届けられませんでした。", "The signal “{title}” could not be delivered."),
    "deed": ("「{title}」の後を進められませんでした。", "What follows “{title}” could not be done."),
    "job": ("処理「{title}」ができませんでした。", "The job “{title}” could not be done."),
}


@dataclass(frozen=True)
class Failure:
    """What could not be done: which step of which case (or which job), and the code of the cause."""

    kind: str
    code: str
    case_id: int | None = None
    job_id: int | None = None
    element_id: str = ""
    title_ja: str = ""
    title_en: str = ""
    task_guid: str = ""
    attempts: int = 1


def code_of(error: BaseException) -> str:
    """The code under which a cause is kept: of an error of ours its own, else the kind of the exception."""
    return error.code if isinstance(error, ServiceError) else f"{UNEXPECTED}:{type(error).__name__}"[:60]


def note(ctx: Context, failure: Failure) -> Incident:
    """Write an incident down; the same step failing again raises the count of the one that is open."""
    found = (
        find_open(ctx.session, failure.case_id, failure.kind, failure.task_guid)
        if failure.task_guid
        else None
    )
    incident = found or _new(ctx, failure)
    incident.attempts = failure.attempts if found is None else found.attempts + 1
    incident.code, incident.last_at = failure.code, ctx.at
    incident.message_ja, incident.message_en = _words(failure)
    ctx.session.add(incident)
    ctx.session.flush()
    detail = {"kind": failure.kind, "code": failure.code, "attempts": incident.attempts}
    audit.record(ctx, Tag.INCIDENT_OPENED, f"incident:{incident.id}", failure.case_id, detail)
    return incident


def get(ctx: Context, incident_id: int) -> Incident:
    """One incident of the actor's office, locked.

    Raises:
        NotFound: there is none of this number in the office.
    """
    statement = select(Incident).where(Incident.id == incident_id)
    if ctx.actor.office_id is not None and not ctx.actor.own_roles & EVERY_OFFICE:
        statement = statement.where(Incident.office_id == ctx.actor.office_id)
    locked = statement.with_for_update().execution_options(populate_existing=True)
    incident = ctx.session.scalars(locked).one_or_none()
    if incident is None:
        raise NotFound("この障害の記録は見つかりません。", "There is no such incident.")
    return incident


def must_be_open(incident: Incident) -> None:
    """Refuse to settle an incident twice.

    Raises:
        SomebodyElseWasFaster: it was settled before.
    """
    if incident.state != "open":
        raise SomebodyElseWasFaster(
            "この障害はすでに片付いています。一覧から状態を確かめてください。",
            "This incident was settled before.",
        )


def settle(ctx: Context, incident: Incident, state: str, reason: str = "") -> None:
    """Close an incident: `resolved` after a retry that worked, `skipped` with a reason.

    Raises:
        SomebodyElseWasFaster: it was settled before.
        RuleBroken: it is skipped and no reason is given, or the reason is too long.
    """
    must_be_open(incident)
    if (state == SKIPPED and not reason.strip()) or len(reason) > LONGEST_REASON:
        raise RuleBroken(
            f"見送る理由を{LONGEST_REASON}字までで入力してください。",
            f"Give the reason, in {LONGEST_REASON} characters at most.",
        )
    incident.state, incident.settled_at, incident.settled_by_id = state, ctx.at, ctx.actor.staff_id
    incident.reason = reason.strip() or None
    tag = Tag.INCIDENT_SKIPPED if state == SKIPPED else Tag.INCIDENT_RESOLVED
    audit.record(ctx, tag, f"incident:{incident.id}", incident.case_id)


def settle_step(ctx: Context, case_id: int, kind: str, task_guid: str) -> None:
    """Close the open incident of a step that has worked now, if there is one."""
    incident = find_open(ctx.session, case_id, kind, task_guid)
    if incident is not None:
        settle(ctx, incident, RETRIED)


def _new(ctx: Context, failure: Failure) -> Incident:
    case = ctx.session.get(Case, failure.case_id) if failure.case_id else None
    version = None
    if case is not None:
        statement = select(Definition.version).where(Definition.hash == case.definition_hash)
        version = ctx.session.scalars(statement).first()
    return Incident(
        case_id=case.id if case else None,
        job_id=failure.job_id,
        office_id=case.office_id if case else ctx.actor.office_id,
        slug=case.slug if case else "",
        definition_hash=case.definition_hash if case else "",
        definition_version=version,
        kind=failure.kind,
        element_id=failure.element_id,
        title_ja=failure.title_ja,
        title_en=failure.title_en,
        task_guid=failure.task_guid,
        first_at=ctx.at,
        state="open",
    )


def _words(failure: Failure) -> tuple[str, str]:
    what_ja, what_en = _WHAT[failure.kind]
    title = failure.element_id or str(failure.job_id or "")
    cause_ja, cause_en = causes.told(failure.code)
    return (
        what_ja.format(title=failure.title_ja or title) + cause_ja,
        f"{what_en.format(title=failure.title_en or title)} {cause_en}",
    )
