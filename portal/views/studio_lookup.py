"""Look-ups of a form that is tried out: a few made-up rows, so that the register is not read (issue 5)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose

from portal.security.access import requires
from rules.kana import name_search_key
from rules.numbers import insurer_number_check_digit, municipality_code_check_digit
from services import intake
from services.errors import NotFound
from services.lookups import MOST, Choice

_FICTITIOUS = ("架空", "made up")
_INSURER, _MUNICIPALITY = "0613999", "13199"
MADE_UP: Mapping[str, tuple[Choice, ...]] = MappingProxyType(
    {
        "person": (
            Choice("1", "見本 太郎(S55.4.2)", *_FICTITIOUS),
            Choice("2", "見本 花子(S58.11.23)", *_FICTITIOUS),
            Choice("3", "見本 一郎(H22.7.1)", *_FICTITIOUS),
        ),
        "household": (
            Choice("1", "0000001 見本 太郎", *_FICTITIOUS),
            Choice("2", "0000002 見本 次郎", *_FICTITIOUS),
        ),
        "notification": (
            Choice("1", "R08-000001", *_FICTITIOUS),
            Choice("2", "R08-000002", *_FICTITIOUS),
        ),
        "insurer": (
            Choice(f"{_INSURER}{insurer_number_check_digit(_INSURER)}", "見本の保険者", *_FICTITIOUS),
        ),
        "municipality": (
            Choice(f"{_MUNICIPALITY}{municipality_code_check_digit(_MUNICIPALITY)}", "見本市", *_FICTITIOUS),
        ),
    }
)


class StudioLookupView(BaseView):
    """`/studio/lookups/<kind>`: the kinds of the real look-up, never its rows."""

    route_base = "/studio/lookups"
    default_view = "find"

    @expose("/<kind>", methods=["POST"])
    @requires("definition.draft")
    def find(self, kind: str) -> Any:
        """The made-up rows that fit the words; all of them where none does."""
        if kind not in MADE_UP:
            raise NotFound("この種類の検索はありません。", "There is nothing of this kind to look up.")
        key = name_search_key(request.form.get("q", ""))
        found = [one for one in MADE_UP[kind] if key in name_search_key(one.label)]
        return self.render_template(
            "lookup/choices.html", found=found or MADE_UP[kind], refused=None, kind=kind, most=MOST
        )


def labels_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The words of the made-up rows that a form refers to, by path."""
    told = {}
    for kind in ("person", "household", "notification"):
        words = {one.value: one.label for one in MADE_UP[kind]}
        ids = intake.paths_of(values, f"{kind}_id")
        told.update({path: words[str(number)] for path, number in ids if str(number) in words})
    return told
