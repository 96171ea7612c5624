"""Words of the registry's pages: what a code on record is called, in the language of the screen."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import current_app, url_for

from forms.catalog import load
from models.certificate import EVENTS, KINDS
from models.person import SEX_LABELS
from portal.language import t
from portal.views.line_of_time import Span
from rules.eras import PartialDate, format_both, format_short
from services.cases import STATES

if TYPE_CHECKING:
    from services.household_page import HouseholdPage, Member
    from services.person_page import PersonPage, Superseding
    from services.registry_pages import ReasonNames

Pair = tuple[str, str]
ONE_DAY = timedelta(days=1)
ADDRESS_KINDS: dict[str, Pair] = {
    "residence": ("住所", "Residence"),
    "mailing": ("送付先", "Mailing address"),
    "safe": ("秘匿の送付先", "Protected mailing address"),
}
RESIDENT_KINDS: dict[str, Pair] = {
    "1": ("住民(日本人)", "Resident (Japanese)"),
    "2": ("住民(外国人)", "Resident (foreign)"),
    "3": ("住登外", "Not registered here"),
}
STANDINGS: dict[str, tuple[str, str, str]] = {
    "insured": ("加入中", "Insured", "done"),
    "future": ("加入予定", "To begin", "waiting"),
    "lost": ("喪失", "Ended", "stopped"),
    "none": ("加入なし", "Not insured", "draft"),
}
RECORD_KINDS: dict[str, Pair] = {
    "person": ("個人", "Person"),
    "address": ("住所", "Address"),
    "period": ("資格", "Eligibility"),
    "membership": ("世帯", "Household"),
    "headship": ("世帯主", "Head"),
}
FACT_NAMES: dict[str, Pair] = {
    "name": ("氏名", "Name"),
    "name_kana": ("フリガナ", "Kana"),
    "birth_date": ("生年月日", "Date of birth"),
    "sex": ("性別", "Sex"),
    "resident_kind": ("住民区分", "Kind of resident"),
    "alias_name": ("通称", "Alias"),
    "alias_kana": ("通称フリガナ", "Alias kana"),
    "name_latin": ("ローマ字氏名", "Latin name"),
    "former_surname": ("旧氏", "Former surname"),
    "died_on": ("死亡日", "Died on"),
    "phone": ("電話番号", "Phone"),
    "nationality": ("国籍", "Nationality"),
    "residence_status": ("在留資格", "Residence status"),
    "residence_expires_on": ("在留期限", "Residence expires"),
    "has_insurance_card_registration": ("マイナ保険証", "My Number insurance card"),
    "needs_help": ("要配慮", "Needs help"),
    "protective_measure": ("支援措置", "Protective measure"),
    "protective_measure_until": ("支援措置の期限", "Protective measure until"),
    "copay_share": ("負担割合", "Share"),
    "address": ("住所", "Address"),
    "building": ("方書", "Building"),
    "postal_code": ("郵便番号", "Postal code"),
    "from_on": ("開始日", "From"),
    "until_on": ("終了日", "Until"),
    "acquired_on": ("資格取得日", "Acquired on"),
    "acquisition_reason": ("取得事由", "Reason of acquisition"),
    "lost_on": ("資格喪失日", "Lost on"),
    "loss_reason": ("喪失事由", "Reason of loss"),
    "coverage_end_on": ("適用終了日", "Coverage ended on"),
    "cancelled": ("取消", "Cancelled"),
    "residence_exception": ("特例", "Exception"),
    "relationship_code": ("続柄", "Relation"),
    "nhi_only": ("国保上の世帯主", "Head for NHI only"),
}
REASONS_OF = {"acquisition_reason": "acquisition", "loss_reason": "loss"}
EXCEPTIONS: dict[str, Pair] = {
    "student": ("学(法116条)", "Student (art. 116)"),
    "facility": ("住所地特例(法116条の2)", "Facility (art. 116-2)"),
}


@cache
def _relationships() -> dict[str, Pair]:
    ui: Any = load("acquisition", "apply").ui
    options: dict[str, dict[str, str]] = ui["defs"]["relationship"]["options"]
    pairs = {code: (words["ja"], words["en"]) for code, words in options.items()}
    return pairs | {pair[0]: pair for pair in pairs.values()}


def said(words: dict[str, Pair], code: str | None) -> str:
    """What a code is called; a code without words stands as it is."""
    pair = words.get(code or "")
    return t(*pair) if pair else code or ""


def relationship(code: str) -> str:
    """世帯主, 妻, 子 … by code, or by the words that were taken over from the old system."""
    return said(_relationships(), code)


def sex(code: str) -> str:
    return said(SEX_LABELS, code)


def certificate_kind(kind: str) -> str:
    return said(KINDS, kind)


def certificate_state(kind: str) -> tuple[str, str]:
    """What became of a certificate, and the kind of its mark."""
    mark = {"issued": "waiting", "spoiled": "back", "undelivered": "back", "not_returned": "back"}
    ended = {"returned", "lost", "replaced", "voided"}
    return said(EVENTS, kind), "stopped" if kind in ended else mark.get(kind, "done")


def notification_state(kind: str) -> tuple[str, str]:
    """The state of a notification in words, and the kind of its mark."""
    ja, en, mark = STATES[kind]
    return t(ja, en), mark


def reason(names: ReasonNames, procedure: str, code: str | None) -> str:
    """The name of a reason with its code."""
    if not code:
        return ""
    pair = names.get((procedure, code))
    return f"{code} {t(*pair)}" if pair else code


def age(ages: tuple[int, int] | None) -> str:
    """46歳; 75〜76歳 where the date of birth is known in part."""
    if ages is None or ages[1] < 0:
        return ""
    return t(f"{_least_to_most(ages)}歳", f"aged {_least_to_most(ages)}")


def _least_to_most(ages: tuple[int, int]) -> str:
    least, most = ages
    return str(most) if least == most else f"{max(least, 0)}〜{most}"


def value(name: str, of: Any) -> str:
    """A fact of the record as people read it."""
    if of is None or of == "":
        return "—"
    if isinstance(of, bool):
        return t("はい", "Yes") if of else t("いいえ", "No")
    if name == "birth_date":
        return format_both(PartialDate.parse_iso(of))
    if isinstance(of, date):
        return format_short(of)
    words = {"sex": SEX_LABELS, "resident_kind": RESIDENT_KINDS, "residence_exception": EXCEPTIONS}
    return relationship(of) if name == "relationship_code" else said(words.get(name, {}), str(of))


def address_lines(row: Any) -> str:
    """〒000-0001 見本県見本市架空町1丁目2番3号 見本荘101."""
    code = f"〒{row.postal_code[:3]}-{row.postal_code[3:]} " if row.postal_code else ""
    return f"{code}{row.address} {row.building or ''}".strip()


def spans(page: PersonPage) -> list[tuple[str, list[Span]]]:
    """The lanes of the line of time: periods, certificates, addresses, households."""
    return [
        (t("資格", "Eligibility"), [_period_span(page, row) for row in page.periods if not row.cancelled]),
        (t("証", "Certificates"), [_paper_span(paper) for paper in reversed(page.papers)]),
        (t("住所", "Addresses"), [_address_span(page, row) for row in page.addresses]),
        (t("世帯", "Households"), [_home_span(one) for one in page.homes if not one.heads]),
    ]


def _period_span(page: PersonPage, row: Any) -> Span:
    text = reason(page.reasons, "acquisition", row.acquisition_reason)
    return Span(row.acquired_on, row.lost_on - ONE_DAY if row.lost_on else None, text, "period")


def _paper_span(paper: Any) -> Span:
    kind = "paper ended" if certificate_state(paper.last)[1] == "stopped" else "paper"
    one = paper.certificate
    return Span(one.issued_on, one.expires_on, certificate_kind(one.kind), kind)


def _address_span(page: PersonPage, row: Any) -> Span:
    text = said(ADDRESS_KINDS, row.kind) if page.hides_places else row.address
    return Span(row.from_on, row.until_on, text, f"address {row.kind}")


def _home_span(home: Any) -> Span:
    row = home.row
    text = f"{home.household.household_number} {relationship(row.relationship_code)}"
    return Span(row.from_on, row.until_on, text.strip(), "home")


def standing_of(period: Any, day: date) -> tuple[str, str]:
    """加入中, 加入予定, 喪失, 加入なし for one period on a day, with the kind of its mark."""
    if period is None:
        kind = "none"
    elif period.covers(day):
        kind = "insured"
    else:
        kind = "future" if period.acquired_on > day else "lost"
    ja, en, mark = STANDINGS[kind]
    return t(ja, en), mark


def is_nominal(page: HouseholdPage) -> bool:
    """Whether the head is not insured himself while somebody is (擬制世帯主)."""
    return page.head is not None and not page.head.is_insured and page.insured > 0


def link(endpoint: str, **values: Any) -> str | None:
    """The address of a page, None where this installation does not serve it."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def member_name(member: Member) -> str:
    """The name of a member; who was not on record yet on that day has none."""
    return member.record.name if member.record else "—"


