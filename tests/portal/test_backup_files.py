"""A copy that goes to several places at once: who fails is left out, and told of; the others go on."""

from pathlib import Path

import pytest

from portal.backup.files import EveryPlaceFailed, Spread, hash_of, write_whole

FULL = Path("/dev/full")  # takes everything and keeps nothing: "No space left on device"


def spread(*paths: Path) -> tuple[Spread, dict[Path, str]]:
    lost: dict[Path, str] = {}
    return Spread(paths, lambda path, error: lost.update({path: error.strerror})), lost


def test_a_full_disk_is_left_out_and_the_other_has_everything(tmp_path: Path) -> None:
    out, lost = spread(FULL, tmp_path / "copy")
    for number in range(40):
        out.write(bytes([number]) * 100_000)
    out.close()
    assert lost == {FULL: "No space left on device"}
    assert (tmp_path / "copy").stat().st_size == 4_000_000 == out.size
    assert hash_of(tmp_path / "copy") == (out.sha256, out.size)
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0


def test_a_disk_that_is_full_at_the_very_end_is_told_of(tmp_path: Path) -> None:
    out, lost = spread(FULL, tmp_path / "copy")
    out.write(b"less than a buffer")
    assert lost == {}
    out.close()
    assert lost == {FULL: "No space left on device"}


def test_nowhere_is_refused(tmp_path: Path) -> None:
    out, _ = spread(FULL, tmp_path / "away" / "copy")
    with pytest.raises(EveryPlaceFailed):
        out.write(b"x" * 10_000_000)


def test_a_file_takes_the_place_of_another_at_once(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", b"old")
    write_whole(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"new"
