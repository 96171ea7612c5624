"""Papers that are asked for, and the reasons of notifications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import g
from wtforms.fields.choices import SelectChoice

from models.masters import (
    PaperKind,
    ReasonCode,
)
from portal.extensions import db
from portal.language import lazy, t
from portal.views.base import ServedInterface, ServedModelView
from portal.views.fields import number, one_name, one_of, text, yes_no
from portal.views.master_words import (
    ACTIVE,
    IN_USE,
    PAPER_USES,
)
from services import procedures


def procedure_choices() -> list[SelectChoice]:
    """The procedures that have reasons: those that we ship, and those of the city in force."""
    return [SelectChoice(slug, t(*names)) for slug, names in procedures.notified(db.session).items()]


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
