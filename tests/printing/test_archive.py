"""Whatever is printed is PDF/A-2b by the rules of veraPDF that pikepdf carries (issue 7, item 8)."""

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import pdfa

from printing.overlay import join
from printing.renderer import render, render_many
from tests.printing import golden, samples
from tests.printing.killed_run import sheet_run


def faults_of(pdf: bytes) -> list[str]:
    """What keeps a file from being PDF/A-2b."""
    return [f"{one.rule}: {one.message}" for one in pdfa.validate_written(io.BytesIO(pdf), "2b").findings]


@pytest.mark.parametrize("name", golden.NAMES)
def test_every_kind_of_paper_can_be_archived(name: str) -> None:
    assert faults_of(golden.pdf_of(name)) == []


def test_a_run_of_slips_and_what_is_joined_of_parts_can_be_archived(tmp_path: Path) -> None:
    sheet_run(tmp_path / "slips.pdf").write([samples.slip(), samples.slip(name="\U00020bb7田")])
    cover, letters = render(samples.notice_cover()), render_many([samples.premium_notice()] * 2)
    assert faults_of((tmp_path / "slips.pdf").read_bytes()) == []
    assert faults_of(join([cover, letters])) == []


def test_the_file_says_what_it_is_and_nothing_of_a_person() -> None:
    pdf = render(samples.eligibility_certificate())
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        told = bytes(opened.Root.Metadata.read_bytes()).decode()
        assert "<pdfaid:part>2</pdfaid:part>" in told
        assert dict(opened.docinfo) == {"/Title": "資格確認書"}
        assert "資格確認書" in told
        assert samples.card().name not in told


def test_a_file_that_leaves_its_colours_open_is_told() -> None:
    with pikepdf.open(io.BytesIO(render(samples.eligibility_certificate()))) as opened:
        del opened.Root.OutputIntents
        spoiled = io.BytesIO()
        opened.save(spoiled)
    assert faults_of(spoiled.getvalue()) != []
