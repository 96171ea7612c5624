"""A draft is put in force by a second person, checked once more, with a reason (issue 5; B4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models.audit.tags import Tag
from models.case import Definition
from models.definition_draft import DefinitionDraft
from services import audit, notices, publication_requests, two_people
from services.context import Context
from services.errors import RuleBroken, SomebodyElseWasFaster
from services.publication_requests import Asked
from workflows.engine import definitions
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.parser import DefinitionRefused
from workflows.studio import drafts, findings, kept_tests, own_reasons, plans
from workflows.studio.kept_tests import Outcome
from workflows.studio.whole_forms import with_forms


@dataclass(frozen=True)
class Fit:
    """A draft that may be put in force: its row, its whole parcel, what kept tests make of it, the reason."""

    row: DefinitionDraft
    whole: Bundle
    outcomes: Sequence[Outcome]
    reason: str


def publish(ctx: Context, draft_id: int, seen: int, reason: str, roles: Collection[str]) -> Definition:
    """Put a draft in force as the next version: new cases begin with it, running ones stay on theirs.

    Raises:
        NotAllowed, SomebodyElseWasFaster, RuleBroken: as `must_be_fit`.
    """
    fit = must_be_fit(ctx, draft_id, seen, reason, roles)
    try:
        version = definitions.publish_drawn(ctx, fit.whole, fit.row.author_id, fit.reason)
        own_reasons.offer(ctx, definitions.by_hash(ctx.session, version.hash))
    except DefinitionRefused as error:
        raise RuleBroken(
            f"エンジンがこの定義を受け付けません: {error}", f"The engine refuses it: {error}"
        ) from error
    kept_tests.put_in_force(ctx, fit.outcomes, version.version)
    plans.cancel_of(ctx, fit.row.id, plans.OVERTAKEN)
    publication_requests.over(ctx, notices.PUBLICATION, fit.row.id)
    ctx.session.delete(fit.row)
    return version


def ask(ctx: Context, draft_id: int, seen: int) -> int:
    """Ask whoever may put one's draft in force to do so; answers how many were told now.

    Raises:
        NotAllowed: it is somebody else's.
        SomebodyElseWasFaster: the draft, or the version in force, is no longer what the page showed.
        RuleBroken: it was not checked as it stands, or could not be put in force, or nobody else may do it.
    """
    row = drafts.own_row(ctx, draft_id, seen)
    _must_not_be_overtaken(ctx, row.slug, row.based_on)
    _must_be_checked(row)
    _must_be_new(ctx, with_forms(unpack(row.content)))
    told = publication_requests.ask(ctx, notices.PUBLICATION, row)
    if told:
        about = f"definition:{row.slug}"
        audit.record(ctx, Tag.DEFINITION_PUBLICATION_ASKED, about, detail={"accounts": told})
    return told


def asked(ctx: Context, draft: drafts.Draft) -> Asked | None:
    """Whether, and when, the author asked that a draft be put in force as it stands."""
    return publication_requests.asked(ctx, notices.PUBLICATION, draft)


def must_be_fit(ctx: Context, draft_id: int, seen: int, reason: str, roles: Collection[str]) -> Fit:
    """All that is asked of a draft, and of who puts it in force.

    Raises:
        NotAllowed: the actor is its author, by account or by staff number.
        SomebodyElseWasFaster: the draft, or the version in force, is no longer what the page showed.
        RuleBroken: the check finds a problem, nothing has changed, or the reason is missing.
        KeptTestsFail: a kept test takes another course, and that was not waived.
    """
    row = drafts.row_of(ctx, draft_id, locked=True)
    two_people.must_be_somebody_else(ctx, [row.author_id])
    told = two_people.reason_of(reason)
    drafts.must_be_as_seen(row, seen)
    _must_not_be_overtaken(ctx, row.slug, row.based_on)
    bundle = unpack(row.content)
    _must_be_sound(bundle, roles)
    whole = with_forms(bundle)
    _must_be_new(ctx, whole)
    return Fit(row, whole, kept_tests.must_pass(ctx, row, whole), told)


def _must_not_be_overtaken(ctx: Context, slug: str, based_on: int) -> None:
    newest = drafts.newest_version(ctx, slug)
    if newest != based_on:
        raise SomebodyElseWasFaster(
            f"この下書きを作ったあとで第{newest}版が公開されています。下書きは残っています。"
            f"作成者が第{newest}版との違いを確かめてから、もう一度公開してください。",
            f"Version {newest} was put in force after this draft was begun. "
            "The draft is kept: its author looks at the differences first.",
        )


def _must_be_checked(row: DefinitionDraft) -> None:
    found = drafts.found_in(row)
    if found is None or any(not one.is_warning for one in found):
        raise RuleBroken(
            "検査がまだか、問題が残っているため、公開を頼めません。検査して問題をなくしてから、もう一度頼んでください。",
            "It was not checked as it stands, or has problems. Check it, mend what is found, then ask again.",
        )


def _must_be_sound(bundle: Bundle, roles: Collection[str]) -> None:
    found = [one for one in findings.check(bundle, roles) if not one.is_warning]
    if found:
        raise RuleBroken(
            f"検査で{len(found)}件の問題が見つかったため、公開できません。作成者が直してから、もう一度公開してください。",
            f"The check finds {len(found)} problems. Its author mends them first.",
        )


def _must_be_new(ctx: Context, bundle: Bundle) -> None:
    statement = select(Definition.slug, Definition.version).where(Definition.hash == bundle.hash)
    same = ctx.session.execute(statement).first()
    if same is not None:
        raise RuleBroken(
            f"この下書きは第{same.version}版と同じ内容です。変えてから公開してください。",
            f"This draft is the same as version {same.version}. Change it first.",
        )
