"""Every table has its class of data on paper (OWASP ASVS 14.1.1, 14.1.2)."""

import re
from pathlib import Path

from models import registry
from models.base import Base

PAGE = Path(__file__).parents[2] / "docs" / "security" / "data-classes.md"
ROW = re.compile(r"^\| (\w+) \| (.+) \|$", re.MULTILINE)


def parts() -> tuple[list[str], dict[str, list[str]]]:
    """The classes that are explained, and the tables of each."""
    assert registry
    explained, listed = PAGE.read_text(encoding="utf-8").split("## Tables")
    classes = [name for name, _ in ROW.findall(explained) if name != "class"]
    tables = {name: re.findall(r"`(\w+)`", told) for name, told in ROW.findall(listed) if name != "class"}
    return classes, tables


def test_every_table_has_one_class() -> None:
    _, tables = parts()
    told = [name for names in tables.values() for name in names]
    assert sorted(told) == sorted(Base.metadata.tables)


def test_every_class_says_how_it_is_kept_seen_recorded_and_ended() -> None:
    classes, tables = parts()
    assert classes == list(tables)
