"""The tables that the office keeps itself: municipalities, schools, facilities, insurers, codes, settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import g
from flask_appbuilder.baseviews import BaseView, expose
from wtforms.fields.choices import SelectChoice

from models.masters import (
    CitySetting,
    Facility,
    Holiday,
    Municipality,
    Office,
    OtherInsurer,
    PaperKind,
    ReasonCode,
    School,
)
from portal.extensions import db
from portal.language import lazy, t
from portal.security.access import requires
from portal.views.base import ServedInterface, ServedModelView
from portal.views.fields import era_date, number, one_name, one_of, text, yes_no
from rules.eras import format_short
from services import procedures

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
    "identity_two": ("身元確認(2点)", "Confirms identity, two are needed"),
    "authority": ("代理権の確認", "Confirms authority of an agent"),
}
CERTAINTIES = {
    "verified": ("確認済み(一次資料)", "Verified against the source"),
    "secondary": ("二次資料による", "From a secondary source"),
    "unverified": ("未確認", "Not verified"),
}


def procedure_choices() -> list[SelectChoice]:
    """The procedures that have reasons: those that we ship, and those of the city in force."""
    return [SelectChoice(slug, t(*names)) for slug, names in procedures.notified(db.session).items()]


class MunicipalityView(ServedModelView):
    """Municipalities by their code."""

    route_base = "/masters/municipalities"
    datamodel = ServedInterface(Municipality)
    name = lazy("市区町村", "Municipalities")
    lead = lazy("転入元・転出先として選ぶ市区町村", "Where people come from and go to")
    list_columns = (
        "code",
        "prefecture",
        "name",
        "name_kana",
        "active",
    )
    show_columns = list_columns
    search_columns = (
        "code",
        "prefecture",
        "name",
        "name_kana",
    )
    order_columns = (
        "code",
        "prefecture",
        "name",
        "name_kana",
    )
    base_order = ("code", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "code": lazy("団体コード", "Code"),
        "prefecture": lazy("都道府県", "Prefecture"),
        "name": lazy("名称", "Name"),
        "name_kana": lazy("カナ", "Kana"),
        "active": ACTIVE,
    }
    form_columns: ClassVar[dict[str, Any]] = {
        "code": text(("団体コード", "Code"), 6, ("検査数字を含む6桁", "Six digits with the check digit")),
        "prefecture": text(("都道府県", "Prefecture"), 20),
        "name": text(("名称", "Name"), 60),
        "name_kana": text(("カナ", "Kana"), 80, required=False),
        "active": yes_no(*IN_USE, default=True),
    }


class SchoolView(ServedModelView):
    """Schools, for the exception of students."""

    route_base = "/masters/schools"
    datamodel = ServedInterface(School)
    name = lazy("学校", "Schools")
    lead = lazy("修学中の特例(法第116条)で選ぶ学校", "Schools for the exception of students (art. 116)")
    list_columns = (
        "name",
        "address",
        "active",
    )
    show_columns = list_columns
    search_columns = (
        "name",
        "address",
    )
    order_columns = ("name",)
    base_order = ("name", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": lazy("名称", "Name"),
        "address": lazy(*ADDRESS),
        "active": ACTIVE,
    }
    form_columns: ClassVar[dict[str, Any]] = {
        "name": text(("名称", "Name"), 100),
        "address": text(ADDRESS, 200, required=False),
        "active": yes_no(*IN_USE, default=True),
    }


class FacilityView(ServedModelView):
    """Facilities, for the special exception for residence."""

    route_base = "/masters/facilities"
    datamodel = ServedInterface(Facility)
    name = lazy("施設", "Facilities")
    lead = lazy(
        "住所地特例(法第116条の2)で選ぶ施設",
        "Facilities for the special exception for residence (art. 116-2)",
    )
    list_columns = (
        "name",
        "kind",
        "address",
        "active",
    )
    show_columns = list_columns
    search_columns = (
        "name",
        "address",
    )
    order_columns = (
        "name",
        "kind",
    )
    base_order = ("name", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": lazy("名称", "Name"),
        "kind": lazy("種類", "Kind"),
        "address": lazy(*ADDRESS),
        "active": ACTIVE,
    }
    form_columns: ClassVar[dict[str, Any]] = {
        "name": text(("名称", "Name"), 100),
        "kind": one_of(("種類", "Kind"), FACILITY_KINDS),
        "address": text(ADDRESS, 200, required=False),
        "active": yes_no(*IN_USE, default=True),
    }


class OtherInsurerView(ServedModelView):
    """Other insurers, whom people come from and go to."""

    route_base = "/masters/insurers"
    datamodel = ServedInterface(OtherInsurer)
    name = lazy("他の保険者", "Other insurers")
    lead = lazy("社保離脱・社保加入などで選ぶ保険者", "Insurers whom people leave and join")
    list_columns = (
        "insurer_number",
        "name",
        "kind",
        "active",
    )
    show_columns = list_columns
    search_columns = (
        "insurer_number",
        "name",
    )
    order_columns = (
        "insurer_number",
        "name",
        "kind",
    )
    base_order = ("insurer_number", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "insurer_number": lazy("保険者番号", "Insurer's number"),
        "name": lazy("名称", "Name"),
        "kind": lazy("種類", "Kind"),
        "active": ACTIVE,
    }
    form_columns: ClassVar[dict[str, Any]] = {
        "insurer_number": text(
            ("保険者番号", "Insurer's number"), 8, ("6桁または8桁の数字", "Six or eight digits")
        ),
        "name": text(("名称", "Name"), 100),
        "kind": one_of(("種類", "Kind"), INSURER_KINDS),
        "active": yes_no(*IN_USE, default=True),
    }


class PaperKindView(ServedModelView):
    """Kinds of papers that people bring."""

    route_base = "/masters/papers"
    datamodel = ServedInterface(PaperKind)
    name = lazy("書類の種類", "Kinds of papers")
    lead = lazy(
        "届出で求める書類と、本人確認に使う書類",
        "Papers asked for with a notification, and those that confirm identity",
    )
    list_columns = (
        "name",
        "use",
        "may_be_scanned",
        "code",
        "active",
    )
    show_columns = (
        "name",
        "name_en",
        "use",
        "may_be_scanned",
        "code",
        "active",
    )
    search_columns = (
        "code",
        "name",
        "name_en",
    )
    order_columns = (
        "name",
        "use",
        "code",
    )
    base_order = ("use", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": lazy("名称", "Name"),
        "name_en": lazy("英語の名称", "Name in English"),
        "use": lazy("使いみち", "Use"),
        "may_be_scanned": lazy("写しの保存", "Scan may be kept"),
        "code": lazy("コード", "Code"),
        "active": ACTIVE,
    }
    form_columns: ClassVar[dict[str, Any]] = {
        "code": text(
            ("コード", "Code"),
            40,
            ("手続の定義が使う英小文字の名前", "The lower-case name that definitions use"),
        ),
        "name": text(("名称", "Name"), 80),
        "name_en": text(("英語の名称", "Name in English"), 120, required=False),
        "use": one_of(("使いみち", "Use"), PAPER_USES),
        "may_be_scanned": yes_no(
            ("写しの保存", "Scan may be kept"),
            (
                "スキャンを添付できる(番号確認の書類は添付できません)",
                "A scan may be attached (never of a number paper)",
            ),
        ),
        "active": yes_no(*IN_USE, default=True),
    }


class ReasonCodeView(ServedModelView):
    """Reasons of the procedures, with the citizen's words for them."""

    route_base = "/masters/reasons"
    datamodel = ServedInterface(ReasonCode)
    name = lazy("異動事由", "Reasons")
    lead = lazy("届出の理由と、窓口で使う言葉", "Reasons of notifications, and the words at the counter")
    list_columns = (
        "name",
        "procedure",
        "code",
        "words",
        "article",
        "sort",
        "active",
    )
    show_columns = (
        "name",
        "name_en",
        "procedure",
        "code",
        "words",
        "words_en",
        "article",
        "sort",
        "active",
    )
    search_columns = (
        "procedure",
        "code",
        "name",
        "words",
        "article",
    )
    order_columns = (
        "procedure",
        "code",
        "name",
        "sort",
    )
    base_order = ("procedure", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": lazy("事由", "Reason"),
        "name_en": lazy("英語の名称", "Name in English"),
        "procedure": lazy("手続", "Procedure"),
        "code": lazy("コード", "Code"),
        "words": lazy("市民の言葉", "In the citizen's words"),
        "words_en": lazy("市民の言葉(英語)", "In the citizen's words (English)"),
        "article": lazy("根拠", "Basis"),
        "sort": lazy("並び順", "Order"),
        "active": ACTIVE,
    }
    form_columns: ClassVar[dict[str, Any]] = {
        "procedure": one_name(("手続", "Procedure"), procedure_choices),
        "code": text(("コード", "Code"), 20),
        "name": text(("事由", "Reason"), 60),
        "name_en": text(("英語の名称", "Name in English"), 80, required=False),
        "words": text(
            ("市民の言葉", "In the citizen's words"),
            100,
            ("例: 会社の保険をやめた", "e.g. I left my company's insurance"),
            required=False,
        ),
        "words_en": text(("市民の言葉(英語)", "In the citizen's words (English)"), 120, required=False),
        "article": text(("根拠", "Basis"), 60, ("例: 法第7条", "e.g. art. 7"), required=False),
        "sort": number(("並び順", "Order"), ("小さい順に並びます", "Smaller ones come first")),
        "active": yes_no(*IN_USE, default=True),
    }

    def choices(self, name: str) -> Mapping[str, Any]:
        """The words of the codes; of the procedures those that are on record, read once a page."""
        if name != "procedure":
            return super().choices(name)
        if "procedure_words" not in g:
            g.procedure_words = {one.value: one.label for one in procedure_choices()}
        found: Mapping[str, Any] = g.procedure_words
        return found


