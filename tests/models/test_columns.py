"""Columns of numbers come out of any statement as they lie in the database."""

from datetime import date

import numpy as np
import pytest
from sqlalchemy import (
    BigInteger,
    Date,
    Integer,
    Numeric,
    SmallInteger,
    case,
    cast,
    literal,
    select,
    union_all,
)

from models import columns
from models.columns import day_number

ROWS = [(3, 2**31 - 1, -(2**62)), (-(2**15), -(2**31), 2**63 - 1), (0, 0, 0), (7, 7, 7)]


def the_rows(session):
    """Rows of every width, and one day."""
    day = cast(literal(date(2026, 11, 30), Date), Date)
    if session.get_bind().dialect.name == "sqlite":
        day = literal("2026-11-30")
    each = [
        select(
            cast(literal(small), SmallInteger).label("small"),
            cast(literal(middle), Integer).label("middle"),
            cast(literal(big), BigInteger).label("big"),
            day_number(day).label("day"),
        )
        for small, middle, big in ROWS
    ]
    return union_all(*each).subquery()


def test_numbers_of_every_width_come_out_in_their_order(ctx):
    rows = the_rows(ctx.session)
    found = columns.read(ctx.session, select(rows).order_by(rows.c.small))
    assert list(found) == ["small", "middle", "big", "day"]
    wanted = np.array(sorted(ROWS), dtype=np.int64)
    for place, name in enumerate(("small", "middle", "big")):
        assert found[name].dtype == np.int64
        assert found[name].tolist() == wanted[:, place].tolist()
    assert found["day"].tolist() == [(date(2026, 11, 30) - date(1970, 1, 1)).days] * len(ROWS)


@pytest.mark.parametrize(("most", "wanted"), [(-40_000, []), (-30_000, [-(2**15)])])
def test_one_row_and_none_are_columns_too(ctx, most, wanted):
    rows = the_rows(ctx.session)
    found = columns.read(ctx.session, select(rows.c.small, rows.c.big).where(rows.c.small < most))
    assert found["small"].tolist() == wanted
    assert len(found["big"]) == len(wanted)


@pytest.mark.parametrize("most", [-30_000, 7])
def test_a_column_with_a_null_is_refused_by_its_name(ctx, most):
    rows = the_rows(ctx.session)
    gap = case((rows.c.small > most, rows.c.middle)).label("gap")
    with pytest.raises(ValueError, match="'gap' has a row without a value"):
        columns.read(ctx.session, select(rows.c.small, gap))


@pytest.mark.postgresql
def test_a_column_of_another_kind_is_refused_by_its_name(ctx):
    rows = the_rows(ctx.session)
    with pytest.raises(ValueError, match="'total' is no whole number"):
        columns.read(ctx.session, select(cast(rows.c.big, Numeric).label("total")))


def test_yes_and_no_are_one_and_zero(ctx):
    rows = the_rows(ctx.session)
    found = columns.read(ctx.session, select((rows.c.small > 0).label("some")).order_by(rows.c.small))
    assert found["some"].tolist() == [0, 0, 1, 1]
