"""What the cases of a procedure are about: the domain's part of a case, behind one protocol.

A procedure registers its matter, as it registers its operations; the engine knows none. A process without
one is plain: its cases stand for themselves, with the office of whoever began them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from models.case import Case, WorkItem, own_number
from services.context import Context
from services.errors import NotAllowed
from services.subjects import Subject, describe
from workflows.engine.operations import CaseData


@dataclass(frozen=True)
class Received:
    """What taking an entry in made: the office whose case it is, and the notification where there is one."""

    office_id: int
    notification_id: int | None = None


@dataclass(frozen=True)
class Shown:
    """What lists show of a case beside its task; empty where it does not apply."""

    procedure: str
    number: str = ""
    reason: str = ""
    way: str = ""
    received_on: date | None = None
    subject: Subject = field(default_factory=Subject)


class Matter(Protocol):
    """The domain's part of the cases of one procedure."""

    def examine(self, ctx: Context, told: CaseData) -> list[str]:
        """Look at an entry before it is taken; cautions to be pointed out.

        Raises:
            ServiceError: it could never be registered.
        """

    def receive(
        self, ctx: Context, slug: str, entry: Mapping[str, Any], received: Mapping[str, Any]
    ) -> Received:
        """Put on record what came in, before its case begins."""

    def facts(self, ctx: Context, case: Case) -> dict[str, Any]:
        """What the case's data hold under `case`: ids and plain values."""

    def show(self, ctx: Context, case: Case) -> Shown:
        """What lists show of a case of which no task is known yet, without its subject."""

    def describe(self, ctx: Context, entry: Mapping[str, Any]) -> Subject:
        """Whom an entry is about."""

    def withdraw(self, ctx: Context, case: Case, reason: str) -> None:
        """Put on record that the case was withdrawn."""

    def rewind(self, ctx: Context, case: Case, element_id: str, reason: str) -> None:
        """Put on record that the case goes on from an earlier step, which opens again."""

    def name(self, case: Case) -> str:
        """The subject of the case's audit events, `kind:id`."""


class PlainMatter:
    """Cases that stand for themselves: no notification, nothing to examine."""

    def examine(self, ctx: Context, told: CaseData) -> list[str]:
        """Nothing is looked at beyond the form."""
        del ctx, told
        return []

    def receive(
        self, ctx: Context, slug: str, entry: Mapping[str, Any], received: Mapping[str, Any]
    ) -> Received:
        """The case belongs to the office named, or else to the actor's.

        Raises:
            NotAllowed: neither is known, so that nobody would see the case.
        """
        del slug, entry
        office_id = received.get("office_id", ctx.actor.office_id)
        if office_id is None:
            raise NotAllowed(
                "どの窓口の手続か分かりません。窓口に所属する担当者が始めてください。",
                "Nobody knows which office the case belongs to. Somebody of an office must begin it.",
            )
        return Received(office_id)

    def facts(self, ctx: Context, case: Case) -> dict[str, Any]:
        """The procedure and the day on which the case began."""
        return {"procedure": case.slug, "started_on": ctx.today.isoformat()}

    def show(self, ctx: Context, case: Case) -> Shown:
        """The number of the case, and the day on which it began."""
        return Shown(case.slug, number=own_number(case.id), received_on=ctx.today)

    def describe(self, ctx: Context, entry: Mapping[str, Any]) -> Subject:
        """The person or household that the entry names, where it names one."""
        return describe(ctx, entry)

    def withdraw(self, ctx: Context, case: Case, reason: str) -> None:
        """The journal says it all."""
        del ctx, case, reason

    def rewind(self, ctx: Context, case: Case, element_id: str, reason: str) -> None:
        """The journal says it all."""
        del ctx, case, element_id, reason

    def name(self, case: Case) -> str:
        """The case itself."""
        return f"case:{case.id}"


_plain = PlainMatter()
_matters: dict[str, Matter] = {}
_of_notifications: list[Matter] = []


def register(slug: str, matter: Matter) -> None:
    """Say what the cases of a procedure are about.

    Raises:
        ValueError: it was said before.
    """
    if slug in _matters:
        raise ValueError(f"what cases of {slug} are about is said twice")
    _matters[slug] = matter


def register_for_notifications(matter: Matter) -> None:
    """Say what cases are about that begin with a notification and whose procedure has no code of its own.

    Raises:
        ValueError: it was said before.
    """
    if _of_notifications:
        raise ValueError("what cases of notifications are about is said twice")
    _of_notifications.append(matter)


def matter_of(slug: str, *, notified: bool) -> Matter:
    """What the cases of a procedure are about: as registered, else a notification, else nothing.

    `notified`: the case has a notification, or its intake names what examines one.
    """
    if slug in _matters:
        return _matters[slug]
    return _of_notifications[0] if notified and _of_notifications else _plain


def shown_by(item: WorkItem) -> Shown:
    """What a row of the queue shows of its case."""
    return Shown(
        procedure=item.procedure,
        number=item.notification_number,
        reason=item.reason,
        way=item.way,
        received_on=item.received_on,
        subject=Subject(item.subject_name, item.subject_key, item.household_number, item.postal_code),
    )
