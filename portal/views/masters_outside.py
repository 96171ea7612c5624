"""Municipalities, schools, facilities and other insurers: what the office keeps of the world outside."""

from __future__ import annotations

from typing import Any, ClassVar

from models.masters import (
    Facility,
    Municipality,
    OtherInsurer,
    School,
)
from portal.language import lazy
from portal.views.base import ServedInterface, ServedModelView
from portal.views.fields import one_of, text, yes_no
from portal.views.master_words import (
    ACTIVE,
    ADDRESS,
    FACILITY_KINDS,
    IN_USE,
    INSURER_KINDS,
)


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
