"""One card of an insured person: what stands on it (letters-and-certificates, section 3).

The same record fills every kind of certificate; which places are ★ for which kind is said in
`printing.documents`. An optional place that is empty prints "*".
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from rules.eras import PartialDate


@dataclass(frozen=True, kw_only=True)
class Card:
    """The contents of one certificate. `copay_share` is in tenths (割): 2 or 3."""

    serial: Annotated[str, "証の通し番号"]
    insurer_number: Annotated[str, "保険者番号"]
    insurer_name: Annotated[str, "保険者名"]
    symbol: Annotated[str, "記号"]
    number: Annotated[str, "番号"]
    branch: Annotated[str, "枝番"]
    name: Annotated[str, "氏名"]
    kana: Annotated[str, "フリガナ"] = ""
    short_name: Annotated[str, "証に使う短い氏名"] = ""
    sex: Annotated[str, "性別"] = ""
    birth: Annotated[PartialDate, "生年月日"]
    acquired_on: Annotated[date, "資格取得年月日"]
    issued_on: Annotated[date, "交付年月日"]
    expires_on: Annotated[date | None, "有効期限"] = None
    head_name: Annotated[str, "世帯主の氏名"] = ""
    address: Annotated[tuple[str, ...], "住所"] = ()
    copay_share: Annotated[int | None, "一部負担金の割合"] = None
    share_from: Annotated[date | None, "一部負担金の割合の発効期日"] = None
    share_until: Annotated[date | None, "一部負担金の割合の有効期限"] = None  # None: expires_on
    limit_class: Annotated[str, "限度額適用区分"] = ""
    limit_class_from: Annotated[date | None, "限度額適用区分の発効期日"] = None
    long_stay_on: Annotated[date | None, "長期入院該当年月日"] = None
    special_disease: Annotated[str, "特定疾病"] = ""
    limits: Annotated[tuple[str, ...], "自己負担限度額"] = ()
    marks: Annotated[tuple[str, ...], "表示"] = ()
    reprint: bool = False
    reprinted_on: Annotated[date | None, "再発行の日"] = None
