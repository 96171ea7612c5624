"""New certificates where what stands on the old ones is no longer so, or the holder has none left (C2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from models.certificate import Certificate
from models.enrolment import Enrolment
from models.notification import Notification
from rules.certificates import ON_APPLICATION
from services import print_queue
from services.certificates import events
from services.certificates.contents import card_of
from services.certificates.family import read_family
from services.certificates.issuing import Issued, Plan, plan, write
from services.context import Context
from services.entries.reading import CertificateReturn
from services.papers import to_plain

OWN = frozenset({"serial", "issued_on", "expires_on", "reprint", "reprinted_on", "share_from", "share_until"})


def renew(
    ctx: Context,
    household_id: int,
    periods: Sequence[Enrolment],
    notification: Notification,
    delivery: str,
    returns: Mapping[int, CertificateReturn | None] | None = None,
    always: Collection[int] = (),
) -> Issued:
    """Issue to those whose contents have changed, whose paper was collected, or who are in `always`.

    A certificate that is replaced ends: as told at the counter, else as replaced by the new one.
    """
    told = returns or {}
    ids = [period.person_id for period in periods]
    family = read_family(ctx, household_id, ids)
    plans, refusals = plan(ctx, family, periods, {})
    by = family.settings.insurer
    out = events.list_out_of(ctx, ids)
    wanted: list[Plan] = []
    former: dict[tuple[int, str], Certificate] = {}
    for one in plans:
        person_id = one.holder.record.person_id
        held = next((row for row in out[person_id] if row.kind == one.kind.value), None)
        fresh = to_plain(card_of(one.holder, one.kind, one.validity, "", ctx.today, by))
        collected = _collected(told.get(person_id))
        if held is not None:
            former[person_id, one.kind.value] = held
        if held is None or collected or person_id in always or _differs(held.contents, fresh):
            wanted.append(one)
    renewed = {one.holder.record.person_id for one in wanted}
    for person_id in renewed:
        _end(ctx, person_id, out[person_id], wanted, told.get(person_id), notification)
    if any(out[person_id] for person_id in renewed):
        print_queue.strike_off_ended(ctx, household_id)
    return write(ctx, family, wanted, notification, delivery, former, refusals=refusals)


def _collected(told: CertificateReturn | None) -> bool:
    return told is not None and told.kind in {"collected", "not_returned"}


def _differs(held: Mapping[str, Any], fresh: Mapping[str, Any]) -> bool:
    return any(held.get(name) != value for name, value in fresh.items() if name not in OWN)


def _end(
    ctx: Context,
    person_id: int,
    out: list[Certificate],
    wanted: list[Plan],
    told: CertificateReturn | None,
    notification: Notification,
) -> None:
    if told is not None and _collected(told):
        usual = [row for row in out if row.kind not in ON_APPLICATION]
        events.take_back(ctx, usual, told, notification)
        return
    kinds = {one.kind.value for one in wanted if one.holder.record.person_id == person_id}
    for row in out:
        if row.kind in kinds:
            events.append(ctx, row.id, "replaced", notification)
