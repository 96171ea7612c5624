"""Documents of invented people of 見本市, for the tests and the golden pictures."""

from datetime import date
from typing import Any

from printing.certificates.card import Card
from printing.certificates.elderly_recipient_card import ElderlyRecipientCard
from printing.certificates.eligibility_certificate import EligibilityCertificate
from printing.certificates.eligibility_notice import EligibilityNotice
from printing.certificates.insurance_card import InsuranceCard
from printing.letter import Issuer, MailingAddress
from rules.eras import PartialDate

LONG_LATIN_NAME = "RODRIGUEZ CASTANEDA VILLANUEVA MARIA FERNANDA DE LOS ANGELES"
DAY = date(2026, 11, 23)


def issuer() -> Issuer:
    return Issuer(
        title="見本市長",
        mayor="見本 一郎",
        section="見本市 健康福祉部 国保年金課",
        postal_code="999-0001",
        address="見本県見本市中央1丁目1番1号",
        telephone="00-0000-1234",
        hours="平日 9時00分から17時00分まで",
        seal_text="見本市長之印",
    )


def recipient(**changes: Any) -> MailingAddress:
    values: dict[str, Any] = {
        "postal_code": "999-0123",
        "lines": ("見本県見本市東本町二丁目12番34号",),
        "building": "見本ハイツ205号",
        "name": "見本 太郎",
        "run_number": "8-000123-01",
    }
    return MailingAddress(**(values | changes))


def card(**changes: Any) -> Card:
    values: dict[str, Any] = {
        "serial": "0000123",
        "insurer_number": "990018",
        "insurer_name": "見本市",
        "symbol": "見保",
        "number": "90000012",
        "branch": "01",
        "name": "見本 太郎",
        "kana": "ミホン タロウ",
        "sex": "男",
        "birth": PartialDate(1975, 4, 1),
        "acquired_on": date(2026, 11, 1),
        "issued_on": DAY,
        "expires_on": date(2027, 7, 31),
        "head_name": "見本 太郎",
        "address": ("見本県見本市東本町二丁目12番34号", "見本ハイツ205号"),
    }
    return Card(**(values | changes))


def eligibility_certificate(*cards: Card, **changes: Any) -> EligibilityCertificate:
    values: dict[str, Any] = {
        "document_number": "見国保第8-000123号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "cards": cards or (card(),),
        "demo": True,
    }
    return EligibilityCertificate(**(values | changes))


def eligibility_notice(*cards: Card, **changes: Any) -> EligibilityNotice:
    values: dict[str, Any] = {
        "document_number": "見国保第8-000124号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "cards": cards or (card(expires_on=None),),
        "demo": True,
    }
    return EligibilityNotice(**(values | changes))


def elder(**changes: Any) -> Card:
    values: dict[str, Any] = {
        "name": "見本 ウメ",
        "kana": "ミホン ウメ",
        "sex": "女",
        "branch": "03",
        "birth": PartialDate(1954, 2, 11),
        "copay_share": 2,
        "share_from": date(2026, 8, 1),
        "expires_on": date(2027, 7, 31),
    }
    return card(**(values | changes))


def elderly_recipient_card(*cards: Card, **changes: Any) -> ElderlyRecipientCard:
    values: dict[str, Any] = {
        "document_number": "見国保第8-000125号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "cards": cards or (elder(),),
        "demo": True,
    }
    return ElderlyRecipientCard(**(values | changes))


def insurance_card(*cards: Card, **changes: Any) -> InsuranceCard:
    past = card(issued_on=date(2023, 8, 1), acquired_on=date(2019, 5, 1), expires_on=date(2024, 7, 31))
    values: dict[str, Any] = {"dated": DAY, "issuer": issuer(), "cards": cards or (past,), "demo": True}
    return InsuranceCard(**(values | changes))
