"""The script beside a form, in a real browser: dates in words, fields when they are asked, rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, Page, expect

from forms import catalog
from forms.decoding import unflatten
from forms.rendering import fields
from rules.eras import DateNotUnderstood, format_long, parse_partial_date

pytestmark = pytest.mark.browser

PORTAL = Path(__file__).parents[2] / "portal"
JINJA = Environment(loader=FileSystemLoader(PORTAL / "templates"), autoescape=True)
PAGE = JINJA.from_string(
    "<html lang=ja><form>{% from 'forms/form.html' import render_form %}"
    "{{ render_form(fields, values) }}</form></html>"
)
APPLY = catalog.load("acquisition", "apply")
TYPED = [
    *(
        "R8.11.10",
        "8-11-10",
        "20261110",
        "2026/11/10",
        "令和8年11月10日",
        "R8.11.10",
        "r81110",
        "令和元年5月1日",
    ),
    *(
        "H31.4.30",
        "S64.1.7",
        "S65.1.1",
        "令和1年2月30日",
        "H1.1.7",
        "T15.12.24",
        "M45.7.29",
        "R8.13.1",
        "R0.1.1",
    ),
    *(
        "S25.3.0",
        "S25.0.0",
        "2024.2.29",
        "2025.2.29",
        "見本",
        "8",
        "R8-11",
        "1989-01-07",
        "1926-12-25",
        "2019",
        "1989.0.0",
        "S64",
    ),
]


@pytest.fixture
def sheet(browser: Browser) -> Iterator[Page]:
    """The form of moving in, alone on a page, with its script."""
    page = browser.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    asked = fields(APPLY.schema, APPLY.ui, {"reason": "01"})
    page.set_content(PAGE.render(fields=asked, values={"persons": [{"name": "見本 太郎"}]}))
    page.add_style_tag(path=str(PORTAL / "static" / "forms.css"))
    page.add_script_tag(path=str(PORTAL / "static" / "forms.js"))
    yield page
    page.close()
    assert failures == []


def test_a_typed_date_is_said_in_both_calendars(sheet: Page):
    sheet.locator("[name=event_on]").fill("8-11-10")
    echo = sheet.locator("[data-path=event_on] [data-era-echo]")
    expect(echo).to_have_text("令和8年11月10日(火) 2026-11-10")
    sheet.locator("[name=event_on]").fill("昭和65年1月1日")
    expect(echo).to_have_text("日付として読めません")


def test_the_screen_reads_dates_as_the_rules_do(sheet: Page):
    birth = sheet.locator("#f-persons-0-birth_date")
    echo = sheet.locator("[data-path='persons.0.birth_date'] [data-era-echo]")
    for typed in TYPED:
        birth.fill(typed)
        try:
            long = format_long(parse_partial_date(typed))
        except DateNotUnderstood:
            long = "日付として読めません"
        assert echo.inner_text().startswith(long), typed


def test_a_whole_date_is_not_read_without_its_day(sheet: Page):
    sheet.locator("[name=event_on]").fill("R8.11")
    expect(sheet.locator("[data-path=event_on] [data-era-echo]")).to_have_text("日付として読めません")


def test_fields_appear_when_they_are_asked_and_are_sent_only_then(sheet: Page):
    person = sheet.locator("[name=head_person_id]")
    expect(person).to_be_hidden()
    sheet.get_by_label("登録のある人", exact=True).check()
    expect(person).to_be_visible()
    person.fill("7")
    sheet.get_by_label("この届出の中の人").check()
    expect(person).to_be_hidden()
    assert "head_person_id" not in sent(sheet)


def test_a_notifier_is_asked_at_the_counter_and_not_ex_officio(sheet: Page):
    sheet.get_by_label("窓口", exact=True).check()
    expect(sheet.locator("[name=notifier-name]")).to_be_visible()
    expect(sheet.locator("[data-path=phone] [data-required]")).to_have_text("必須")
    sheet.get_by_label("職権", exact=True).check()
    expect(sheet.locator("[name=notifier-name]")).to_be_hidden()
    expect(sheet.locator("[name=decision_number]")).to_be_visible()
    expect(sheet.locator("[data-path=phone] [data-required]")).to_be_hidden()


def test_rows_are_added_up_to_the_limit_and_removed(sheet: Page):
    add = sheet.locator("#f-persons [data-add-row]")
    for _ in range(7):
        add.click()
    expect(add).to_be_hidden()
    expect(sheet.locator("#f-persons [data-row]")).to_have_count(8)
    sheet.locator("#f-persons-1-name").fill("見本 花子")
    sheet.locator("#f-persons-0 [data-remove-row]").click()
    expect(sheet.locator("#f-persons-1 [data-row-label]")).to_have_text("1人目")
    expect(add).to_be_visible()
    assert sent(sheet)["persons"] == [{"name": "見本 花子"}]


def test_kana_is_not_asked_of_somebody_without(sheet: Page):
    sheet.locator("[name=persons-0-no_kana]").check()
    expect(sheet.locator("[name=persons-0-kana]")).to_be_hidden()


def sent(sheet: Page) -> dict[str, object]:
    pairs = sheet.evaluate("[...new FormData(document.querySelector('form'))]")
    return unflatten([(name, text) for name, text in pairs], APPLY.schema)
