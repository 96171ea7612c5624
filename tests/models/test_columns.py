"""Columns of numbers come out of any statement as they lie in the database."""

from datetime import date

import numpy as np
import pytest
from sqlalchemy import BigInteger, Date, Integer, SmallInteger, cast, literal, select, union_all

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
