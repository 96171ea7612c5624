"""A person's periods: insured here, or in another scheme. A period ends before its last mark (half-open)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class InsuredPeriod:
    """A period of coverage by this municipality.

    `acquired_on` is kept over moves inside the prefecture; `coverage_start_on` is the first day covered here.
    `lost_on` and `coverage_end_on` are the first day NOT insured, not covered here any more (None: open).
    """

    acquired_on: date
    coverage_start_on: date
    coverage_end_on: date | None = None
    lost_on: date | None = None

    def covers(self, day: date) -> bool:
        end = self.coverage_end_on or self.lost_on
        return self.coverage_start_on <= day and (end is None or day < end)

    def reaches_past(self, day: date) -> bool:
        """Say whether some day from `day` on is covered, so that a period opened then would overlap."""
        end = self.coverage_end_on or self.lost_on
        return end is None or end > max(day, self.coverage_start_on)


@dataclass(frozen=True)
class OtherCoverage:
    """Cover by another scheme that excludes from NHI (法6条); `until_on` is the first day without it."""

    name_ja: str
    from_on: date
    until_on: date | None = None

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True)
class ResidencePeriod:
    """A period of stay as granted; `longer_stay_proved` when a paper shows a stay beyond the short limit."""

    from_on: date
    until_on: date
    longer_stay_proved: bool = False
