"""The register of what we print: name → title, dataclass, template, stylesheets, ★ places.

A document's folder is the slug of its procedure; its dataclass, template and stylesheet share one name.
"""

from dataclasses import dataclass
from typing import Final

from printing.benefits.ceiling_refusal import CeilingRefusal
from printing.certificates.ceiling_certificate import CeilingCertificate
from printing.certificates.ceiling_reduction_certificate import CeilingReductionCertificate
from printing.certificates.elderly_recipient_card import ElderlyRecipientCard
from printing.certificates.eligibility_certificate import EligibilityCertificate
from printing.certificates.eligibility_notice import EligibilityNotice
from printing.certificates.insurance_card import InsuranceCard
from printing.certificates.proof_of_loss import ProofOfLoss
from printing.collection.payment_slips import PaymentSlips
from printing.notifications.identity_check_record import IdentityCheckRecord
from printing.notifications.missing_papers_notice import MissingPapersNotice
from printing.notifications.notice_letter import NoticeLetter
from printing.notifications.papers_returned import PapersReturned
from printing.notifications.reception_slip import ReceptionSlip
from printing.office.confirmation_list import ConfirmationList
from printing.office.day_list import DayList
from printing.office.medium_record import MediumRecord
from printing.office.printer_test_page import PrinterTestPage
from printing.premium.exemption_notice import ExemptionNotice
from printing.premium.notice_cover import NoticeCover
from printing.premium.pension_notice import (
    PensionBeginNotice,
    PensionProvisionalNotice,
    PensionStopNotice,
)
from printing.premium.premium_change_notice import PremiumChangeNotice
from printing.premium.premium_notice import PremiumNotice
from printing.premium.trial_receipt import TrialReceipt


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document. `must` are its ★ places, as paths from the dataclass ("cards.name")."""

    name: str
    title_ja: str
    title_en: str
    dataclass: type
    template: str
    must: tuple[str, ...]
    shared_stylesheets: tuple[str, ...] = ()
    paper: str = "A4"

    @property
    def stylesheets(self) -> tuple[str, ...]:
        own = self.template.removesuffix(".html") + ".css"
        return ("assets/page.css", *self.shared_stylesheets, own)


_ISSUER: Final = ("issuer.section", "issuer.address", "issuer.telephone")
_MAYOR: Final = ("issuer.title", "issuer.mayor", *_ISSUER)
_RECIPIENT: Final = ("recipient.postal_code", "recipient.lines", "recipient.name")
_LETTER: Final = ("document_number", "dated", *_RECIPIENT, *_MAYOR)
# The symbol (記号) may be empty for a municipality (facts, 4.4), and a person without kana is H20.
_CARD: Final = (
    "cards",
    "cards.insurer_number",
    "cards.insurer_name",
    "cards.number",
    "cards.branch",
    "cards.name",
)

_WORDS: Final = ("heading", "paragraphs", "letter")
_FORM: Final = ("assets/form.css",)
_WORDED_FORM: Final = (*_FORM, "assets/wording.css")
_CARRIER: Final = ("assets/wording.css", "certificates/carrier.css")
_NOTICE: Final = (
    *_LETTER,
    "issuer.seal_text",
    "city",
    "prefecture",
    "fiscal_year",
    "notice_number",
    "payer",
    "reduction",
    "parts",
    "instalments",
    "rules",
    "places",
)

_PENSION: Final = (
    *_LETTER,
    "issuer.seal_text",
    "city",
    "prefecture",
    "fiscal_year",
    "household_number",
    "payer",
    "pension_payer",
    "reason",
)

_CEILING: Final = (
    *_LETTER,
    *_WORDS,
    *_CARD,
    "issuer.seal_text",
    "cards.serial",
    "cards.birth",
    "cards.head_name",
    "cards.limit_class",
    "cards.limit_class_from",
    "cards.expires_on",
    "cards.issued_on",
    "cards.limits",
)

_KINDS: Final = (
    DocumentKind(
        "eligibility_certificate",
        "資格確認書",
        "Certificate of eligibility",
        EligibilityCertificate,
        "certificates/eligibility_certificate.html",
        (
            *_LETTER,
            *_WORDS,
            *_CARD,
            "issuer.seal_text",
            "cards.serial",
            "cards.sex",
            "cards.birth",
            "cards.acquired_on",
            "cards.issued_on",
            "cards.expires_on",
        ),
        _CARRIER,
    ),
    DocumentKind(
        "eligibility_notice",
        "資格情報のお知らせ",
        "Notice of eligibility information",
        EligibilityNotice,
        "certificates/eligibility_notice.html",
        (*_LETTER, *_WORDS, *_CARD, "cards.acquired_on"),
        _CARRIER,
    ),
    DocumentKind(
        "elderly_recipient_card",
        "高齢受給者証",
        "Elderly recipient certificate",
        ElderlyRecipientCard,
        "certificates/elderly_recipient_card.html",
        (
            *_LETTER,
            *_WORDS,
            *_CARD,
            "issuer.seal_text",
            "cards.serial",
            "cards.birth",
            "cards.copay_share",
            "cards.share_from",
            "cards.expires_on",
            "cards.issued_on",
        ),
        _CARRIER,
    ),
    DocumentKind(
        "insurance_card",
        "被保険者証(過去の記録)",
        "Insurance card (past record)",
        InsuranceCard,
        "certificates/insurance_card.html",
        ("dated", *_ISSUER, *_CARD, "cards.birth", "cards.acquired_on", "cards.issued_on"),
        ("certificates/carrier.css",),
    ),
    DocumentKind(
        "ceiling_certificate",
        "限度額適用認定証",
        "Ceiling-amount certificate",
        CeilingCertificate,
        "certificates/ceiling_certificate.html",
        _CEILING,
        ("assets/wording.css",),
    ),
    DocumentKind(
        "ceiling_reduction_certificate",
        "限度額適用・標準負担額減額認定証",
        "Ceiling-amount and meal reduction certificate",
        CeilingReductionCertificate,
        "certificates/ceiling_reduction_certificate.html",
        _CEILING,
        ("assets/wording.css", "certificates/ceiling_certificate.css"),
    ),
    DocumentKind(
        "ceiling_refusal",
        "限度額適用認定証 不交付決定通知書",
        "Refusal of a ceiling-amount certificate",
        CeilingRefusal,
        "benefits/ceiling_refusal.html",
        (
            *_LETTER,
            "issuer.seal_text",
            "city",
            "prefecture",
            "person",
            "asked",
            "applied_on",
            "reception_number",
            "reasons",
            "reasons.text",
            "reasons.article",
        ),
        (*_FORM, "premium/premium_notice.css"),
    ),
    DocumentKind(
        "proof_of_loss",
        "資格喪失証明書",
        "Proof of loss of eligibility",
        ProofOfLoss,
        "certificates/proof_of_loss.html",
        (
            *_LETTER,
            "issuer.seal_text",
            "insurer_number",
            "insurer_name",
            "number",
            "head_name",
            "persons",
            "persons.name",
            "persons.birth",
            "persons.acquired_on",
            "persons.lost_on",
            "persons.reason",
        ),
        _FORM,
    ),
    DocumentKind(
        "reception_slip",
        "届出受付票",
        "Reception slip",
        ReceptionSlip,
        "notifications/reception_slip.html",
        ("reception_number", "received_at", "procedure", "way", "persons", "next_steps", "clerk", *_ISSUER),
        _FORM,
    ),
    DocumentKind(
        "missing_papers_notice",
        "不備通知",
        "Notice of missing papers",
        MissingPapersNotice,
        "notifications/missing_papers_notice.html",
        (*_LETTER, *_WORDS, "reception_number", "procedure", "items", "items.paper", "answer_until"),
        _WORDED_FORM,
    ),
    DocumentKind(
        "notice_letter",
        "お知らせ",
        "Notice",
        NoticeLetter,
        "notifications/notice_letter.html",
        (*_LETTER, *_WORDS),
        _WORDED_FORM,
    ),
    DocumentKind(
        "papers_returned",
        "書類返却書",
        "Return of papers",
        PapersReturned,
        "notifications/papers_returned.html",
        (*_LETTER, *_WORDS, "reception_number", "procedure", "items", "items.paper", "items.reason", "way"),
        _WORDED_FORM,
    ),
    DocumentKind(
        "identity_check_record",
        "本人確認記録",
        "Record of the identity check",
        IdentityCheckRecord,
        "notifications/identity_check_record.html",
        (
            "case_number",
            "subject",
            "presenter",
            "capacity",
            "result",
            "clerk",
            "checked_at",
            "issuer.section",
        ),
        _FORM,
    ),
    DocumentKind(
        "day_list",
        "日計表",
        "Day's list",
        DayList,
        "office/day_list.html",
        ("day", "made_at", "issuer.section"),
        _FORM,
    ),
    DocumentKind(
        "confirmation_list",
        "確認リスト",
        "Confirmation list",
        ConfirmationList,
        "office/confirmation_list.html",
        ("made_at", "issuer.section"),
        _FORM,
    ),
    DocumentKind(
        "medium_record",
        "電子媒体確認(報告)表",
        "Record of a medium",
        MediumRecord,
        "office/medium_record.html",
        ("made_at", "issuer.section", "number", "kind", "kept_at"),
        _FORM,
    ),
    DocumentKind(
        "trial_receipt",
        "保険料試算書(控え)",
        "Receipt of a trial of the premium",
        TrialReceipt,
        "premium/trial_receipt.html",
        (
            "number",
            "made_on",
            "fiscal_year",
            *_ISSUER,
            "persons",
            "parts",
            "instalments",
            "lines",
            "parameters",
        ),
        _FORM,
    ),
    DocumentKind(
        "premium_notice",
        "国民健康保険料 納入通知書",
        "Premium notice",
        PremiumNotice,
        "premium/premium_notice.html",
        (*_NOTICE, "persons", "persons.name"),
        _FORM,
    ),
    DocumentKind(
        "premium_change_notice",
        "国民健康保険料 変更決定通知書",
        "Notice of a changed premium",
        PremiumChangeNotice,
        "premium/premium_change_notice.html",
        (*_NOTICE, "reason"),
        (*_FORM, "premium/premium_notice.css"),
    ),
    DocumentKind(
        "pension_begin_notice",
        "国民健康保険料 特別徴収開始通知書",
        "Notice that a deduction begins",
        PensionBeginNotice,
        "premium/pension_begin_notice.html",
        (*_PENSION, "months"),
        _FORM,
    ),
    DocumentKind(
        "pension_provisional_notice",
        "国民健康保険料 仮徴収額決定通知書",
        "Notice of provisional deductions",
        PensionProvisionalNotice,
        "premium/pension_provisional_notice.html",
        (*_PENSION, "months"),
        (*_FORM, "premium/pension_begin_notice.css"),
    ),
    DocumentKind(
        "pension_stop_notice",
        "国民健康保険料 特別徴収中止通知書",
        "Notice that a deduction ends",
        PensionStopNotice,
        "premium/pension_stop_notice.html",
        _PENSION,
        (*_FORM, "premium/pension_begin_notice.css"),
    ),
    DocumentKind(
        "exemption_notice",
        "国民健康保険料 減免決定・却下・取消通知書",
        "Notice about a reduction on application",
        ExemptionNotice,
        "premium/exemption_notice.html",
        (
            *_LETTER,
            "issuer.seal_text",
            "city",
            "prefecture",
            "title",
            "fiscal_year",
            "reception",
            "ground",
            "period",
            "reason",
        ),
        (*_FORM, "premium/premium_notice.css"),
    ),
    DocumentKind(
        "payment_slips",
        "国民健康保険料 納付書",
        "Payment slips",
        PaymentSlips,
        "collection/payment_slips.html",
        (
            "dated",
            *_RECIPIENT,
            *_ISSUER,
            "notice_number",
            "fiscal_year",
            "payer",
            "slips",
            "slips.name",
            "slips.address",
        ),
        _FORM,
    ),
    DocumentKind(
        "notice_cover",
        "区切り紙・管理表",
        "Sheet before a bundle",
        NoticeCover,
        "premium/notice_cover.html",
        ("bundle", "area", "run_number", "fiscal_year", "made_at", "issuer.section", "lines"),
        _FORM,
    ),
    DocumentKind(
        "printer_test_page",
        "プリンター調整用紙",
        "Printer test page",
        PrinterTestPage,
        "office/printer_test_page.html",
        ("tray_name", "dated"),
    ),
)

DOCUMENTS: Final[dict[str, DocumentKind]] = {kind.name: kind for kind in _KINDS}
_BY_DATACLASS: Final = {kind.dataclass: kind for kind in _KINDS}


def kind_of(document: object) -> DocumentKind:
    """Return the kind of a document; a class that is not registered is a mistake of the program."""
    return _BY_DATACLASS[type(document)]
