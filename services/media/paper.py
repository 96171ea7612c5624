"""The form 電子媒体確認(報告)表: a medium with its uses, as it goes on paper (L6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.document import PrintRequest
from models.medium import MediumUse
from printing.documents import DOCUMENTS
from printing.office.medium_record import MediumRecord, MediumUseLine
from rules.eras import format_short
from services import city, office_papers
from services.confirmation_list import shorten
from services.context import JST, Context
from services.media import ledger
from services.media.ledger import DESTROYING, KINDS, Page

DOCUMENT = "medium_record"
STATES = {
    "asked": ("申請中", "Asked for", "waiting"),
    "approved": ("承認済み", "Approved", "waiting"),
    "refused": ("不承認", "Refused", "stopped"),
    "dropped": ("取りやめ", "Taken back", "stopped"),
    "copied": ("複製済み", "Copied", "waiting"),
    "handed": ("引渡し(受領待ち)", "Handed over", "waiting"),
    "lent": ("貸出中", "Lent", "waiting"),
    "brought": ("返却(確認待ち)", "Brought back", "waiting"),
    "returned": ("返却済み・消去待ち", "To be wiped", "waiting"),
    "wiped": ("消去済み", "Wiped", "done"),
}
LONGEST, DIGEST = 44, 14


def paper(ctx: Context, page: Page) -> MediumRecord:
    """A medium as it goes on paper, the oldest use first."""
    medium, names = page.line.medium, page.names
    gone = ""
    if medium.destroyed_on is not None:
        way = DESTROYING[medium.destroyed_way][0]
        gone = f"{format_short(medium.destroyed_on)} {way} {names.get(medium.destroyed_by_id or 0, '')}"
        gone += f" 立会 {names.get(medium.witness_id, '')}" if medium.witness_id else " 立会 未"
    uses = list(reversed(page.uses))
    return MediumRecord(
        made_at=ctx.at.astimezone(JST).replace(tzinfo=None),
        issuer=city.settings_on(ctx.session, ctx.today).issuer,
        number=medium.number,
        kind=KINDS[medium.kind][0],
        kept_at=medium.place,
        destroyed=gone,
        lines=tuple(_line(ctx, place, one, names) for place, one in enumerate(uses, start=1)),
    )


def ask(ctx: Context, medium_id: int) -> PrintRequest:
    """Ask for the form of a medium, as it stands now.

    Raises:
        NotFound: there is no such medium in the actor's office.
    """
    content = paper(ctx, ledger.read(ctx, medium_id))
    return office_papers.ask(ctx, DOCUMENT, content, f"{DOCUMENTS[DOCUMENT].title_ja} {content.number}")


def _line(ctx: Context, place: int, use: MediumUse, names: Mapping[int, str]) -> MediumUseLine:
    carrier = names.get(use.carrier_id, "")
    state = STATES[use.state][0] + ("(返却期限超過)" if ledger.is_late(use, ctx.at) else "")
    file = f"{use.file_name} {use.records:,}件" if use.records else ""
    digest = f" SHA-256 {use.sha256[:DIGEST]}…" if use.sha256 else ""
    return MediumUseLine(
        place=place,
        what=shorten(f"{use.what}({use.why})", LONGEST),
        way=shorten(f"{use.from_place} → {use.destination}", LONGEST),
        file=shorten(file, LONGEST),
        copied=_deed(use.copied_at, names.get(use.copied_by_id or 0, "")) + digest,
        approved=shorten(
            f"{_deed(use.decided_at, names.get(use.decided_by_id or 0, ''))} {use.decided_words}", LONGEST
        ),
        lent=_deed(use.lent_at, f"{names.get(use.handed_by_id or 0, '')}→{carrier}"),
        returned=_deed(use.returned_at, f"{carrier}→{names.get(use.returned_to_id or 0, '')}"),
        wiped=shorten(
            f"{_deed(use.wiped_at, names.get(use.wiped_by_id or 0, ''))} {use.wiped_words}", LONGEST
        ).strip(),
        state=state,
    )


def _deed(at: datetime | None, who: str) -> str:
    """When, and who; nothing where it was not done."""
    if at is None:
        return ""
    local = at.astimezone(JST)
    return f"{format_short(local.date())} {local:%H:%M} {who}"
