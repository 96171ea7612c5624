"""One card of an insured person: what stands on it (letters-and-certificates, section 3).

The same record fills every kind of certificate; which places are ★ for which kind is said in
`printing.documents`. An optional place that is empty prints "*".
"""

from dataclasses import dataclass
from datetime import date

from printing.places import place
from rules.eras import PartialDate


@dataclass(frozen=True, kw_only=True)
class Card:
    """The contents of one certificate. `copay_share` is in tenths (割): 2 or 3."""

    serial: str = place("証の通し番号")
    insurer_number: str = place("保険者番号")
    insurer_name: str = place("保険者名")
    symbol: str = place("記号")
    number: str = place("番号")
    branch: str = place("枝番")
    name: str = place("氏名")
    kana: str = place("フリガナ", default="")
    short_name: str = place("証に使う短い氏名", default="")
    sex: str = place("性別", default="")
    birth: PartialDate = place("生年月日")
    acquired_on: date = place("資格取得年月日")
    issued_on: date = place("交付年月日")
    expires_on: date | None = place("有効期限", default=None)
    head_name: str = place("世帯主の氏名", default="")
    address: tuple[str, ...] = place("住所", default=())
    copay_share: int | None = place("一部負担金の割合", default=None)
    share_from: date | None = place("一部負担金の割合の発効期日", default=None)
    share_until: date | None = place("一部負担金の割合の有効期限", default=None)  # None: expires_on
    limit_class: str = place("限度額適用区分", default="")
    limit_class_from: date | None = place("限度額適用区分の発効期日", default=None)
    long_stay_on: date | None = place("長期入院該当年月日", default=None)
    special_disease: str = place("特定疾病", default="")
    marks: tuple[str, ...] = place("表示", default=())
    reprint: bool = False
    reprinted_on: date | None = place("再発行の日", default=None)
