"""The forms of a draft: which there are, and a change of one kept in the draft under its count."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import forms.catalog
from services.context import Context
from services.errors import NotFound, RuleBroken
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.checking.files import File
from workflows.engine.checking.form_files import FormFile, check_form, check_schema
from workflows.engine.checking.problems import Problem
from workflows.studio import drafts, elements, form_fields
from workflows.studio.form_editing import Form, empty_form
from workflows.studio.form_fields import ListedGroup


@dataclass(frozen=True)
class AskedForm:
    """A form that a draft asks or holds, and the tasks that ask it. `is_there` is false until it was made."""

    key: str
    ja: str
    en: str
    tasks: tuple[str, ...]
    is_there: bool


def forms_of(bundle: Bundle) -> list[AskedForm]:
    """The forms of a draft by key: those it holds and those its tasks ask."""
    asked: dict[str, list[elements.ListedElement]] = {key: [] for key in bundle.forms}
    for one in elements.list_elements(bundle):
        if one.form:
            asked.setdefault(one.form, []).append(one)
    return [_asked(bundle, key, asked[key]) for key in sorted(asked)]


def form_of(bundle: Bundle, key: str) -> Form:
    """A form of a draft, whole; an empty one where a task asks it and nobody has made it yet.

    Raises:
        NotFound: the draft neither holds nor asks it.
    """
    known = bundle.forms.get(key) or _shipped(key)
    if known is not None:
        slug, _, task = key.rpartition("/")
        whole = forms.catalog.whole(slug, task, known.get("schema", {}), known.get("ui", {}))
        return {"schema": dict(whole.schema), "ui": dict(whole.ui)}
    asking = [one for one in elements.list_elements(bundle) if one.form == key]
    if not asking or key.count("/") != 1:
        raise NotFound("この様式は下書きにありません。", "The draft has no such form.")
    return empty_form(asking[0].ja or key, asking[0].en or asking[0].ja or key)


def listed_form(bundle: Bundle, key: str) -> tuple[Form, list[ListedGroup]]:
    """A form of a draft with its blocks, to be changed in the editor.

    Raises:
        NotFound: the draft neither holds nor asks it.
        RuleBroken: it came as a file and cannot be shown; with the places that keep it from being.
    """
    form = form_of(bundle, key)
    try:
        return form, form_fields.list_groups(form)
    except (KeyError, TypeError, ValueError, AttributeError, LookupError) as error:
        ja, en = _told(_problems(key, form))
        raise RuleBroken(
            f"この様式は画面に出せないため、ここでは変えられません。ファイルで直して取り込んでください。{ja}",
            f"The form cannot be shown, so that it cannot be changed here. Mend its file. {en}",
        ) from error


def change(ctx: Context, draft_id: int, seen: int, key: str, deed: Callable[[Form], Form]) -> None:
    """Change one form of one's draft.

    Raises:
        NotFound: there is no such form or field.
        RuleBroken: the form would contradict itself, or could not be asked; nothing of it is kept.
        SomebodyElseWasFaster: the draft is no longer as the page showed it.
    """
    row = drafts.own_row(ctx, draft_id, seen)
    bundle = unpack(row.content)
    changed = changed_form(bundle, key, deed)
    drafts.save(ctx, row, replace(bundle, forms={**bundle.forms, key: changed}), "form")


def changed_form(bundle: Bundle, key: str, deed: Callable[[Form], Form]) -> Form:
    """A form of a draft after a deed; refused where the deed would bring in what no form may hold.

    Raises:
        RuleBroken: what came in, and where.
    """
    before = form_of(bundle, key)
    after = deed(before)
    found = _problems(key, after)
    known = {(one.code, one.element) for one in _problems(key, before)} if found else set()
    new = [one for one in found if (one.code, one.element) not in known]
    if new:
        ja, en = _told(new)
        raise RuleBroken(f"様式を保存できません。{ja}", f"The form cannot be kept. {en}")
    return after


def _told(problems: Sequence[Problem]) -> tuple[str, str]:
    return (
        " / ".join(f"{one.element}: {one.message_ja}" for one in problems[:5]),
        " / ".join(f"{one.element}: {one.message}" for one in problems[:5]),
    )


def _problems(key: str, form: Mapping[str, Any]) -> list[Problem]:
    schema, layout = (FormFile(_file(key, ending, form[part])) for part, ending in _ENDINGS)
    check_schema(schema)
    check_form(schema, layout)
    return [one for one in (*schema.problems, *layout.problems) if not one.is_warning]


_ENDINGS = (("schema", "schema.json"), ("ui", "ui.json"))


def _file(key: str, ending: str, content: Any) -> File:
    slug, _, task = key.rpartition("/")
    return File(f"{key}.{ending}", ending.partition(".")[0], slug, task, json.dumps(content).encode())


def _shipped(key: str) -> dict[str, Any] | None:
    slug, _, task = key.rpartition("/")
    if slug not in forms.catalog.list_slugs() or task not in forms.catalog.list_tasks(slug):
        return None
    found = forms.catalog.load(slug, task)
    return {"schema": dict(found.schema), "ui": dict(found.ui)}


def _asked(bundle: Bundle, key: str, tasks: list[elements.ListedElement]) -> AskedForm:
    known = bundle.forms.get(key) or _shipped(key)
    title = (known or {}).get("ui", {}).get("title")
    told = title if isinstance(title, Mapping) else {}
    names = tuple(dict.fromkeys(one.ja for one in tasks))
    first = tasks[0].ja if tasks else ""
    return AskedForm(key, str(told.get("ja", first)), str(told.get("en", first)), names, known is not None)
