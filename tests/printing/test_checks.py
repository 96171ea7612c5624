import pytest

from printing.documents import DOCUMENTS, kind_of
from printing.errors import ContentMissing, PrintRefused
from printing.places import label_at
from printing.renderer import check
from rules.numbers import individual_number_check_digit
from tests.printing import golden, samples


@pytest.mark.parametrize("name", golden.DOCUMENTS)
def test_a_complete_document_passes(name):
    check(golden.DOCUMENTS[name]())


def test_every_empty_place_is_listed_at_once_with_its_person():
    document = samples.eligibility_certificate(
        samples.card(sex="", expires_on=None, serial=" "), document_number=""
    )
    with pytest.raises(ContentMissing) as missing:
        check(document)
    assert missing.value.reasons == (
        "文書番号",
        "証の通し番号(見本 太郎さん)",
        "性別(見本 太郎さん)",
        "有効期限(見本 太郎さん)",
    )
    assert "資格確認書" in missing.value.message_ja


def test_a_letter_without_cards_or_address_is_refused():
    with pytest.raises(ContentMissing, match="資格確認書"):
        check(samples.eligibility_certificate(cards=()))
    with pytest.raises(ContentMissing, match="住所"):
        check(samples.eligibility_certificate(recipient=samples.recipient(lines=("",))))


def test_a_share_needs_its_first_day():
    with pytest.raises(ContentMissing, match="発効期日"):
        check(samples.eligibility_certificate(samples.card(copay_share=2)))


def test_a_reprint_needs_its_day():
    with pytest.raises(ContentMissing, match="再発行の日"):
        check(samples.eligibility_certificate(samples.card(reprint=True)))


def test_a_notice_below_seventy_needs_no_expiry():
    check(samples.eligibility_notice(samples.card(expires_on=None)))


def individual_number() -> str:
    return "00012345678" + str(individual_number_check_digit("00012345678"))


@pytest.mark.parametrize(
    "separate", [lambda n: n, lambda n: f"{n[:4]} {n[4:8]}-{n[8:]}", lambda n: n.translate(WIDE)]
)
def test_no_letter_bears_an_individual_number(separate):
    number = individual_number()
    with pytest.raises(PrintRefused, match="個人番号") as refused:
        check(samples.missing_papers_notice(remark=f"番号は{separate(number)}です"))
    assert number not in str(refused.value)
    assert refused.value.code == "print.individual_number"


def test_twelve_digits_that_are_no_individual_number_may_stand():
    number = individual_number()
    other = number[:-1] + str((int(number[-1]) + 1) % 10)
    check(samples.missing_papers_notice(remark=f"整理番号 {other}"))
    check(samples.missing_papers_notice(remark=f"法人番号 9{number}"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_must_place_of_a_document_exists_and_has_a_japanese_label(name):
    kind = DOCUMENTS[name]
    for path in kind.must:
        assert not label_at(kind.dataclass, path).isascii(), path


def test_an_unregistered_class_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        kind_of(object())


WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
