"""A file of slips: what is wrong with a line is told with its place, and nothing is printed then."""

import json
from pathlib import Path
from typing import Any

import pytest
import zxingcpp

from printing.sheet_runs import SheetRun
from services import slip_files
from services.slip_files import SlipsRefused, render_file
from tests.printing.paper import pages_of, picture_of, text_of

GOOD: dict[str, Any] = {
    "payer_name": "見本 太郎",
    "postal_code": "999-0123",
    "address": ["見本県見本市東本町二丁目12番34号", "見本ハイツ205号"],
    "fiscal_year": 2026,
    "notice_number": "26-00001234",
    "instalment": 1,
    "amount": 12300,
    "due_on": "2026-06-30",
    "pay_until": "2026-07-31",
    "customer_number": "2600001234",
}


def file_of(folder: Path, *lines: Any) -> Path:
    path = folder / "slips.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    return path


def faults(folder: Path, *lines: Any) -> list[tuple[int, str]]:
    with pytest.raises(SlipsRefused) as refused:
        render_file(file_of(folder, *lines), folder / "out.pdf")
    assert all(fault.message_ja for fault in refused.value.faults)
    assert not (folder / "out.pdf").exists()
    assert not (folder / "out.pdf.parts").exists()
    return [(fault.line, fault.where) for fault in refused.value.faults]


def test_ten_instalments_and_a_single_one_become_eleven_pages(tmp_path: Path) -> None:
    lines = [GOOD | {"instalment": place} for place in range(1, 11)]
    source = file_of(tmp_path, *lines, GOOD | {"instalment": "随時", "amount": 300_001})
    assert render_file(source, tmp_path / "out.pdf").pages == 11
    sheets = text_of((tmp_path / "out.pdf").read_bytes()).split("\f")
    assert "第10期" in sheets[9]
    assert "(91)999997-260000123400000000000" in sheets[9]
    assert "随時" in sheets[10]
    assert "(91)" not in sheets[10]
    assert "デモ・架空データ" in sheets[0]


def test_a_preview_bears_its_mark(tmp_path: Path) -> None:
    source, shown = file_of(tmp_path, GOOD), []
    for preview in (False, True):
        render_file(source, tmp_path / "out.pdf", preview=preview)
        picture = picture_of((tmp_path / "out.pdf").read_bytes(), mode="RGB")
        shown.append(sum(red > green + 30 for red, green, _ in picture.get_flattened_data()))
    assert shown[0] == 0
    assert shown[1] > 1000


def test_nobody_can_pay_with_a_preview(tmp_path: Path) -> None:
    codes = {"qr": "https://pay.example/1", "payment_numbers": "納付番号 2600001234"}
    render_file(file_of(tmp_path, GOOD | codes), tmp_path / "out.pdf", preview=True)
    pdf = (tmp_path / "out.pdf").read_bytes()
    assert not zxingcpp.read_barcodes(picture_of(pdf, dpi=300))
    text = text_of(pdf)
    assert ("納付番号 2600001234" in text, "(91)" in text) == (False, False)


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("amount", {"amount": 1_000_000}),
        ("amount", {"amount": 10**12}),
        ("amount", {"amount": -1}),
        ("amount", {"amount": 0}),
        ("amount", {"amount": 12.5}),
        ("amount", {"amount": "12300"}),
        ("amount", {"amount": True}),
        ("payer_name", {"payer_name": " "}),
        ("payer_name", {"payer_name": None}),
        ("payer_name", {"payer_name": "見本 123456789018"}),
        ("address", {"address": []}),
        ("address", {"address": ["一", "二", "三"]}),
        ("due_on", {"due_on": "2026-06-31"}),
        ("pay_until", {"pay_until": "2026-06-29"}),
        ("customer_number", {"customer_number": "1" * 22}),
        ("customer_number", {"customer_number": "12-34"}),
        ("instalment", {"instalment": 13}),
        ("fiscal_year", {"fiscal_year": 8}),
        ("reissue", {"reissue": 10}),
        ("nickname", {"nickname": "たろう"}),
        ("?[2J", {"\x1b[2J": "たろう"}),
        ("payer_name", {"payer_name": "見本\n太郎"}),
        ("address", {"address": "見本市\x1b[2J"}),
    ],
)
def test_a_wrong_value_is_named_with_its_line(tmp_path: Path, where: str, change: dict[str, Any]) -> None:
    assert faults(tmp_path, GOOD, GOOD | change) == [(2, where)]


def test_a_line_that_is_too_long_is_one_fault_and_the_next_keeps_its_number(tmp_path: Path) -> None:
    long = json.dumps(GOOD) + " " * 3 * slip_files.LONGEST_LINE + json.dumps(GOOD)
    assert faults(tmp_path, GOOD, long, GOOD | {"amount": 0}) == [(2, ""), (3, "amount")]


def test_half_a_character_and_a_name_given_twice_are_refused(tmp_path: Path) -> None:
    half = json.dumps(GOOD).replace("26-00001234", "26-\\ud800")
    twice = json.dumps(GOOD).replace("{", '{"amount": 1, ')
    assert faults(tmp_path, half, twice) == [(1, "notice_number"), (2, "amount")]


def test_the_file_itself_and_what_is_no_file_are_no_place_for_slips(tmp_path: Path) -> None:
    source = file_of(tmp_path, GOOD)
    before = source.read_bytes()
    for read, written in ((source, source), (tmp_path, tmp_path / "out.pdf")):
        with pytest.raises(SlipsRefused):
            render_file(read, written)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def test_every_wrong_line_is_told_at_once(tmp_path: Path) -> None:
    assert faults(tmp_path, "{", "[]", GOOD | {"amount": 0}, GOOD) == [(1, ""), (2, ""), (3, "amount")]
    assert faults(tmp_path) == [(1, "")]
    assert len(faults(tmp_path, *["x"] * 150)) == slip_files.MOST_FAULTS


def test_a_run_that_was_ended_goes_on_with_the_same_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = file_of(tmp_path, GOOD, GOOD | {"instalment": 2}), tmp_path / "out.pdf"
    joined = SheetRun._join

    def ended(*_arguments: Any, **_named: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SheetRun, "_join", ended)
    with pytest.raises(OSError, match="No space"):
        render_file(source, target)
    monkeypatch.setattr(SheetRun, "_join", joined)
    assert render_file(source, target).pages == 2
    assert pages_of(target.read_bytes()) == 2
