"""The bytes of a transfer: what stays, what is replaced and listed, what is refused (J2, T06)."""

import io
from collections.abc import Sequence

import pytest

from interchange.transfers import layouts
from interchange.transfers.definitions import Layout
from interchange.transfers.layouts import LayoutBroken, Replaced

CSV, CP932 = Layout("csv", "utf-8", {}), Layout("csv", "cp932", {})
FIXED = Layout("fixed", "cp932", {"name": 10})


def write(layout: Layout, items: list[str], rows: Sequence[list[str]]) -> tuple[bytes, list[Replaced]]:
    out = io.BytesIO()
    written = layouts.write(layout, items, rows, out)
    assert written.lines == len(rows)
    return out.getvalue(), written.replaced


def test_a_name_with_a_wide_blank_stays_as_it_is() -> None:
    content, replaced = write(CP932, ["name"], [["見本\u3000太郎"]])
    assert content.decode("cp932") == "name\r\n見本\u3000太郎\r\n"
    assert replaced == []


def test_a_sign_that_the_encoding_does_not_know_is_replaced_and_listed() -> None:
    content, replaced = write(CP932, ["name"], [["見本"], ["\U00020bb7野"]])
    assert content.decode("cp932").splitlines()[2] == "〓野"
    assert replaced == [Replaced(2, "name", "U+20BB7")]


@pytest.mark.parametrize("sign", ["\r", "\n", "\u2028", "\u202e", "\x00"])
def test_what_breaks_or_turns_a_line_is_replaced(sign: str) -> None:
    content, _ = write(CSV, ["name"], [[f"見{sign}本"]])
    assert content.decode() == "name\r\n見〓本\r\n"


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠"))
def test_what_a_spreadsheet_would_take_for_a_formula_begins_with_a_mark(sign: str) -> None:
    content, replaced = write(CSV, ["name", "sex"], [[f"{sign}HYPERLINK(1)", "1"]])
    assert content.decode().splitlines()[1] == "〓HYPERLINK(1),1"
    assert replaced == [Replaced(1, "name", f"U+{ord(sign):04X}")]


def test_a_number_below_nought_is_no_formula_and_fixed_length_has_none() -> None:
    assert write(CSV, ["amount"], [["-120"]])[0].decode().splitlines()[1] == "-120"
    assert write(FIXED, ["name"], [["=1"]])[0].rstrip() == b"=1"


def test_what_is_too_long_is_refused_by_line_and_item_and_never_cut() -> None:
    with pytest.raises(LayoutBroken) as refused:
        write(FIXED, ["name"], [["見本"], ["見本見本見本"]])
    assert (refused.value.line, refused.value.item, refused.value.width) == (2, "name", 10)
    assert "見本" not in str(refused.value)
