import io
import re
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from printing import renderer
from printing.documents import DOCUMENTS, kind_of
from printing.errors import PrintRefused, TextDoesNotFit
from printing.letter import TrayOffset
from printing.places import texts
from printing.renderer import render, render_many
from printing.slip_sheets import slips_of
from printing.templates import template
from tests.printing import golden, samples
from tests.printing.paper import fonts_of, ink_box, pages_of, picture_of, text_of

OURS = {"BIZ-UDPGothic", "BIZ-UDPGothic-Bold", "IPAexMincho", "IPAmjMincho", "BIZ-UDMincho"}


@pytest.mark.parametrize("name", golden.DOCUMENTS)
def test_every_document_is_printed_in_our_fonts_only(name):
    fonts = fonts_of(golden.pdf_of(name))
    assert fonts
    drawn = {"BIZUDPGothic"} if slips_of(golden.DOCUMENTS[name]()) else set()
    assert fonts <= OURS | drawn


def test_a_refused_reduction_shows_no_months_that_nobody_applied_for():
    granted = text_of(render(samples.exemption_notice()))
    refused = text_of(render(samples.exemption_notice(decision="refused", steps=())))
    assert ("減免の期間" in granted, "の期間" in refused) == (True, False)
    assert "令和8年10月1日から" not in refused


def test_a_page_without_rare_characters_does_not_load_the_fallback():
    assert fonts_of(render(samples.eligibility_certificate())) == {"BIZ-UDPGothic", "IPAexMincho"}


def test_rare_kanji_are_printed_in_registered_form_from_the_fallback():
    pdf = render(samples.eligibility_certificate(samples.card(name="𠮷田 髙橋 山﨑")))
    assert "IPAmjMincho" in fonts_of(pdf)
    assert "𠮷田 髙橋 山﨑" in text_of(pdf)


def test_the_two_forms_of_katsuragi_are_different_shapes_and_keep_their_selectors():
    first = render(samples.eligibility_certificate(samples.card(name="葛󠄀城")))
    second = render(samples.eligibility_certificate(samples.card(name="葛󠄁城")))
    assert "葛󠄀城" in text_of(first)
    assert "葛󠄁城" in text_of(second)
    assert picture_of(first, dpi=200) != picture_of(second, dpi=200)


def test_a_name_of_sixty_latin_letters_is_printed_whole_in_two_lines():
    text = text_of(
        render(samples.eligibility_certificate(samples.card(name=samples.LONG_LATIN_NAME, kana="")))
    )
    assert "RODRIGUEZ CASTANEDA VILLANUEVA" in text
    assert "MARIA FERNANDA DE LOS ANGELES" in text


def test_a_person_without_kana_is_printed_in_latin():
    assert "NGUYEN THI AN" in text_of(
        render(samples.eligibility_notice(samples.card(name="NGUYEN THI AN", kana="")))
    )


def test_an_unknown_day_of_birth_is_said_on_the_paper():
    assert "昭和25年月日不詳" in text_of(render(samples.proof_of_loss()))


def test_the_certificate_says_what_the_ordinance_asks_for():
    text = text_of(render(samples.eligibility_certificate()))
    for content in (
        "見本 太郎",
        "男",
        "昭和50年4月1日",
        "見保",
        "90000012",
        "01",
        "990018",
        "見本市",
        "令和8年11月1日",
        "令和8年11月23日",
        "令和9年7月31日",
        "臓器提供",
        "見国保第8-000123号",
        "14日以内に届け出て",
    ):
        assert content in text
    assert text.count("*") == 6, "empty optional places bear an asterisk"


def test_a_household_of_five_gets_one_letter_of_two_sheets():
    pdf = render(samples.family_letter())
    assert pages_of(pdf) == 4
    assert "続き" in text_of(pdf)


def test_without_a_back_only_the_front_is_printed():
    assert pages_of(render(samples.eligibility_certificate(with_back=False))) == 1


