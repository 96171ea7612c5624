"""Who stands in a file, as a row of bits."""

from hypothesis import given
from hypothesis import strategies as st

from services.person_bits import PersonBits, holds

IDS = st.sets(st.integers(min_value=1, max_value=5_000), max_size=60)


@given(put_in=IDS, asked=IDS)
def test_it_holds_whom_was_put_in_and_nobody_else(put_in: set[int], asked: set[int]) -> None:
    bits = PersonBits()
    for one in [*put_in, *put_in]:
        bits.add(one)
    assert len(bits) == len(put_in)
    packed = bits.packed()
    assert {one for one in put_in | asked if holds(packed, one)} == put_in
