"""Payment slips: what stands on paper, the codes read back, and what is refused (requirement D3)."""

from collections.abc import Mapping

import pytest
import zxingcpp

from printing.collection.payment_slip import PaymentSlip
from printing.errors import GlyphMissing, TextDoesNotFit
from printing.ink import Pen
from tests.printing import samples
from tests.printing.paper import fonts_of, pages_of, picture_of, text_of

MM_PER_MODULE = 0.1905


def read_codes(pdf: bytes, dpi: int) -> Mapping[zxingcpp.BarcodeFormat, zxingcpp.Barcode]:
    """The codes on a page, as a reader finds them on the picture."""
    return {code.format: code for code in zxingcpp.read_barcodes(picture_of(pdf, dpi=dpi))}


@pytest.mark.parametrize("dpi", [300, 600])
def test_a_reader_finds_both_codes_on_the_page(dpi: int) -> None:
    slip = samples.slip()
    codes = read_codes(samples.slips_pdf([slip]), dpi)
    bars = codes[zxingcpp.BarcodeFormat.Code128]
    assert (bars.text, bars.content_type, bars.symbology_identifier) == (
        f"({slip.barcode[:2]}){slip.barcode[2:]}",
        zxingcpp.ContentType.GS1,
        "]C1",
    )
    assert codes[zxingcpp.BarcodeFormat.QRCode].text == slip.qr


def test_the_bars_are_as_wide_as_44_digits_of_the_module() -> None:
    dpi = 600
    at = read_codes(samples.payment_slip(), dpi)[zxingcpp.BarcodeFormat.Code128].position
    width = (at.top_right.x - at.top_left.x) * 25.4 / dpi
    assert width == pytest.approx(288 * MM_PER_MODULE, abs=0.3)
    assert width < 60


def test_all_three_stubs_say_the_same() -> None:
    text = text_of(samples.payment_slip())
    for told in (
        "令和8年度",
        "第1期",
        "26-00001234",
        "見本 太郎",
        "12,300",
        "令和8年6月30日",
        "令和8年7月31日",
    ):
        assert text.count(told) == 3, told
    assert text.count("見本ハイツ205号") == 2
    assert "(91)999997-260000123400000000000" in text


def test_an_amount_over_the_limit_has_no_code_and_says_why() -> None:
    pdf = samples.payment_slip_not_in_shops()
    assert not read_codes(pdf, 300)
    text = text_of(pdf)
    assert "コンビニエンスストア・スマートフォンでは" in text
    assert text.count("再発行 2") == 3
    assert "\U00020bb7田 花子" in text
    assert "IPAmjMincho" in fonts_of(pdf)


def test_an_amount_over_the_limit_with_a_qr_does_not_say_that_a_telephone_cannot_pay() -> None:
    told = " ".join(samples.slip(amount=300_100, barcode="").fields()["not_in_shops"])
    assert ("QRコード" in told, "スマートフォン" in told) == (True, False)


def test_only_faces_of_ours_stand_in_it_and_each_page_has_its_own_sheet() -> None:
    pdf = samples.slips_pdf(samples.slip(run_number=f"{place:06}") for place in range(1, 13))
    assert fonts_of(pdf) == {"BIZUDPGothic", "IPAexMincho", "BIZ-UDPGothic"}
    assert pages_of(pdf) == 12
    sheets = text_of(pdf).split("\f")
    assert all(f"{place:06}" in sheet for place, sheet in enumerate(sheets[:12], 1))


def pen() -> Pen:
    return Pen(samples.slip_layout(), {"name": "納付義務者の氏名"})


def drawn(slip: PaymentSlip) -> bytes:
    return pen().sheet(slip.fields(), slip.name)


def test_a_long_name_shrinks_then_takes_two_lines() -> None:
    whole, long = samples.slip(name="見本" * 6), samples.slip(name="見本" * 12)
    assert drawn(whole).count(b"/N 12.00 Tf") == 3
    assert drawn(long).count(b"/N 8.40 Tf") == 6


def test_a_name_that_fits_in_no_way_is_refused_with_the_person() -> None:
    name = "見本" * 40
    with pytest.raises(TextDoesNotFit) as refused:
        drawn(samples.slip(name=name))
    assert name in refused.value.message_ja
    assert "納付義務者の氏名" in refused.value.message_ja


def test_a_character_without_a_shape_is_refused_with_the_person() -> None:
    with pytest.raises(GlyphMissing) as refused:
        drawn(samples.slip(name="見本 \U0001f600"))
    assert "見本 \U0001f600さんの納付義務者の氏名" in refused.value.message_ja
    assert refused.value.code_point == "U+1F600"
