"""Operations of the procedure exemption (保険料の減免)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from models.notification import Notification
from services import notifications
from services.case_letters import head_of
from services.context import Context
from services.entries.reading import Entry
from services.exemptions import deciding, reckoning
from services.findings import refuse_when_any
from services.subjects import Subject
from workflows.engine import matters
from workflows.engine.operations import CaseData, Example, operation
from workflows.notified import NotificationMatter
from workflows.registered import EXAMINED, REFUSED


class ExemptionMatter(NotificationMatter):
    """An application is about the person whose ground it is, or the head of the household."""

    def describe(self, ctx: Context, entry: Mapping[str, Any]) -> Subject:
        """That person by name."""
        household_id = entry.get("household_id")
        if entry.get("person_id") or not household_id:
            return super().describe(ctx, entry)
        return super().describe(ctx, {**entry, "head_person_id": head_of(ctx, int(household_id))})


matters.register("exemption", ExemptionMatter())

RECKONED = (Example("減免額がある", "There is an amount", {"run": 1, "amount": 55_000, "before": 320_000}),)
JUDGED = (
    Example(
        "認める",
        "It meets the ordinance",
        {
            "amount": 55_000,
            "words": "離職票を確認",
            "examiner": 1,
            "judgement": "grant",
            "run": 1,
            "decided": None,
        },
    ),
)
DECIDED = (Example("登録した", "It is on record", {"exemption": 1, "run": 2, "letter": 3}),)
Deed = Callable[[Context, Notification, Entry, Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]


@operation("exemption.examine", examples=EXAMINED)
def examine(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Refuse an application that could never be decided; tell what is only to be pointed out."""
    found = reckoning.check(ctx, case.form("apply"), case.case_id)
    refuse_when_any(found)
    return {"cautions": [one.message_ja for one in found]}


@operation("exemption.reckon", examples=RECKONED)
def reckon(ctx: Context, case: CaseData) -> dict[str, Any]:
    """What the table gives on the assessment in force."""
    return reckoning.as_data(reckoning.reckon(ctx, case.form("apply")))


@operation("exemption.judge", examples=JUDGED)
def judge(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Put down what the examiner found."""
    return deciding.judge(ctx, case.form("apply"), case.form("examine"))


@operation("exemption.grant", irreversible=True, examples=DECIDED)
def grant(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Put the reduction on record and compute the household anew."""
    return _decide(ctx, case, deciding.grant)


@operation("exemption.revoke", irreversible=True, examples=DECIDED)
def revoke(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Take a decided one back and compute the household anew."""
    return _decide(ctx, case, deciding.revoke)


@operation("exemption.turn_down", irreversible=True, examples=DECIDED)
def turn_down(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Put on record that it was refused (却下)."""
    return _decide(ctx, case, deciding.turn_down)


@operation("exemption.refuse", irreversible=True, examples=REFUSED)
def refuse(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Record that the application is not taken; nothing was decided."""
    reason = notifications.refusal_reason(case.data)
    notifications.act(ctx, case.notification_id, "refused", note=reason)
    return {"reason": reason}


def _decide(ctx: Context, case: CaseData, deed: Deed) -> dict[str, Any]:
    notification = notifications.get(ctx, case.notification_id)
    return deed(ctx, notification, case.form("apply"), case.data["judged"], case.form("decide"))
