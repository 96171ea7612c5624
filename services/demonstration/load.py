"""Loads the demonstration into an empty register, in one transaction; refused in production (2.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import select

from models import bulk, vault
from models.audit.tags import Tag
from models.person import Person
from models.series import NumberSeries
from models.vault_table import TABLE
from services import audit, city, numbering
from services.demonstration.certificates import Desk
from services.demonstration.city import FULL, SMALL, City, Size
from services.demonstration.edge_cases.catalog import told_homes
from services.demonstration.register import COLUMNS, WITH_GIVEN_IDS, Register
from services.errors import RuleBroken

if TYPE_CHECKING:
    from services.context import Context
    from services.demonstration.story import Home

SEED = 20261123
SIZES: dict[str, Size] = {"small": SMALL, "full": FULL}
FIRST_CITY_CARD = 90_000_101  # below it are the numbers of the edge cases
PERSONS_AT_ONCE = 12_000
Say = Callable[[str], None]


class RegisterNotEmpty(RuleBroken):
    """The demonstration has fixed numbers, so it is loaded first or not at all."""

    code = "register_not_empty"


@dataclass(frozen=True)
class Loaded:
    """How much was loaded: rows by table."""

    rows: dict[str, int]

    @property
    def persons(self) -> int:
        return self.rows["person"]

    @property
    def households(self) -> int:
        return self.rows["household"]


def is_empty(ctx: Context) -> bool:
    """Whether nobody is on record yet."""
    return ctx.session.scalar(select(Person.id).limit(1)) is None


def load(ctx: Context, size: Size, say: Say, seed: int = SEED) -> Loaded:
    """Write the edge cases and the city of this size as they stand on `ctx.today`.

    Raises:
        RegisterNotEmpty: somebody is on record already.
    """
    if not is_empty(ctx):
        raise RegisterNotEmpty(
            "台帳にすでに登録があるため、デモデータを読み込めません。番号の決まったデータなので、"
            "空のデータベースに最初に読み込んでください。",
            "The register holds people already; demonstration data have fixed numbers and come first, "
            "into an empty database.",
        )
    register = begin(ctx, seed)
    tables = (*COLUMNS, TABLE)
    counts = dict.fromkeys(tables, 0)
    with bulk.indexed_afterwards(ctx.session, tables):
        for home in homes(register, size):
            register.write(home)
            if register.persons - counts["person"] >= PERSONS_AT_ONCE:
                _write(ctx, register, counts)
                say(f"{counts['person']:,} persons")
        _write(ctx, register, counts)
    _advance_series(ctx, register)
    bulk.pass_given_ids(ctx.session, WITH_GIVEN_IDS)
    audit.record(
        ctx, Tag.REGISTER_CHANGED, "register:demonstration", detail={"deed": "loaded", "rows": counts}
    )
    return Loaded(counts)


def begin(ctx: Context, seed: int = SEED) -> Register:
    """An empty gathering of rows for the day of the context."""
    day = ctx.today
    own = city.settings_on(ctx.session, day)
    return Register(
        rng=Random(seed),
        today=day,
        at=ctx.at,
        takeover_on=date(day.year - 2, 1, 4),
        insurer=own.insurer,
        symbol=own.text("numbering/card_symbol"),
        next_card=FIRST_CITY_CARD,
    )


def homes(register: Register, size: Size) -> Iterator[Home]:
    """The edge cases first, with their own numbers, then the city."""
    desk = Desk(register.today)
    yield from told_homes(desk, register.today)
    yield from City(register.rng, register.today, desk).homes(size)


def _write(ctx: Context, register: Register, counts: dict[str, int]) -> None:
    for table, rows in register.take():
        counts[table] += bulk.add(ctx.session, table, COLUMNS[table], rows)
    counts[TABLE] += vault.add_confirmed(ctx.session, register.take_numbers(), ctx.at)


def _advance_series(ctx: Context, register: Register) -> None:
    last = {
        numbering.ADDRESSEE: register.persons,
        numbering.HOUSEHOLD: register.households,
        numbering.CARD: register.next_card - 1,
        **{f"{numbering.CERTIFICATE}:{year}": count for year, count in register.serials.items()},
    }
    for name, used in last.items():
        row = ctx.session.get(NumberSeries, name)
        if row is None:
            ctx.session.add(NumberSeries(name=name, next_value=used + 1))
        else:
            row.next_value = max(row.next_value, used + 1)
