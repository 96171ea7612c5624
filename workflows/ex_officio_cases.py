"""Beginning the cases that a chief has decided on a monthly list: a job each (Ruling 10)."""

from __future__ import annotations

from services import ex_officio
from services.context import Context
from services.job_kinds import Work
from workflows.engine import runner


def start_case(ctx: Context, work: Work) -> None:
    """Begin the case of a decided row, in the name of who decided."""
    done = runner.start_ex_officio(
        ctx, work.payload["procedure"], work.payload["reason"], work.payload["entry"]
    )
    ex_officio.opened(ctx, work.payload["row"], done.case_id)
