"""The data dictionary: every item of the NHI file, to be browsed and searched (issue 6, item 2)."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose

from interchange.dictionary import catalog
from interchange.dictionary.catalog import Item
from interchange.transfers import definitions
from portal.language import t
from portal.security.access import requires

LONGEST = 60


class DictionaryView(BaseView):
    """All items of the NHI information file."""

    route_base = "/dictionary"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("dictionary.read")
    def list(self) -> Any:
        """The items, narrowed by words, group, class of masking and whether they are held."""
        told = {name: request.args.get(name, "")[:LONGEST] for name in ("q", "group", "mask", "held")}
        items = [one for one in catalog.items().values() if _fits(one, told)]
        return self.render_template(
            "dictionary/list.html",
            title=t("項目辞書", "Data dictionary"),
            items=items,
            told=told,
            number=len(catalog.items()),
            held=sum(one.held is not None for one in catalog.items().values()),
            groups={letter: t(*words) for letter, words in catalog.groups().items()},
            masks={name: t(*words) for name, words in catalog.MASKS.items()},
            sources={name: t(*words) for name, words in catalog.SOURCES.items()},
            keepings=catalog.keepings(),
            transfers={one.number: t(one.ja, one.en) for one in definitions.transfers().values()},
        )


def _fits(item: Item, told: dict[str, str]) -> bool:
    words = _plain(told["q"]).split()
    text = _plain(
        f"{item.number} {item.id} {item.ja} {item.en} {item.meaning} {item.ground} {item.held or ''}"
    )
    return (
        all(word in text for word in words)
        and told["group"] in {"", item.group}
        and told["mask"] in {"", item.mask}
        and told["held"] in {"", "yes" if item.held is not None else "no"}
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
