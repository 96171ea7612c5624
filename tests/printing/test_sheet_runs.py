"""A run of forms: gone on with after any end, whole or absent, nobody missing and nobody twice."""

import errno
import os
import re
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from printing import sheet_runs
from printing.collection.payment_slip import PaymentSlip
from printing.errors import PartsNotOwn, TargetBusy
from tests.printing import samples
from tests.printing.killed_run import run_until, sheet_run
from tests.printing.paper import pages_of, text_of

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


def half_way(target: Path) -> Iterator[PaymentSlip]:
    """Sheets of a run in whose middle another one begins with the same file."""
    yield samples.slip()
    with pytest.raises(TargetBusy):
        sheet_run(target, "other").write([samples.slip(name="架空 花子")])
    yield samples.slip()


def test_two_runs_into_one_file_do_not_mix(tmp_path: Path) -> None:
    target = tmp_path / "slips.pdf"
    assert sheet_run(target).write(half_way(target)).pages == 2
    assert "架空 花子" not in text_of(target.read_bytes())


@pytest.mark.parametrize("lies_there", ["a folder open to others", "a link", "a file"])
def test_parts_are_put_nowhere_that_others_can_write_to(tmp_path: Path, lies_there: str) -> None:
    parts, elsewhere = tmp_path / "slips.pdf.parts", tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    if lies_there == "a link":
        parts.symlink_to(elsewhere)
    elif lies_there == "a file":
        parts.touch(mode=0o600)
    else:
        parts.mkdir()
        parts.chmod(0o777)
    with pytest.raises((PartsNotOwn, FileExistsError)):
        sheet_run(tmp_path / "slips.pdf").write([samples.slip()])
    assert list(elsewhere.iterdir()) == []


def test_parts_of_somebody_else_are_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slips.pdf.parts").mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(PartsNotOwn):
        sheet_run(tmp_path / "slips.pdf").write([samples.slip()])


def test_a_link_beside_the_file_is_not_written_through(tmp_path: Path) -> None:
    victim, target = tmp_path / "victim", tmp_path / "slips.pdf"
    victim.write_bytes(b"kept")
    tmp_path.joinpath(".slips.pdf.begun").symlink_to(victim)
    target.symlink_to(victim)
    sheet_run(target).write([samples.slip()])
    assert victim.read_bytes() == b"kept"
    assert (target.is_symlink(), pages_of(target.read_bytes())) == (False, 1)


def test_a_part_that_is_none_is_written_anew(tmp_path: Path) -> None:
    parts = tmp_path / "slips.pdf.parts"
    parts.mkdir(mode=0o700)
    (parts / "000000").write_bytes(b"\xff no part\n")
    assert sheet_run(tmp_path / "slips.pdf").write([samples.slip()]).pages == 1


def test_a_full_disk_leaves_nothing_half_written_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            sheet_run(tmp_path / "slips.pdf").write([samples.slip()])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert sheet_run(tmp_path / "slips.pdf").write([samples.slip()]).pages == 1
