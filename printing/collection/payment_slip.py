"""納付書: one sheet of three stubs (bank, city, payer) with bar code and QR (requirement D3; facts, 6).

The form is the same for everybody in a run and holds nothing of a person; a slip is what differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated, Final

from printing.letter import Issuer, PrintedDocument
from rules.collection.store_barcode import in_words
from rules.eras import format_long

NOT_IN_SHOPS: Final = (
    "コンビニエンスストア・スマートフォンでは",
    "納められません。納付場所の窓口で納めてください。",
)
BY_QR_ONLY: Final = (
    "コンビニエンスストアでは納められません。",
    "納付場所の窓口か、QRコードで納めてください。",
)
TITLE: Final = "国民健康保険料 納付書"


@dataclass(frozen=True, kw_only=True)
class PaymentSlipForm(PrintedDocument):
    """The printed form: the city, its account and where to pay."""

    city: Annotated[str, "市の名前"]
    account_number: Annotated[str, "口座番号"]
    account_name: Annotated[str, "加入者名"]
    places: Annotated[str, "納付場所"]
    store_limit: Annotated[str, "コンビニの上限額"]
    issuer: Annotated[Issuer, "担当"]


@dataclass(frozen=True, kw_only=True)
class PaymentSlip:
    """What differs: whole yen, days inclusive. `barcode` is its 44 digits, or empty where no shop takes it.

    `qr` is the payload as the payment agency's adapter made it; its layout is not public (facts, 6.3).
    """

    name: Annotated[str, "納付義務者の氏名"]
    postal_code: Annotated[str, "郵便番号"]
    address: Annotated[tuple[str, ...], "住所"]
    fiscal_year: Annotated[int, "年度"]
    notice_number: Annotated[str, "通知書番号"]
    instalment: Annotated[str, "期別"]
    amount: Annotated[int, "納付金額"]
    due_on: Annotated[date, "納期限"]
    pay_until: Annotated[date, "取扱期限"]
    barcode: Annotated[str, "バーコード"] = ""
    qr: Annotated[str, "QRコード"] = ""
    payment_numbers: Annotated[str, "納付番号等"] = ""
    run_number: Annotated[str, "処理番号"] = ""
    reissue: Annotated[int, "再発行の回数"] = 0

    def fields(self) -> Mapping[str, tuple[str, ...]]:
        """The lines of each field of the form, by its name."""
        readable = in_words(self.barcode) if self.barcode else ()
        return {
            "name": (self.name,),
            "address": (f"〒{self.postal_code}", *self.address),
            "year": (_year(self.fiscal_year),),
            "notice_number": (self.notice_number,),
            "instalment": (self.instalment,),
            "amount": (f"{self.amount:,}",),
            "due_on": (_day(self.due_on),),
            "pay_until": (_day(self.pay_until),),
            "barcode": (self.barcode,) if self.barcode else (),
            "readable": readable,
            "not_in_shops": self._without_shops(),
            "qr": (self.qr,) if self.qr else (),
            "payment_numbers": (self.payment_numbers,) if self.payment_numbers else (),
            "run_number": (self.run_number,) if self.run_number else (),
            "reissue": (f"再発行 {self.reissue}",) if self.reissue else (),
        }

    def _without_shops(self) -> tuple[str, ...]:
        if self.barcode:
            return ()
        return BY_QR_ONLY if self.qr else NOT_IN_SHOPS


@lru_cache(maxsize=256)
def _day(day: date) -> str:
    return format_long(day)


@lru_cache(maxsize=16)
def _year(year: int) -> str:
    return format_long(date(year, 4, 1)).partition("年")[0] + "年度"
