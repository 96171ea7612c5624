"""The rows of the inbox, which are written without a template: nothing typed by anybody becomes HTML."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from portal.views import inbox_rows
from portal.views.inbox_rows import Cells
from portal.views.inbox_words import COLUMNS
from portal.views.list_place import Links
from services.inbox import Listed, Waiting

TODAY = date(2026, 12, 1)
EVIL = "<i onclick='x'>\"&"
ITEM = Listed(
    *(7, 9, "check", EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, TODAY, "open", None, []),
    *(datetime(2026, 11, 30, 1, tzinfo=UTC), TODAY, None),
)
WAITING = Waiting(ITEM, EVIL, EVIL, EVIL, False, 0, "today", False, None, open_by=EVIL)


def drawn(app: Flask, row: Waiting, columns: list[str], language: str = "ja") -> str:
    """A row as somebody sees it who may take tasks."""
    with app.test_request_context(headers={"Cookie": f"language={language}"}):
        links = Links("/cases/", "list=box%3Dgroup")
        cells = Cells(links, columns, {}, {}, {}, TODAY, may_take=True, supervises=False)
        return str(inbox_rows.body([row], columns, cells))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_whatever_a_task_holds_is_shown_as_words(app: Flask, language: str) -> None:
    for row in (WAITING, replace(WAITING, why_not="role"), replace(WAITING, why_not="excluded")):
        page = drawn(app, row, list(COLUMNS), language)
        assert EVIL not in page
        assert "<i" not in page.replace("<input", "")
        assert "&lt;i onclick=&#39;x&#39;&gt;&#34;&amp;" in page
        assert 'href="/cases/9?task=7&amp;list=box%3Dgroup"' in page


def test_each_column_stands_where_it_was_put(app: Flask) -> None:
    item = ITEM._replace(subject_name="山田", notification_number="R8-1", household_number="0000000012")
    page = drawn(app, replace(WAITING, item=item, open_by=""), ["number", "name", "household", "age"])
    assert [
        page.index(cell) for cell in ("R8-1</td>", ">山田</a>", "0000000012</td>", ">0日</td>")
    ] == sorted(page.index(cell) for cell in ("R8-1</td>", ">山田</a>", "0000000012</td>", ">0日</td>"))


@pytest.mark.parametrize(
    ("kind", "days", "ja", "en"),
    [
        ("late", -2, "2日超過", "2 day(s) over"),
        ("today", 0, "今日まで", "Today"),
        ("soon", 2, "あと2日", "In 2 day(s)"),
        ("later", 30, "R8.12.31", "R8.12.31"),
    ],
)
def test_the_due_date_is_told_in_words(app: Flask, kind: str, days: int, ja: str, en: str) -> None:
    due_on = date.fromordinal(TODAY.toordinal() + days)
    row = replace(WAITING, item=ITEM._replace(due_on=due_on), due_kind=kind, late_days=max(0, -days))
    assert f">{ja}</span>" in drawn(app, row, ["due"])
    assert f">{en}</span>" in drawn(app, row, ["due"], "en")


def test_a_task_without_a_date_or_a_household_says_so(app: Flask) -> None:
    item = ITEM._replace(due_on=None, household_number="", subject_name="")
    page = drawn(app, replace(WAITING, item=item, due_kind="none"), ["due", "household"])
    assert page.count("—") == 2
