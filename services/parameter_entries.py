"""Values of a year that the office enters: by one person, checked by another before they hold (issue 7).

A value is never overwritten: what is approved later for the same year closes the one before. A year that is
assessed, or of which a run waits, keeps its values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.assessment import FINAL, find_undiscarded
from models.audit.tags import Tag
from models.parameter_entry import (
    APPROVED,
    OPEN,
    ParameterEntry,
    list_entries,
    list_open,
)
from models.series import take
from models.staff import names_of
from rules.law import Certainty, History, Law, Parameter, ParameterNotInForce
from rules.periods import FiscalYear
from services import audit, two_people
from services.assessing import run_states
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.parameter_reading import EntryRefused, Told, read
from services.statute import ENTERED, all_law

if TYPE_CHECKING:
    from services.context import Context

DECIDES = frozenset({"section_chief", "administrator"})


class YearAssessed(RuleBroken):
    """A run has assessed the year, or is about to, with the values that are in force."""

    code = "year_assessed"


@dataclass(frozen=True)
class Entry:
    """An entered value as it is shown; `before` is what holds for its year now, empty where nothing does."""

    id: int
    name: str
    title: str
    unit: str
    year: FiscalYear
    value: str
    before: str
    source_title: str
    source_article: str
    source_href: str
    certainty: Certainty
    state: str
    is_past: bool
    is_own: bool
    entered_by: str
    entered_at: datetime
    decided_by: str
    decided_at: datetime | None
    words: str


def history_of(law: Law, name: str) -> History:
    """A parameter with all its values.

    Raises:
        NotFound: there is none of this name.
    """
    if name not in law.histories:
        raise NotFound("この基準値はありません。一覧から選び直してください。", "There is no such parameter.")
    return law.histories[name]


def waiting(ctx: Context) -> list[Entry]:
    """What waits for a second person, the oldest first."""
    return _shown(ctx, list_open(ctx.session))


def entries_of(ctx: Context, name: str) -> list[Entry]:
    """All that was ever entered for a parameter, the newest first."""
    return _shown(ctx, list_entries(ctx.session, name))


def enter(ctx: Context, name: str, told: Told) -> ParameterEntry:
    """Enter the value of a year; it waits for a second person and changes nothing until then.

    Raises:
        NotFound: nobody enters this parameter.
        EntryRefused: what was typed cannot be, each fault at its field.
        YearAssessed: a run of the year counts or waits.
        SomebodyElseWasFaster: a value of this year waits already.
    """
    if name not in ENTERED:
        raise NotFound("この基準値は画面からは登録できません。", "This parameter is not entered here.")
    row = read(name, told)
    _must_not_be_assessed(ctx, row)
    _must_change(ctx, row)
    two_people.sign_entered(ctx, row)
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError:
        raise _waits() from None
    _record(ctx, Tag.PARAMETER_ENTERED, row)
    return row


def decide(ctx: Context, entry_id: int, *, approve: bool, words: str) -> ParameterEntry:
    """Put what another one entered in force, or refuse it, with a reason.

    Raises:
        NotFound: there is no such entry.
        NotAllowed: the actor entered it, by account or by staff number, or decides in an emergency only.
        SomebodyElseWasFaster: it was decided or withdrawn.
        RuleBroken: no reason was given.
        YearAssessed: a run of the year counts or waits by now.
    """
    two_people.must_have_any(
        ctx,
        DECIDES,
        "登録された基準値を決定できるのは、課長か管理者だけです。決定を頼んでください。",
        "A figure is decided by the section chief or an administrator. Ask one of them.",
    )
    row = _open_row(ctx, entry_id)
    two_people.must_be_somebody_else(ctx, [row.entered_by_id])
    reason = two_people.reason_of(words)
    if approve:
        # Whoever begins a run of the year waits for this, or this for him.
        take(ctx.session, run_states.series_of(row.fiscal_year), 0)
        _must_not_be_assessed(ctx, row)
        _close_before(ctx, row)
    row.words = reason
    two_people.sign_decided(ctx, row, approve=approve)
    ctx.session.flush()
    _record(ctx, Tag.PARAMETER_APPROVED if approve else Tag.PARAMETER_REFUSED, row)
    return row


def withdraw(ctx: Context, entry_id: int) -> ParameterEntry:
    """Take back what one entered oneself.

    Raises:
        NotFound: there is no such entry.
        NotAllowed: another one entered it.
        SomebodyElseWasFaster: it was decided or withdrawn.
    """
    row = _open_row(ctx, entry_id)
    two_people.sign_withdrawn(ctx, row)
    _record(ctx, Tag.PARAMETER_WITHDRAWN, row)
    return row


def name_of(ctx: Context, entry_id: int) -> str:
    """Of which parameter an entry is.

    Raises:
        NotFound: there is no such entry.
    """
    row = ctx.session.get(ParameterEntry, entry_id)
    if row is None:
        raise _unknown()
    return row.name


def in_force(law: Law, name: str, year: FiscalYear) -> Parameter | None:
    """The value of a year; None where there is none."""
    try:
        return law.on(year.first_on).get(name)
    except ParameterNotInForce:
        return None


def _must_not_be_assessed(ctx: Context, row: ParameterEntry) -> None:
    run = find_undiscarded(ctx.session, row.fiscal_year)
    if run is None:
        return
    year = FiscalYear(row.fiscal_year).label_ja
    if run.state == FINAL:
        raise YearAssessed(
            f"{year}の保険料は賦課が確定しています({run.number})。確定した年度の基準値は変えられません。",
            f"The premium of fiscal year {row.fiscal_year} is final ({run.number}): its figures stay.",
        )
    raise YearAssessed(
        f"{year}の賦課計算({run.number})が残っています。課長がその計算を破棄してから、基準値を変えてください。",
        f"A run of fiscal year {row.fiscal_year} ({run.number}) waits. Discard it before figures change.",
    )


def _must_change(ctx: Context, row: ParameterEntry) -> None:
    now = in_force(all_law(ctx), row.name, FiscalYear(row.fiscal_year))
    if now is None or now.approval is None:
        return
    if (str(now.value), now.source.title, now.source.article, now.source.href, str(now.certainty)) == (
        *(row.value, row.source_title, row.source_article, row.source_href),
        row.certainty,
    ):
        raise EntryRefused(
            {
                "value": (
                    "この年度には同じ値が同じ出典で登録されています。変えるところを入力してください。",
                    "The same value with the same source is in force for this year.",
                )
            }
        )


def _unknown() -> NotFound:
    return NotFound("この登録はありません。一覧から選び直してください。", "There is no such entry.")


def _waits() -> SomebodyElseWasFaster:
    return SomebodyElseWasFaster(
        "この年度の値がすでに確認を待っています。先にそれを確認するか、入力した人が取り下げてください。",
        "A value of this year waits already. It is checked or taken back first.",
    )


def _close_before(ctx: Context, row: ParameterEntry) -> None:
    statement = select(ParameterEntry).where(
        ParameterEntry.name == row.name,
        ParameterEntry.fiscal_year == row.fiscal_year,
        ParameterEntry.state == APPROVED,
        ParameterEntry.superseded_at.is_(None),
    )
    for before in ctx.session.scalars(statement.with_for_update()):
        before.superseded_at = ctx.at
    ctx.session.flush()


def _open_row(ctx: Context, entry_id: int) -> ParameterEntry:
    row = ctx.session.get(ParameterEntry, entry_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise _unknown()
    if row.state != OPEN:
        raise SomebodyElseWasFaster(
            "この登録はすでに確認されたか、取り下げられています。開き直してください。",
            "It was decided or taken back already. Open it again.",
        )
    return row


def _shown(ctx: Context, rows: Sequence[ParameterEntry]) -> list[Entry]:
    if not rows:
        return []
    law = all_law(ctx)
    names = names_of(ctx.session, {one for row in rows for one in (row.entered_by_id, row.decided_by_id)})
    return [_entry(ctx, law, names, row) for row in rows]


def _entry(ctx: Context, law: Law, names: Mapping[int, str], row: ParameterEntry) -> Entry:
    history, year = law.histories.get(row.name), FiscalYear(row.fiscal_year)
    now = in_force(law, row.name, year)
    return Entry(
        id=row.id,
        name=row.name,
        title=history.title if history else row.name,
        unit=history.unit if history else "",
        year=year,
        value=row.value,
        before=str(now.value) if now else "",
        source_title=row.source_title,
        source_article=row.source_article,
        source_href=row.source_href,
        certainty=Certainty(row.certainty),
        state=row.state,
        is_past=row.superseded_at is not None,
        is_own=row.entered_by_id == ctx.actor.staff_id,
        entered_by=names.get(row.entered_by_id, ""),
        entered_at=row.entered_at,
        decided_by=names.get(row.decided_by_id or 0, ""),
        decided_at=row.decided_at,
        words=row.words,
    )


def _record(ctx: Context, tag: Tag, row: ParameterEntry) -> None:
    detail = {"parameter": row.name, "year": row.fiscal_year, "value": row.value}
    audit.record(ctx, tag, f"parameter_entry:{row.id}", detail=detail)
