"""A paper that a notification needs, lacks or gives back."""

from dataclasses import dataclass
from datetime import date

from printing.places import place


@dataclass(frozen=True, kw_only=True)
class MissingPaper:
    """A paper still to come: what it is, for whom, why it is needed, until when."""

    paper: str = place("足りない書類")
    of_whom: str = place("だれの書類か", default="")
    reason: str = place("必要な理由", default="")
    until: date | None = place("提出期限", default=None)


@dataclass(frozen=True, kw_only=True)
class ReturnedPaper:
    """A paper given back, with the reason; its own number is never taken down."""

    paper: str = place("返却する書類")
    of_whom: str = place("だれの書類か", default="")
    count: int = 1
    reason: str = place("返却の理由")
