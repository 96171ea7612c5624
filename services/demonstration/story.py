"""What the demonstration tells: people, where they lived, in which household, insured from when to when.

Plain values, made by `edge_cases` and `city`, written to the tables by `register`. Dates are days in Japan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from services.demonstration.names import Name
from services.demonstration.places import Place


@dataclass(slots=True)
class Abode:
    """An address from a day on: kind residence, mailing or safe (protected)."""

    place: Place
    from_on: date | None = None
    until_on: date | None = None
    kind: str = "residence"
    mailing_name: str | None = None
    previous_address: str | None = None


@dataclass(slots=True)
class Period:
    """One eligibility period; `lost_on` is the first day not insured any more, as on record."""

    acquired_on: date
    reason: str
    notified_on: date
    coverage_start_on: date | None = None  # None: the same day
    lost_on: date | None = None
    loss_reason: str | None = None
    loss_notified_on: date | None = None
    coverage_end_on: date | None = None
    ex_officio: bool = False
    exception: str | None = None  # student facility


@dataclass(slots=True)
class Paper:
    """A certificate that was issued for a period, and what became of it."""

    kind: str
    issued_on: date
    expires_on: date | None
    share: int | None = None  # tenths, for 70 to 74
    share_from: date | None = None
    share_until: date | None = None
    events: tuple[str, ...] = ("issued", "printed", "posted")
    ended_on: date | None = None  # the day of the event that ended it


@dataclass(slots=True)
class Someone:
    """A person as the office knows him today. `birth` is written 1950-00-00 where a part is unknown."""

    name: Name
    sex: str
    birth: str
    kind: str = "1"  # 1 Japanese 2 foreign 3 outside the resident register
    alias: str | None = None
    alias_kana: str | None = None
    latin: str | None = None
    former_surname: str | None = None
    phone: str | None = None
    nationality: str | None = None
    status: str | None = None
    status_until: date | None = None
    died_on: date | None = None
    uses_card: bool = True  # マイナ保険証
    needs_help: bool = False
    protected: bool = False
    protected_until: date | None = None
    copay_share: int | None = None
    has_number: bool = True
    abodes: list[Abode] = field(default_factory=list)
    is_edge_case: bool = False
    row_id: int = 0  # given when written


@dataclass(slots=True)
class Membership:
    """Somebody in a household, by his relationship to the head; insured there when he has periods."""

    person: Someone
    relationship: str
    from_on: date
    until_on: date | None = None
    periods: list[Period] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)


@dataclass(slots=True)
class Headship:
    """Who heads the household by date; `nhi_only` where for the insurance only (国保上の世帯主)."""

    person: Someone
    from_on: date
    until_on: date | None = None
    nhi_only: bool = False


@dataclass(slots=True)
class Home:
    """An NHI household: members, heads and symbol and number by date. `code` names an edge case."""

    members: list[Membership]
    heads: list[Headship]
    since: date
    until_on: date | None = None
    card_number: int | None = None  # None: the next of the series
    number_since: date | None = None  # later than `since`: the household had another number before
    code: str = ""
