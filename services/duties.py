"""Which duties may not meet in one hand: entering and approving, keeping accounts and seeing data (M18, T14).

A duty follows from what somebody may do (the slug of a permission) and, for the tasks of cases, from the lane
in which his role works. A role that an administrator has changed is judged as one that was shipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.errors import RuleBroken

COMPLETES_TASKS = "task.complete"


class Duty(StrEnum):
    """What a permission is about, as far as it may not meet another one."""

    ENTER = "enter"
    APPROVE = "approve"
    KEEP_ACCOUNTS = "keep_accounts"
    SEE_PERSONS = "see_persons"
    READ_AUDIT = "read_audit"


WORDS: Mapping[Duty, tuple[str, str]] = {
    Duty.ENTER: ("届出を入力すること", "entering notifications"),
    Duty.APPROVE: ("入力を照合・決裁すること", "verifying or approving what was entered"),
    Duty.KEEP_ACCOUNTS: ("職員の利用と権限を管理すること", "keeping accounts and rights"),
    Duty.SEE_PERSONS: ("住民の個人情報を見ること", "seeing personal data"),
    Duty.READ_AUDIT: ("監査の記録を見ること", "reading the audit record"),
}
APART: tuple[tuple[Duty, Duty], ...] = (
    (Duty.ENTER, Duty.APPROVE),
    (Duty.KEEP_ACCOUNTS, Duty.SEE_PERSONS),
    (Duty.KEEP_ACCOUNTS, Duty.ENTER),
    (Duty.KEEP_ACCOUNTS, Duty.APPROVE),
    (Duty.KEEP_ACCOUNTS, Duty.READ_AUDIT),
    (Duty.READ_AUDIT, Duty.ENTER),
    (Duty.READ_AUDIT, Duty.APPROVE),
)


@dataclass(frozen=True)
class RightsBook:
    """What the portal declares: the duty of each permission and lane, and what each role was shipped with."""

    permissions: Mapping[str, Duty | None]
    lanes: Mapping[str, Duty]
    shipped: Mapping[str, frozenset[str]]

    def duties(self, roles: Iterable[str], grants: Mapping[str, frozenset[str]]) -> frozenset[Duty]:
        """All duties of somebody with these roles, when the roles may do `grants`."""
        found: set[Duty] = set()
        for role in roles:
            slugs = grants.get(role, frozenset())
            found |= {duty for slug in slugs if (duty := self.permissions.get(slug)) is not None}
            if COMPLETES_TASKS in slugs and role in self.lanes:
                found.add(self.lanes[role])
        return frozenset(found)


def collisions(duties: frozenset[Duty]) -> list[tuple[Duty, Duty]]:
    """The pairs of duties that may not meet in one hand."""
    return [pair for pair in APART if set(pair) <= duties]


def refuse_collisions(duties: frozenset[Duty]) -> None:
    """Nobody gets two duties that check one another.

    Raises:
        RuleBroken: naming the two.
    """
    found = collisions(duties)
    if found:
        ja = "、".join(f"「{WORDS[one][0]}」と「{WORDS[two][0]}」" for one, two in found)
        en = "; ".join(f"{WORDS[one][1]} and {WORDS[two][1]}" for one, two in found)
        raise RuleBroken(
            f"一人に{ja}の両方は付けられません(相互けん制)。どちらかの担当を外してください。",
            f"One person may not hold both: {en}. Take one of the roles away.",
        )
