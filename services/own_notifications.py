"""What stands against an entry of a notification that the city has drawn itself, whatever it asks (N7).

Its form says what must be entered; here is asked only whether what it names is on record.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.context import Context
from services.entries import reading
from services.entries.reading import Entry
from services.findings import Finding, refusal
from services.household_findings import look, not_members


def check(ctx: Context, entry: Entry) -> list[Finding]:
    """The household is on record on the day of the event (today, where none is told), persons are its own.

    Persons of an entry that names no household are not looked at: they may be new.
    """
    household_id = entry.get("household_id")
    if household_id is None:
        return []
    day = reading.day(entry, "event_on") or ctx.today
    if day > ctx.today:
        return [_not_yet()]
    seen, found = look(ctx, int(household_id), day)
    if seen is None:
        return found
    rows = entry.get("persons", ())
    told = [
        (f"persons.{place}.person_id", int(row["person_id"]))
        for place, row in enumerate(rows)
        if isinstance(row, Mapping) and row.get("person_id")
    ]
    return not_members(seen, told)


def _not_yet() -> Finding:
    return refusal(
        "notification.event_in_future",
        "event_on",
        "異動日が先の日付です。届出は、起きたことについて受け付けます。日付を確かめてください。",
        "The day of the event has not come. Check the day.",
    )
