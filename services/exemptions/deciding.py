"""Deciding on a reduction: examined by one, decided by the section chief, put on record, computed, told (D1).

What the table gives is only a suggestion. A decision computes the household anew, for the chief to approve as
any assessment, and asks for the letter that tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from models.assessment import Assessment
from models.audit.tags import Tag
from models.exemption import GRANTED, REFUSED, REVOKED, PremiumExemption
from models.notification import Notification
from rules.calendar_months import add_months
from rules.periods import FiscalYear
from rules.premium.exemption_terms import ExemptionTerms
from rules.premium.exemptions import Exempted, span_of
from services import audit, notifications
from services.assessing import runs
from services.context import Context
from services.entries.reading import Entry
from services.exemptions import letters, standing
from services.exemptions.reckoning import ExemptionRefused, Reckoned, none_decided, reckon
from services.two_people import must_be_somebody_else, must_not_be_borrowed, reason_of

CHIEF: Final = "section_chief"
TURNED_DOWN: Final = {"shown": "turned_down"}  # how the state of its notification is told
KEPT: Final = "kept"  # told of a decision that was to be taken back, and was not


def judge(ctx: Context, entry: Entry, judged: Mapping[str, Any]) -> dict[str, Any]:
    """Put down what the examiner says: the amount where another than the table's.

    Raises:
        ExemptionRefused: the same is granted already, or an amount of nothing, or above what is left of the
            premium.
    """
    reckoned = reckon(ctx, entry)
    amount = int(judged.get("amount") or reckoned.amount)
    words = reason_of(str(judged["words"]))
    if judged["judgement"] == "grant" and not reckoned.entry.revokes:
        _must_be_the_only_one(reckoned, "judgement")
        _must_be_an_amount(amount, reckoned.room, "amount")
    return {
        "amount": amount,
        "words": words,
        "examiner": ctx.actor.staff_id,
        "judgement": judged["judgement"],
        "run": reckoned.run.id,
        "decided": reckoned.decided.id if reckoned.decided else None,
    }


def grant(
    ctx: Context,
    notification: Notification,
    entry: Entry,
    judged: Mapping[str, Any],
    decision: Mapping[str, Any],
) -> dict[str, Any]:
    """Decide that so much is taken off the year, compute the household anew, ask for the letter.

    Raises:
        ExemptionRefused: the same is granted already, the amount is nothing or above what is left, or another
            assessment is in force meanwhile.
        NotAllowed: the actor examined it, or is section chief in an emergency only.
        SomebodyElseWasFaster: another one of the household was decided at this moment.
    """
    reckoned, reason = _deciding(ctx, entry, judged, decision)
    _must_be_the_only_one(reckoned, "decision")
    _must_be_an_amount(int(judged["amount"]), reckoned.room, "decision")
    row = _row(ctx, notification, reckoned, judged, reason)
    row.state, row.amount = GRANTED, int(judged["amount"])
    ctx.session.add(row)
    ctx.session.flush()
    return _computed(ctx, notification, reckoned, row, judged)


def turn_down(
    ctx: Context,
    notification: Notification,
    entry: Entry,
    judged: Mapping[str, Any],
    decision: Mapping[str, Any],
) -> dict[str, Any]:
    """Decide that nothing is taken off (却下), and ask for the letter; of a taking back nothing changes.

    Raises:
        NotAllowed: the actor examined it, or is section chief in an emergency only.
    """
    reckoned, reason = _deciding(ctx, entry, judged, decision)
    if reckoned.decided is not None:
        notifications.act(ctx, notification.id, "refused", note=reason, data=TURNED_DOWN)
        _tell(ctx, reckoned.decided, KEPT)
        return {"exemption": reckoned.decided.id, "run": None, "letter": None}
    row = _row(ctx, notification, reckoned, judged, reason)
    row.state, row.amount = REFUSED, 0
    ctx.session.add(row)
    ctx.session.flush()
    letter = letters.ask(ctx, notification, row, reckoned.row.total, reckoned.row.total)
    return _settled(ctx, notification, row, None, letter.id)


def revoke(
    ctx: Context,
    notification: Notification,
    entry: Entry,
    judged: Mapping[str, Any],
    decision: Mapping[str, Any],
) -> dict[str, Any]:
    """Take a decided reduction back (取消), compute the household anew, ask for the letter.

    Raises:
        ExemptionRefused: it was taken back meanwhile, another one was examined, or another assessment is in
            force.
        NotAllowed: the actor examined it, or is section chief in an emergency only.
    """
    reckoned, reason = _deciding(ctx, entry, judged, decision)
    row = reckoned.decided
    if row is None:
        raise none_decided()
    row.state, row.revoked_at, row.revoked_by_id = REVOKED, ctx.at, ctx.actor.staff_id
    row.revoked_reason, row.revoked_notification_id = reason, notification.id
    ctx.session.flush()
    return _computed(ctx, notification, reckoned, row, judged)


def _deciding(
    ctx: Context, entry: Entry, judged: Mapping[str, Any], decision: Mapping[str, Any]
) -> tuple[Reckoned, str]:
    must_not_be_borrowed(ctx, CHIEF)
    must_be_somebody_else(ctx, [judged["examiner"]])
    reason = reason_of(str(decision["words"]))
    standing.hold(ctx, int(entry["household_id"]))
    reckoned = reckon(ctx, entry)
    if reckoned.run.id != judged["run"]:
        raise ExemptionRefused(
            f"審査のあとに賦課 {reckoned.run.number} が確定し、もとになる保険料が変わりました。"
            "差し戻して、審査をやり直してください。",
            f"Run {reckoned.run.number} became final meanwhile. Send it back to be examined anew.",
            "decision",
        )
    if reckoned.decided is not None and reckoned.decided is not standing.granted_one(
        ctx, judged.get("decided")
    ):
        raise ExemptionRefused(
            "審査した減免が、そのあとに取り消されたか、別の減免が加わりました。差し戻して、審査をやり直してください。",
            "What was examined was taken back, or another one was granted. Send it back to be examined anew.",
            "decision",
        )
    return reckoned, reason


def _row(
    ctx: Context,
    notification: Notification,
    reckoned: Reckoned,
    judged: Mapping[str, Any],
    reason: str,
) -> PremiumExemption:
    told, found = reckoned.entry, reckoned.exempted
    if found is None:
        raise none_decided()
    first, last = _span(found.months, told.fiscal_year)
    return PremiumExemption(
        household_id=told.household_id,
        fiscal_year=told.fiscal_year,
        ground=told.ground,
        person_id=told.person_id,
        event_on=told.event_on,
        from_on=first,
        until_on=last,
        suggested=found.amount,
        before_total=reckoned.row.total,
        run_id=reckoned.run.id,
        lines=[_plain(line) for line in found.lines],
        parameters=_parameters(reckoned.terms, found),
        notification_id=notification.id,
        examined_by_id=judged["examiner"],
        examined_words=judged["words"],
        decided_at=ctx.at,
        decided_by_id=ctx.actor.staff_id,
        reason=reason,
    )


def _span(months: int, fiscal_year: int) -> tuple[date | None, date | None]:
    if not months:
        return None, None
    first, last = span_of(months, FiscalYear(fiscal_year))
    return first, add_months(last, 1) - timedelta(days=1)


def _plain(line: Any) -> dict[str, Any]:
    """A line of the derivation as it is kept."""
    figure = line.figure
    return {
        "name": line.name,
        "part": line.part,
        "value": line.value,
        "unit": figure.unit,
        "title": [figure.title_ja, figure.title_en],
        "rule": [figure.rule_ja, figure.rule_en],
        "article": figure.article,
        "parameters": [
            {
                "title": one.title,
                "value": one.value,
                "certainty": str(one.certainty),
                "source": [one.source.title, one.source.article, one.source.href],
            }
            for one in line.parameters
        ],
    }


def _parameters(terms: ExemptionTerms, found: Exempted) -> dict[str, Any]:
    """The figures of the table that were read, as a run keeps them."""
    names = {one.name for line in found.lines for one in line.parameters}
    return {
        name: {"value": one.value, "title": one.title, "unit": one.unit, "certainty": str(one.certainty)}
        for name, one in terms.sources.items()
        if name in names
    }


def _computed(
    ctx: Context,
    notification: Notification,
    reckoned: Reckoned,
    row: PremiumExemption,
    judged: Mapping[str, Any],
) -> dict[str, Any]:
    """The household anew, and the letter that tells it; whoever examined it prepared it, for the chief."""
    run = runs.again(ctx, row.fiscal_year, row.household_id, judged["examiner"])
    after = ctx.session.get(Assessment, (run.id, row.household_id))  # none where nothing is owed any more
    letter = letters.ask(ctx, notification, row, reckoned.row.total, after.total if after else 0)
    return _settled(ctx, notification, row, run.id, letter.id)


def _settled(
    ctx: Context, notification: Notification, row: PremiumExemption, run_id: int | None, letter_id: int
) -> dict[str, Any]:
    notification.household_id = row.household_id
    if row.person_id is not None:
        notifications.link_persons(ctx, notification.id, [row.person_id])
    if row.state == REFUSED:
        notifications.act(ctx, notification.id, "refused", note=row.reason, data=TURNED_DOWN)
    else:
        notifications.act(ctx, notification.id, "registered")
    _tell(ctx, row, row.state)
    return {"exemption": row.id, "run": run_id, "letter": letter_id}


def _tell(ctx: Context, row: PremiumExemption, deed: str) -> None:
    detail = {"deed": deed, "year": row.fiscal_year, "amount": row.amount}
    audit.record(ctx, Tag.EXEMPTION_DECIDED, f"household:{row.household_id}", detail=detail)


def _must_be_the_only_one(reckoned: Reckoned, path: str) -> None:
    if reckoned.same is not None:
        raise ExemptionRefused(*standing.TWICE, path)


def _must_be_an_amount(amount: int, room: int, path: str) -> None:
    if amount <= 0:
        raise ExemptionRefused(
            "計算した減免額が0円です。認めるときは減免額を入力して理由を書くか、却下してください。",
            "The table gives nothing. Enter an amount and say why, or refuse it.",
            path,
        )
    if amount > room:
        raise ExemptionRefused(
            f"減免額が、まだ減免できる額({max(room, 0):,}円)を超えています。"
            "年間保険料からほかの減免を引いた額までで入力し直してください。",
            f"The amount is over what is left of the premium of the year ({max(room, 0):,} yen).",
            path,
        )
