"""Days of senders are read in their spellings; what is no day is refused, and kept nowhere."""

from weakref import ref

import pytest

from interchange.incoming.days import read_day


class Sent(str):
    """A text of which is known whether anybody still holds it."""

    __slots__ = ("__weakref__",)


@pytest.mark.parametrize("written", ["20261123", "2026-11-23", "R8.11.23", "5081123", "令和8年11月23日"])
def test_a_day_is_read_in_every_spelling(written: str) -> None:
    assert read_day(written) == "2026-11-23"


@pytest.mark.parametrize("written", ["", "5081332", "国保 花子", "2026-11-23" + " " * 21, "9" * 65_536])
def test_what_is_no_day_is_none(written: str) -> None:
    assert read_day(written) is None


@pytest.mark.parametrize("written", ["国保 花子", "国保 花子" + "*" * 65_536])
def test_what_is_no_day_is_not_kept(written: str) -> None:
    sent = Sent(written)
    seen = ref(sent)
    assert read_day(sent) is None
    del sent
    assert seen() is None
