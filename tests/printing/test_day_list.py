"""The list of a day is printed whatever the names: long ones take room, they do not refuse the list."""

from dataclasses import replace

from printing.renderer import render
from tests.printing import samples


def test_long_names_take_more_sheets():
    plain = samples.day_list(30)
    long = replace(
        plain,
        notifications=tuple(
            replace(line, name=samples.LONG_LATIN_NAME if place % 2 else "寿限無寿限無五劫擦切 太郎兵衛")
            for place, line in enumerate(plain.notifications)
        ),
        certificates=tuple(
            replace(line, serial="2026-0000001", name=samples.LONG_LATIN_NAME) for line in plain.certificates
        ),
    )
    assert len(plain.notification_pages) == 1
    assert len(long.notification_pages) > 1
    assert sum(len(page) for page in long.notification_pages) == 30
    assert render(long).startswith(b"%PDF-")


def test_a_sheet_takes_thirty_four_short_lines():
    assert [len(page) for page in samples.day_list(70).notification_pages] == [34, 34, 2]


def test_a_day_without_anything_has_no_list():
    assert samples.day_list(0).notification_pages == []
