"""Erasing the bytes of files whose time is over, with proof; the list of what was wrong stays (M36)."""

from __future__ import annotations

from sqlalchemy import select

from models import blobs
from models.audit.tags import Tag
from models.data_use import DataTransfer
from models.incoming import IncomingFile, IncomingPart
from services import audit
from services.context import Context
from services.job_kinds import Progress, Work

ERASE = "erase_incoming"


def step(ctx: Context, work: Work) -> Progress:
    """Erase the next file whose day has passed."""
    due = select(IncomingFile).where(IncomingFile.erased_at.is_(None), IncomingFile.erase_on < ctx.today)
    file = ctx.session.scalars(due.order_by(IncomingFile.id).limit(1)).one_or_none()
    done = work.done
    if file is not None:
        _erase(ctx, file)
        done += 1
    return Progress(
        {"done_upto": done},
        done,
        finished=file is None,
        message_ja=f"保存期限の過ぎた受取りファイル{done}件を消去しました。",
        message_en=f"{done} files that came in were erased.",
    )


def _erase(ctx: Context, file: IncomingFile) -> None:
    """Bytes that another file shares, word for word, stay until that one ends."""
    parts = ctx.session.scalars(select(IncomingPart).where(IncomingPart.file_id == file.id)).all()
    blobs.hold(ctx.session, {part.sha256 for part in parts})
    gone = 0
    for part in parts:
        digest = part.sha256
        ctx.session.delete(part)
        ctx.session.flush()
        if not _is_shared(ctx, digest):
            gone += blobs.destroy(ctx.session, digest)
    file.erased_at = ctx.at
    detail = {"hash": file.sha256[:16], "parts": len(parts), "gone": gone}
    audit.record(ctx, Tag.INCOMING_ERASED, f"incoming:{file.id}", detail=detail)
    ctx.session.flush()


def _is_shared(ctx: Context, digest: str) -> bool:
    others = (
        select(IncomingPart.file_id).where(IncomingPart.sha256 == digest),
        select(DataTransfer.id).where(DataTransfer.file_sha256 == digest, DataTransfer.erased_at.is_(None)),
    )
    return any(ctx.session.scalars(one.limit(1)).first() is not None for one in others)
