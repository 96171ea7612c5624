"""What the inbox calls its boxes, filters and columns, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from portal.language import t
from services.inbox_overview import Choice

BOX_NAMES = {
    "mine": ("自分", "Mine"),
    "group": ("グループ", "My groups"),
    "free": ("未割当", "Unassigned"),
    "overdue": ("期限超過", "Overdue"),
    "later": ("後日", "Put off"),
}
DUE_NAMES = {
    "late": ("期限超過", "Overdue"),
    "today": ("今日まで", "Today"),
    "soon": ("3日以内", "Within 3 days"),
    "later": ("その先", "Later"),
    "none": ("期限なし", "Without a date"),
}
COLUMNS = {
    "due": ("期限", "Due"),
    "follow_up": ("後日", "Put off"),
    "procedure": ("種別", "Kind"),
    "number": ("受付番号", "Number"),
    "name": ("氏名", "Name"),
    "household": ("世帯", "Household"),
    "district": ("地区", "District"),
    "element": ("いまの手順", "Step"),
    "role": ("役割", "Role"),
    "assignee": ("担当", "Taken by"),
    "received": ("受付", "Received"),
    "age": ("受付から", "Since"),
    "arrived": ("この手順に来た日", "At this step"),
}
FIRST_COLUMNS = ("due", "procedure", "name", "household", "element", "assignee", "received")


def with_name(columns: Sequence[str]) -> list[str]:
    """The chosen columns with that of the name: where it was put, or else where it stands among all."""
    if "name" in columns:
        return list(columns)
    order = list(COLUMNS)
    place = order.index("name")
    later = (at for at, one in enumerate(columns) if one in COLUMNS and order.index(one) > place)
    at = next(later, len(columns))
    return [*columns[:at], "name", *columns[at:]]


def choice_label(name: str, choice: Choice, roles: dict[str, str], procedures: dict[str, str]) -> str:
    """What a value of a filter is called."""
    if name == "procedure":
        return procedures.get(choice.value, choice.value)
    if name == "district":
        return postal(choice.value)
    if name == "role":
        return roles.get(choice.value, choice.value)
    if name == "assignee" and choice.value == "free":
        return t("未割当", "Unassigned")
    return t(choice.ja, choice.en)


def postal(code: str) -> str:
    """A postal area as it is written."""
    return f"〒{code[:3]}-{code[3:]}" if code else ""
