"""What screens show of prints of many: what can be printed, how far a job is, its control list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from models.assessment import FINAL, AssessmentRun
from models.document import PrintEvent, PrintRequest
from models.job import Job
from services.assessing.run_pages import household_numbers
from services.documents import Unprintable
from services.errors import NotFound
from services.premium_notices import bundles, districts
from services.premium_notices.districts import District
from services.print_queue import REFUSED
from services.print_register import trouble_of

if TYPE_CHECKING:
    from services.context import Context

RUNS_SHOWN: Final = 20
JOBS_SHOWN: Final = 20
BUNDLES_A_PAGE: Final = 100


@dataclass(frozen=True)
class Choice:
    """The runs in force, the one that is looked at, and what there is to print of it by district."""

    runs: Sequence[AssessmentRun]
    run: AssessmentRun | None
    districts: Sequence[District]

    @property
    def households(self) -> int:
        """All households that the run tells something."""
        return sum(one.households for one in self.districts)


@dataclass(frozen=True)
class JobPage:
    """A print of many: its bundles, the sums of all of them, who is not in them."""

    job: Job
    run: AssessmentRun
    bundles: Sequence[Mapping[str, Any]]
    more: bool
    sets: int
    slips: int
    pages: int
    count: int
    left_out: Sequence[tuple[int, str, str]]
    refused: Sequence[tuple[PrintRequest, Unprintable]]


def choose(ctx: Context, run_id: int | None) -> Choice:
    """The runs over the city in force, and the districts of one of them (the latest, unless told).

    A year has one: of what an earlier run says nothing is printed any more (`bundles.LEFT_OUT`).
    """
    latest = select(func.max(AssessmentRun.id)).where(
        AssessmentRun.state == FINAL, AssessmentRun.household_id.is_(None)
    )
    statement = select(AssessmentRun).where(AssessmentRun.id.in_(latest.group_by(AssessmentRun.fiscal_year)))
    found = list(ctx.session.scalars(statement.order_by(AssessmentRun.id.desc()).limit(RUNS_SHOWN)))
    run = next((one for one in found if one.id == run_id), found[0] if found else None)
    return Choice(found, run, districts.districts_of(ctx, run) if run else [])


def list_jobs(ctx: Context) -> list[tuple[Job, AssessmentRun | None]]:
    """The last prints of the actor's office, each with its run."""
    statement = select(Job).where(Job.kind == bundles.KIND, Job.office_id == ctx.actor.office_id)
    jobs = list(ctx.session.scalars(statement.order_by(Job.id.desc()).limit(JOBS_SHOWN)))
    return [(one, ctx.session.get(AssessmentRun, one.payload["run"])) for one in jobs]


def read(ctx: Context, job_id: int, page: int) -> JobPage:
    """A print of the actor's office.

    Raises:
        NotFound: there is none.
    """
    job = ctx.session.get(Job, job_id)
    if job is None or job.kind != bundles.KIND or job.office_id != ctx.actor.office_id:
        raise NotFound("この印刷はありません。一覧から開き直してください。", "There is no such print.")
    run = ctx.session.get_one(AssessmentRun, job.payload["run"])
    made: list[dict[str, Any]] = job.checkpoint.get("bundles", [])
    left: list[list[Any]] = job.checkpoint.get("left_out", [])
    numbers = household_numbers(ctx, [household for household, _ in left])
    first = (page - 1) * BUNDLES_A_PAGE
    return JobPage(
        job=job,
        run=run,
        bundles=made[first : first + BUNDLES_A_PAGE],
        more=len(made) > first + BUNDLES_A_PAGE,
        sets=sum(one["sets"] for one in made),
        slips=sum(one["slips"] for one in made),
        pages=sum(one["pages"] for one in made),
        count=len(made),
        left_out=[(household, numbers.get(household, ""), code) for household, code in left],
        refused=_refused(ctx, [one for of in made for one in of["refused"]]),
    )


def _refused(ctx: Context, request_ids: Sequence[int]) -> list[tuple[PrintRequest, Unprintable]]:
    if not request_ids:
        return []
    rows = {
        row.id: row
        for row in ctx.session.scalars(select(PrintRequest).where(PrintRequest.id.in_(request_ids)))
    }
    events = select(PrintEvent).where(PrintEvent.request_id.in_(request_ids), PrintEvent.kind == REFUSED)
    return [
        (rows[one.request_id], trouble_of(one)) for one in ctx.session.scalars(events.order_by(PrintEvent.id))
    ]
