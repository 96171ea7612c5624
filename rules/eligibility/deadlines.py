"""When a notification had to be filed, and what the law says when it was late (法9条, 施行規則2条 ff.)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rules.derivation import Caution, Refusal, Step
from rules.eras import format_long
from rules.law import LawAt
from rules.periods import month_start, notify_by

NOTIFICATION_DAYS: Final = "national/eligibility/notification_days"
ARTICLE: Final = "国民健康保険法9条、施行規則2条から13条まで"
NO_CLOSED_DAYS: Final[frozenset[date]] = frozenset()


@dataclass(frozen=True)
class Deadline:
    """The last day to notify, and by how many days the notification came after it."""

    notify_by: date
    days_late: int

    @property
    def is_late(self) -> bool:
        return self.days_late > 0


def deadline(event_on: date, received_on: date, closed_days: frozenset[date], law: LawAt) -> Deadline:
    """Count the days of 規則2条 ff. from the day after the event; a closed last day moves on."""
    last_on = notify_by(event_on, closed_days, law.integer(NOTIFICATION_DAYS))
    return Deadline(last_on, max(0, (received_on - last_on).days))


def deadline_step(event_on: date, received_on: date, found: Deadline) -> Step:
    return Step(
        "届出の期限を数える(初日不算入、閉庁日は翌開庁日)",
        ARTICLE,
        {"事実の発生日": format_long(event_on), "届出日": format_long(received_on)},
        f"期限 {format_long(found.notify_by)}"
        + (f"、{found.days_late}日超過" if found.is_late else "、期限内"),
    )


def is_backdated(begins_on: date, received_on: date) -> bool:
    """Say whether the change takes effect in a month before the month of the notification (遡及)."""
    return begins_on < month_start(received_on)


def received_in_future(received_on: date, considered_on: date) -> list[Refusal]:
    """Refuse a day of reception that has not come yet."""
    if received_on <= considered_on:
        return []
    message = (
        f"届出日({format_long(received_on)})が今日({format_long(considered_on)})より後です。"
        "まだ受け付けていない届出は処理できません。届出書の受付印の日付を入力してください。"
    )
    return [Refusal("notification.received_in_future", message, ARTICLE)]


def event_in_future(what: str, event_on: date, received_on: date, advance_days: int = 0) -> list[Refusal]:
    """Refuse an event after the notification, save for the days by which this kind may be told ahead."""
    latest_on = received_on + timedelta(days=advance_days)
    if event_on <= latest_on:
        return []
    allowed = (
        f"この届出は{format_long(latest_on)}までの予定日に限り、前もって受け付けられます。"
        if advance_days
        else ""
    )
    message = (
        f"{what}({format_long(event_on)})が届出日({format_long(received_on)})より後の日です。"
        f"まだ生じていない事実は届け出ることができません。{allowed}"
        "日付を確かめ、正しいときはその日以後に届け出るよう案内してください。"
    )
    return [Refusal("notification.event_in_future", message, ARTICLE)]


def late_caution(found: Deadline, consequence: str) -> list[Caution]:
    """Say that the notification is late, what follows, and what to write down."""
    if not found.is_late:
        return []
    message = (
        f"届出が期限({format_long(found.notify_by)})を{found.days_late}日過ぎています。{consequence}"
        "遅れた理由を聞き取り、備考に記録してください。"
    )
    return [Caution("notification.late", message, ARTICLE)]
