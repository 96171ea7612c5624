"""Transfers: the gate, the file, its signed manifest, and what was refused (J1-J3, M34, N07).

A run takes items, persons and recipient from a valid approval. It asks the gate when it begins and once more
at the moment of sending, holding the row of the application in the transaction that sends; so a revocation
comes before the file or after it, never between. What is refused is put on record with what was missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interchange.dictionary.catalog import items
from interchange.transfers import layouts, manifest
from interchange.transfers.definitions import Transfer, transfers
from interchange.transfers.layouts import LayoutBroken, Written
from models import growing_blobs, manifests
from models.audit.tags import Tag
from models.data_use import (
    DataTransfer,
    DataTransferRefusal,
    DataUseApplication,
    DataUseApproval,
    list_approvals,
    lock_applications_for,
)
from models.growing_blobs import Growing
from rules.data_use import gate
from rules.data_use.gate import Approved, Refusal, Run
from rules.periods import month_start
from services import audit, transfer_rows
from services.context import Context
from services.data_use_content import content_of
from services.data_use_decisions import carrying
from services.errors import NotFound, RuleBroken
from services.transfer_rows import Told, Wanted

MISSING: dict[str, tuple[str, str]] = {
    gate.Missing.NO_APPROVAL: ("データ利用の承認がありません", "There is no approval"),
    gate.Missing.VOID: (
        "承認のあとで申請の内容が変わりました",
        "It was changed after its approval",
    ),
    gate.Missing.REVOKED: ("承認が取り消されています", "The approval was revoked"),
    gate.Missing.WITHDRAWN: ("申請が取り下げられています", "The application was withdrawn"),
    gate.Missing.NOT_YET: ("承認の期間がまだ始まっていません", "The approval is not in force yet"),
    gate.Missing.EXPIRED: ("承認の期間が切れています", "The approval has expired"),
    gate.Missing.OTHER_TRANSFER: ("別の移転の承認です", "The approval is of another transfer"),
    gate.Missing.OTHER_RECIPIENT: ("承認された移転先ではありません", "Not the recipient that was approved"),
    gate.Missing.ITEM: ("承認にない項目があります", "An item is not in the approval"),
    gate.Missing.NOT_HELD: ("まだ保有していない項目があります", "An item is not held yet"),
    gate.Missing.RANGE: ("承認された対象者の範囲を超えています", "More persons than were approved"),
    gate.Missing.METHOD: ("承認された方法ではありません", "Not the method that was approved"),
    gate.Missing.PLACES: (
        "支援措置対象者の住所は承認されていません",
        "Protected addresses were not approved",
    ),
    gate.Missing.TOO_OFTEN: ("承認された頻度を超えています", "More often than was approved"),
    gate.Missing.SELF_APPROVED: ("申請に関わった人が承認しています", "Approved by who had a hand in it"),
    gate.Missing.LEVELS: ("必要な段階の承認がそろっていません", "A level of approval is missing"),
}


class LayoutRefused(RuleBroken):
    """A value does not fit into the layout of the file; nothing was sent."""

    code = "layout_refused"


@dataclass(frozen=True)
class Outcome:
    """What came of a run: a file, or why not. `is_new` is False where it had been sent before."""

    sent: DataTransfer | None = None
    refused: DataTransferRefusal | None = None
    is_new: bool = True


@dataclass(frozen=True)
class Asked:
    """What is to be run; items and persons come from the approval unless told otherwise."""

    transfer: Transfer
    recipient: str
    period: str
    month: date
    items: frozenset[str] | None = None
    person_range: str | None = None
    person_id: int | None = None


def get_definition(name: str) -> Transfer:
    """The definition of a transfer.

    Raises:
        NotFound: there is none.
    """
    if name not in transfers():
        raise NotFound("この移転は定義されていません。", "There is no such transfer.")
    return transfers()[name]


def send_month(ctx: Context, name: str, recipient: str, month: date) -> Outcome:
    """The run of a month for one recipient; the second wish of a month is the first one."""
    month = month_start(month)
    return run(ctx, Asked(get_definition(name), recipient, f"{month:%Y-%m}", month))


def send_event(ctx: Context, name: str, recipient: str, person_id: int, period: str) -> Outcome:
    """The run for one person, told by what happened to him; `period` tells the event from all others."""
    month = month_start(ctx.today)
    return run(ctx, Asked(get_definition(name), recipient, period, month, person_id=person_id))


def month_of(typed: str) -> date:
    """A month as it was typed, like 2026-11.

    Raises:
        RuleBroken: it is none.
    """
    try:
        return date.fromisoformat(f"{typed.strip()}-01")
    except ValueError as error:
        raise RuleBroken("月は 2026-11 のように入力してください。", "Type the month like 2026-11.") from error


def run(ctx: Context, asked: Asked) -> Outcome:
    """Make a file and send it under the gate, or put on record why not.

    Raises:
        LayoutRefused: a value does not fit its place; nothing was sent.
    """
    before = _find_sent(ctx.session, asked)
    if before is not None:
        return Outcome(sent=before, is_new=False)
    application, approval, refusal = _choose(ctx, asked)
    if refusal is not None or application is None or approval is None:
        return _refused(ctx, asked, refusal or Refusal(gate.Missing.NO_APPROVAL), approval)
    with growing_blobs.growing() as file:
        made = _write(ctx, asked, application, file)
        lock_applications_for(ctx.session, asked.transfer.id, asked.recipient)
        ctx.session.refresh(approval)
        if (sent := _find_sent(ctx.session, asked)) is not None:
            return Outcome(sent=sent, is_new=False)
        refusal = gate.refuse(_approved(ctx.session, application, approval), _run(ctx, asked, application))
        if refusal is not None:
            return _refused(ctx, asked, refusal, approval)
        return Outcome(sent=_send(ctx, asked, application, approval, made))


def _choose(
    ctx: Context, asked: Asked
) -> tuple[DataUseApplication | None, DataUseApproval | None, Refusal | None]:
    """The newest approval that lets the run through; else the newest one and what is missing in it."""
    first: tuple[DataUseApplication | None, DataUseApproval | None, Refusal | None] | None = None
    for approval in list_approvals(ctx.session, asked.transfer.id, asked.recipient):
        application = ctx.session.get_one(DataUseApplication, approval.application_id, populate_existing=True)
        approved = _approved(ctx.session, application, approval)
        refusal = gate.refuse(approved, _run(ctx, asked, application))
        if refusal is None:
            return application, approval, None
        first = first or (application, approval, refusal)
    return first or (None, None, Refusal(gate.Missing.NO_APPROVAL))


def _approved(session: Session, application: DataUseApplication, approval: DataUseApproval) -> Approved:
    """An approval as the gate sees it; only judgements of what was approved count."""
    content = content_of(application)
    decisions = carrying(session, application, approval.content_hash)
    return Approved(
        transfer=content.transfer,
        recipient=content.recipient,
        items=frozenset(content.items),
        person_range=content.person_range,
        method=content.method,
        frequency=content.frequency,
        from_on=approval.from_on,
        until_on=approval.until_on,
        with_places=content.with_places,
        bound=approval.content_hash,
        content=content.hash,
        levels=approval.levels,
        parties=frozenset(application.parties),
        deciders=tuple(frozenset(one.names) for one in decisions),
        ended=approval.ended_kind,
    )


def _run(ctx: Context, asked: Asked, application: DataUseApplication) -> Run:
    person_range = asked.person_range or application.person_range
    statement = (  # the same period before any other: the gate asks for that one, or whether there is one
        select(DataTransfer.period)
        .where(DataTransfer.transfer == asked.transfer.id, DataTransfer.recipient == asked.recipient)
        .order_by(DataTransfer.period != asked.period, DataTransfer.id)
        .limit(1)
    )
    return Run(
        transfer=asked.transfer.id,
        recipient=asked.recipient,
        items=asked.items if asked.items is not None else frozenset(application.items),
        person_range=person_range,
        method=asked.transfer.method,
        with_places=application.with_places,
        on=ctx.today,
        period=asked.period,
        sent=frozenset(ctx.session.scalars(statement)),
        held=transfer_rows.held(person_range),
    )


@dataclass(frozen=True)
class Made:
    """A file that is whole and sealed but not sent: what went into it, and whom it is about."""

    file: Growing
    written: Written
    told: Told


def _write(ctx: Context, asked: Asked, application: DataUseApplication, file: Growing) -> Made:
    """Read the rows and write them as they come; neither the rows nor the file are ever whole in memory."""
    chosen = transfer_rows.columns(asked.items if asked.items is not None else application.items)
    wanted = Wanted(
        chosen,
        asked.person_range or application.person_range,
        asked.month,
        application.with_places,
        asked.person_id,
    )
    told = Told()
    try:
        rows = transfer_rows.read(ctx, wanted, told)
        written = layouts.write(asked.transfer.layout, chosen, rows, file)
    except LayoutBroken as broken:
        raise LayoutRefused(
            f"{broken.line}行目の項目「{broken.item}」が{broken.width}バイトに収まりません。"
            "移転の定義の桁数を確かめてください。何も送っていません。",
            f"Line {broken.line}: {broken.item} does not fit into {broken.width} bytes. Nothing was sent.",
        ) from broken
    file.finish()
    return Made(file, written, told)


def _send(
    ctx: Context,
    asked: Asked,
    application: DataUseApplication,
    approval: DataUseApproval,
    made: Made,
) -> DataTransfer:
    """The moment of sending: the sealed file, its row, its manifest and its event, together."""
    layout, written, told = asked.transfer.layout, made.written, made.told
    size, digest = made.file.size, made.file.keep(ctx.session, ctx.at)
    sequence = 1 + int(_last_sequence(ctx.session, asked) or 0)
    name = f"{asked.transfer.id}-{asked.recipient}-{asked.period.replace(':', '-')}-{sequence:06}"
    name += ".csv" if layout.kind == "csv" else ".txt"
    chosen = transfer_rows.columns(asked.items if asked.items is not None else application.items)
    facts: dict[str, Any] = {
        "format": manifest.FORMAT,
        "transfer": asked.transfer.id,
        "recipient": asked.recipient,
        "period": asked.period,
        "sequence": sequence,
        "approval": approval.number,
        "application": application.number,
        "approved_content": approval.content_hash,
        "basis": application.basis,
        "items": list(chosen),
        "range": asked.person_range or application.person_range,
        "rows": written.lines,
        "persons": len(told.persons),
        "hidden_places": len(told.hidden),
        "replaced": len(written.replaced),
        "file": {
            "name": name,
            "size": size,
            "sha256": digest,
            "kind": layout.kind,
            "encoding": layout.encoding,
        },
        "made_at": ctx.at.isoformat(),
        "made_by": ctx.actor.staff_number,
        "key": manifests.key_id(),
    }
    row = DataTransfer(
        transfer=asked.transfer.id,
        recipient=asked.recipient,
        period=asked.period,
        sequence=sequence,
        approval_id=approval.id,
        file_name=name,
        file_sha256=digest,
        size=size,
        rows=written.lines,
        person_count=len(told.persons),
        hidden_places=len(told.hidden),
        replaced=[asdict(one) for one in written.replaced],
        manifest=manifest.document(facts, manifests.sign(manifest.signed_text(facts))),
        persons=told.persons.packed(),
        made_at=ctx.at,
        made_by=ctx.actor.staff_number,
        expires_on=ctx.today + timedelta(days=asked.transfer.keep_days),
    )
    ctx.session.add(row)
    ctx.session.flush()
    detail = {
        "approval": approval.number,
        "period": asked.period,
        "rows": written.lines,
        "hash": digest[:16],
        "sequence": sequence,
    }
    audit.record(ctx, Tag.TRANSFER_SENT, f"transfer:{row.id}", detail=detail)
    return row


def _refused(ctx: Context, asked: Asked, refusal: Refusal, approval: DataUseApproval | None) -> Outcome:
    row = DataTransferRefusal(
        transfer=asked.transfer.id,
        recipient=asked.recipient,
        period=asked.period,
        missing=refusal.missing.value,
        told=list(refusal.items),
        approval_id=approval.id if approval is not None else None,
        at=ctx.at,
        made_by=ctx.actor.staff_number,
    )
    ctx.session.add(row)
    ctx.session.flush()
    detail = {"missing": row.missing, "period": asked.period, "recipient": asked.recipient}
    audit.record(ctx, Tag.TRANSFER_REFUSED, f"transfer_refusal:{row.id}", detail=detail)
    return Outcome(refused=row)


def _find_sent(session: Session, asked: Asked) -> DataTransfer | None:
    statement = select(DataTransfer).where(
        DataTransfer.transfer == asked.transfer.id,
        DataTransfer.recipient == asked.recipient,
        DataTransfer.period == asked.period,
    )
    return session.scalars(statement).one_or_none()


def _last_sequence(session: Session, asked: Asked) -> int | None:
    statement = select(func.max(DataTransfer.sequence)).where(
        DataTransfer.transfer == asked.transfer.id, DataTransfer.recipient == asked.recipient
    )
    return session.scalar(statement)


def refusal_words(missing: str, told: Iterable[str]) -> tuple[str, str]:
    """What was missing in words of both languages, with the items it is about."""
    ja, en = MISSING[missing]
    named = [items()[one] for one in told if one in items()]
    if not named:
        return ja, en
    return f"{ja}({'、'.join(one.ja for one in named)})", f"{en} ({', '.join(one.en for one in named)})"
