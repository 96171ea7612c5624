"""The files of transfers: fetched by the recipient's section alone, kept for a time, erased (M36)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from models import blobs
from models.audit.tags import Tag
from models.data_use import DataTransfer, DataTransferFetch
from models.masters import Office
from services import audit
from services.context import Context
from services.data_use import APPLICANT
from services.errors import NotFound, RuleBroken

AT_ONCE = 20
SAFE_AGE = timedelta(days=3)  # longer than any deed lasts


class FileGone(RuleBroken):
    """The file was kept for its time and erased; what is left is the record."""

    code = "transfer_file_gone"


@dataclass(frozen=True)
class Fetched:
    """A file or its manifest on its way: its name, how many bytes it has, and the pieces as they are read."""

    name: str
    size: int
    pieces: Iterator[bytes]


def fetch(ctx: Context, transfer_id: int, what: str) -> Fetched:
    """The file or its manifest for the section that receives; each fetch is recorded.

    The pieces may be read after the transaction has ended.

    Raises:
        NotFound: there is none, or it is for another section.
        FileGone: its time is over.
    """
    row = ctx.session.get(DataTransfer, transfer_id)
    if row is None or APPLICANT not in ctx.actor.own_roles or row.recipient != _own_code(ctx):
        raise NotFound("このファイルは見つかりません。一覧から開き直してください。", "There is no such file.")
    if what == "file" and (row.erased_at is not None or row.expires_on < ctx.today):
        raise FileGone(
            f"ファイルの保存期限({row.expires_on})が過ぎ、消去されました。"
            "必要なときはデータ保護管理者に相談してください。",
            f"The file was kept until {row.expires_on} and is erased. Ask the data protection manager.",
        )
    pieces = iter([row.manifest]) if what == "manifest" else blobs.read(ctx.session, row.file_sha256)
    ctx.session.add(
        DataTransferFetch(
            transfer_id=row.id,
            what=what,
            at=ctx.at,
            by_id=ctx.actor.staff_id,
            staff_number=ctx.actor.staff_number,
            terminal=ctx.actor.terminal,
        )
    )
    audit.record(ctx, Tag.TRANSFER_FETCHED, f"transfer:{row.id}", detail={"what": what})
    if what == "manifest":
        return Fetched(f"{row.file_name}.manifest.json", len(row.manifest), pieces)
    return Fetched(row.file_name, row.size, pieces)


def erase_expired(ctx: Context) -> int:
    """Erase files whose time is over, a part at a time; answers how many.

    Bytes that another file shares, word for word, stay until that one ends.
    """
    due = select(DataTransfer).where(DataTransfer.erased_at.is_(None), DataTransfer.expires_on < ctx.today)
    rows = list(ctx.session.scalars(due.order_by(DataTransfer.id).limit(AT_ONCE)))
    blobs.hold(ctx.session, {row.file_sha256 for row in rows})
    for row in rows:
        shared = _is_shared(ctx, row)
        gone = not shared and blobs.destroy(ctx.session, row.file_sha256)
        row.erased_at = ctx.at
        detail = {"hash": row.file_sha256[:16], "gone": gone, "shared": shared}
        audit.record(ctx, Tag.TRANSFER_ERASED, f"transfer:{row.id}", detail=detail)
        ctx.session.flush()
    return len(rows)


def sweep(ctx: Context) -> int:
    """Take away sealed files without a row, which a run leaves that was killed before its commit."""
    count = blobs.sweep(ctx.session, ctx.at - SAFE_AGE)
    if count:
        audit.record(ctx, Tag.HOUSE_KEPT, detail={"files": count})
    return count


def _is_shared(ctx: Context, row: DataTransfer) -> bool:
    statement = select(func.count()).where(
        DataTransfer.file_sha256 == row.file_sha256,
        DataTransfer.id != row.id,
        DataTransfer.erased_at.is_(None),
    )
    return bool(ctx.session.scalar(statement))


def _own_code(ctx: Context) -> str:
    office = ctx.session.get(Office, ctx.actor.office_id) if ctx.actor.office_id is not None else None
    return office.code if office is not None else ""
