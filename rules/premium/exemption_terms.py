"""The city's table of reductions on application (減免), taken from its parameters, each with where it stands.

国民健康保険法77条 leaves it to the ordinance. Nothing is assumed: what is not in force raises
`ParameterNotInForce` and names it; a table that cannot be read raises `ParameterFileWrong`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rules.law import LawAt, Parameter, ParameterFileWrong
from rules.premium.terms import Reader

HEAD: Final = "municipal/exemption"
WHOLE: Final = 100


@dataclass(frozen=True)
class ExemptionTerms:
    """The figures of the table. Tables are pairs in ascending order: limit, per cent."""

    disaster: tuple[tuple[int, int], ...]  # damage from so many per cent: per cent off
    disaster_months: int
    loss: tuple[tuple[int, int], ...]  # base income up to so many yen: per cent off
    loss_months: int
    fall_from: int  # per cent
    fall: tuple[tuple[int, int], ...]
    detention: int  # per cent
    special_share: int  # per cent of the base income that stays
    special: int  # per cent
    raised_to: int  # yen
    sources: Mapping[str, Parameter]


def exemption_terms(law: LawAt) -> ExemptionTerms:
    """The table as it stands on the day of `law`.

    Raises:
        ParameterNotInForce: a figure is not on record; the error names it.
        ParameterFileWrong: a table cannot be read, or a figure cannot be.
    """
    reader = Reader(law)
    raised_to = reader.integer(f"{HEAD}/raised_to")
    if raised_to < 1:
        raise ParameterFileWrong(f"{HEAD}/raised_to: an amount is whole yen, so at least 1")
    return ExemptionTerms(
        disaster=_table(reader, "disaster_percent"),
        disaster_months=reader.integer(f"{HEAD}/disaster_months"),
        loss=_table(reader, "loss_percent"),
        loss_months=reader.integer(f"{HEAD}/loss_months"),
        fall_from=reader.integer(f"{HEAD}/fall_from"),
        fall=_table(reader, "fall_percent"),
        detention=_percent(reader, "detention_percent"),
        special_share=_percent(reader, "special_share"),
        special=_percent(reader, "special_percent"),
        raised_to=raised_to,
        sources=reader.read,
    )


def _percent(reader: Reader, name: str) -> int:
    value = reader.integer(f"{HEAD}/{name}")
    if not 0 <= value <= WHOLE:
        raise ParameterFileWrong(f"{HEAD}/{name}: {value} is no per cent")
    return value


def _table(reader: Reader, name: str) -> tuple[tuple[int, int], ...]:
    text = reader.text(f"{HEAD}/{name}")
    try:
        rows = [tuple(int(one) for one in pair.split(":")) for pair in text.split(",")]
        pairs = tuple((limit, percent) for limit, percent in rows)
    except ValueError as error:
        raise ParameterFileWrong(f"{HEAD}/{name}: {text!r} is no table of limit:percent") from error
    limits = [limit for limit, _ in pairs]
    if limits != sorted(set(limits)) or not all(0 <= percent <= WHOLE for _, percent in pairs):
        raise ParameterFileWrong(f"{HEAD}/{name}: limits ascend, and no percentage is over 100")
    return pairs
