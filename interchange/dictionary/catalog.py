"""Reads the data dictionary: items by their id, and the retention codes (issue 6; record-items 2 and 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
OPEN, RESTRICTED, PROTECTIVE, SECRET = "open", "restricted", "protective", "secret"
MASKS: dict[str, tuple[str, str]] = {
    OPEN: ("一般", "Open"),
    RESTRICTED: ("限定", "Restricted"),
    PROTECTIVE: ("支援措置で秘匿", "Hidden by a protective measure"),
    SECRET: ("秘密", "Secret"),
}
SOURCES: dict[str, tuple[str, str]] = {
    "own": ("この事務", "This office"),
    "juki": ("住民基本台帳", "Resident register"),
    "tax": ("税", "Tax"),
    "notification": ("届出", "Notification"),
    "federation": ("国保連合会", "Federation"),
    "derived": ("計算", "Derived"),
    "bank": ("金融機関", "Banks"),
    "other section": ("他の課", "Another section"),
    "pension bodies": ("年金保険者", "Pension bodies"),
    "info network": ("情報提供ネットワーク", "Information network"),
    "contractor": ("委託先", "Contractor"),
    "other": ("その他", "Other"),
}


@dataclass(frozen=True)
class Item:
    """One item of the dictionary.

    `held` is (table, column), or None where the system does not hold it yet. `transfers` are the numbers of
    the city's transfers that may carry it at the widest; `certainty` is how sure the proposal is.
    """

    id: str
    number: int
    group: str
    ja: str
    en: str
    meaning: str
    kind: str
    held: tuple[str, str] | None
    sources: tuple[str, ...]
    mask: str
    keep: str
    ground: str
    transfers: frozenset[int]
    certainty: str


@dataclass(frozen=True)
class Keeping:
    """A rule of retention: how long, from when, and why."""

    code: str
    ja: str
    en: str
    reason: str


@cache
def items() -> Mapping[str, Item]:
    """All items by id, in the order of their numbers.

    Raises:
        ValueError: an id or a number stands there twice.
    """
    found: dict[str, Item] = {}
    for content in _groups():
        for told in content["items"]:
            item = _item(content["group"], told)
            if item.id in found:
                raise ValueError(f"the item {item.id} is in the dictionary twice")
            found[item.id] = item
    if len({one.number for one in found.values()}) != len(found):
        raise ValueError("two items of the dictionary have one number")
    return found


@cache
def groups() -> Mapping[str, tuple[str, str]]:
    """The names of the groups by their letter."""
    return {content["group"]: (content["ja"], content["en"]) for content in _groups()}


@cache
def keepings() -> Mapping[str, Keeping]:
    """The rules of retention by code."""
    told = yaml.safe_load((FOLDER / "retention.yaml").read_text("utf-8"))
    return {code: Keeping(code, one["ja"], one["en"], one["reason"]) for code, one in told.items()}


@cache
def _groups() -> tuple[dict[str, Any], ...]:
    paths = sorted(FOLDER.glob("?_*.yaml"))
    return tuple(yaml.safe_load(path.read_text("utf-8")) for path in paths)


def _item(group: str, told: Mapping[str, Any]) -> Item:
    table, _, column = (told["held"] or "").partition(".")
    return Item(
        id=told["id"],
        number=told["number"],
        group=group,
        ja=told["ja"],
        en=told["en"],
        meaning=told["meaning"],
        kind=told["kind"],
        held=(table, column) if table else None,
        sources=tuple(told["source"]),
        mask=told["mask"],
        keep=told["keep"],
        ground=told["ground"],
        transfers=frozenset(told["transfers"]),
        certainty=told["certainty"],
    )
