"""The offices, their closed days, and the settings of the city."""

from __future__ import annotations

from typing import Any, ClassVar

from models.masters import (
    CitySetting,
    Holiday,
    Office,
)
from portal.language import lazy
from portal.views.base import ServedInterface, ServedModelView
from portal.views.fields import era_date, one_of, text, yes_no
from portal.views.master_words import (
    ACTIVE,
    ADDRESS,
    CERTAINTIES,
    IN_USE,
)
from rules.eras import format_short


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
