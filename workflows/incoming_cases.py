"""Beginning the case in which the differences of a file are settled: a job, once for a file (Ruling 10)."""

from __future__ import annotations

from models import incoming
from services.context import Context
from services.errors import NotFound
from services.incoming import differences
from services.job_kinds import Work
from workflows.engine import runner

SLUG = "incoming_differences"


def begin(ctx: Context, work: Work) -> None:
    """Begin the case of a file, unless it has one.

    Raises:
        NotFound: there is no such file.
    """
    file = incoming.lock(ctx.session, work.payload["file"])
    if file is None:
        raise NotFound("このファイルはありません。", "There is no such file.")
    if file.case_id is None:
        facts = {"file": file.id, "differences": differences.count_open(ctx.session, file.id)}
        file.case_id = runner.begin(ctx, SLUG, facts, file.office_id).case_id
