"""Operations that any definition may call: small deeds on the register, told what to do by their parameters.

A procedure made of them needs no code (docs/studio.md#procedures-without-code). Parameters are FEEL in the
diagram. Persons are rows with `person_id`, and what became of their certificates, as forms have them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from services import letters, notifications, own_notifications, registry_blocks, residence_exceptions
from services.context import Context
from services.entries import reading
from services.findings import Finding, refuse_when_any
from workflows.engine import matters
from workflows.engine.operations import CaseData, Example, operation
from workflows.notified import NotificationMatter
from workflows.registered import EXAMINED, REFUSED, REGISTERED, as_data

matters.register_for_notifications(NotificationMatter())

MARKED = (
    Example("特例が登録されている", "On record", {"person_ids": [1]}),
    Example("登録がない", "Not on record", {"person_ids": []}),
)
DONE_TO = (Example("登録できた", "Registered", {"household_id": 1, "person_ids": [1]}),)
ACCEPTED = (Example("届出を登録した", "Accepted", {"accepted_on": "2026-11-23"}),)
ASKED = (Example("印刷待ちに入れた", "Waits for print", {"print_request_ids": [1]}),)


class ParameterMissing(Exception):
    """A diagram calls an operation without a parameter that it needs, or with one of another kind."""


@operation("registry.examine_notification", examples=EXAMINED)
def examine_notification(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Refuse an entry of any notification whose household, persons or days are not on record so."""
    return _examined(ctx, case, own_notifications.check)


@operation("registry.examine_student_exception", examples=EXAMINED)
def examine_student_exception(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Refuse an entry for the students' exception that could never be registered."""
    return _examined(ctx, case, residence_exceptions.check_student)


@operation("registry.examine_facility_exception", examples=EXAMINED)
def examine_facility_exception(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Refuse an entry for the facilities' exception that could never be registered."""
    return _examined(ctx, case, residence_exceptions.check_facility)


@operation("registry.mark_exception", irreversible=True, examples=DONE_TO)
def mark_exception(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Mark the periods of `persons` in `household_id` with `exception`, from `from_on`.

    Whose row tells an `address_there` lives there from that day on.
    """
    notification = notifications.get(ctx, case.notification_id)
    household_id, rows, day = _number(case, "household_id"), _rows(case), _day(case, "from_on")
    ids, exception = [*rows], _text(case, "exception")
    homes = {one: row["address_there"] for one, row in rows.items() if row.get("address_there")}
    registry_blocks.mark(ctx, notification, household_id, ids, day, exception, homes)
    return {"household_id": household_id, "person_ids": ids}


@operation("registry.found_household", irreversible=True, examples=DONE_TO)
def found_household(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Let the one of `persons` leave `household_id` and be a household of his own from `from_on`."""
    notification = notifications.get(ctx, case.notification_id)
    (person_id,) = _rows(case)
    old, day = _number(case, "household_id"), _day(case, "from_on")
    new_head = case.given.get("new_head_person_id")
    own = registry_blocks.found_household(ctx, notification, old, person_id, day, new_head)
    if own != old:
        registry_blocks.renew_those_who_stay(ctx, notification, old, day)
    return {"household_id": own}


@operation("registry.move_home", irreversible=True, examples=DONE_TO)
def move_home(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Let `persons` live at `address` from `from_on`."""
    notification = notifications.get(ctx, case.notification_id)
    place = reading.address(case.given.get("address"))
    if place is None:
        raise ParameterMissing("address")
    ids = [*_rows(case)]
    registry_blocks.move_home(ctx, notification, ids, place, _day(case, "from_on"))
    return {"person_ids": ids}


@operation("registry.renew_certificates", irreversible=True, examples=REGISTERED)
def renew_certificates(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Make new certificates for `persons` of `household_id`, and ask for their print by `delivery`."""
    notification = notifications.get(ctx, case.notification_id)
    returns = {one: reading.certificate_return(row) for one, row in _rows(case).items()}
    household_id, day = _number(case, "household_id"), _day(case, "from_on")
    delivery = _text(case, "delivery")
    return as_data(
        registry_blocks.renew_certificates(ctx, notification, household_id, returns, day, delivery)
    )


@operation("registry.end_exception", irreversible=True, examples=REGISTERED)
def end_exception(ctx: Context, case: CaseData) -> dict[str, Any]:
    """End the exception of `persons` on `ended_on`: back here (`returned`), or lost to us (`elsewhere`)."""
    notification = notifications.get(ctx, case.notification_id)
    household_id, delivery = _number(case, "household_id"), _text(case, "delivery")
    rows, ended_on = [*_rows(case).values()], _day(case, "ended_on")
    return as_data(residence_exceptions.end(ctx, notification, household_id, rows, ended_on, delivery))


@operation("registry.still_marked", examples=MARKED)
def still_marked(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Who of `persons` in `household_id` bears `exception` today; the register may have changed meanwhile."""
    household_id, exception = _number(case, "household_id"), _text(case, "exception")
    found = registry_blocks.still_marked(ctx, household_id, [*_rows(case)], ctx.today, exception)
    return {"person_ids": found}


@operation("registry.accept", irreversible=True, examples=ACCEPTED)
def accept(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Record that the notification is registered."""
    notifications.act(ctx, case.notification_id, "registered")
    return {"accepted_on": ctx.today.isoformat()}


@operation("registry.refuse", irreversible=True, examples=REFUSED)
def refuse(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Record that the notification is not accepted; the registry stays as it is."""
    reason = notifications.refusal_reason(case.data)
    notifications.act(ctx, case.notification_id, "refused", note=reason)
    return {"reason": reason}


def _examined(
    ctx: Context, case: CaseData, check: Callable[[Context, Mapping[str, Any]], Sequence[Finding]]
) -> dict[str, Any]:
    found = check(ctx, case.form("apply"))
    refuse_when_any(found)
    return {"cautions": [one.message_ja for one in found]}


def _rows(case: CaseData) -> dict[int, Mapping[str, Any]]:
    given = case.given.get("persons")
    if not isinstance(given, list) or not given:
        raise ParameterMissing("persons")
    return {int(row["person_id"]): row for row in given}


def _number(case: CaseData, name: str) -> int:
    given = case.given.get(name)
    if given is None:
        raise ParameterMissing(name)
    return int(given)


def _text(case: CaseData, name: str) -> str:
    given = case.given.get(name)
    if not isinstance(given, str) or not given:
        raise ParameterMissing(name)
    return given


def _day(case: CaseData, name: str) -> date:
    return date.fromisoformat(_text(case, name))


@operation("letters.ask", irreversible=True, examples=ASKED)
def ask_letter(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Ask for the print of the letter named `letter` about the one of `persons`, to answered by `until`."""
    notification = notifications.get(ctx, case.notification_id)
    (person_id,) = _rows(case)
    household_id, until = _number(case, "household_id"), _day(case, "until")
    request = letters.ask(ctx, notification, _text(case, "letter"), household_id, person_id, until)
    return {"print_request_ids": [request.id]}
