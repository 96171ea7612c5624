import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.errors import PrintRefused
from printing.fitting import MM_PER_POINT, fit
from printing.glyphs import width_in_em
from tests.printing.samples import LONG_LATIN_NAME


def test_a_short_name_keeps_its_size():
    fitted = fit("見本 太郎", 67, 13)
    assert (fitted.lines, fitted.size_pt) == (("見本 太郎",), 13)


def test_a_longer_name_shrinks_but_not_below_seven_tenths():
    fitted = fit("見本見本見本見本見本見本見本見本 太郎", 67, 13)
    assert len(fitted.lines) == 1
    assert 13 * 0.7 <= fitted.size_pt < 13


def test_a_very_long_name_takes_two_lines_broken_at_a_space():
    fitted = fit(LONG_LATIN_NAME, 67, 13)
    assert fitted.lines == ("RODRIGUEZ CASTANEDA VILLANUEVA", "MARIA FERNANDA DE LOS ANGELES")


def test_what_fits_in_no_way_takes_the_registered_short_form_with_its_mark():
    fitted = fit("見本" * 30, 67, 13, "見本 花子")
    assert fitted.lines == ("見本 花子※",)
    assert fitted.is_short_form


def test_without_a_short_form_the_name_is_refused():
    with pytest.raises(PrintRefused, match="短い表記を登録"):
        fit("見本" * 30, 67, 13)


@given(st.text(alphabet="見本𠮷田ABCMW -ァ", min_size=1, max_size=40))
def test_a_fitted_name_is_whole_and_within_its_width(name):
    fitted = fit(name, 67, 13, "短")
    if not fitted.is_short_form:
        assert "".join(fitted.lines).replace(" ", "") == name.replace(" ", "")
    widest = max(width_in_em(line) for line in fitted.lines) * fitted.size_pt * MM_PER_POINT
    assert widest <= 67 + 1e-6
