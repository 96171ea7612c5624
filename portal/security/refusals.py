"""Writing down what was refused to somebody who is signed in (M15): what he may not do or know of."""

from __future__ import annotations

from flask import request

from models.audit.tags import Tag
from portal import clock
from portal.security.actor import signed_in_actor
from services import audit
from services.unit_of_work import unit_of_work

FORBIDDEN, NOT_FOUND = 403, 404


def note(status: int, code: str = "") -> None:
    """Record a refusal by right, or the asking for a row that is not there or not his to see.

    An address that leads nowhere is no refusal. What was under way is undone already. Where it cannot be
    written down, the answer is an error of the server.
    """
    if status not in {FORBIDDEN, NOT_FOUND} or (status == NOT_FOUND and request.endpoint is None):
        return
    actor = signed_in_actor()
    if actor is None:
        return
    detail = {"at": request.endpoint or "", "code": code or str(status), "method": request.method}
    with unit_of_work(actor, clock.now()) as ctx:
        audit.record(ctx, Tag.REQUEST_REFUSED, detail=detail)
