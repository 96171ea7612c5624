"""The words of letters that hold a text of their own beside tables and cards (C4, issue 5).

Which words a letter has is settled when it is asked for, and stays with it. A letter that was asked for
before its words were data has those that we ship.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from models.letter_text import list_in_force
from printing.letter_texts import LETTERS, shipped
from rules.eras import format_long
from services import letter_texts
from services.context import Context
from services.letter_texts import SHIPPED, TextVersion
from services.papers import to_plain

Values = dict[str, str]
AS_WRITTEN = "証に記載の日"
COVER = "cover"  # in what is kept of a carrier: its text, filled with what is on the sheets
CARRIERS = (
    *("eligibility_certificate", "eligibility_notice", "elderly_recipient_card"),
    *("ceiling_certificate", "ceiling_reduction_certificate"),
)
COVERS = {kind: f"{kind}_cover" for kind in CARRIERS}


def of_office(issuer: Any) -> Values:
    """The places that every letter has; `issuer` is one of a document."""
    return {"担当課": issuer.section, "電話": issuer.telephone}


def of_papers(letter: Any) -> Values:
    """The places of a letter about papers; `letter` tells them as its document does."""
    return {
        "宛名": letter["recipient"]["name"],
        "届出": letter["procedure"],
        "受付番号": letter["reception_number"],
        "受付日": _day(letter["received_on"]),
        "期限": _day(letter.get("answer_until")),
        "返却の方法": letter.get("way", ""),
        "担当課": letter["issuer"]["section"],
        "電話": letter["issuer"]["telephone"],
    }


def in_force(ctx: Context, slug: str, values: Values) -> dict[str, Any]:
    """Heading, paragraphs, letter and version of a letter in the words of now."""
    return _worded(slug, letter_texts.in_force(ctx, slug), values)


def for_papers(ctx: Context, slug: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a letter about papers, whose other places are in hand."""
    return in_force(ctx, slug, of_papers(to_plain_all(content)))


def covers_in_force(ctx: Context, kinds: Collection[str]) -> dict[str, dict[str, Any]]:
    """By kind of certificate, the text that is kept with its carrier: one statement for all."""
    slugs = {kind: COVERS[kind] for kind in kinds if kind in COVERS}
    rows = {row.slug: row for row in list_in_force(ctx.session, set(slugs.values()))} if slugs else {}
    found = {}
    for kind, slug in slugs.items():
        row = rows.get(slug)
        heading, body = (row.heading, row.body) if row else shipped(slug)
        version = row.version if row else SHIPPED
        found[kind] = {"letter": slug, "text_version": version, "heading": heading, "body": body}
    return found


def complete(document: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a letter with its words: those of a carrier follow from the cards that are printed."""
    if document in COVERS:
        kept = content.get(COVER) or _shipped_cover(document)
        text = TextVersion(kept["text_version"], kept["heading"], kept["body"])
        return {**content, **plain_words(kept["letter"], text, cover_values(content))}
    if document in {"missing_papers_notice", "papers_returned"} and "paragraphs" not in content:
        text = TextVersion(SHIPPED, *shipped(document))
        return {**content, **plain_words(document, text, of_papers(content))}
    return dict(content)


def cover_values(content: Mapping[str, Any]) -> Values:
    """The places of a carrier, from what is kept of it and the cards on it."""
    cards = content["cards"]
    days = {card.get("expires_on") for card in cards}
    only = days.pop() if len(days) == 1 else None
    return {
        "宛名": content["recipient"]["name"],
        "枚数": str(len(cards)),
        "有効期限": _day(only) if only else AS_WRITTEN,
        "担当課": content["issuer"]["section"],
        "電話": content["issuer"]["telephone"],
    }


def plain_words(slug: str, text: TextVersion, values: Values) -> dict[str, Any]:
    """The same as `in_force` of a version, as it is kept."""
    return to_plain_all(_worded(slug, text, values))


def to_plain_all(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a document as they are kept."""
    return {name: to_plain(value) for name, value in values.items()}


def _worded(slug: str, text: TextVersion, values: Values) -> dict[str, Any]:
    return {
        "heading": text.heading,
        "paragraphs": LETTERS[slug].fill(text.body, values),
        "letter": slug,
        "text_version": text.version,
    }


def _shipped_cover(document: str) -> dict[str, Any]:
    heading, body = shipped(COVERS[document])
    return {"letter": COVERS[document], "text_version": SHIPPED, "heading": heading, "body": body}


def _day(told: str | None) -> str:
    return format_long(date.fromisoformat(told)) if told else ""
