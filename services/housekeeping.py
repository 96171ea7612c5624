"""What is no longer needed goes: provisional Individual Numbers, page keys, counters (M12, T11, T19).

Called by the worker once a day; each call does a bounded part and answers how much, so that no call is long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Text, cast, delete, or_, select, update

from models import vault
from models.audit.tags import Tag
from models.case import Case, Draft
from models.confirmation import OPEN, ConfirmationRow
from models.deed import Deed
from models.form_entry import FormEntry
from models.limits import RateCounter
from models.operation import CaseMigration
from models.vault import PREFIX
from services import audit, open_cases
from services.context import Context

DEEDS_KEPT = timedelta(days=7)  # longer than any page stays open
MOVES_KEPT = timedelta(days=30)  # how long a move can be taken back
AT_ONCE = 500
REFERENCE = re.compile(rf"{PREFIX}([0-9a-f-]{{36}})")


@dataclass(frozen=True)
class Tidied:
    """How many numbers were destroyed, page keys and counters removed, earlier states of cases dropped."""

    numbers: int = 0
    deeds: int = 0
    counters: int = 0
    moves: int = 0
    keys: int = 0

    @property
    def any(self) -> bool:
        return any(vars(self).values())


def run(ctx: Context, number_days: int) -> Tidied:
    """Remove what is no longer needed; `number_days` is how long a number may wait for its case."""
    keys = vault.destroy_keys(ctx.session, AT_ONCE)
    numbers = _discard_numbers(ctx, number_days)
    deeds = ctx.session.execute(delete(Deed).where(Deed.at < ctx.at - DEEDS_KEPT))
    counters = ctx.session.execute(delete(RateCounter).where(RateCounter.expires <= ctx.at.timestamp()))
    open_cases.forget(ctx)
    done = Tidied(numbers, _count(deeds), _count(counters), _forget_moves(ctx), keys)
    if done.any:
        detail = {
            "numbers": done.numbers,
            "deeds": done.deeds,
            "counters": done.counters,
            "moves": done.moves,
            "keys": done.keys,
        }
        audit.record(ctx, Tag.HOUSE_KEPT, detail=detail)
    return done


def _forget_moves(ctx: Context) -> int:
    """Drop what cases were before a move to another version, once they have ended or a month has passed."""
    running = select(Case.id).where(Case.state.in_(("open", "suspended")))
    forgotten = (
        update(CaseMigration)
        .where(
            CaseMigration.blob.is_not(None),
            or_(CaseMigration.at < ctx.at - MOVES_KEPT, CaseMigration.case_id.not_in(running)),
        )
        .values(blob=None)
        .execution_options(synchronize_session=False)
    )
    return _count(ctx.session.execute(forgotten))


def _discard_numbers(ctx: Context, number_days: int) -> int:
    """Destroy numbers that were typed for a case or draft that is no longer open (番号法20条).

    The row stays and says so; its digits are gone, and their data key goes with the next housekeeping.
    """
    old = vault.list_provisional(ctx.session, ctx.at - timedelta(days=number_days))
    if not old:
        return 0
    wanted = _in_use(ctx)
    gone = [one for one in old if one.removeprefix(PREFIX) not in wanted][:AT_ONCE]
    return vault.discard(ctx.session, gone, ctx.at, forget=True)


def _in_use(ctx: Context) -> set[str]:
    """The references that stand in an entry of an open case, in a draft, or on the confirmation list."""
    entries = (
        select(cast(FormEntry.data, Text))
        .join(Case, Case.id == FormEntry.case_id)
        .where(Case.state.in_(("open", "suspended")), cast(FormEntry.data, Text).contains(PREFIX))
    )
    drafts = select(cast(Draft.data, Text)).where(cast(Draft.data, Text).contains(PREFIX))
    held = select(ConfirmationRow.number_ref).where(
        ConfirmationRow.state == OPEN, ConfirmationRow.number_ref.is_not(None)
    )
    found: set[str] = set()
    for statement in (entries, drafts, held):
        texts: Iterable[str] = ctx.session.scalars(statement.execution_options(yield_per=AT_ONCE))
        for text in texts:
            found.update(REFERENCE.findall(text))
    return found


def _count(result: object) -> int:
    return max(int(getattr(result, "rowcount", 0)), 0)
