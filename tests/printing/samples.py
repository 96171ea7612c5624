"""Documents of invented people of 見本市, for the tests and the golden pictures."""

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from printing.benefits.ceiling_refusal import CeilingRefusal, RefusalReason
from printing.certificates.card import Card
from printing.certificates.ceiling_certificate import CeilingCertificate
from printing.certificates.ceiling_reduction_certificate import CeilingReductionCertificate
from printing.certificates.elderly_recipient_card import ElderlyRecipientCard
from printing.certificates.eligibility_certificate import EligibilityCertificate
from printing.certificates.eligibility_notice import EligibilityNotice
from printing.certificates.insurance_card import InsuranceCard
from printing.certificates.proof_of_loss import LostEligibility, ProofOfLoss
from printing.collection.payment_slip import PaymentSlip, PaymentSlipForm
from printing.collection.payment_slips import PaymentSlips
from printing.fixed_forms import FormLayout
from printing.letter import Issuer, MailingAddress
from printing.letter_texts import LETTERS, shipped
from printing.notifications.identity_check_record import IdentityCheckRecord, Match
from printing.notifications.missing_papers_notice import MissingPapersNotice
from printing.notifications.notice_letter import NoticeLetter
from printing.notifications.papers import MissingPaper, ReturnedPaper
from printing.notifications.papers_returned import PapersReturned
from printing.notifications.reception_slip import ReceptionSlip
from printing.office.confirmation_list import ConfirmationLine, ConfirmationList
from printing.office.day_list import CertificateLine, DayList, NotificationLine
from printing.office.medium_record import MediumRecord, MediumUseLine
from printing.office.printer_test_page import PrinterTestPage
from printing.premium.exemption_notice import ExemptionNotice, NoticeStep
from printing.premium.notice_cover import CoverLine, NoticeCover
from printing.premium.pension_notice import (
    PensionBeginNotice,
    PensionInstalment,
    PensionMonth,
    PensionProvisionalNotice,
    PensionStopNotice,
)
from printing.premium.premium_change_notice import NoticeDifference, PremiumChangeNotice
from printing.premium.premium_notice import (
    NoticeFact,
    NoticeInstalment,
    NoticePart,
    NoticePerson,
    PremiumNotice,
)
from printing.premium.trial_receipt import TrialReceipt
from printing.renderer import lay_out_form
from printing.sheet_runs import SheetRun
from rules.collection.store_barcode import payment_digits
from rules.eras import PartialDate, format_long
from rules.law import Law
from rules.periods import FiscalYear
from services import premium_receipt_paper, premium_trial

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


def words(slug: str, **values: str) -> dict[str, Any]:
    """Heading and paragraphs of a letter as shipped."""
    heading, text = shipped(slug)
    return {
        "heading": heading,
        "paragraphs": LETTERS[slug].fill(text, values),
        "letter": slug,
        "text_version": 0,
    }


def cover(kind: str, *cards: Card) -> dict[str, Any]:
    """The words of a carrier with these cards."""
    days = {one.expires_on for one in cards}
    until = days.pop() if len(days) == 1 else None
    return words(
        f"{kind}_cover", 枚数=str(len(cards)), 有効期限=format_long(until) if until else "証に記載の日"
    )


def eligibility_certificate(*cards: Card, **changes: Any) -> EligibilityCertificate:
    shown = cards or (card(),)
    values: dict[str, Any] = {
        "document_number": "見国保第8-000123号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "cards": shown,
        **cover("eligibility_certificate", *shown),
        "demo": True,
    }
    return EligibilityCertificate(**(values | changes))


