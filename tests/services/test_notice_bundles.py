"""Letters of a district printed by a worker: bundle by bundle, nobody missed or doubled."""

import io
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from sqlalchemy import func, select, update

from models.assessment import AssessedPerson, Assessment, AssessmentRun
from models.document import PrintEvent, PrintRequest
from models.job import DONE, Job
from models.person import PersonRecord
from services import print_register
from services.assessing.comparing import INCOME, SAME
from services.context import Context
from services.errors import NotFound, SomebodyElseWasFaster
from services.job_kinds import Progress, Work
from services.premium_notices import asking, bundle_pages, bundles, districts
from services.premium_notices.bundles import NoticesUnderWay, RunNotInForce
from services.premium_notices.heads import heads_of
from tests.services.test_premium_notices import desk, june

__all__ = ["desk", "june"]


@pytest.fixture(autouse=True)
def _small_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "HOUSEHOLDS", 2)


def work_of(job: Job, ahead: Any = None) -> Work:
    return Work(job.id, job.payload, job.checkpoint, job.done, job.total, 1, ahead)


def laid_out(ctx: Context, job: Job) -> Any:
    return bundles.lay_out(bundles.read(ctx, work_of(job)))


def kept(ctx: Context, job: Job, laid: Any) -> Progress:
    told = bundles.step(ctx, work_of(job, laid))
    job.checkpoint, job.done = dict(told.checkpoint), told.done
    if told.finished:
        job.state = DONE
    ctx.session.flush()
    return told


def played(ctx: Context, job: Job) -> list[Progress]:
    seen = []
    while not seen or not seen[-1].finished:
        seen.append(kept(ctx, job, laid_out(ctx, job)))
    return seen


def gathered(ctx: Context, run: AssessmentRun) -> list[int]:
    """Five households of the run that the run tells something, in their order."""
    rows = ctx.session.scalars(
        select(Assessment.household_id).where(
            Assessment.run_id == run.id, Assessment.insured > 0, Assessment.total > 50_000
        )
    ).all()
    heads = heads_of(ctx, rows)
    sound = [one for one in sorted(rows) if heads[one].is_alive and heads[one].recipient.postal_code][:5]
    others = update(Assessment).where(Assessment.run_id == run.id, Assessment.household_id.not_in(sound))
    ctx.session.execute(others.values(insured=0, before_total=0))
    return sound


def letters(ctx: Context) -> dict[int | None, int]:
    statement = (
        select(PrintRequest.household_id, func.count())
        .where(PrintRequest.document.in_(asking.LETTERS), PrintRequest.state == "printed")
        .group_by(PrintRequest.household_id)
    )
    return {household: int(count) for household, count in ctx.session.execute(statement)}


def test_every_household_gets_one_letter_in_bundles_that_are_listed_and_can_be_killed(
    desk: Context, june: AssessmentRun
) -> None:
    homes = gathered(desk, june)
    counted = districts.districts_of(desk, june)
    assert sum(one.households for one in counted) == len(homes) == 5
    assert [one.area for one in counted] == sorted(one.area for one in counted)
    head = heads_of(desk, homes)[homes[3]].record
    head.name = "見本 \U0001f600"
    asking.ask_letter(desk, homes[4], with_slips=False)
    desk.session.flush()
    job = bundles.ask(desk, "first", june.id, bundles.ALL, with_slips=True, demo=True)
    with pytest.raises(NoticesUnderWay):
        bundles.ask(desk, "second", june.id, counted[0].area, with_slips=True, demo=True)
    late = laid_out(desk, job)  # a worker that is killed here has put nothing down
    assert letters(desk) == {}
    meanwhile = asking.ask_letter(desk, homes[0], with_slips=False)
    with pytest.raises(SomebodyElseWasFaster):
        bundles.step(desk, work_of(job, late))
    meanwhile.state = "cancelled"
    desk.session.flush()
    seen = played(desk, job)
    assert letters(desk) == dict.fromkeys(homes[:3], 1)
    assert "通知書を作り終えました" in seen[-1].message_ja
    page = bundle_pages.read(desk, job.id, 1)
    assert (page.sets, page.slips) == (3, 30)
    assert [(household, code) for household, _, code in page.left_out] == [(homes[4], "asked")]
    [(paper, why)] = page.refused
    assert (paper.household_id, paper.state, why.code) == (homes[3], "cancelled", "print.glyph_missing")
    assert "見本 \U0001f600" in why.message_ja
    for bundle in page.bundles:
        if bundle["run"] is None:
            continue
        leaves = print_register.read(desk, bundle["run"]).leaves
        with pikepdf.open(io.BytesIO(print_register.pdf_of(desk, bundle["run"]))) as pdf:
            assert len(pdf.pages) == bundle["pages"] == leaves[-1].last_page
        assert leaves[0].row.request.document == bundles.COVER
        listed = [(one["first_page"], one["last_page"]) for one in leaves[0].row.request.payload["lines"]]
        assert listed == [(leaf.first_page, leaf.last_page) for leaf in leaves[1:]]
    first = next(one["run"] for one in page.bundles if one["run"])
    second_set = print_register.read(desk, first).leaves[1]
    found = print_register.on_pages(desk, first, second_set.first_page + 1, second_set.first_page + 2)
    assert found == [second_set.row.request.id]
    head.name = "見本 太郎"
    desk.session.flush()
    again = bundles.ask(desk, "third", june.id, bundles.ALL, with_slips=False, demo=True)
    played(desk, again)
    assert letters(desk) == dict.fromkeys(homes[:4], 1)
    numbers = desk.session.scalars(
        select(PrintRequest).where(PrintRequest.document.in_(asking.LETTERS), PrintRequest.state == "printed")
    )
    assert len({one.payload["document_number"] for one in numbers}) == 4