class OfficeView(ServedModelView):
    """Sections and service centers."""

    route_base = "/masters/offices"
    datamodel = ServedInterface(Office)
    name = lazy("課・窓口", "Offices")
    lead = lazy(
        "職員と案件が属する課・支所。通知書の差出人にもなります",
        "Where staff and cases belong; the sender of letters",
    )
    list_columns = (
        "code",
        "name",
        "telephone",
        "address",
        "active",
    )
    show_columns = (
        "code",
        "name",
        "name_en",
        "telephone",
        "address",
        "active",
    )
    search_columns = (
        "code",
        "name",
        "address",
    )
    order_columns = (
        "code",
        "name",
    )
    base_order = ("code", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "code": lazy("コード", "Code"),
        "name": lazy("名称", "Name"),
        "name_en": lazy("英語の名称", "Name in English"),
        "telephone": lazy("電話", "Telephone"),
        "address": lazy(*ADDRESS),
        "active": ACTIVE,
    }
    form_columns: ClassVar[dict[str, Any]] = {
        "code": text(("コード", "Code"), 10),
        "name": text(("名称", "Name"), 60),
        "name_en": text(("英語の名称", "Name in English"), 80, required=False),
        "telephone": text(("電話", "Telephone"), 20, required=False),
        "address": text(ADDRESS, 200, required=False),
        "active": yes_no(*IN_USE, default=True),
    }


