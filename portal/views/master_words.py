"""Words that the tables of the office say on several pages."""

from __future__ import annotations

from typing import Any

from portal.language import lazy

IN_USE = (
    ("使用", "In use"),
    ("届出や入力の画面で選べる", "Can be chosen in notifications and forms"),
)
ACTIVE: Any = lazy("使用", "In use")
ADDRESS = ("所在地", "Address")
FACILITY_KINDS = {
    "hospital": ("病院・診療所", "Hospital or clinic"),
    "welfare": ("社会福祉施設", "Welfare facility"),
    "nursing": ("介護保険施設", "Care facility"),
    "disability": ("障害者支援施設", "Facility for the disabled"),
    "other": ("その他", "Other"),
}
INSURER_KINDS = {
    "kyokai": ("全国健康保険協会", "Japan Health Insurance Association"),
    "kumiai": ("健康保険組合", "Health insurance society"),
    "kyosai": ("共済組合", "Mutual aid association"),
    "kokuho_kumiai": ("国民健康保険組合", "NHI society"),
    "kokuho": ("市町村国保", "Municipal NHI"),
    "late_elderly": ("後期高齢者医療広域連合", "Late-elderly union"),
    "other": ("その他", "Other"),
}
PAPER_USES = {
    "notification": ("届出に添えるもの", "Goes with a notification"),
    "number": ("番号確認", "Confirms the Individual Number"),
    "identity_one": ("身元確認(1点)", "Confirms identity, one is enough"),
    "contract": ("委託契約", "Contracts"),
    "identity_two": ("身元確認(2点)", "Confirms identity, two are needed"),
    "authority": ("代理権の確認", "Confirms authority of an agent"),
}
CERTAINTIES = {
    "verified": ("確認済み(一次資料)", "Verified against the source"),
    "secondary": ("二次資料による", "From a secondary source"),
    "unverified": ("未確認", "Not verified"),
}
