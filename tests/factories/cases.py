"""Cases taken through the workflow as staff do it, with entries as a browser would send them."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from models.case import Case
from services import notifications
from services.context import Actor, Context
from services.notifications import Received
from tests.factories.registry import an_acquisition
from workflows.engine import runner
from workflows.engine.runner import Done

IDENTITY: dict[str, Any] = {
    "attendee": "self",
    "number_check": "card",
    "identity": {"method": "one_with_photo", "paper_1": "my_number_card"},
    "result": "confirmed",
}


class UnitOfWork(Protocol):
    def __call__(self, actor: Actor, at: datetime = ...) -> AbstractContextManager[Context]: ...


def seen_on_paper(entry: dict[str, Any]) -> dict[str, Any]:
    """What the verifier types from the paper of an acquisition."""
    rows = [
        {name: row[name] for name in ("birth_date", "individual_number") if name in row}
        for row in entry["persons"]
    ]
    return {"reason": entry["reason"], "event_on": entry["event_on"], "persons": rows}


def take_in(uow: UnitOfWork, actor: Actor, entry: dict[str, Any] | None = None) -> Done:
    """An acquisition taken in at the counter."""
    entry = entry or an_acquisition()
    with uow(actor) as ctx:
        return runner.start(ctx, "acquisition", entry["reason"], entry, {"office_id": actor.office_id})


def a_case_about(ctx: Context, person_id: int, office_id: int, state: str = "open") -> Case:
    """A loss that is on record and names a person; no task of it is open."""
    told = Received("loss", "02", "counter", ctx.today, office_id)
    notification = notifications.receive(ctx, told)
    notifications.link_persons(ctx, notification.id, [person_id])
    facts = {"slug": "loss", "definition_hash": "0" * 64, "office_id": office_id, "started_at": ctx.at}
    case = Case(notification_id=notification.id, state=state, **facts)
    ctx.session.add(case)
    ctx.session.flush()
    return case


def next_item(done: Done) -> int:
    """The one task that a deed opened."""
    (item,) = done.opened
    return item.id


def complete(uow: UnitOfWork, actor: Actor, item_id: int, raw: dict[str, Any], **more: Any) -> Done:
    with uow(actor) as ctx:
        return runner.complete(ctx, item_id, raw, **more)


def up_to_verification(uow: UnitOfWork, actor: Actor, entry: dict[str, Any] | None = None) -> int:
    """The id of the task in which the entry is to be verified."""
    done = take_in(uow, actor, entry)
    return next_item(complete(uow, actor, next_item(done), IDENTITY))
