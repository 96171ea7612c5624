"""A run of forms: gone on with after any end, whole or absent, nobody missing and nobody twice."""

import re
import signal
import stat
from pathlib import Path

import pikepdf
import pytest

from printing import sheet_runs
from tests.printing import samples
from tests.printing.killed_run import run_until, sheet_run
from tests.printing.paper import text_of

COUNT = 10


def test_a_run_killed_at_each_of_its_files_goes_on_and_prints_everybody_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_runs, "PAGES_A_NODE", 4)
    target = tmp_path / "slips.pdf"
    for death in (1, 2, 2, 2):  # the second file that each begins: it lives one part longer every time
        assert run_until(target, COUNT, death) == signal.SIGKILL
        assert not target.exists()
    assert run_until(target, COUNT, 0) == 0
    sheets = text_of(target.read_bytes()).split("\f")[:-1]
    assert [re.findall(r"^\s*(\d{6})$", sheet, re.MULTILINE) for sheet in sheets] == [
        [f"{place:06}"] for place in range(1, COUNT + 1)
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["slips.pdf"]


def test_the_file_is_a_sound_pdf_and_its_owners_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_runs, "PAGES_A_NODE", 3)
    target = tmp_path / "slips.pdf"
    result = sheet_run(target).write([samples.slip()] * 7)
    assert (result.pages, result.refused) == (7, ())
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pikepdf.open(target) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.pages) == 7


def test_the_same_slips_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        sheet_run(tmp_path / name).write([samples.slip(), samples.slip(name="\U00020bb7田")])
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_one_that_cannot_be_printed_stops_the_run_and_is_named_with_its_place(tmp_path: Path) -> None:
    slips = [samples.slip(), samples.slip(name="見本 \U0001f600"), samples.slip()]
    result = sheet_run(tmp_path / "slips.pdf").write(slips)
    assert result.pages == 0
    assert [(one.place, one.person, one.code) for one in result.refused] == [
        (2, "見本 \U0001f600", "print.glyph_missing")
    ]
    assert list(tmp_path.iterdir()) == []


def test_the_rest_can_be_printed_without_it(tmp_path: Path) -> None:
    slips = [samples.slip(), samples.slip(name="見本 \U0001f600"), samples.slip(name="架空 花子")]
    result = sheet_run(tmp_path / "slips.pdf").write(slips, the_rest=True)
    assert (result.pages, len(result.refused)) == (2, 1)
    first, second, _ = text_of((tmp_path / "slips.pdf").read_bytes()).split("\f")
    assert "見本 太郎" in first
    assert "架空 花子" in second


def test_parts_of_another_run_are_not_taken_for_ones_own(tmp_path: Path) -> None:
    target = tmp_path / "slips.pdf"
    broken = iter([samples.slip(name="架空 花子")] * sheet_runs.PAGES_A_NODE)

    def until_it_breaks():
        yield from broken
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sheet_run(target, "other").write(until_it_breaks())
    assert target.with_name("slips.pdf.parts").is_dir()
    sheet_run(target).write([samples.slip()])
    assert "架空 花子" not in text_of(target.read_bytes())
