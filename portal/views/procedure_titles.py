"""What procedures are called, in the language of the screen."""

from __future__ import annotations

from collections.abc import Iterable

from portal.language import t
from services.context import Context
from services.inbox_overview import Choice
from workflows import case_pages
from workflows.engine.bundle import Bundle


def titles(ctx: Context, slugs: Iterable[str]) -> dict[str, str]:
    """The titles of these procedures, and of those that we ship."""
    return {slug: t(*names) for slug, names in case_pages.titles(ctx, slugs).items()}


def title(ctx: Context, slug: str) -> str:
    """The title of one procedure, as it is in force."""
    return titles(ctx, [slug])[slug]


def of_choices(found: Iterable[Choice]) -> dict[str, str]:
    """The titles of procedures that came with their numbers."""
    return {one.value: t(*case_pages.called(one.value, (one.ja, one.en))) for one in found}


def title_in(bundle: Bundle, process: str) -> str:
    """The title of a process of a parcel: of a draft, it may never have been in force."""
    return t(*case_pages.title_in(bundle, process))
