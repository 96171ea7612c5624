"""Inner papers of an office, asked for by the person who prints them at once."""

from __future__ import annotations

from models.audit.tags import Tag
from models.document import PrintRequest
from printing.letter import PrintedDocument
from services import audit
from services.context import Context
from services.errors import SettingMissing
from services.papers import to_plain
from services.print_requests import INNER


def ask(ctx: Context, document: str, content: PrintedDocument, title: str) -> PrintRequest:
    """Ask for an inner paper, as it stands now.

    Raises:
        SettingMissing: the actor belongs to no office.
    """
    if ctx.actor.office_id is None:
        raise SettingMissing(
            "配属のある職員で印刷してください。", "Print it as somebody who is posted to an office."
        )
    row = PrintRequest(
        document=document,
        office_id=ctx.actor.office_id,
        payload=to_plain(content),
        title=title,
        addressee="",
        delivery=INNER,
        requested_at=ctx.at,
        requested_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(ctx, Tag.PRINT_RUN, f"print_request:{row.id}", detail={"deed": "asked"})
    return row
