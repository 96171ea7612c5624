"""The resident register of the demonstration answers by the gateway's own rules."""

from datetime import date
from pathlib import Path

import pytest

from interchange.juki.gateway import Answer, FileRegister, Query
from rules.kana import name_search_key
from services.demonstration.resident_register import NEWCOMERS, answers

TODAY = date(2026, 11, 23)


@pytest.fixture
def register(tmp_path: Path) -> FileRegister:
    path = tmp_path / "answers.csv"
    path.write_text(answers(TODAY), encoding="utf-8")
    return FileRegister(path)


def ask(register: FileRegister, name: str, birth: str) -> Answer:
    return register.ask(Query("R8-000001", "資格取得届の本人確認", name_search_key(name), birth))


def test_every_newcomer_is_found(register: FileRegister) -> None:
    assert all(ask(register, newcomer.name, newcomer.birth).is_resident for newcomer in NEWCOMERS)


def test_a_rare_character_is_found_by_the_common_one(register: FileRegister) -> None:
    assert ask(register, "吉田武", "1968-01-02").name == "𠮷田\u3000武"


def test_the_dead_are_no_residents(register: FileRegister) -> None:
    assert not ask(register, "相続実", "1955-01-20").found


def test_somebody_else_is_not_found(register: FileRegister) -> None:
    assert not ask(register, "無名太郎", "1900-01-01").found
