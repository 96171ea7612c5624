"""A draft is put in force by a second person, checked once more, with a reason (issue 5; B4)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

import forms.catalog
from models.case import Definition
from services import two_people
from services.context import Context
from services.errors import RuleBroken, SomebodyElseWasFaster
from workflows.engine import definitions
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.parser import DefinitionRefused, read_user_tasks, safe_xml
from workflows.studio import drafts, findings


def publish(ctx: Context, draft_id: int, seen: int, reason: str, roles: Collection[str]) -> Definition:
    """Put a draft in force as the next version: new cases begin with it, running ones stay on theirs.

    Raises:
        NotAllowed: the actor is its author, by account or by staff number.
        SomebodyElseWasFaster: the draft, or the version in force, is no longer what the page showed.
        RuleBroken: the check finds a problem, nothing has changed, or the reason is missing.
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
    try:
        version = definitions.publish_drawn(ctx, whole, row.author_id, told)
    except DefinitionRefused as error:
        raise RuleBroken(
            f"エンジンがこの定義を受け付けません: {error}", f"The engine refuses it: {error}"
        ) from error
    ctx.session.delete(row)
    return version


def with_forms(bundle: Bundle) -> Bundle:
    """The parcel with every form that its tasks ask, whole: with shared blocks, and those that we ship."""
    kept = {key: _whole(key, form) for key, form in bundle.forms.items()}
    for name, source in bundle.bpmn.items():
        for task in read_user_tasks(safe_xml(source.encode(), name)):
            if task.form not in kept:
                kept[task.form] = _parts(forms.catalog.load(*task.form.split("/")))
    return Bundle(bundle.slug, dict(bundle.bpmn), dict(bundle.dmn), kept)


def _whole(key: str, form: dict[str, Any]) -> dict[str, Any]:
    if forms.catalog.REFERENCE not in str(form):
        return form
    slug, _, task = key.rpartition("/")
    schema, ui = form.get("schema", {}), form.get("ui", {})
    return _parts(forms.catalog.whole(slug, task, schema, ui))


def _parts(form: forms.catalog.FormDefinition) -> dict[str, Any]:
    return {"schema": dict(form.schema), "ui": dict(form.ui)}


def _must_not_be_overtaken(ctx: Context, slug: str, based_on: int) -> None:
    newest = drafts.newest_version(ctx, slug)
    if newest != based_on:
        raise SomebodyElseWasFaster(
            f"この下書きを作ったあとで第{newest}版が公開されています。下書きは残っています。"
            f"作成者が第{newest}版との違いを確かめてから、もう一度公開してください。",
            f"Version {newest} was put in force after this draft was begun. "
            "The draft is kept: its author looks at the differences first.",
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
