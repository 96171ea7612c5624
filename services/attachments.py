"""Scans of papers (B6, M09): only listed kinds, never number papers; typed by content, sealed, by hash."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

import magic
from sqlalchemy import select

from models import blobs
from models.audit.tags import Tag
from models.case import Case
from models.document import INFECTED, QUARANTINED, Attachment
from models.form_entry import find_latest
from models.masters import PaperKind
from services import audit, hidden_entries, scanning
from services.context import Context
from services.errors import NotFound, RuleBroken, ServiceError
from services.file_shapes import is_whole
from services.scanning import AttachmentQuarantined, Look

LARGEST = 20 * 1024 * 1024
TYPES = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
LONGEST_NAME = 80


class AttachmentRefused(RuleBroken):
    """The file is not of a kind, type or size that may be kept."""

    code = "attachment_refused"


def add(
    ctx: Context, case_id: int, kind: str, file_name: str, content: bytes, seen: Look
) -> Attachment | None:
    """Keep a scan with an open case; None where the virus scanner found something: that is recorded only.

    `seen` is what `scanning.look` said of the content before this transaction began.

    Raises:
        NotFound: no such case in the actor's office.
        AttachmentRefused: kind not listed, empty, too large, or not a PDF, JPEG or PNG by its content.
    """
    case = _case(ctx, case_id)
    if case.state != "open":
        raise AttachmentRefused(
            "終わった届出には添付できません。", "The case has ended; nothing can be attached."
        )
    _refuse_kind(ctx, kind)
    if seen.infection:
        detail = {"kind": kind, "infection": seen.infection, "sha256": hashlib.sha256(content).hexdigest()}
        audit.record(ctx, Tag.ATTACHMENT_REFUSED, f"case:{case_id}", case_id, detail)
        return None
    media_type = _type_of(content)
    row = Attachment(
        case_id=case_id,
        kind=kind,
        file_name=safe_name(file_name, TYPES[media_type]),
        media_type=media_type,
        size=len(content),
        sha256=blobs.put(ctx.session, content, ctx.at),
        added_at=ctx.at,
        added_by_id=ctx.actor.staff_id,
        scan=seen.state,
    )
    ctx.session.add(row)
    ctx.session.flush()
    if row.scan == QUARANTINED:
        scanning.ask_again(ctx, row)
    audit.record(ctx, Tag.ATTACHMENT_ADDED, f"attachment:{row.id}", case_id, {"kind": kind, "size": row.size})
    return row


def read(ctx: Context, case_id: int, attachment_id: int) -> tuple[Attachment, bytes]:
    """A scan and its bytes; each reading is recorded.

    Raises:
        NotFound: no such scan of a case in the actor's office.
        AttachmentQuarantined, AttachmentRefused: the virus scanner has not looked yet, or found something.
        ServiceError: the file is not where it was put.
    """
    _case(ctx, case_id)
    statement = select(Attachment).where(Attachment.id == attachment_id, Attachment.case_id == case_id)
    row = ctx.session.scalars(statement).one_or_none()
    if row is None:
        raise NotFound("この添付は見つかりません。", "There is no such attachment.")
    _refuse_unclean(row)
    audit.record(ctx, Tag.ATTACHMENT_READ, f"attachment:{row.id}", case_id)
    try:
        return row, blobs.get(ctx.session, row.sha256)
    except blobs.BlobMissing as error:
        raise ServiceError(
            "添付のファイルを開けません。保管場所を確かめるよう管理者に連絡してください。",
            "The file of this attachment cannot be opened. Tell an administrator.",
        ) from error


def name_shown(ctx: Context, row: Attachment) -> str:
    """What a scan is called: its kind alone where its name could tell the place of somebody protected."""
    entry = find_latest(ctx.session, row.case_id, ("apply", "correct"))
    if entry is None or not hidden_entries.hides(ctx, entry.data):
        return row.file_name
    return f"{row.kind}-{row.id}{PurePosixPath(row.file_name).suffix}"


def _refuse_unclean(row: Attachment) -> None:
    if row.scan == QUARANTINED:
        raise AttachmentQuarantined(
            "ウイルス検査が終わっていないため、まだ開けません。しばらく待ってから開いてください。",
            "The virus scanner has not looked at this file yet. Open it a little later.",
        )
    if row.scan == INFECTED:
        raise AttachmentRefused(
            f"ウイルス({row.infection})が見つかったため、この添付は開けません。書類を読み取り直してください。",
            f"A virus ({row.infection}) was found in this file. Scan the paper again.",
        )


def safe_name(name: str, suffix: str) -> str:
    """A file name as text only: no path, no control or direction signs, the ending of its real type."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/")
    stem = PurePosixPath(plain).stem
    kept = "".join(sign for sign in stem if unicodedata.category(sign)[0] != "C")
    return (re.sub(r"[<>:\"|?*/]", "_", kept).strip(". ")[:LONGEST_NAME] or "scan") + suffix


def _case(ctx: Context, case_id: int) -> Case:
    case = ctx.session.get(Case, case_id)
    if case is None or case.office_id != ctx.actor.office_id:
        raise NotFound("この届出は見つかりません。", "There is no such case.")
    return case


def _refuse_kind(ctx: Context, kind: str) -> None:
    statement = select(PaperKind.may_be_scanned).where(PaperKind.code == kind, PaperKind.active.is_(True))
    if ctx.session.scalars(statement).first() is not True:
        raise AttachmentRefused(
            "この種類の書類は保存できません。個人番号の書類や本人確認書類は見るだけにして、返してください。",
            "This kind of paper may not be kept. Look at it and give it back.",
        )


def _type_of(content: bytes) -> str:
    if not content:
        raise AttachmentRefused(
            "ファイルが空です。読み取り直してください。", "The file is empty. Scan again."
        )
    if len(content) > LARGEST:
        raise AttachmentRefused(
            f"ファイルが大きすぎます({len(content) // 1024 // 1024}MB)。20MBまでです。"
            "解像度を下げて読み取り直すか、分けて添付してください。",
            "The file is larger than 20 MB. Scan with a lower resolution or in parts.",
        )
    media_type = magic.from_buffer(content[:4096], mime=True)
    if media_type not in TYPES:
        raise AttachmentRefused(
            "PDF・JPEG・PNG以外は添付できません(ファイルの中身で判定しています)。読み取り直してください。",
            "Only PDF, JPEG and PNG can be attached, judged by content. Scan again.",
        )
    if not is_whole(media_type, content):
        raise AttachmentRefused(
            "ファイルが壊れているか、画像や文書以外のもの(プログラム、圧縮ファイル、大きすぎる画像)を含んでいます。"
            "紙から読み取り直してください。",
            "The file is broken, or holds more than a picture or a text. Scan the paper again.",
        )
    return media_type
