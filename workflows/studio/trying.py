"""A draft tried out by one person: what he told so far is kept, where it stands is played anew each time.

Nothing real is touched: no case is begun, no operation called, nothing sent. Only the row of the try-out and
its audit events are written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from models.audit.tags import Tag
from models.definition_draft import DefinitionDraft
from models.trying_out import TryOut
from services import audit
from services.context import Context
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from workflows.engine import default_values, form_defaults
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.checking.problems import Problem
from workflows.engine.parser import DefinitionRefused, Specification, build
from workflows.engine.rehearsal import Open, Rehearsal
from workflows.engine.task_forms import INTAKE, OpenForm
from workflows.studio import drafts, scripts
from workflows.studio.scripts import MOST_STEPS, Play, Script, Step
from workflows.studio.whole_forms import with_forms


@dataclass(frozen=True)
class Tried:
    """A try-out as it stands: what was told, and where the case is. `cut` says why later steps fell away."""

    draft: drafts.Draft
    script: Script
    play: Play
    cut: str = ""
    cut_en: str = ""

    @property
    def rehearsal(self) -> Rehearsal | None:
        return self.play.rehearsal


def begin(
    ctx: Context, draft_id: int, seen: int, facts: Mapping[str, Any], at: datetime, roles: Collection[str]
) -> None:
    """Begin to try a draft out at a moment, or begin again.

    Raises:
        RuleBroken: the check finds a problem in it.
        SomebodyElseWasFaster: the draft is no longer as the page showed it.
    """
    row = drafts.row_of(ctx, draft_id)
    drafts.must_be_as_seen(row, seen)
    if row.findings is None:
        drafts.check(ctx, draft_id, seen, roles)
    specification_of(row)
    _keep(ctx, row, Script(at.isoformat(), dict(facts)))
    audit.record(ctx, Tag.DEFINITION_TRIED, f"definition:{row.slug}", detail={"deed": "begun"})


def read(ctx: Context, draft_id: int) -> Tried | None:
    """One's own try-out of a draft, played on it as it is now; None where none was begun.

    Raises:
        NotFound: there is no such draft.
        RuleBroken: the draft was changed, and is not checked or has problems.
    """
    row = drafts.row_of(ctx, draft_id)
    kept = _find(ctx, draft_id)
    if kept is None:
        return None
    return _played(ctx, row, scripts.read(kept.script))


def step(ctx: Context, draft_id: int, told: int, one: Step) -> None:
    """Tell the next step, at the moment at which the try-out stands; `told` is how many the page showed.

    Raises:
        NotFound: nothing was begun.
        SomebodyElseWasFaster: another window has gone on with it.
        FormRefused: the form does not accept the entry.
        RuleBroken: it cannot be told here; nothing was kept.
    """
    row, now = _as_seen(ctx, draft_id, told)
    _tell(ctx, row, now, replace(one, at=_standing(now).at.isoformat()))


def let_pass(ctx: Context, draft_id: int, told: int, days: int | None = None) -> None:
    """Let so many days pass, or the time until the next timer is due.

    Raises:
        NotFound, SomebodyElseWasFaster: as `step`.
        RuleBroken: no timer waits, or a step cannot be done.
    """
    row, now = _as_seen(ctx, draft_id, told)
    rehearsal = _standing(now)
    until = rehearsal.next_due() if days is None else rehearsal.at + timedelta(days=days)
    if until is None:
        raise RuleBroken("待っているタイマーはありません。", "No timer waits here.")
    _tell(ctx, row, now, Step(scripts.TIME, max(until, rehearsal.at).isoformat()))


def back(ctx: Context, draft_id: int, told: int) -> None:
    """Take the last step back.

    Raises:
        NotFound, SomebodyElseWasFaster: as `step`.
    """
    row, now = _as_seen(ctx, draft_id, told)
    _keep(ctx, row, replace(now.script, steps=now.script.steps[:-1]))
    audit.record(ctx, Tag.DEFINITION_TRIED, f"definition:{row.slug}", detail={"deed": "back"})


def form_to_fill(ctx: Context, rehearsal: Rehearsal, opened: Open) -> OpenForm:
    """The form of an open task with what its fields begin with, at the moment of the try-out."""
    form = scripts.form_in(rehearsal, opened.wanted, opened.data)
    asked = default_values.defaults_of(form.schema)
    then = replace(ctx, at=rehearsal.at)
    first = form_defaults.evaluated(then, asked, opened.data, own_eyes=bool(opened.wanted.not_by))
    return replace(form, defaults=first)


def begins_with_entry(bundle: Bundle) -> bool:
    """Whether cases of a procedure begin with the entry of a form, whose reason is chosen before it."""
    return f"{bundle.slug}/{INTAKE}" in with_forms(bundle).forms


def reasons_of(bundle: Bundle) -> list[str]:
    """The reasons that the form with which cases begin takes."""
    schema = with_forms(bundle).forms.get(f"{bundle.slug}/{INTAKE}", {}).get("schema", {})
    parts = schema.get("properties", {})
    found = [parts[name] for name in ("reason", "kind") if name in parts]
    return [str(one) for part in found[:1] for one in part.get("enum", ())]


def specification_of(row: DefinitionDraft) -> Specification:
    """A draft ready to be run in memory.

    Raises:
        RuleBroken: it is not checked, or the check finds problems.
    """
    if row.findings is None or any(not Problem(**one).is_warning for one in row.findings):
        raise RuleBroken(
            "検査で問題のない下書きだけを試せます。下書きの画面で検査し、問題を直してください。",
            "Only a draft in which the check finds no problem can be run. Check it and mend what is found.",
        )
    try:
        return build(with_forms(unpack(row.content)))
    except DefinitionRefused as error:
        raise RuleBroken(
            f"エンジンがこの定義を受け付けません: {error}", f"The engine refuses it: {error}"
        ) from error


def _played(ctx: Context, row: DefinitionDraft, script: Script) -> Tried:
    """The script as far as the draft takes it."""
    specification = specification_of(row)
    closed = scripts.closed_days_of(ctx.session)
    play = scripts.play(specification, script, closed)
    draft = drafts.read(ctx, row.id)
    if play.stop is None or play.rehearsal is None:
        return Tried(draft, script, play)
    shorter = replace(script, steps=script.steps[: play.stop.step - 1])
    return Tried(draft, shorter, scripts.play(specification, shorter, closed), play.stop.ja, play.stop.en)


def _as_seen(ctx: Context, draft_id: int, told: int) -> tuple[DefinitionDraft, Tried]:
    row = drafts.row_of(ctx, draft_id)
    kept = _find(ctx, draft_id)
    if kept is None:
        raise NotFound(
            "試し始めていません。日時を決めて始めてください。", "Nothing was begun. Say when it begins."
        )
    tried = _played(ctx, row, scripts.read(kept.script))
    if len(tried.script.steps) != told:
        raise SomebodyElseWasFaster(
            "この画面のあとで、別の画面から手順が進んでいます。いまの状態から続けてください。",
            "It went on in another window meanwhile. Go on from where it is now.",
        )
    return row, tried


def _find(ctx: Context, draft_id: int) -> TryOut | None:
    statement = select(TryOut).where(TryOut.draft_id == draft_id, TryOut.by_id == ctx.actor.staff_id)
    return ctx.session.scalars(statement.with_for_update()).one_or_none()


def _keep(ctx: Context, row: DefinitionDraft, script: Script) -> None:
    kept = _find(ctx, row.id)
    if kept is None:
        kept = TryOut(draft_id=row.id, by_id=ctx.actor.staff_id)
        ctx.session.add(kept)
    kept.script, kept.draft_count, kept.saved_at = script.as_data(), row.lock_version, ctx.at
    ctx.session.flush()


def _standing(now: Tried) -> Rehearsal:
    if now.rehearsal is None:
        stop = now.play.stop
        raise RuleBroken(stop.ja if stop else "", stop.en if stop else "")
    return now.rehearsal


def _tell(ctx: Context, row: DefinitionDraft, now: Tried, one: Step) -> None:
    if len(now.script.steps) >= MOST_STEPS:
        raise RuleBroken(
            f"試せるのは{MOST_STEPS}手順までです。最初からやり直してください。",
            f"At most {MOST_STEPS} steps can be tried. Begin again.",
        )
    stop = scripts.tell(_standing(now), one)
    if stop is not None and stop.refused is not None:
        raise stop.refused
    if stop is not None:
        raise RuleBroken(stop.ja, stop.en)
    _keep(ctx, row, now.script.and_then(one))
    audit.record(ctx, Tag.DEFINITION_TRIED, f"definition:{row.slug}", detail={"deed": one.kind})
