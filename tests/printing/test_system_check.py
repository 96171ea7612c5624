import pytest
from weasyprint.pdf import fonts as weasyprint_fonts
from weasyprint.text import ffi

from printing import fonts, system_check
from printing.errors import PrintRefused
from printing.fonts import RARE, Face, FontFileMissing, coverage_of
from printing.renderer import render
from printing.system_check import system_check as check_system
from tests.printing import samples


def test_this_machine_is_ready_to_print():
    assert check_system() == []


def test_a_missing_font_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr(
        system_check, "find_file", lambda face: None if face is RARE else fonts.find_file(face)
    )
    (problem,) = check_system()
    assert problem.package == "fonts-ipamj-mincho"
    assert "IPAmjMincho" in problem.message_ja
    assert "IPAmjMincho" in problem.message_en


def test_a_missing_subsetter_is_named(monkeypatch):
    monkeypatch.setattr(ffi, "harfbuzz_subset", None)
    (problem,) = check_system()
    assert problem.package == "libharfbuzz-subset0"


def test_without_the_subsetter_nothing_is_printed(monkeypatch):
    monkeypatch.setattr(weasyprint_fonts, "harfbuzz_subset", None)
    with pytest.raises(PrintRefused, match="警告"):
        render(samples.reception_slip(clerk="窓口 次郎"))


def test_a_font_that_fontconfig_does_not_find_is_named(monkeypatch):
    monkeypatch.setattr("printing.renderer.faces_not_taken", lambda: [RARE])
    (problem,) = check_system()
    assert "fc-cache" in problem.message_ja


def test_reading_a_font_that_is_not_installed_says_which_package():
    with pytest.raises(FontFileMissing, match="fonts-nowhere"):
        coverage_of(Face("Nowhere", "nowhere.ttf", "fonts-nowhere"))