def eligibility_notice(*cards: Card, **changes: Any) -> EligibilityNotice:
    shown = cards or (card(expires_on=None),)
    values: dict[str, Any] = {
        "document_number": "見国保第8-000124号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "cards": shown,
        **cover("eligibility_notice", *shown),
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
    shown = cards or (elder(),)
    values: dict[str, Any] = {
        "document_number": "見国保第8-000125号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "cards": shown,
        **cover("elderly_recipient_card", *shown),
        "demo": True,
    }
    return ElderlyRecipientCard(**(values | changes))


def ceiling_card(**changes: Any) -> Card:
    values: dict[str, Any] = {
        "limit_class": "ウ",
        "limit_class_from": date(2026, 11, 1),
        "limits": (
            "自己負担限度額(月額・世帯) 85,800円+(総医療費−286,000円)×1%",
            "多数回該当(直近12か月に3回を超えた4回目から) 44,400円",
        ),
    }
    return card(**(values | changes))


def ceiling_certificate(*cards: Card, **changes: Any) -> CeilingCertificate:
    shown = cards or (ceiling_card(),)
    values: dict[str, Any] = {
        "document_number": "見国保第8-000131号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "cards": shown,
        **cover("ceiling_certificate", *shown),
        "demo": True,
    }
    return CeilingCertificate(**(values | changes))


def ceiling_reduction_certificate(*cards: Card, **changes: Any) -> CeilingReductionCertificate:
    exempt = ceiling_card(
        name="見本 ウメ",
        kana="ミホン ウメ",
        sex="女",
        birth=PartialDate(1954, 2, 11),
        limit_class="区分Ⅱ",
        long_stay_on=date(2026, 12, 1),
        reprint=True,
        reprinted_on=DAY,
        limits=(
            "外来の自己負担限度額(月額・個人) 11,000円",
            "自己負担限度額(月額・世帯) 25,700円",
            "多数回該当(直近12か月に3回を超えた4回目から) 24,600円",
            "入院したときの食事代などの標準負担額が減額されます。",
        ),
    )
    shown = cards or (exempt,)
    values: dict[str, Any] = {
        "document_number": "見国保第8-000132号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "cards": shown,
        **cover("ceiling_reduction_certificate", *shown),
        "demo": True,
    }
    return CeilingReductionCertificate(**(values | changes))


def ceiling_refusal(**changes: Any) -> CeilingRefusal:
    values: dict[str, Any] = {
        "document_number": "見国保第8-000133号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "city": "見本市",
        "prefecture": "見本県",
        "person": "見本 花子",
        "asked": "限度額適用認定証",
        "applied_on": date(2026, 11, 2),
        "reception_number": "R8-000123",
        "reasons": (
            RefusalReason(
                text="世帯に所得の申告をしていない方がいるため、適用区分を判定できません。"
                "全員が所得を申告した後に、もう一度申請することができます。",
                article="国民健康保険法施行令29条の3",
            ),
            RefusalReason(
                text="納期限を過ぎた国民健康保険料が納められていません。納付された後、又は特別の事情があると"
                "認められた後に、もう一度申請することができます。",
                article="国民健康保険法施行規則27条の14の2",
            ),
        ),
        "demo": True,
    }
    return CeilingRefusal(**(values | changes))


def insurance_card(*cards: Card, **changes: Any) -> InsuranceCard:
    past = card(issued_on=date(2023, 8, 1), acquired_on=date(2019, 5, 1), expires_on=date(2024, 7, 31))
    values: dict[str, Any] = {"dated": DAY, "issuer": issuer(), "cards": cards or (past,), "demo": True}
    return InsuranceCard(**(values | changes))


def proof_of_loss(**changes: Any) -> ProofOfLoss:
    lost = LostEligibility(
        name="見本 花子",
        kana="ミホン ハナコ",
        birth=PartialDate(1977, 8, 15),
        branch="02",
        acquired_on=date(2019, 5, 1),
        lost_on=date(2026, 11, 2),
        reason="社会保険加入",
    )
    unknown_birth = LostEligibility(
        name="𠮷田 梅",
        birth=PartialDate(1950),
        branch="03",
        acquired_on=date(2008, 4, 1),
        lost_on=date(2026, 11, 2),
        reason="転出(県外)",
    )
    values: dict[str, Any] = {
        "document_number": "見国保第8-000126号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "insurer_number": "990018",
        "insurer_name": "見本市",
        "symbol": "見保",
        "number": "90000012",
        "head_name": "見本 太郎",
        "persons": (lost, unknown_birth),
        "demo": True,
    }
    return ProofOfLoss(**(values | changes))


def reception_slip(**changes: Any) -> ReceptionSlip:
    values: dict[str, Any] = {
        "reception_number": "R8-001234",
        "received_at": datetime(2026, 11, 23, 9, 41),  # noqa: DTZ001 - as printed
        "procedure": "資格取得届(転入)",
        "way": "窓口",
        "notifier": "見本 太郎",
        "persons": ("見本 太郎", "見本 花子", "見本 一", "見本 二葉"),
        "missing": (
            MissingPaper(paper="健康保険資格喪失証明書", of_whom="見本 花子", until=date(2026, 12, 7)),
        ),
        "next_steps": (
            "届出の内容を、もう一人の職員が確かめます(2開庁日ほど)。",
            "資格確認書を世帯主あてに郵送します。",
            "足りない書類は、期限までに窓口又は郵送でお出しください。",
        ),
        "clerk": "窓口 一郎",
        "issuer": issuer(),
        "demo": True,
    }
    return ReceptionSlip(**(values | changes))


def missing_papers_notice(**changes: Any) -> MissingPapersNotice:
    values: dict[str, Any] = {
        "document_number": "見国保第8-000127号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "reception_number": "R8-001234",
        "received_on": DAY,
        "procedure": "資格取得届(社保離脱)",
        "items": (
            MissingPaper(
                paper="健康保険資格喪失証明書",
                of_whom="見本 花子",
                reason="前の健康保険をやめた日を確かめるため",
            ),
            MissingPaper(paper="委任状", of_whom="見本 太郎", reason="代理の方が届け出たため"),
        ),
        "answer_until": date(2026, 12, 7),
        **words("missing_papers_notice", 受付日=format_long(DAY), 期限=format_long(date(2026, 12, 7))),
        "demo": True,
    }
    return MissingPapersNotice(**(values | changes))


def notice_letter(**changes: Any) -> NoticeLetter:
    heading, text = shipped("student_proof_request")
    places = {"氏名": "見本 一郎", "世帯主": "見本 太郎", "期限": "令和9年(2027年)3月31日"}
    values: dict[str, Any] = {
        "document_number": "見国保第8-000129号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "heading": heading,
        "paragraphs": LETTERS["student_proof_request"].fill(text, places),
        "letter": "student_proof_request",
        "text_version": 1,
        "demo": True,
    }
    return NoticeLetter(**(values | changes))


def papers_returned(**changes: Any) -> PapersReturned:
    values: dict[str, Any] = {
        "document_number": "見国保第8-000128号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "reception_number": "R8-001234",
        "received_on": DAY,
        "procedure": "資格取得届(転入)",
        "items": (
            ReturnedPaper(
                paper="住民票の写し",
                of_whom="見本 太郎",
                reason="市の住民基本台帳で確かめられるため",
            ),
            ReturnedPaper(
                paper="年金手帳の写し", of_whom="見本 花子", count=2, reason="手続に必要がないため"
            ),
        ),
        "way": "郵送",
        **words("papers_returned", 受付日=format_long(DAY)),
        "demo": True,
    }
    return PapersReturned(**(values | changes))


def identity_check_record(**changes: Any) -> IdentityCheckRecord:
    values: dict[str, Any] = {
        "case_number": "R8-001234",
        "procedure": "資格取得届(転入)",
        "subject": "見本 太郎",
        "presenter": "見本 花子",
        "capacity": "任意代理人(妻)",
        "number_paper": "個人番号カード(本人のもの)の写し",
        "identity_papers": ("運転免許証",),
        "authority_paper": "委任状",
        "matches": (
            Match(system="宛名システム", result="一致"),
            Match(system="住民基本台帳ネットワーク", result="一致"),
        ),
        "result": "確認できた",
        "clerk": "窓口 一郎",
        "checked_at": datetime(2026, 11, 23, 9, 55),  # noqa: DTZ001 - as printed
        "issuer": issuer(),
        "demo": True,
    }
    return IdentityCheckRecord(**(values | changes))


def day_list(count: int = 40, **changes: Any) -> DayList:
    kinds = ("資格取得届(転入)", "資格喪失届(社保加入)", "世帯変更届", "再交付申請")
    notifications = tuple(
        NotificationLine(
            reception_number=f"R8-{1200 + index:06}",
            kind=kinds[index % 4],
            way="窓口" if index % 3 else "郵送",
            name="見本 太郎" if index % 5 else "𠮷田 髙子",
            persons=1 + index % 4,
            status="登録済み" if index % 2 else "照合待ち",
            clerk="窓口 一郎",
        )
        for index in range(count)
    )
    certificates = tuple(
        CertificateLine(
            serial=f"{index:07}",
            kind="資格確認書" if index % 3 else "資格情報のお知らせ",
            number=f"見保 900000{index:02} 01",
            name="見本 太郎",
            reason="新規" if index % 4 else "再交付",
            handed="郵送" if index % 2 else "手渡し",
            clerk="証 花子",
        )
        for index in range(count // 2)
    )
    values: dict[str, Any] = {
        "day": DAY,
        "made_at": datetime(2026, 11, 23, 17, 20),  # noqa: DTZ001 - as printed
        "issuer": issuer(),
        "notifications": notifications,
        "certificates": certificates,
        "demo": True,
    }
    return DayList(**(values | changes))


def confirmation_list(count: int = 17, **changes: Any) -> ConfirmationList:
    kinds = ("別の番号を登録済み", "別の方の番号", "番号の記入なし", "検査数字が合わない")
    lines = tuple(
        ConfirmationLine(
            place=index + 1,
            kind=kinds[index % 4],
            raised_on="R8.11.23",
            name="見本 太郎" if index % 5 else "𠮷田 髙子",
            born="S55.4.2",
            other="別人 次郎" if index % 4 == 1 else "",
            reception_number=f"R8-{1200 + index:06}",
            status="確認待ち" if index % 2 else "解除",
            reason="" if index % 2 else "通知カードの写しと住基の画面で確認した",
            decided_by="" if index % 2 else "照合 一郎",
        )
        for index in range(count)
    )
    values: dict[str, Any] = {
        "made_at": datetime(2026, 11, 23, 17, 20),  # noqa: DTZ001 - as printed
        "issuer": issuer(),
        "chosen": "確認待ち",
        "lines": lines,
        "demo": True,
    }
    return ConfirmationList(**(values | changes))


def medium_record(count: int = 8, **changes: Any) -> MediumRecord:
    lines = tuple(
        MediumUseLine(
            place=index + 1,
            what="資格異動の一覧(月次)を委託先のテスト環境へ移すため",
            way="本庁サーバ室 → 見本情報サービス開発室",
            file="shikaku_202611.csv 1,204件",
            copied="R8.11.2 9:15 窓口 花子 SHA-256 3f7a9c01d2e4b5…",
            approved="R8.11.2 9:02 課長 誠 必要最小限と認める",
            lent="R8.11.2 9:30 窓口 花子→運搬 一郎",
            returned="R8.11.2 16:40 運搬 一郎→窓口 花子",
            wiped="R8.11.2 16:55 窓口 花子 上書き3回",
            state="消去済み" if index else "貸出中(返却期限超過)",
        )
        for index in range(count)
    )
    values: dict[str, Any] = {
        "made_at": datetime(2026, 11, 23, 17, 20),  # noqa: DTZ001 - as printed
        "issuer": issuer(),
        "number": "USB-001",
        "kind": "USBメモリ(暗号化)",
        "kept_at": "国保年金課 施錠保管庫A",
        "lines": lines,
        "demo": True,
    }
    return MediumRecord(**(values | changes))


def trial_receipt(**changes: Any) -> TrialReceipt:
    """A family of three in FY2026, as the counter hands it over."""
    sheet = (
        {"relation": "head", "birth": "S56.5.1", "salary": "3000000"},
        {"relation": "member", "birth": "S59.5.1", "salary": "1050000"},
        {"relation": "member", "birth": "2021-05-01", "other_income": "0", "first_month": "9"},
    )
    told = premium_trial.compute(Law.load(), FiscalYear(2026), sheet)
    rows = premium_trial.sheet_of(told, sheet)
    made = premium_receipt_paper.content_of(told, rows, "T2026-000012", DAY, issuer())
    return replace(made, demo=True, **changes)


def notice_places(**changes: Any) -> dict[str, Any]:
    """What the two letters about a premium share: a family of three, four parts, ten instalments."""
    rates = {"income_rate": "8.04", "per_capita_rate": "31,200", "household_rate": "19,404"}
    levies = {"income_levy": 206_628, "per_capita_levy": 109_200, "household_levy": 19_404}
    ends = {"before_cap": 335_232, "cap": 660_000, "amount": 335_200}
    dues = [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), date(2026, 11, 2)]
    dues += [date(2026, 11, 30), date(2026, 12, 28), date(2027, 2, 1), date(2027, 3, 1), date(2027, 3, 31)]
    values: dict[str, Any] = {
        "document_number": "見国保第8-000123号",
        "dated": date(2026, 6, 10),
        "recipient": recipient(),
        "issuer": issuer(),
        "city": "見本市",
        "prefecture": "見本県",
        "fiscal_year": "令和8年度",
        "notice_number": "2026-0001-0000001234",
        "payer": "見本 太郎",
        "total": 572_300,
        "reduction": "なし",
        "parts": tuple(
            NoticePart(name=name, **rates, **levies, **ends)
            for name in ("医療分", "支援分", "介護分", "子ども分")
        ),
        "instalments": tuple(
            NoticeInstalment(name=f"第{place}期", due_on=day, yen=57_230) for place, day in enumerate(dues, 1)
        ),
        "persons": tuple(
            NoticePerson(
                name=name,
                months="4月から3月まで(12か月)",
                total_income="3,000,000",
                leviable_income="2,570,000",
                levies=("206,628\n31,200",) * 4,
                notes=notes,
            )
            for name, notes in (
                ("見本 太郎", ""),
                ("𠮷田 花子", "非自発的失業"),
                ("見本 次郎", "未就学児(均等割は半額)"),
            )
        ),
        "test": (NoticeFact(label="軽減判定所得", value="3,000,000円"),) * 7,
        "rules": (
            NoticeFact(
                label="所得割",
                value="基準総所得金額×率×加入の月数÷12 ― 国民健康保険法施行令29条の7第2項",
            ),
        )
        * 10,
        "places": slip_form().places,
        "slip_form": slip_form(),
        "slips": (slip(), slip(instalment="第2期", amount=300_100, barcode="", qr="")),
        "set_number": "0001-03-012",
        "demo": True,
    }
    return values | changes


def premium_notice(**changes: Any) -> PremiumNotice:
    return PremiumNotice(**notice_places(**changes))


def premium_change_notice(**changes: Any) -> PremiumChangeNotice:
    """A change in November: what was due stays, the rest is other, with a sheet of what differs."""
    values = notice_places()
    more: dict[str, Any] = {
        "parts": tuple(replace(one, before=300_000) for one in values["parts"]),
        "instalments": tuple(
            replace(one, before=50_000, stays=place < 5) for place, one in enumerate(values["instalments"])
        ),
        "before_total": 500_000,
        "before_number": "2026-0001-0000001234",
        "reason": "所得",
        "overpaid": 1_200,
        "undeclared": 1,
        "differences": (
            NoticeDifference(
                who="見本 太郎",
                title="基準総所得金額(旧ただし書き所得)",
                before="2,570,000円",
                after="3,570,000円",
                rule="総所得金額等-基礎控除(0円より下にはならない)",
            ),
        )
        * 4,
        "slips": (),
    }
    return PremiumChangeNotice(**(values | more | changes))


def _pension_places(**changes: Any) -> dict[str, Any]:
    """What the three letters about pensions share."""
    values: dict[str, Any] = {
        "document_number": "見国保第8-000124号",
        "dated": date(2026, 7, 10),
        "recipient": recipient(),
        "issuer": issuer(),
        "city": "見本市",
        "prefecture": "見本県",
        "fiscal_year": "令和8年度",
        "household_number": "0000001234",
        "payer": "見本 太郎",
        "pension_payer": "厚生労働大臣(日本年金機構)",
        "reason": "世帯の加入者が全員65歳から74歳までで、年金から納める要件に当てはまるため",
        "total": 120_500,
        "months": tuple(
            PensionMonth(month=day.month, paid_on=day, kind="本徴収", yen=24_000)
            for day in (date(2026, 10, 15), date(2026, 12, 15), date(2027, 2, 15))
        ),
        "instalments": tuple(
            PensionInstalment(name=f"第{number}期", due_on=date(2026, 5 + number, 28), yen=12_000)
            for number in range(1, 5)
        ),
    }
    return values | changes


def pension_begin_notice(**changes: Any) -> PensionBeginNotice:
    return PensionBeginNotice(**_pension_places(**changes))


def pension_provisional_notice(**changes: Any) -> PensionProvisionalNotice:
    months = tuple(
        PensionMonth(month=day.month, paid_on=day, kind="仮徴収", yen=24_000)
        for day in (date(2027, 4, 15), date(2027, 6, 15), date(2027, 8, 13))
    )
    more = {"fiscal_year": "令和9年度", "months": months, "instalments": (), "total": None}
    return PensionProvisionalNotice(**_pension_places(**(more | changes)))


def pension_stop_notice(**changes: Any) -> PensionStopNotice:
    """A stop in November: December is too near, the rest is asked for by five instalments."""
    places = _pension_places()
    dues = (
        PensionInstalment(name=f"第{number}期", due_on=date(2027, 1, 4), yen=4_800) for number in range(6, 11)
    )
    more = {
        "reason": "口座振替を選んだため",
        "months": places["months"][:2],
        "instalments": (*places["instalments"], *dues),
        "overpaid": 1_200,
    }
    return PensionStopNotice(**(places | more | changes))


def exemption_notice(**changes: Any) -> ExemptionNotice:
    """A reduction for a lost job, with long words and every figure of its derivation."""
    steps = [
        ("減免の月数", "6か月", ""),
        ("基準総所得金額", "2,000,000円", ""),
        ("減免の割合", "50%", ""),
        *(
            (f"{part} {title}", value, rule)
            for part in ("医療分", "支援分", "介護分", "子ども分")
            for title, value, rule in (
                ("対象の保険料", "155,000円", ""),
                ("減る額", "38,750円", "対象×割合×減免の月÷加入の月(限度額のあとで)"),
            )
        ),
        ("減免の額", "55,000円", "合計を市の定める単位に切り上げる(年間保険料まで)"),
    ]
    values: dict[str, Any] = {
        "document_number": "見国保第8-123号",
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "city": "見本市",
        "prefecture": "見本県",
        "decision": "granted",
        "title": "減免決定通知書",
        "fiscal_year": "令和8年度",
        "reception": "R8-000123(令和8年11月23日)",
        "ground": "失業",
        "period": "令和8年10月1日から令和9年3月31日まで",
        "before_total": 321_000,
        "after_total": 266_000,
        "reason": "勤め先の倒産により離職し、今年の所得の見込みが前年の半分を下回ると認められるため。" * 3,
        "steps": tuple(NoticeStep(title=title, value=value, rule=rule) for title, value, rule in steps),
        "demo": True,
    }
    return ExemptionNotice(**(values | changes))


def payment_slips(**changes: Any) -> PaymentSlips:
    values: dict[str, Any] = {
        "dated": DAY,
        "recipient": recipient(),
        "issuer": issuer(),
        "fiscal_year": "令和8年度",
        "payer": "見本 太郎",
        "notice_number": "2026-0001-0000001234",
        "slip_form": slip_form(),
        "slips": (slip(), slip(instalment="第2期", amount=300_100, barcode="", qr="")),
        "demo": True,
    }
    return PaymentSlips(**(values | changes))


def notice_cover(count: int = 40, **changes: Any) -> NoticeCover:
    """A bundle of a district, full."""
    values: dict[str, Any] = {
        "bundle": "12-003",
        "area": "〒999-0123",
        "run_number": "2026-0001",
        "fiscal_year": "令和8年度",
        "made_at": datetime(2026, 6, 10, 9, 30),  # noqa: DTZ001 - as it stands on paper
        "issuer": issuer(),
        "lines": tuple(
            CoverLine(
                set_number=f"12-003-{place:02}",
                household_number=f"{place:010}",
                name=LONG_LATIN_NAME if place == 3 else "見本 太郎",
                kind="変更決定通知書" if place % 7 == 0 else "納入通知書",
                first_page=2 + 12 * (place - 1),
                last_page=1 + 12 * place,
                slips=10,
                total=123_400,
            )
            for place in range(1, count + 1)
        ),
        "left_out": 2,
        "demo": True,
    }
    return NoticeCover(**(values | changes))


def printer_test_page(**changes: Any) -> PrinterTestPage:
    values: dict[str, Any] = {"tray_name": "トレイ2(台紙)", "dated": DAY, "demo": True}
    return PrinterTestPage(**(values | changes))


def family_letter(**changes: Any) -> EligibilityCertificate:
    """H17 to H20 in one letter of five cards: rare kanji, variants, long Latin name, no kana."""
    return eligibility_certificate(
        card(name="𠮷田 髙橋", kana="ヨシダ タカハシ"),
        card(name="葛󠄀城 山﨑", kana="カツラギ ヤマザキ", branch="02", sex="女"),
        card(name="葛󠄁城 辻󠄀", kana="カツラギ ツジ", branch="03", marks=("マル学",)),
        card(name=LONG_LATIN_NAME, kana="", branch="04", reprint=True, reprinted_on=DAY),
        elder(name="NGUYEN THI AN", kana="", branch="05"),
        **({"recipient": recipient(name="𠮷田 髙橋")} | changes),
    )


def slip_form() -> PaymentSlipForm:
    return PaymentSlipForm(
        city="見本市",
        account_number="00000-0-000000",
        account_name="見本市会計管理者",
        places="見本銀行・架空信用金庫の本店と支店、市役所の窓口、主なコンビニエンスストア",
        store_limit="300,000",
        issuer=issuer(),
        demo=True,
    )


@cache
def slip_layout() -> FormLayout:
    ground, (width, height), boxes = lay_out_form(slip_form())
    return FormLayout(ground, width, height, tuple(boxes))


def slip(**changes: Any) -> PaymentSlip:
    values: dict[str, Any] = {
        "name": "見本 太郎",
        "postal_code": "999-0123",
        "address": ("見本県見本市東本町二丁目12番34号", "見本ハイツ205号"),
        "fiscal_year": 2026,
        "notice_number": "26-00001234",
        "instalment": "第1期",
        "amount": 12_300,
        "due_on": date(2026, 6, 30),
        "pay_until": date(2026, 7, 31),
        "barcode": payment_digits("999997", "2600001234", 12_300, date(2026, 7, 31)),
        "qr": "https://pay.example/26-00001234/1",
        "payment_numbers": "収納機関 99999 納付番号 2600001234 確認番号 123456 納付区分 123",
        "run_number": "000001",
    }
    return PaymentSlip(**(values | changes))


def slips_pdf(slips: Iterable[PaymentSlip]) -> bytes:
    """Slips as the whole way prints them: into a file."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "slips.pdf"
        SheetRun(target, slip_layout(), {"name": "納付義務者の氏名"}, "納付書", "sample").write(slips)
        return target.read_bytes()


def payment_slip() -> bytes:
    return slips_pdf([slip()])


def payment_slip_not_in_shops() -> bytes:
    """A rare name, a reissue, and an amount that no shop takes."""
    return slips_pdf([slip(name="\U00020bb7田 花子", amount=300_100, barcode="", qr="", reissue=2)])
