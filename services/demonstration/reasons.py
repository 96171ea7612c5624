"""Reasons of the procedures: codes, law, and the citizen's words (facts.md 4.2, notification-forms 1 to 5).

Codes of acquisition and loss are the project's own, in the order of the annual report; 07 is added for entry
and status of residence. 法 is 国民健康保険法, 規則 its ordinance; the articles of the ordinance are general
knowledge and to be confirmed (docs/demonstration.md).
"""

from __future__ import annotations

from typing import Any

COLUMNS = ("code", "name", "name_en", "words", "words_en", "article")
ACQUISITION = (
    ("01", "転入", "Moved in", "引っ越してきた", "I moved here", "法7条、規則2条"),
    (
        "02",
        "社保離脱",
        "Left employees' insurance",
        "会社の保険をやめた",
        "I left my company's insurance",
        "法7条、規則3条",
    ),
    (
        "03",
        "生保廃止",
        "End of public assistance",
        "生活保護が終わった",
        "Public assistance ended",
        "法7条、規則3条",
    ),
    ("04", "出生", "Birth", "子が生まれた", "A child was born", "法7条、規則2条"),
    (
        "05",
        "後期離脱",
        "Left late-elderly insurance",
        "後期高齢者医療をやめた(障害認定の撤回)",
        "I left the late-elderly insurance",
        "法7条、規則3条",
    ),
    ("06", "組合離脱", "Left an NHI society", "国保組合をやめた", "I left an NHI society", "法7条、規則3条"),
    (
        "07",
        "入国・在留資格",
        "Entry or residence status",
        "外国から来た・在留資格が変わった",
        "I came from abroad, or my residence status changed",
        "法7条、規則2条",
    ),
    ("99", "その他", "Other", "そのほか", "Something else", "法7条"),
)
LOSS = (
    ("01", "転出", "Moved out", "引っ越していく", "I am moving away", "法8条、規則11条"),
    (
        "02",
        "社保加入",
        "Joined employees' insurance",
        "会社の保険に入った",
        "I joined my company's insurance",
        "法8条、規則12条",
    ),
    (
        "03",
        "生保開始",
        "Start of public assistance",
        "生活保護が始まった",
        "Public assistance began",
        "法8条2項、規則12条",
    ),
    ("04", "死亡", "Death", "家族が亡くなった", "Somebody of the family died", "法8条、規則12条"),
    (
        "05",
        "後期加入",
        "Joined late-elderly insurance",
        "75歳になった・障害認定を受けた",
        "I turned 75, or am recognised as disabled",
        "法8条、規則12条",
    ),
    (
        "06",
        "組合加入",
        "Joined an NHI society",
        "国保組合に入った",
        "I joined an NHI society",
        "法8条2項、規則12条",
    ),
    (
        "07",
        "在留資格終了・出国",
        "End of residence, departure",
        "外国へ行く・在留期間が終わった",
        "I am leaving Japan, or my period of stay ended",
        "法8条、規則11条",
    ),
    ("99", "その他", "Other", "そのほか", "Something else", "法8条"),
)
CHANGE = (
    ("name", "氏名変更", "Name", "名前が変わった", "My name changed", "規則8条"),
    (
        "address",
        "住所変更(転居)",
        "Address in the city",
        "市内で引っ越した",
        "I moved within the city",
        "規則10条",
    ),
    (
        "head",
        "世帯主変更",
        "Head of the household",
        "世帯主が変わった",
        "The head of the household changed",
        "規則10条の2",
    ),
    (
        "nhi_head",
        "国保上の世帯主変更",
        "Head for the insurance only",
        "国保だけの世帯主を変えたい",
        "I want another head for the insurance only",
        "規則10条の2",
    ),
    ("split", "世帯分離", "Household split", "世帯を分けた", "The household was split", "規則9条"),
    ("merge", "世帯合併", "Households merged", "世帯を一緒にした", "Households were merged", "規則9条"),
    (
        "residence",
        "在留期間の更新",
        "Extension of stay",
        "在留期間を更新した",
        "My period of stay was extended",
        "法6条、規則1条",
    ),
    (
        "my_number",
        "個人番号の変更",
        "Individual Number changed",
        "個人番号が変わった",
        "My Individual Number changed",
        "番号法7条2項",
    ),
)
REISSUE = (
    ("lost", "紛失", "Lost", "なくした", "I lost it", "規則7条"),
    ("stolen", "盗難", "Stolen", "盗まれた", "It was stolen", "規則7条"),
    ("spoilt", "汚損・破損", "Spoilt", "汚れた・破れた", "It is dirty or torn", "規則7条"),
    ("other", "その他", "Other", "そのほか", "Something else", "規則7条"),
)
CEILING_CERTIFICATE = (
    (
        "ceiling",
        "限度額適用",
        "Ceiling amount",
        "窓口での支払いを限度額までにしたい",
        "I want to pay up to the limit only",
        "規則27条の14の2",
    ),
    (
        "ceiling_reduction",
        "限度額適用・標準負担額減額",
        "Ceiling amount and meals",
        "非課税の世帯で、入院の食事代も下げたい",
        "Nobody here is taxed, and I want cheaper meals in hospital",
        "規則27条の14の4",
    ),
    (
        "long_stay",
        "長期入院該当",
        "Long stay",
        "入院が90日を超えた",
        "I have been in hospital for more than 90 days",
        "規則27条の14の4",
    ),
)
CANCELLATION = (
    ("wrong_entry", "入力誤り", "Wrong entry", "入力を誤った", "It was entered wrongly", ""),
    ("wrong_person", "人違い", "Wrong person", "別の人の届出だった", "It was about another person", ""),
    (
        "no_event",
        "事実なし",
        "No such event",
        "届け出た事実がなかった",
        "What was notified did not happen",
        "",
    ),
    ("duplicate", "二重の届出", "Notified twice", "同じ届出が二つあった", "The same was notified twice", ""),
    (
        "by_notifier",
        "届出人の申出",
        "Wish of the notifier",
        "届出人が取り消したい",
        "The notifier wants it",
        "",
    ),
    ("other", "その他", "Other", "そのほか", "Something else", ""),
)
STUDENT_EXCEPTION = (
    (
        "begin",
        "該当(開始)",
        "Begins",
        "進学で市外に住む",
        "I move away to study",
        "法116条、規則5条",
    ),
    ("continue", "継続", "Goes on", "在学証明を出す", "I prove that I still study", "法116条、規則5条"),
    (
        "end",
        "非該当(終了)",
        "Ends",
        "卒業・退学・就職した",
        "I graduated, left school or began to work",
        "法116条、規則5条",
    ),
)
FACILITY_EXCEPTION = (
    (
        "enter",
        "該当(入所・入院)",
        "Enters",
        "市外の施設・病院に入る",
        "I enter a facility elsewhere",
        "法116条の2、規則5条の2",
    ),
    (
        "transfer",
        "変更(次の施設へ)",
        "Another facility",
        "別の施設へ移った",
        "I moved to another facility",
        "法116条の2、規則5条の2",
    ),
    ("continue", "継続", "Goes on", "入所の証明を出す", "I prove my stay", "法116条の2"),
    ("end", "非該当(退所)", "Ends", "施設を出た", "I left the facility", "法116条の2、規則5条の2"),
)
EXEMPTION = (
    ("disaster", "災害", "Disaster", "火事や災害にあった", "There was a fire or a disaster", "法77条、条例"),
    ("job_loss", "失業", "Loss of job", "仕事を失った", "I lost my job", "法77条、条例"),
    ("closure", "廃業・休業", "Business closed", "店や事業をやめた", "I closed my business", "法77条、条例"),
    (
        "income_fall",
        "所得の減少",
        "Fall of income",
        "収入が大きく減った",
        "My income has fallen sharply",
        "法77条、条例",
    ),
    (
        "detention",
        "収容",
        "Detention",
        "刑務所などにいる",
        "Somebody is in prison or detained",
        "法59条・77条、条例",
    ),
    ("special", "特別の事情", "Special circumstances", "そのほかの事情", "Another reason", "法77条、条例"),
    (
        "revoke",
        "減免の取消",
        "Taking back",
        "減免の理由がなくなった",
        "The reason has gone",
        "法77条、条例",
    ),
)
PROCEDURES = {
    "acquisition": ACQUISITION,
    "loss": LOSS,
    "change": CHANGE,
    "facility_exception": FACILITY_EXCEPTION,
    "student_exception": STUDENT_EXCEPTION,
    "reissue": REISSUE,
    "ceiling_certificate": CEILING_CERTIFICATE,
    "exemption": EXEMPTION,
    "cancellation": CANCELLATION,
}


def rows() -> list[dict[str, Any]]:
    """All reasons as rows of the master, in the order in which they are offered."""
    return [
        dict(zip(COLUMNS, reason, strict=True)) | {"procedure": procedure, "sort": place}
        for procedure, reasons in PROCEDURES.items()
        for place, reason in enumerate(reasons, start=1)
    ]
