"""What a data-use application asks for: what an approval binds, and what in it cannot be (J3, K1)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from forms.characters import holds_individual_number
from interchange.dictionary import catalog
from interchange.transfers import definitions
from interchange.transfers.definitions import KEY_ITEM
from models.data_use import DataUseApplication
from rules.data_use.gate import ALONE
from services.errors import RuleBroken

TRANSFER, PROVISION = "transfer", "provision"
LONGEST_PERIOD_YEARS = 1
LONGEST_PURPOSE = 400
LONGEST_RECIPIENT = 100


@dataclass(frozen=True)
class Content:
    """What is asked for; what an approval binds."""

    kind: str
    transfer: str
    recipient: str
    recipient_name: str
    purpose: str
    basis: str
    items: tuple[str, ...]
    person_range: str
    method: str
    frequency: str
    from_on: date
    until_on: date
    with_places: bool

    @property
    def hash(self) -> str:
        """SHA-256 of the content in one writing."""
        told = asdict(self) | {"items": sorted(self.items)}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=date.isoformat)
        return hashlib.sha256(text.encode()).hexdigest()


def content_of(application: DataUseApplication) -> Content:
    """What an application asks for as it stands now."""
    told: dict[str, Any] = {name: getattr(application, name) for name in Content.__dataclass_fields__}
    return Content(**{**told, "items": tuple(application.items)})


def tidied(content: Content) -> Content:
    """The content as it is kept and bound: each item once, no blanks that say nothing.

    Raises:
        RuleBroken: something in it cannot be; the message says what.
    """
    _must_be_possible(content)
    return replace(
        content,
        items=tuple(sorted(set(content.items), key=lambda one: catalog.items()[one].number)),
        purpose=" ".join(content.purpose.split()),
        recipient_name=content.recipient_name.strip(),
    )


def columns(content: Content) -> dict[str, Any]:
    """The content as columns of an application."""
    return {name: getattr(content, name) for name in Content.__dataclass_fields__} | {
        "items": list(content.items)
    }


def _must_be_possible(content: Content) -> None:
    """Everything in it is one of what the city knows, and within the widest set of its transfer.

    Raises:
        RuleBroken: naming what is not.
    """
    transfer = definitions.transfers().get(content.transfer)
    basis = definitions.bases().get(content.basis)
    unknown = [one for one in content.items if one not in catalog.items()]
    allowed = set(transfer.items) if transfer and content.kind == TRANSFER else set(catalog.items())
    outside = [one for one in content.items if one in catalog.items() and one not in allowed]
    purpose = " ".join(content.purpose.split())
    problems: list[tuple[bool, str, str]] = [
        (content.kind not in {TRANSFER, PROVISION}, "申請の種類を選んでください。", "Choose the kind."),
        (content.kind == TRANSFER and transfer is None, "移転を選んでください。", "Choose the transfer."),
        (
            transfer is not None
            and content.kind == TRANSFER
            and content.recipient not in transfer.recipients,
            "移転先がこの移転の相手ではありません。",
            "This transfer does not go to that section.",
        ),
        (
            content.kind == PROVISION and not 0 < len(content.recipient_name.strip()) <= LONGEST_RECIPIENT,
            f"提供先の名称を{LONGEST_RECIPIENT}字までで入力してください。",
            "Name who is to receive the data.",
        ),
        (
            not 0 < len(purpose) <= LONGEST_PURPOSE,
            f"利用目的を{LONGEST_PURPOSE}字までで入力してください。",
            "Say what the data are for.",
        ),
        (
            holds_individual_number(purpose) or holds_individual_number(content.recipient_name),
            "個人番号が入っています。番号は書かないでください。",
            "An Individual Number stands in it.",
        ),
        (
            basis is None or content.kind not in basis.kinds,
            "法的根拠を一覧から選んでください。",
            "Choose the legal basis from the list.",
        ),
        (not content.items, "項目を選んでください。", "Choose the items."),
        (bool(unknown), f"項目辞書にない項目です: {'、'.join(unknown)}", "Unknown items."),
        (
            bool(outside),
            f"この移転では認められていない項目です: {'、'.join(catalog.items()[one].ja for one in outside)}",
            f"Not among the items of this transfer: {', '.join(outside)}",
        ),
        (
            bool(content.items) and KEY_ITEM not in content.items,
            "宛名番号は鍵として必ず選んでください。",
            "The address number is the key and must be chosen.",
        ),
        (
            content.person_range not in definitions.RANGES,
            "対象者の範囲を選んでください。",
            "Choose the persons.",
        ),
        (content.method not in definitions.METHODS, "移転の方法を選んでください。", "Choose the method."),
        (content.frequency not in definitions.FREQUENCIES, "頻度を選んでください。", "Choose how often."),
        (
            transfer is not None
            and content.kind == TRANSFER
            and transfer.person_range != content.person_range
            and bool(ALONE & {transfer.person_range, content.person_range}),
            "対象者の範囲がこの移転と合いません。",
            "These persons do not fit this transfer.",
        ),
        (
            content.until_on < content.from_on,
            "期間の終わりが始まりより前です。",
            "The period ends too early.",
        ),
        (
            content.until_on >= _a_year_later(content.from_on),
            "利用期間は1年以内にしてください。続けるときは更新を申請します。",
            "A period has one year at most; renew it before it ends.",
        ),
    ]
    for broken, ja, en in problems:
        if broken:
            raise RuleBroken(ja, en)


def _a_year_later(day: date) -> date:
    last_year = day.year + LONGEST_PERIOD_YEARS
    return date(last_year, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=last_year)
