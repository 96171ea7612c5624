"""Fills the office's own tables: what every installation needs, and what the fictitious city has beside it.

Both may run again at any time: a row that is there, changed by the office or not, is left alone.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from rules.numbers import insurer_number_check_digit, municipality_code_check_digit
from services import masters
from services.demonstration import paper_kinds, places, reasons

if TYPE_CHECKING:
    from services.context import Context

Rows = list[dict[str, Any]]

CLOSED_DAYS = (
    (12, 29, "年末の閉庁日"),
    (12, 30, "年末の閉庁日"),
    (12, 31, "年末の閉庁日"),
    (1, 1, "元日"),
    (1, 2, "年始の閉庁日"),
    (1, 3, "年始の閉庁日"),
)
YEARS_BACK, YEARS_AHEAD = 3, 2
HEAD_OFFICE = "01"


def install_masters(ctx: Context) -> dict[str, int]:
    """What every installation needs: kinds of papers, reasons, closed days. Says how many rows came new."""
    return _fill(
        ctx,
        {
            "paper_kind": paper_kinds.rows(),
            "reason_code": reasons.rows(),
            "holiday": closed_days(ctx.today.year),
        },
    )


def install_city(ctx: Context) -> dict[str, int]:
    """The offices, neighbours, insurers, schools and facilities of 見本市; never in production."""
    return _fill(
        ctx,
        {
            "office": _offices(),
            "municipality": _municipalities(),
            "other_insurer": _insurers(),
            "school": _schools(),
            "facility": _facilities(),
            "city_setting": _settings(),
        },
    )


def closed_days(year: int) -> Rows:
    """29 December to 3 January around a year: closed by custom and ordinance, most no national holiday."""
    return [
        {"day": date(near, month, day), "name": name}
        for near in range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
        for month, day, name in CLOSED_DAYS
    ]


def _fill(ctx: Context, tables: dict[str, Rows]) -> dict[str, int]:
    return {name: _add_missing(ctx, masters.MASTERS[name], rows) for name, rows in tables.items()}


def _add_missing(ctx: Context, master: masters.Master, rows: Rows) -> int:
    columns = [getattr(master.model, name) for name in master.unique]
    there = {tuple(row) for row in ctx.session.execute(select(*columns))}
    missing = [row for row in rows if tuple(row[name] for name in master.unique) not in there]
    for row in missing:
        masters.add(ctx, master, row)
    return len(missing)


def _offices() -> Rows:
    told = (
        (HEAD_OFFICE, "国保年金課", "National Health Insurance and Pension Section", "架空町1番1号"),
        ("02", "北サービスセンター", "North Service Center", "例示町2丁目2番2号"),
        ("03", "南サービスセンター", "South Service Center", "試験町3丁目3番3号"),
        ("04", "駅前サービスセンター", "Station Service Center", "想像町4丁目4番4号"),
        ("11", "情報政策課", "Information Policy Section", "架空町1番1号"),
        ("12", "市民課", "Citizen Section", "架空町1番1号"),
        ("13", "介護保険事業担当", "Long-Term Care Section", "架空町1番1号"),
        ("14", "北部保健福祉管理課", "North Welfare Center", "例示町2丁目2番8号"),
        ("15", "南部保健福祉管理課", "South Welfare Center", "試験町3丁目3番8号"),
        ("16", "障害福祉課", "Disability Section", "架空町1番1号"),
    )
    contractors = {
        "code": "itaku",
        "name": "委託先",
        "name_en": "Contractors",
        "telephone": "",
        "address": "",
    }
    return [contractors] + [
        {
            "code": code,
            "name": name,
            "name_en": english,
            "telephone": f"000-0000-00{code}",
            "address": places.CITY + address,
        }
        for code, name, english, address in told
    ]


def _municipalities() -> Rows:
    told = (
        ("99999", "見本県", "見本市", "ミホンシ"),
        ("99101", "見本県", "架空市", "カクウシ"),
        ("99102", "見本県", "試験町", "シケンチョウ"),
        ("99103", "見本県", "名無村", "ナナシムラ"),
        ("98101", "例示県", "雛形市", "ヒナガタシ"),
        ("98102", "例示県", "手本市", "テホンシ"),
        ("97101", "模擬県", "練習市", "レンシュウシ"),
    )
    return [
        {
            "code": f"{digits}{municipality_code_check_digit(digits)}",
            "prefecture": prefecture,
            "name": name,
            "name_kana": kana,
        }
        for digits, prefecture, name, kana in told
    ]


def _insurers() -> Rows:
    told = (
        ("0199001", "kyokai", "全国健康保険協会 見本支部"),
        ("0699001", "kumiai", "架空工業健康保険組合"),
        ("0699002", "kumiai", "試験電機健康保険組合"),
        ("3199001", "kyosai", "例示省共済組合"),
        ("3499001", "kyosai", "見本学校共済組合"),
        ("3999001", "late_elderly", "見本県後期高齢者医療広域連合"),
        ("99001", "kokuho", "架空市国民健康保険"),
        ("99300", "kokuho_kumiai", "見本建設国民健康保険組合"),
    )
    return [
        {"insurer_number": f"{digits}{insurer_number_check_digit(digits)}", "kind": kind, "name": name}
        for digits, kind, name in told
    ]


def _schools() -> Rows:
    return [
        {"name": name, "address": address}
        for name, address in (
            ("架空大学", "例示県雛形市想定町1丁目1番1号"),
            ("試験工科大学", "例示県手本市仮定町2番2号"),
            ("模擬医療専門学校", "模擬県練習市演習町3番3号"),
            ("見本高等学校", f"{places.CITY}試験町5丁目5番5号"),
        )
    ]


def _facilities() -> Rows:
    return [
        {"kind": kind, "name": name, "address": address}
        for kind, name, address in (
            ("nursing", "特別養護老人ホーム見本苑", "例示県手本市仮定町9番10号"),
            ("nursing", "介護老人保健施設架空の里", "模擬県練習市演習町11番12号"),
            ("hospital", "試験総合病院", f"{places.CITY}架空町7丁目7番7号"),
            ("welfare", "児童養護施設例示学園", "見本県架空市仮の町8番8号"),
            ("disability", "障害者支援施設想定の家", "見本県試験町大字例示9番地"),
        )
    ]


def _settings() -> Rows:
    """Settings on which papers and numbers rest that an administrator would change by screen."""
    return [
        {
            "key": key,
            "from_on": date(2020, 4, 1),
            "value": value,
            "title": title,
            "source": "架空の市のための設定(docs/demonstration.md)",
            "certainty": "unverified",
        }
        for key, value, title in (
            ("office/mayor_name", "見本 太郎", "発行者の氏名"),
            ("office/phone", "000-0000-0000", "担当課の電話番号"),
        )
    ]