def test_a_reprint_bears_its_mark_and_its_day():
    pdf = render(samples.eligibility_certificate(samples.card(reprint=True, reprinted_on=samples.DAY)))
    assert "再発行 R8.11.23" in text_of(pdf)


def test_a_reprinted_letter_keeps_its_number_and_bears_the_day():
    text = text_of(render(samples.proof_of_loss(reprinted_on=samples.DAY)))
    assert re.search(r"再発行 R8\.11\.23 +見国保第8-000126号", text)


def test_a_reprinted_notice_bears_its_mark():
    card = samples.card(reprint=True, reprinted_on=samples.DAY)
    assert "再発行 R8.11.23" in text_of(render(samples.eligibility_notice(card)))


@pytest.mark.parametrize("name", golden.DOCUMENTS)
def test_what_is_kept_of_a_sheet_holds_nothing_of_a_person(name):
    document = golden.DOCUMENTS[name]()
    html = template(DOCUMENTS[kind_of(document).name].template).render(doc=document, preview=False)
    grounds = "".join(sheet.partition(renderer.INK_MARK)[0] for sheet in html.split(renderer.SHEET_MARK)[1:])
    personal = {
        "name",
        "kana",
        "number",
        "serial",
        "document_number",
        "reception_number",
        "head_name",
        "lines",
    }
    for text in texts(document):
        if personal & set(text.path.split(".")):
            assert not text.value or text.value not in grounds, text.path


def test_a_past_insurance_card_is_marked_as_a_record():
    assert "医療機関では使えません" in text_of(render(samples.insurance_card()))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_preview_differs_by_its_mark_and_by_nothing_else(name):
    document = golden.DOCUMENTS[name]()
    source = template(DOCUMENTS[name].template)
    marked = source.render(doc=document, preview=True)
    mark = '<div class="preview-mark">見本・無効</div>'
    assert mark in marked
    assert marked.replace(mark, "") == source.render(doc=document, preview=False)


def test_a_preview_is_marked_in_red_across_the_page():
    red, plain = (
        picture_of(render(samples.eligibility_certificate(), preview=preview), 2, mode="RGB")
        for preview in (True, False)
    )
    reddish = [sum(1 for r, g, _ in image.get_flattened_data() if r > g + 20) for image in (red, plain)]
    assert reddish[0] > 500
    assert reddish[1] == 0


def test_invented_data_are_marked_at_the_foot():
    assert "デモ・架空データ" in text_of(render(samples.reception_slip()))
    assert "架空データ" not in text_of(render(samples.reception_slip(demo=False)))


def test_the_offset_of_the_tray_moves_the_print():
    still = ink_box(render(samples.eligibility_notice(demo=False)))
    offset = TrayOffset(x_mm=2.0, y_mm=-3.0)
    moved = ink_box(render(samples.eligibility_notice(demo=False, tray=offset)))
    assert moved[2] - still[2] == pytest.approx(2.0, abs=0.4)
    assert moved[1] - still[1] == pytest.approx(-3.0, abs=0.4)


def test_nothing_but_the_address_stands_in_the_window():
    pdf = render(samples.eligibility_certificate())
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 2
    window = picture_of(pdf, dpi=100).crop((0, 0, int(105 / 0.254), int(60 / 0.254)))
    box = window.point(lambda grey: 255 if grey < 250 else 0).getbbox()
    assert box is not None
    left, top, right, bottom = (edge * 0.254 for edge in box)
    assert left >= 22
    assert top >= 16
    assert right <= 105
    assert bottom <= 55.5