def summary(one: Superseding, page: PersonPage) -> str:
    """What a row of the record says, in one line."""
    row = one.row
    if one.kind == "person":
        return f"{row.name} {row.name_kana} {format_short(row.birth)}"
    if one.kind == "period":
        begun = (
            f"{format_short(row.acquired_on)} {reason(page.reasons, 'acquisition', row.acquisition_reason)}"
        )
        ended = f"{format_short(row.lost_on)} {reason(page.reasons, 'loss', row.loss_reason)}"
        return f"{begun} 〜 {ended if row.lost_on else ''}".strip()
    lasted = f"{format_short(row.from_on)} 〜 {format_short(row.until_on)}".strip()
    if one.kind == "address":
        where = t("(支援措置)", "(protected)") if page.hides_places else address_lines(row)
        return f"{said(ADDRESS_KINDS, row.kind)} {lasted} {where}"
    words = relationship(row.relationship_code) if one.kind == "membership" else t("世帯主", "Head")
    return f"{one.household_number} {words} {lasted}".strip()


def changes(one: Superseding, page: PersonPage) -> list[tuple[str, str, str]]:
    """What differs from the row before, in words; of a protected person's places only that it did."""
    return [
        (
            said(FACT_NAMES, name),
            *(
                ("***", "***")
                if page.hides_places and (one.kind == "address" or name == "phone")
                else _before_after(name, before, after, page)
            ),
        )
        for name, before, after in one.changed
    ]


def _before_after(name: str, before: Any, after: Any, page: PersonPage) -> tuple[str, str]:
    if name not in REASONS_OF:
        return value(name, before), value(name, after)
    procedure = REASONS_OF[name]
    return reason(page.reasons, procedure, before) or "—", reason(page.reasons, procedure, after) or "—"
