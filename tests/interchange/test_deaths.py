"""The register's file of deaths is read whole or not at all."""

from datetime import date
from pathlib import Path

import pytest

from interchange.juki.deaths import Death, DeathsFile, read
from interchange.juki.register_file import RegisterFileWrong

TODAY = date(2026, 11, 23)
HEADER = "died_on,addressee_number\n"


def test_each_line_is_a_death() -> None:
    told = read((HEADER + "2026-11-20,12\r\n2026-11-23,000000000000013\n").encode(), TODAY)
    assert told == [
        Death("000000000000012", date(2026, 11, 20)),
        Death("000000000000013", date(2026, 11, 23)),
    ]


def test_a_file_may_tell_of_nobody() -> None:
    assert read(HEADER.encode(), TODAY) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("addressee_number,died_on\n", 1),
        ("died_on,addressee_number,name\n", 1),
        (HEADER + "2026-11-20,12,見本\n", 2),
        (HEADER + "2026-11-20\n", 2),
        (HEADER + "2026-11-31,12\n", 2),
        (HEADER + "R8.11.20,12\n", 2),
        (HEADER + "2026-11-24,12\n", 2),
        (HEADER + "2026-11-20,12a\n", 2),
        (HEADER + "2026-11-20,1234567890123456\n", 2),
        (HEADER + "2026-11-20,12\n2026-11-21,000012\n", 3),
        (HEADER + '2026-11-20,"12\n', 2),
    ],
)
def test_anything_else_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(RegisterFileWrong) as refused:
        read(text.encode(), TODAY)
    assert refused.value.line == line
    assert refused.value.message_ja


def test_a_missing_or_garbled_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterFileWrong):
        DeathsFile(tmp_path / "nothing.csv").read(TODAY)
    garbled = tmp_path / "deaths.csv"
    garbled.write_bytes("死亡".encode("cp932"))
    with pytest.raises(RegisterFileWrong):
        DeathsFile(garbled).read(TODAY)
