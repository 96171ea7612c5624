"""What somebody of the staff does before the screen: opens pages, fills forms, sends, prints."""

import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from portal import clock
from rules.eras import format_short
from rules.numbers import individual_number_check_digit

CASE = re.compile(r"/cases/(\d+)")
HOUSEHOLD = re.compile(r"/households/(\d+)")
IDENTITY = {
    "attendee": "self",
    "number_check": "card",
    "identity": {"method": "one_with_photo", "paper_1": "my_number_card"},
    "result": "confirmed",
}


def days_ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def era(day: date) -> str:
    """A day as it stands on paper: R8.11.23."""
    return format_short(day)


def invented_number(place: int) -> str:
    """An Individual Number of the range for tests that nobody of the demonstration city has."""
    first = f"0009999{place:04}"
    return f"{first}{individual_number_check_digit(first)}"


@dataclass
class Desk:
    """One person of the staff, signed in, at his own screen."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    password: str = ""
    code: Callable[[], str] = str

    def open(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    def prove_again(self) -> None:
        """Show the second factor once more where the page asks for it: it was last shown too long ago."""
        if "/prove/" in self.page.url:
            self.show_code()

    def show_code(self) -> None:
        """Type the code of now, which stands behind a line to open where the account has a passkey too."""
        field = self.page.locator('input[name="code"]')
        if not field.is_visible():
            self.page.locator("form[data-factor-form] summary").click()
        field.fill(self.code())
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def enter(self, entry: Mapping[str, Any], before: str = "") -> None:
        """Fill a form as a person does: rows are added, choices clicked, text typed."""
        for key, value in entry.items():
            name = f"{before}{key}"
            if isinstance(value, Mapping):
                self.enter(value, f"{name}-")
            elif isinstance(value, Sequence) and not isinstance(value, str):
                self._enter_rows(name, value)
            else:
                self._enter_one(name, str(value))

    def _enter_rows(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        for place, row in enumerate(rows):
            if not self.page.locator(f"#f-{name}-{place}").count():
                self.page.click(f"#f-{name} [data-add-row]")
            self.enter(row, f"{name}-{place}-")

    def _enter_one(self, name: str, value: str) -> None:
        if name.endswith("person_id"):
            self._choose(name, value)
            return
        if name.endswith("municipality_code"):  # a code may be typed as it is
            self._looked_up(name).get_by_role("combobox").fill(value)
            return
        found = self.page.locator(f'[name="{name}"]:visible').first
        kind = found.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
        if kind in {"radio", "checkbox"}:
            self.page.check(f'[name="{name}"][value="{value}"]')
        elif kind == "select":
            found.select_option(value)
        else:
            found.fill(value)

    def _looked_up(self, name: str) -> Locator:
        return self.page.locator(f'[data-path="{name.replace("-", ".")}"]')

    def _choose(self, name: str, words: str) -> None:
        """Type words into a field that looks people up, and take the first who is found."""
        field = self._looked_up(name)
        box = field.get_by_role("combobox")
        box.fill(words)
        field.get_by_role("option").first.click()
        assert box.input_value() != ""

    def remove_rows(self, name: str, keep: int) -> None:
        """Take out the rows of a list but its `keep`-th."""
        for row in reversed(self.page.locator(f"#f-{name} [data-row]").all()):
            if row.get_attribute("id") != f"f-{name}-{keep}":
                row.locator("[data-remove-row]").click()

    def send(self) -> None:
        """Press the one primary button and wait for the answer."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+Enter")

    @property
    def notices(self) -> str:
        return self.page.locator("#notices").inner_text()

    @property
    def refused(self) -> list[str]:
        """What the form complains of, line by line."""
        return self.page.locator(".error-summary li").all_inner_texts()

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    @property
    def case_path(self) -> str:
        found = CASE.search(self.page.url)
        assert found, f"{self.page.url}: {self.refused or self.text[:500]}"
        return found[0]

    @property
    def household_id(self) -> int:
        """The household that stands beside the case."""
        links = [one.get_attribute("href") or "" for one in self.page.locator("aside a, main a").all()]
        return next(int(found[1]) for link in links if (found := HOUSEHOLD.search(link)))

    def begin(self, procedure: str, reason: str, household: int | None = None) -> None:
        """Open the form of a reason, beside the household that it is about."""
        query = f"?household={household}" if household else ""
        self.open(f"/notifications/new/{procedure}/{reason}{query}")

    def take_in(
        self, procedure: str, reason: str, entry: Mapping[str, Any], household: int | None = None
    ) -> str:
        """Take a notification in at the counter; the address of its case."""
        self.begin(procedure, reason, household)
        self.enter(entry)
        self.send()
        return self.case_path

    def confirm_identity(self, case: str) -> None:
        self.open(case)
        self.enter(IDENTITY)
        self.send()
        assert "照合" in self.notices, self.refused

    def verify(self, case: str, seen: Mapping[str, Any]) -> None:
        """Enter the key fields from the paper."""
        self.open(case)
        self.enter(seen)
        self.send()

    def print_papers(self, names: Sequence[str], folder: Path) -> str:
        """Print all papers of these people as one PDF, look at it, and mark it as done; its text."""
        self.open("/print/?state=waiting")
        for box in self._rows_of(names):
            box.locator('input[name="paper"]').check()
        self.send()
        expect(self.page.locator("h1")).to_have_text("刷った紙を確かめる")
        address = re.sub(r"#.*", "", self.page.locator("iframe").get_attribute("src") or "")
        answer = self.page.request.get(address)
        assert answer.ok
        file = folder / f"{address.strip('/').replace('/', '-')}"
        file.write_bytes(answer.body())
        self.send()
        assert "済みにしました" in self.notices
        return text_of(file)

    def hand_over(self, names: Sequence[str]) -> None:
        self.open("/print/?state=to_hand_over")
        for row in self._rows_of(names):
            row.locator('input[name="paper"]').check()
        self.page.locator('select[name="photo_paper"]').select_option("drivers_license")
        with self.page.expect_navigation():
            self.page.click('button[name="way"][value="counter"]')

    def _rows_of(self, names: Sequence[str]) -> list[Locator]:
        rows = self.page.locator("table.queue tbody tr").all()
        return [row for row in rows if any(name in row.inner_text() for name in names)]


def text_of(pdf: Path) -> str:
    """What stands on the pages."""
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True)
    return done.stdout


def pages_of(pdf_text: str) -> list[str]:
    """The pages one by one, without the spaces of their layout."""
    pages = (re.sub(r"\s+", "", page) for page in pdf_text.split("\f"))
    return [page for page in pages if page]
