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


def test_no_table_has_two_classes_and_each_that_is_named_is_there() -> None:
    _, tables = parts()
    told = [name for names in tables.values() for name in names]
    assert len(told) == len(set(told)) > 0
    assert set(told) <= set(Base.metadata.tables)


def test_what_may_not_be_told_apart_is_named() -> None:
    """The vault, the places of protected persons and what opens a session are never left to the rest."""
    _, tables = parts()
    assert tables["number"] == ["individual_number"]
    assert {"protective_mark", "place_release", "address_record"} == set(tables["place"])
    hashed = {
        table.name
        for table in Base.metadata.tables.values()
        if {"password", "token_hash", "sealed"} & {column.name for column in table.columns}
    }
    assert hashed <= {*tables["secret"], *tables["number"]}


def test_every_class_says_how_it_is_kept_seen_recorded_and_ended() -> None:
    classes, tables = parts()
    assert classes == list(tables)
