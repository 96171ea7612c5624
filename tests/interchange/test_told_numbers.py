"""The register's file of Individual Numbers is read whole or not at all, and no message repeats one."""

import pytest

from interchange.juki.register_file import RegisterFileWrong
from interchange.juki.told_numbers import ToldNumber, read

HEADER = "addressee_number,individual_number\n"
NUMBER = "123456789018"


def test_what_is_told_is_taken_as_it_is() -> None:
    told = read(("\ufeff" + HEADER + f"12,{NUMBER}\r\n13,\n14,12 34\n").encode())
    assert told == [
        ToldNumber("000000000000012", NUMBER),
        ToldNumber("000000000000013", ""),
        ToldNumber("000000000000014", "12 34"),
    ]
    assert NUMBER not in repr(told)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("individual_number,addressee_number\n", 1),
        (HEADER + f"12,{NUMBER},見本\n", 2),
        (HEADER + "12\n", 2),
        (HEADER + f"12a,{NUMBER}\n", 2),
        (HEADER + f"１２,{NUMBER}\n", 2),
        (HEADER + f"12,{NUMBER * 4}\n", 2),
        (HEADER + f"12,{NUMBER}\n012,{NUMBER}\n", 3),
        (HEADER + f'12,"{NUMBER}\n', 2),
    ],
)
def test_anything_else_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(RegisterFileWrong) as refused:
        read(text.encode())
    assert refused.value.line == line
    assert NUMBER not in f"{refused.value} {refused.value.message_ja} {refused.value.__cause__}"


def test_another_encoding_is_refused() -> None:
    with pytest.raises(RegisterFileWrong) as refused:
        read("宛名".encode("cp932"))
    assert refused.value.line == 0
