"""A paper that a notification needs, lacks or gives back."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated


@dataclass(frozen=True, kw_only=True)
class MissingPaper:
    """A paper still to come: what it is, for whom, why it is needed, until when."""

    paper: Annotated[str, "足りない書類"]
    of_whom: Annotated[str, "だれの書類か"] = ""
    reason: Annotated[str, "必要な理由"] = ""
    until: Annotated[date | None, "提出期限"] = None


@dataclass(frozen=True, kw_only=True)
class ReturnedPaper:
    """A paper given back, with the reason; its own number is never taken down."""

    paper: Annotated[str, "返却する書類"]
    of_whom: Annotated[str, "だれの書類か"] = ""
    count: int = 1
    reason: Annotated[str, "返却の理由"]
