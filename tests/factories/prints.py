"""Papers on their way: asked for, printed, checked."""

from collections.abc import Sequence

from models.document import PrintRun
from services import documents, print_queue, print_register, print_runs
from services.context import Actor
from services.documents import Dress, Rendered
from tests.fixtures.databases import UnitOfWork

DEMO = Dress(demo=True)


def print_papers(uow: UnitOfWork, clerk: Actor, ids: Sequence[int]) -> PrintRun | None:
    """Print as the screen does: read, lay out, record."""
    with uow(clerk) as ctx:
        sheets, refused = documents.prepare(ctx, print_queue.choose(ctx, ids), DEMO)
    rendered = documents.render(sheets, refused)
    with uow(clerk) as ctx:
        return print_runs.record(ctx, rendered)


def spoil_papers(
    uow: UnitOfWork, clerk: Actor, run_id: int, ids: Sequence[int], reason: str = "紙づまり"
) -> PrintRun | None:
    """Say that papers of a run came out wrong, and print them again."""
    with uow(clerk) as ctx:
        sheets, refused = documents.prepare(ctx, print_register.of_run(ctx, run_id, ids), DEMO)
    rendered = documents.render(sheets, refused)
    with uow(clerk) as ctx:
        return print_runs.reprint(ctx, run_id, rendered, reason)


def lay_ready(uow: UnitOfWork, clerk: Actor, ids: Sequence[int]) -> PrintRun | None:
    """Papers printed and found right, where what stands on the PDF does not matter."""
    with uow(clerk) as ctx:
        sheets, _ = documents.prepare(ctx, print_queue.choose(ctx, ids), DEMO)
        run = print_runs.record(ctx, Rendered(b"%PDF-1.7 " + str(ids).encode(), tuple(sheets), ()))
    with uow(clerk) as ctx:
        print_runs.finish(ctx, ids)
    return run
