"""What is wrong with a file, as a list, and what becomes of a file that is not applied (J5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from interchange.incoming.problems import Problem, words
from models import bulk
from models.audit.tags import Tag
from models.incoming import QUARANTINED, IncomingError, IncomingFile, IncomingRow
from services import audit
from services.context import Context
from services.statute import law_on

KEEP_DAYS = "municipal/incoming/keep_days"
MOST_KEPT = 100_000


def tell(ctx: Context, file: IncomingFile, problems: Sequence[Problem]) -> None:
    """Put faults on the list of a file; past `MOST_KEPT` they are only counted."""
    kept = problems[: max(MOST_KEPT - file.errors, 0)]
    rows = [(file.id, one.line, one.place, one.field, one.code, dict(one.told)) for one in kept]
    bulk.add(ctx.session, "incoming_error", ("file_id", "line", "place", "field", "code", "told"), rows)
    file.errors += len(problems)


def of_file(ctx: Context, file: IncomingFile) -> list[tuple[str, str]]:
    """What is wrong with a file as a whole, in both languages."""
    statement = select(IncomingError).where(IncomingError.file_id == file.id, IncomingError.line == 0)
    return [words(one.code, one.told) for one in ctx.session.scalars(statement.order_by(IncomingError.id))]


def close(ctx: Context, file: IncomingFile) -> None:
    """Put a file into quarantine; nothing of it is used."""
    file.state, file.checked_at = QUARANTINED, ctx.at
    drop_rows(ctx, file)
    detail = {"source": file.source, "sequence": file.sequence, "errors": file.errors}
    audit.record(ctx, Tag.INCOMING_QUARANTINED, f"incoming:{file.id}", detail=detail)


def drop_rows(ctx: Context, file: IncomingFile) -> None:
    """Let the rows of a file go that has ended, and set the day on which its bytes are erased."""
    ctx.session.execute(delete(IncomingRow).where(IncomingRow.file_id == file.id))
    file.erase_on = ctx.today + timedelta(days=law_on(ctx.today).integer(KEEP_DAYS))