def test_the_same_document_gives_the_same_bytes_in_any_process():
    program = (
        "import hashlib; from printing.renderer import render; from tests.printing import samples;"
        "print(hashlib.sha256(render(samples.eligibility_certificate())).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert render(samples.family_letter()) == render(samples.family_letter())


def test_metadata_hold_nothing_of_a_person():
    with pikepdf.open(io.BytesIO(render(samples.eligibility_certificate()))) as pdf:
        info = {key: str(value) for key, value in pdf.docinfo.items()}
        assert info["/Title"] == "資格確認書"
        assert set(info) == {"/Title"}
        told = pdf.Root.Metadata.read_bytes().decode()
        assert re.findall(r">([^<>\s]+)</(\w+:\w+)>", told) == [
            ("資格確認書", "rdf:li"),
            ("2", "pdfaid:part"),
            ("B", "pdfaid:conformance"),
        ]


def test_many_documents_keep_their_order_in_one_pdf():
    numbers = [f"9{index:07}" for index in range(30)]
    documents = [samples.eligibility_certificate(samples.card(number=number)) for number in numbers]
    documents.insert(15, samples.eligibility_notice())
    pdf = render_many(documents)
    assert pages_of(pdf) == 61, "two sides each and the notice; more than one chunk of 50 pages"
    text = text_of(pdf)
    assert sorted(numbers, key=text.index) == numbers


def test_printing_nothing_is_refused_in_words():
    with pytest.raises(PrintRefused, match="印刷するものがありません"):
        render_many([])


def test_hostile_content_is_text_and_nothing_is_fetched():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        wicked = (
            "<td colspan=100000>",
            f'<img src="http://127.0.0.1:{port}/x">',
            '<link rel=attachment href="file:///etc/passwd">',
        )
        pdf = render(samples.missing_papers_notice(remark=" ".join(wicked)))
        with pytest.raises(TimeoutError):
            listener.accept()
    text = text_of(pdf)
    assert "<td colspan=100000>" in text
    assert "file:///etc/passwd" in text
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert "/Names" not in opened.Root
        assert not opened.attachments
    assert b"root:" not in pdf


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1:9/", "https://localhost/", "ftp://localhost/"]
)
def test_the_fetcher_opens_no_file_and_no_address(url):
    with pytest.raises(ValueError, match="disallowed"):
        renderer._fetcher().fetch(url)


def test_a_warning_of_the_layout_engine_stops_the_print(monkeypatch):
    def warn(*_arguments: object) -> None:
        renderer.LOGGER.warning("Ignored `colour: rde`")

    monkeypatch.setattr(renderer, "check_page", warn)
    with pytest.raises(PrintRefused, match="警告") as refused:
        render(samples.reception_slip())
    assert "Ignored `colour: rde`" in refused.value.reasons


def test_a_font_that_is_not_ours_stops_the_print(monkeypatch):
    monkeypatch.setattr(renderer, "FACES", renderer.FACES[:1])
    with pytest.raises(PrintRefused, match="IPAexMincho"):
        render(samples.eligibility_certificate(dated=samples.DAY.replace(day=1)))


def test_a_text_that_leaves_its_place_stops_the_print():
    with pytest.raises(TextDoesNotFit, match="特定疾病"):
        render(
            samples.eligibility_certificate(samples.card(special_disease="人工透析を必要とする慢性腎不全"))
        )


def test_a_letter_longer_than_its_page_stops_the_print():
    item = samples.missing_papers_notice().items[0]
    with pytest.raises(TextDoesNotFit, match="本文"):
        render(samples.missing_papers_notice(items=(item,) * 40))


def test_one_bad_document_refuses_the_whole_run():
    good = samples.eligibility_certificate()
    with pytest.raises(PrintRefused, match="氏名"):
        render_many([good, replace(good, cards=(samples.card(name=""),))])


def test_several_threads_may_print_at_once():
    expected, answers = render(samples.eligibility_certificate()), []
    threads = [
        threading.Thread(target=lambda: answers.append(render(samples.eligibility_certificate())))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4


def test_a_long_day_is_listed_over_several_pages():
    text = text_of(render(samples.day_list(80)))
    assert "1/6頁" in text
    assert "6/6頁" in text
    assert "R8-001279" in text
