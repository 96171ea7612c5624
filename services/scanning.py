"""The virus scanner before the attachments: quarantine until it has found a file clean (M31, T23).

A file is looked at before its transaction. Where the scanner does not answer, the file is kept in quarantine,
where nobody reads it, and a job looks again until there is a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from interchange.scanner.gateway import Scanner, ScannerAway
from models import blobs
from models.audit.tags import Tag
from models.document import CLEAN, INFECTED, QUARANTINED, UNSCANNED, Attachment
from services import audit, jobs
from services.context import Context
from services.errors import RuleBroken, ServiceError
from services.job_kinds import Kind, Work

SCAN = "scan_attachment"
_scanner: list[Scanner] = []


class ScannerNotAnswering(ServiceError):
    """The virus scanner gives no verdict: the file stays in quarantine, it is never taken for clean."""

    code = "scanner_away"


class AttachmentQuarantined(RuleBroken):
    """A file of the case has not been looked at yet: nobody reads it, and the case does not go on."""

    code = "attachment_quarantined"


@dataclass(frozen=True)
class Look:
    """What a look at a file gave: its state, and the name of what was found in it."""

    state: str
    infection: str = ""


def configure(scanner: Scanner | None) -> None:
    """Say which scanner is asked, or that there is none; `create_app` hands it in."""
    _scanner[:] = [scanner] if scanner is not None else []


def look(content: bytes) -> Look:
    """Look at a file now, outside of any transaction."""
    if not _scanner:
        return Look(UNSCANNED)
    try:
        verdict = _scanner[0].scan(content)
    except ScannerAway:
        return Look(QUARANTINED)
    return Look(CLEAN) if verdict.is_clean else Look(INFECTED, verdict.infection)


def ask_again(ctx: Context, row: Attachment) -> None:
    """Let a worker look at a file in quarantine as soon as the scanner answers."""
    jobs.ask(ctx, SCAN, f"scan:{row.id}", {"attachment_id": row.id})


def scan_again(ctx: Context, work: Work) -> None:
    """The job: release a file that is clean; withdraw one that is not.

    Raises:
        ScannerNotAnswering: there is no verdict yet; the job is tried again.
    """
    row = ctx.session.get(Attachment, work.payload["attachment_id"])
    if row is None or row.scan != QUARANTINED:
        return
    found = look(blobs.get(ctx.session, row.sha256))
    if found.state not in {CLEAN, INFECTED}:
        raise ScannerNotAnswering(
            "ウイルス検査が応答しません。添付は検査が終わるまで開けません。clamdが動いているか、"
            "PORTAL_SCANNERの設定を確かめてください。",
            "The virus scanner does not answer; the file stays in quarantine. Look at clamd.",
        )
    row.scan, row.infection = found.state, found.infection
    if found.infection:
        row.withdrawn_at, row.withdrawn_reason = ctx.at, f"virus: {found.infection}"[:200]
    detail = {"verdict": found.state, "infection": found.infection}
    audit.record(ctx, Tag.ATTACHMENT_SCANNED, f"attachment:{row.id}", row.case_id, detail)


def refuse_while_quarantined(ctx: Context, case_id: int) -> None:
    """Hold a case back whose files have not all been looked at.

    Raises:
        AttachmentQuarantined: one waits for the scanner.
    """
    if not _scanner:
        return
    waits = select(Attachment.id).where(Attachment.case_id == case_id, Attachment.scan == QUARANTINED)
    if ctx.session.scalars(waits.limit(1)).first() is not None:
        raise AttachmentQuarantined(
            "添付ファイルのウイルス検査が終わっていないため、まだ進められません。"
            "しばらく待ってから、もう一度押してください。続くときは管理者に連絡してください。",
            "A file of this case waits for the virus scanner. Try again a little later; if it lasts, "
            "tell an administrator.",
        )


KIND = Kind(
    SCAN,
    "添付のウイルス検査",
    "Look at an attachment for viruses",
    scan_again,
    max_attempts=1000,
    longest_pause=timedelta(minutes=10),
    as_system=True,
)
