"""The transfers that the city knows, as data: recipient, widest items, schedule, layout (J1, J2, N07)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
NAMES = ("address_system", "citizen", "long_term_care", "welfare", "disability", "network_question")
MONTHLY, EACH_TIME = "monthly", "each_time"
KEY_ITEM = "addressee_number"
FREQUENCIES = {MONTHLY: ("月次", "Monthly"), EACH_TIME: ("都度", "Each time"), "once": ("1回限り", "Once")}
METHODS = {"link_system": ("庁内連携システム", "Link system of the city"), "paper": ("紙", "Paper")}
RANGES = {
    "insured_now": ("処理日の被保険者", "Insured on the day of the run"),
    "insured_in_month": ("その月に被保険者であった人", "Insured at any time of the month"),
    "ever_insured": ("被保険者であったことのある人", "Ever insured"),
    "outside_register": ("住民登録のない人", "Outside the resident register"),
    "asked_about": ("照会する人", "Persons asked about"),
}


@dataclass(frozen=True)
class Layout:
    """How the file looks: CSV with a header, or fixed length in bytes; its encoding; widths by item."""

    kind: str
    encoding: str
    widths: Mapping[str, int]


@dataclass(frozen=True)
class Transfer:
    """One transfer. `items` is the widest set, `usual` what an application begins with.

    `recipients` are codes of offices; a file is kept `keep_days` days for its recipient.
    """

    id: str
    number: int
    ja: str
    en: str
    content: str
    recipients: tuple[str, ...]
    schedule: str
    person_range: str
    method: str
    basis: str
    keep_days: int
    layout: Layout
    usual: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True)
class Basis:
    """A legal basis with its article in the old and the new numbering, and how certain that is."""

    id: str
    ja: str
    en: str
    old: str
    new: str
    certainty: str
    kinds: tuple[str, ...]


@cache
def transfers() -> Mapping[str, Transfer]:
    """All transfers by their id, in the order of their numbers."""
    return {name: _read(name) for name in NAMES}


@cache
def bases() -> Mapping[str, Basis]:
    """All legal bases by their id."""
    told = yaml.safe_load((FOLDER / "legal_bases.yaml").read_text("utf-8"))
    return {name: Basis(id=name, **{**one, "kinds": tuple(one["kinds"])}) for name, one in told.items()}


def transfers_to(recipient: str) -> list[Transfer]:
    """The transfers that an office may receive."""
    return [one for one in transfers().values() if recipient in one.recipients]


def _read(name: str) -> Transfer:
    told: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    layout = told.pop("layout")
    told |= {key: tuple(told[key]) for key in ("recipients", "usual", "items")}
    return Transfer(**told, layout=Layout(layout["kind"], layout["encoding"], layout.get("widths", {})))
