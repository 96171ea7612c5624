"""What is taken at one look is what the look column by column finds right, and it is kept alike."""

from random import Random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interchange.incoming import checking, faultless
from interchange.incoming.parts import Part
from interchange.incoming.sources import Field, Source, sources

CSV = [one for one in sources().values() if one.kind == "csv"]
HOSTILE = [
    *(
        "",
        " ",
        "0",
        "00",
        "-1",
        "-",
        "１２",
        "9" * 10,
        "9" * 11,
        "9" * 15,
        "9" * 16,
        "1.5",
        "=1",
        "＝1",
        "@x",
    ),
    *(
        "-5",
        "－3",
        "+1",
        "x\ty",
        'a"b',
        '"1"',
        "a\\b",
        "\\.",
        "\\N",
        "\u3000",
        "\xa0",
        "\ufeff",
        "\u2028",
        "\x85",
    ),
    *(
        "20230229",
        "20240229",
        "5081131",
        "R8.11.23",
        "H31.5.1",
        "昭和64年1月7日",
        "2026-11-23",
        "1",
        "髙",
        "〓",
    ),
    *("a" * 100, "a" * 101, "あ" * 100, "あ" * 101, "1\r", "\r", "\x00", "\x7f", "𠮷", "1,1", "\n"),
]
RIGHT = {
    "key": ["1", "012", "9" * 15],
    "amount": ["0", "1", "10", "09", "9999999999", "0000000000"],
    "signed": ["0", "-1", "-0", "12", "-9999999999"],
    "year": ["1999", "2025"],
    "date": ["20261123", "5081123", "R8.11.23", "1950-01-31", "4020101"],
    "text": ["山田 太郎", "a", "x-y", " 前", "後 ", "'", "a\\b", "\\N", "あ" * 100],
}


def right(chance: Random, told: Field) -> str:
    """A value that is as the layout says."""
    known = RIGHT | {"digits": ["9" * told.length], "code": [*told.values]}
    return chance.choice(known[told.kind] + [""] * told.optional)


def line_of(chance: Random, source: Source) -> list[str]:
    """A line as the layout says; its pairs of amounts are in order three times of four."""
    values = [right(chance, one) for one in source.fields]
    for first, second in source.not_above * (chance.random() < 0.75):
        values[source.place(first)] = values[source.place(second)]
    return values


def a_part(chance: Random, source: Source) -> Part:
    """Some lines, most of them right; here and there a hostile value, or another line end or encoding."""
    first = chance.choice([1, 1, 7])
    lines = [line_of(chance, source) for _ in range(chance.randint(first > 1, 4))]
    if first == 1:
        lines.insert(0, [one.name for one in source.fields])
    for _ in range(chance.choice([0, 0, 1, 2])):
        values = chance.choice(lines)
        values[chance.randrange(len(values))] = chance.choice(HOSTILE)
    end = chance.choice(["\n", "\n", "\r\n"])
    content = end.join(map(",".join, lines)) + chance.choice([end, end, "", "\n", end + end, ",", "\r"])
    encoding = chance.choice([source.encoding] * 4 + ["utf-8", "cp932", "utf-8-sig"])
    return Part(first, content.encode(encoding, "replace"))


def found(*pieces: checking.Checked) -> tuple[object, ...]:
    """All that a check tells."""
    told = [one for piece in pieces for one in piece.problems]
    kept = [one for piece in pieces for one in zip(piece.lines, piece.kept, strict=True)]
    return sum(piece.rows for piece in pieces), told, kept


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), source=st.sampled_from(CSV))
def test_both_looks_find_the_same_faults_and_keep_the_same_lines(seed: int, source: Source):
    """The pieces are as short as a line or as long as the part."""
    chance = Random(seed)
    with mock.patch.object(checking, "PIECE_BYTES", chance.choice([1, 100, 1_000_000])):
        for part in (a_part(chance, source) for _ in range(20)):
            assert found(*checking.check(source, part)) == found(checking.by_columns(source, part)), part


FIXED = [one for one in sources().values() if one.kind == "fixed"]


def fixed_line(chance: Random, source: Source) -> bytes:
    """A line of a fixed layout, here and there with a hostile value or a byte too many."""
    values = [right(chance, one) for one in source.fields]
    if chance.random() < 0.2:
        values[chance.randrange(len(values))] = chance.choice(HOSTILE)
    wide = zip(values, source.fields, strict=True)
    line = b"".join(value.encode("cp932", "replace")[: one.width].ljust(one.width) for value, one in wide)
    return line + chance.choice([b""] * 9 + [b" ", b"\r", b"\x81"])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), source=st.sampled_from(FIXED))
def test_a_fixed_layout_is_read_alike_in_pieces_of_any_size(seed: int, source: Source):
    chance = Random(seed)
    end = chance.choice([b"\n", b"\r\n"])
    content = end.join(fixed_line(chance, source) for _ in range(chance.randint(1, 6)))
    part = Part(chance.choice([1, 7]), content + chance.choice([end, b"", b"\n\n"]))
    with mock.patch.object(checking, "PIECE_BYTES", chance.choice([1, 300])):
        assert found(*checking.check(source, part)) == found(checking.by_columns(source, part)), part


@pytest.mark.parametrize("piece", [1, 1_000_000])
def test_a_carriage_return_ends_a_line_once(piece):
    source = sources()["tax_income"]
    line = ",".join(["1", "2025", "999997", "1", "", *["0"] * 16, "", ""])
    part = Part(7, f"{line}\r\n{line}\r\r\n{line}\n{line}\r".encode())
    with mock.patch.object(checking, "PIECE_BYTES", piece):
        rows, told, kept = found(*checking.check(source, part))
    assert (rows, [one for one, _ in kept]) == (4, [7, 9, 10])
    assert [(one.line, one.code) for one in told] == [(8, "control")]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), source=st.sampled_from(CSV))
def test_lines_as_the_layout_says_are_taken_at_one_look(seed: int, source: Source):
    lines = [[right(Random(seed), one) for one in source.fields] for _ in range(3)]
    for values in lines:
        for first, _ in source.not_above:
            values[source.place(first)] = "0"
    content = "\r\n".join(map(",".join, lines))
    taken = faultless.read(source, content.encode(source.encoding), is_first=False)
    assert taken is not None
    assert len(taken) == len(lines)


@pytest.mark.parametrize(
    ("first", "second", "is_taken"),
    [
        ("10", "9", False),
        ("9", "10", True),
        ("010", "9", False),
        ("0", "0", True),
        ("9999999999", "0", False),
    ],
)
def test_an_amount_above_another_one_is_not_taken_at_one_look(first, second, is_taken):
    source = sources()["tax_income"]
    values = ["1", "2025", "999997", "1", "", *["0"] * 16, "", ""]
    values[source.place("salary_income")], values[source.place("salary_gross")] = first, second
    taken = faultless.read(source, ",".join(values).encode(), is_first=False)
    assert (taken is not None) is is_taken
