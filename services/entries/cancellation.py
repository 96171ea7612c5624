"""The cancellation of a completed notification as it was entered (forms/cancellation/apply.schema.json)."""

from __future__ import annotations

from dataclasses import dataclass

from services.entries.reading import Entry

REASONS = {
    "wrong_entry": "入力の誤り",
    "wrong_person": "人違い",
    "no_event": "届出の事実がなかった",
    "duplicate": "二重の届出",
    "by_notifier": "届出人の申出",
    "other": "その他",
}


@dataclass(frozen=True)
class CancellationEntry:
    """Which notification is cancelled, and why."""

    notification_id: int
    reason: str
    detail: str

    @property
    def note(self) -> str:
        return f"{REASONS[self.reason]}: {self.detail}"


def read(entry: Entry) -> CancellationEntry:
    return CancellationEntry(int(entry["notification_id"]), entry["reason"], entry["detail"])