class HolidayView(ServedModelView):
    """Days on which the counters are closed beyond weekends and national holidays."""

    route_base = "/masters/holidays"
    datamodel = ServedInterface(Holiday)
    name = lazy("閉庁日", "Closed days")
    lead = lazy(
        "土日・国民の祝日・年末年始のほかに窓口を閉じる日。届出期限の計算に使います",
        "Closed days besides weekends and national holidays; due dates are counted by them",
    )
    list_columns = (
        "day",
        "name",
    )
    show_columns = list_columns
    search_columns = (
        "day",
        "name",
    )
    order_columns = (
        "day",
        "name",
    )
    base_order = ("day", "desc")
    label_columns: ClassVar[dict[str, Any]] = {"day": lazy("日", "Day"), "name": lazy("名称", "Name")}
    form_columns: ClassVar[dict[str, Any]] = {
        "day": era_date(("日", "Day")),
        "name": text(("名称", "Name"), 60, ("例: 市制記念日", "e.g. City Day")),
    }

    def title_of(self, row: Holiday) -> str:
        """Day and name."""
        return f"{format_short(row.day)} {row.name}"


class CitySettingView(ServedModelView):
    """Settings of the city by date, with source and certainty."""

    route_base = "/masters/settings"
    datamodel = ServedInterface(CitySetting)
    name = lazy("市の設定", "Settings of the city")
    lead = lazy(
        "適用日と根拠をもつ値。過去の日の値は残り、その日の計算に使われます",
        "Values with the day they begin and their source; past values stay in force for past days",
    )
    list_columns = (
        "title",
        "key",
        "from_on",
        "value",
        "certainty",
    )
    show_columns = (
        "title",
        "key",
        "from_on",
        "value",
        "source",
        "certainty",
    )
    search_columns = (
        "key",
        "title",
        "value",
        "source",
    )
    order_columns = (
        "title",
        "key",
        "from_on",
    )
    base_order = ("key", "asc")
    label_columns: ClassVar[dict[str, Any]] = {
        "title": lazy("名称", "Name"),
        "key": lazy("キー", "Key"),
        "from_on": lazy("適用日", "In force from"),
        "value": lazy("値", "Value"),
        "source": lazy("根拠", "Source"),
        "certainty": lazy("確かさ", "Certainty"),
    }
    form_columns: ClassVar[dict[str, Any]] = {
        "key": text(("キー", "Key"), 80, ("docs/settings.md にある名前", "A name out of docs/settings.md")),
        "title": text(("名称", "Name"), 120),
        "from_on": era_date(("適用日", "In force from")),
        "value": text(("値", "Value"), 200),
        "source": text(
            ("根拠", "Source"), 300, ("条例・規則・通知など", "Ordinance, rule, circular"), required=False
        ),
        "certainty": one_of(("確かさ", "Certainty"), CERTAINTIES),
    }

    def title_of(self, row: CitySetting) -> str:
        """Name and first day."""
        return f"{row.title or row.key}({format_short(row.from_on)}から)"


MASTER_VIEWS: tuple[type[ServedModelView], ...] = (
    OfficeView,
    HolidayView,
    CitySettingView,
    ReasonCodeView,
    PaperKindView,
    MunicipalityView,
    OtherInsurerView,
    SchoolView,
    FacilityView,
)


class MasterIndexView(BaseView):
    """All masters, each in a sentence."""

    route_base = "/masters"
    default_view = "index"

    @expose("/")
    @requires("masters.read")
    def index(self) -> Any:
        """The list of masters."""
        entries = [(view.name, view.lead, f"{view.__name__}.list") for view in MASTER_VIEWS]
        return self.render_template("records/index.html", title=t("マスタ", "Masters"), entries=entries)