def test_only_a_run_in_force_is_printed_and_a_hidden_place_is_in_no_district(
    desk: Context, june: AssessmentRun
) -> None:
    homes = gathered(desk, june)
    person = heads_of(desk, homes)[homes[0]].record.person_id
    record = desk.session.scalars(
        select(PersonRecord).where(PersonRecord.person_id == person, PersonRecord.superseded_at.is_(None))
    ).one()
    record.protective_measure = True
    desk.session.flush()
    hidden = next(one for one in districts.districts_of(desk, june) if one.area == districts.HIDDEN)
    assert hidden.households == 1
    assert districts.households_in(desk, june, districts.HIDDEN, 0, 10) == [homes[0]]
    with pytest.raises(NotFound):
        bundles.ask(desk, "key", june.id, "9999999", with_slips=True, demo=True)
    june.state = "approved"
    desk.session.flush()
    with pytest.raises(RunNotInForce):
        bundles.ask(desk, "key", june.id, bundles.ALL, with_slips=True, demo=True)
    other = replace(desk, actor=replace(desk.actor, office_id=(desk.actor.office_id or 0) + 1000))
    june.state = "final"
    desk.session.flush()
    job = bundles.ask(desk, "key", june.id, bundles.ALL, with_slips=True, demo=True)
    with pytest.raises(NotFound):
        bundle_pages.read(other, job.id, 1)
    assert desk.session.scalar(select(func.count()).select_from(PrintEvent)) == 0


def after(ctx: Context, base: AssessmentRun, cause: str, homes: Collection[int]) -> AssessmentRun:
    """A run of the same year that came into force later and found the same of some households."""
    number = int(base.number[-4:]) + 1
    later = AssessmentRun(number=f"{base.fiscal_year}-{number:04}", state="final", base_id=base.id)
    for name in ("fiscal_year", "scope", "as_of", "decided_on", "due_dates", "late_due_on", "parameters"):
        setattr(later, name, getattr(base, name))
    later.begun_at = later.decided_at = later.ended_at = base.ended_at + timedelta(days=1)
    ctx.session.add(later)
    ctx.session.flush()
    for table in (Assessment, AssessedPerson):
        statement = select(table).where(table.run_id == base.id, table.household_id.in_(homes))
        for row in ctx.session.scalars(statement).all():
            kept = {one.key: getattr(row, one.key) for one in table.__mapper__.column_attrs}
            anew = {"cause": cause} if table is Assessment else {}
            ctx.session.add(table(**kept | anew | {"run_id": later.id}))
    ctx.session.flush()
    return later


def offered(ctx: Context, run: AssessmentRun) -> int:
    return sum(one.households for one in districts.districts_of(ctx, run))


def test_of_a_year_only_the_run_in_force_is_offered(desk: Context, june: AssessmentRun) -> None:
    assert bundle_pages.choose(desk, None).runs == [june]
    later = after(desk, june, SAME, ())
    choice = bundle_pages.choose(desk, june.id)
    assert (choice.runs, choice.run) == ([later], later)


def test_who_is_unchanged_by_a_later_run_is_told_where_no_letter_was_asked_for_yet(
    desk: Context, june: AssessmentRun
) -> None:
    homes = gathered(desk, june)
    asking.ask_letter(desk, homes[0], with_slips=False)
    asking.ask_letter(desk, homes[1], with_slips=False).state = "cancelled"
    later = after(desk, june, SAME, homes)
    assert offered(desk, later) == 4
    played(desk, bundles.ask(desk, "rest", later.id, bundles.ALL, with_slips=True, demo=True))
    statement = select(PrintRequest.household_id, PrintRequest.document)
    told = desk.session.execute(
        statement.where(PrintRequest.state == "printed", PrintRequest.household_id > 0)
    )
    assert {tuple(one) for one in told} == {(one, asking.NOTICE) for one in homes[1:]}
    assert offered(desk, later) == 0


def test_a_change_that_nobody_printed_is_told_by_the_run_that_changed_nothing_more(
    desk: Context, june: AssessmentRun
) -> None:
    homes = gathered(desk, june)
    asking.ask_letter(desk, homes[0], with_slips=False)
    changing = after(desk, june, INCOME, homes)
    assert offered(desk, changing) == 5
    last = after(desk, changing, SAME, homes)
    assert offered(desk, last) == 5
    letter = asking.ask_letter(desk, homes[0], with_slips=False)
    assert (letter.document, letter.payload["reason"]) == (asking.CHANGE, "所得")
    assert asking.ask_letter(desk, homes[1], with_slips=False).document == asking.NOTICE
    assert offered(desk, last) == 3
