"""`flask slips render`: JSON on standard output, words and exit code 1 where something is wrong."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from portal.commands.slips import slips_command
from tests.printing.paper import pages_of
from tests.services.test_slip_files import GOOD, file_of


def run(*arguments: object) -> Result:
    return CliRunner().invoke(slips_command, ["render", *map(str, arguments)])


def test_it_prints_and_says_how_many_pages(tmp_path: Path) -> None:
    target = tmp_path / "out.pdf"
    done = run(file_of(tmp_path, GOOD, GOOD), target)
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"pages": 2, "refused": []})
    assert pages_of(target.read_bytes()) == 2


def test_a_wrong_line_is_told_with_file_line_and_place(tmp_path: Path) -> None:
    source = file_of(tmp_path, GOOD | {"amount": 10**12})
    done = run(source, tmp_path / "out.pdf")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{source}:1: amount: 1,000,000,000,000は")
    assert not (tmp_path / "out.pdf").exists()


def test_a_person_who_cannot_be_printed_stops_it_or_is_left_out(tmp_path: Path) -> None:
    source, target = file_of(tmp_path, GOOD, GOOD | {"payer_name": "見本 \U0001f600"}), tmp_path / "out.pdf"
    done = run(source, target)
    assert done.exit_code == 1
    assert "2件目(見本 \U0001f600さん)" in done.stderr
    assert not target.exists()
    rest = run(source, target, "--rest")
    assert rest.exit_code == 0
    assert [one["place"] for one in json.loads(rest.stdout)["refused"]] == [2]
    assert pages_of(target.read_bytes()) == 1


def test_a_missing_file_folder_or_city_is_told_in_words(tmp_path: Path) -> None:
    for arguments in (
        (tmp_path / "none.jsonl", tmp_path / "out.pdf"),
        (file_of(tmp_path, GOOD), tmp_path / "none" / "out.pdf"),
        (file_of(tmp_path, GOOD), tmp_path / "out.pdf", "--municipality", "000000"),
    ):
        done = run(*arguments)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr
