import pytest

from printing.errors import GlyphMissing, PrintRefused
from printing.glyphs import check_glyphs, clusters, markup, runs
from tests.printing import samples


def test_common_text_needs_no_mark():
    assert markup("見本 太郎 髙橋 山﨑") == "見本 太郎 髙橋 山﨑"


def test_a_rare_kanji_alone_is_marked_for_the_fallback():
    assert markup("𠮷田 <b>") == '<span class="mj">𠮷</span>田 &lt;b&gt;'


def test_a_variation_sequence_stays_with_its_character():
    assert list(clusters("葛󠄀城")) == ["葛󠄀", "城"]
    assert [run.face for run in runs("葛󠄀城")] == [None]


def test_a_sequence_of_the_character_information_base_comes_from_the_fallback():
    assert [run.face.family if run.face else None for run in runs("辻\U000e0102")] == ["IPAmjMincho"]


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("見本 😀", "U+1F600"),
        ("NGUYỄN", "U+1EC4"),
        ("葛\U000e01ef城", "U+845B U+E01EF"),
        ("見\u202e本", "U+202E"),
        ("見本\ue000", "U+E000"),
        ("見\x00本", "U+0000"),
    ],
)
def test_a_character_without_a_glyph_stops_the_print_and_names_the_person(name, point):
    document = samples.eligibility_certificate(samples.card(name=name))
    with pytest.raises(GlyphMissing) as missing:
        check_glyphs(document)
    assert missing.value.person == name
    assert missing.value.field == "氏名"
    assert missing.value.code_point == point
    assert point in missing.value.message_ja
    assert "もう一度印刷してください" in missing.value.message_ja


def test_every_text_of_a_document_is_looked_at():
    with pytest.raises(GlyphMissing, match="方書"):
        check_glyphs(samples.eligibility_certificate(recipient=samples.recipient(building="😀荘")))
    with pytest.raises(GlyphMissing, match="これからの流れ"):
        check_glyphs(samples.reception_slip(next_steps=("よい", "😀")))


def test_a_field_of_absurd_length_is_refused():
    with pytest.raises(PrintRefused, match="長すぎて"):
        check_glyphs(samples.missing_papers_notice(remark="あ" * 2001))
