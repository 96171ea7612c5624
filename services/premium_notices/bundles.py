"""Letters and slips of a district or a whole run, printed by a worker bundle by bundle (issue 7, point 8).

A step makes one bundle: up to `HOUSEHOLDS` households of one postal area, behind a sheet that separates and
lists them. It is laid out ahead of the step, in no transaction; the step puts down the papers, keeps the PDF
as a print run and moves the checkpoint, all at once. So a worker may be killed at any moment: no household
is missed and none gets two letters. Who cannot be printed is set aside by name, the others are printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from models.assessment import FINAL, Assessment, AssessmentRun
from models.audit.tags import Tag
from models.document import PrintRequest
from models.household import Household
from models.job import RUNNING, WAITING, Job
from printing.overlay import join
from printing.premium.notice_cover import CoverLine, NoticeCover
from rules.periods import FiscalYear
from services import audit, documents, jobs, numbering, print_runs, printer_settings
from services.assessing.comparing import NEW
from services.assessing.kept_figures import explain_all
from services.context import JST
from services.documents import Rendered, Sheet, Unprintable
from services.errors import NotFound, RuleBroken, ServiceError, SomebodyElseWasFaster
from services.job_kinds import Progress, Skipped, Work
from services.papers import to_plain
from services.premium_notices import asking, districts
from services.premium_notices.asking import CHANGE, LETTERS, NOTICE, Change, InForce
from services.premium_notices.districts import HIDDEN, District
from services.premium_notices.heads import heads_of
from services.premium_notices.slips import SlipCannotBe
from services.print_queue import CANCELLED, event
from services.print_requests import INNER, POST

if TYPE_CHECKING:
    from printing.premium.premium_notice import PremiumNotice
    from services.context import Context
    from services.premium_notices.slips import SlipLaw

KIND: Final = "print.notices"
COVER: Final = "notice_cover"
HOUSEHOLDS: Final = 40  # of one bundle: what a sheet lists, and a person carries
SPARE: Final = HOUSEHOLDS  # numbers more than counted, for who moves into a district meanwhile
ALL: Final = "all"
AREA_UNKNOWN: Final = "地区を示さない世帯"
KINDS_OF_LETTER: Final = {NOTICE: "納入通知書", CHANGE: "変更決定通知書"}
LEFT_OUT: Final = {
    "overtaken": ("あとの賦課で変わった", "Changed by a later assessment"),
    "asked": ("通知書はもう頼まれている", "Its letter was asked for already"),
    "premium_notice_nobody": ("世帯主がいないか亡くなっている", "No living head"),
    "premium_figures_differ": ("計算の内訳が決定額と合わない", "The derivation does not come to the amount"),
    "slip_cannot_be": ("納付書にできない額・名前・住所", "An amount, name or address fits on no slip"),
}


class RunNotInForce(RuleBroken):
    """Letters are printed of an assessment that was approved and is in force, of nothing else."""

    code = "premium_run_not_in_force"


class NoticesUnderWay(RuleBroken):
    """Letters of the same run and district are being printed."""

    code = "premium_notices_under_way"


class CoverCannotBe(ServiceError):
    """The sheet before a bundle cannot be laid out, so the bundle would be without its list."""

    code = "premium_cover_cannot_be"


@dataclass(frozen=True)
class Bundle:
    """The next households as they are read: their letters, and who is left out and why."""

    area: str
    households: tuple[int, ...]
    found: Mapping[int, InForce]
    letters: Sequence[Sheet]
    left_out: tuple[tuple[int, str], ...]
    cover: NoticeCover


@dataclass(frozen=True)
class Laid:
    """A bundle laid out: the letters behind their cover, who could not be printed."""

    bundle: Bundle
    cover: NoticeCover
    rendered: Rendered


def run_in_force(ctx: Context, run_id: int) -> AssessmentRun:
    """A run that is in force.

    Raises:
        NotFound: there is no such run.
        RunNotInForce: it is not approved, or not in force.
    """
    run = ctx.session.get(AssessmentRun, run_id)
    if run is None:
        raise NotFound("この賦課はありません。一覧から選び直してください。", "There is no such run.")
    if run.state != FINAL or run.decided_at is None:
        raise RunNotInForce(
            f"賦課 {run.number} は確定していないため、通知書を印刷できません。確定してから印刷してください。",
            f"Run {run.number} is not approved and in force. Print once it is final.",
        )
    return run


def ask(ctx: Context, key: str, run_id: int, area: str, *, with_slips: bool, demo: bool) -> Job:
    """Ask a worker to print a district of a run, or all of it (`ALL`).

    Raises:
        NotFound: there is no such run, or nothing to print there.
        RunNotInForce: the run is not in force.
        NoticesUnderWay: the same is being printed.
    """
    run = run_in_force(ctx, run_id)
    wanted = [one for one in districts.districts_of(ctx, run) if area in {ALL, one.area}]
    total = sum(one.households for one in wanted)
    if not total:
        raise NotFound(
            "この地区には、印刷する通知書がありません。地区を選び直してください。",
            "There is no letter to print in this district.",
        )
    _refuse_what_is_under_way(ctx, run, wanted)
    payload = {
        "run": run.id,
        "area": area,
        "areas": [[one.area, one.households] for one in wanted],
        "slips": with_slips,
        "demo": demo,
        "dated": ctx.today.isoformat(),
        "first_number": numbering.take_document_serials(ctx.session, total + SPARE, ctx.today),
        "numbers": total + SPARE,
    }
    job = jobs.ask(ctx, KIND, f"{KIND}:{key}", payload, total=total)
    detail = {"deed": "asked", "run": run.id, "households": total, "districts": len(wanted)}
    audit.record(ctx, Tag.PRINT_RUN, f"job:{job.id}", detail=detail)
    return job


def read(ctx: Context, work: Work) -> Bundle | None:
    """The next bundle, read ahead of its step; None where there is none any more."""
    run = run_in_force(ctx, int(work.payload["run"]))
    place = _next(ctx, run, work)
    if place is None:
        return None
    area, households = place
    dress = printer_settings.dress_of(ctx, demo=bool(work.payload["demo"]))
    law = asking.slip_law(ctx)
    number = f"{work.job_id}-{_bundle_number(work):03}"
    found, left_out = _found(ctx, run, households)
    letters: list[Sheet] = []
    for household, one in found.items():
        try:
            content = _content(ctx, one, law, work, len(letters), number)
        except SlipCannotBe as why:
            left_out[household] = why.code
        else:
            letters.append(Sheet(household, documents.dressed(content, dress)))
    cover = _cover(ctx, run, law, area, number)
    return Bundle(
        area,
        tuple(households),
        found,
        letters,
        tuple(left_out.items()),
        replace(cover, tray=documents.dressed(cover, dress).tray, demo=dress.demo),
    )


def lay_out(bundle: Bundle | None) -> Laid | None:
    """Lay a bundle out: the letters, then the sheet that lists those that came out."""
    if bundle is None:
        return None
    letters = documents.render(bundle.letters)
    lines = tuple(_lines(bundle, letters.sheets))
    left_out = len(bundle.left_out) + len(letters.refused)
    cover = replace(bundle.cover, lines=lines, left_out=left_out)
    if letters.pdf is None:
        return Laid(bundle, cover, letters)
    front = documents.render([Sheet(0, cover)])
    if front.pdf is None:
        raise CoverCannotBe(
            f"束 {cover.bundle} の区切り紙を組めないため、止めました。管理者に連絡してください。",
            f"The sheet before bundle {cover.bundle} cannot be laid out. Tell an administrator.",
        )
    return Laid(bundle, cover, Rendered(join([front.pdf, letters.pdf]), letters.sheets, letters.refused))


def step(ctx: Context, work: Work) -> Progress:
    """Keep the bundle that was laid out: its papers, its PDF as a print run, how far the job is.

    Raises:
        RunNotInForce: the run is not in force any more.
        SomebodyElseWasFaster: a letter was asked for, or a household assessed anew, since it was read.
    """
    laid: Laid | None = work.ahead
    run = run_in_force(ctx, int(work.payload["run"]))
    if laid is None:
        return _ended(work)
    _refuse_what_changed(ctx, run, laid)
    kept = _keep(ctx, laid)
    checkpoint = _checkpoint(work, laid, kept)
    printed = sum(one["sets"] for one in checkpoint["bundles"])
    return Progress(
        checkpoint,
        min(work.done + len(laid.bundle.households), work.total or 0),
        work.total,
        skipped=tuple(_skipped(laid)),
        message_ja=f"{len(checkpoint['bundles'])}束、{printed:,}世帯の通知書を作りました。",
        message_en=f"{len(checkpoint['bundles'])} bundles, letters of {printed:,} households.",
    )


def _refuse_what_is_under_way(ctx: Context, run: AssessmentRun, wanted: Sequence[District]) -> None:
    areas = {one.area for one in wanted}
    open_ones = select(Job).where(Job.kind == KIND, Job.state.in_((WAITING, RUNNING)))
    for job in ctx.session.scalars(open_ones):
        if job.payload["run"] == run.id and areas & {area for area, _ in job.payload["areas"]}:
            raise NoticesUnderWay(
                f"同じ通知書を印刷しています(処理 {job.id})。終わるのを待つか、中止してください。",
                f"Letters of the same run and district are being printed (job {job.id}). Wait, or stop it.",
            )


def _refuse_what_changed(ctx: Context, run: AssessmentRun, laid: Laid) -> None:
    """Nobody gets a second letter by a bundle that was read before the first one was asked for."""
    ids = [sheet.request_id for sheet in laid.bundle.letters]
    if _asked(ctx, run, ids) | districts.overtaken(ctx, run, ids):
        raise SomebodyElseWasFaster(
            "束を組んでいる間に、中の世帯の通知書が別に頼まれたか、賦課が変わりました。束を組み直します。",
            "A letter of this bundle was asked for meanwhile, or changed. The bundle is laid out again.",
        )


def _next(ctx: Context, run: AssessmentRun, work: Work) -> tuple[str, list[int]] | None:
    """The next households: on in the area where the last bundle ended, else the first of the next area."""
    place, after = int(work.checkpoint.get("area", 0)), int(work.checkpoint.get("after", 0))
    for area, _ in work.payload["areas"][place:]:
        households = districts.households_in(ctx, run, area, after, HOUSEHOLDS)
        if households:
            return area, households
        after = 0
    return None


def _found(
    ctx: Context, run: AssessmentRun, household_ids: Sequence[int]
) -> tuple[dict[int, InForce], dict[int, str]]:
    """What is told to each household, and why the others are left out."""
    ids = list(household_ids)
    later, asked = districts.overtaken(ctx, run, ids), _asked(ctx, run, ids)
    left_out = {one: "overtaken" if one in later else "asked" for one in ids if one in later | asked}
    ids = [one for one in ids if one not in left_out]
    statement = select(Assessment).where(Assessment.run_id == run.id, Assessment.household_id.in_(ids))
    rows = {row.household_id: row for row in ctx.session.scalars(statement)}
    homes = {row.id: row for row in ctx.session.scalars(select(Household).where(Household.id.in_(ids)))}
    told, heads = explain_all(ctx, run, list(rows.values())), heads_of(ctx, ids)
    found: dict[int, InForce] = {}
    for one in ids:
        try:
            head = asking.living_head(heads.get(one))
            now = asking.agreeing(told[one])
        except RuleBroken as why:
            left_out[one] = why.code
            continue
        change = _change(ctx, run, rows[one])
        names = asking.names_shown(ctx, now, change.before, head)
        found[one] = InForce(homes[one], run, rows[one], now, change, head, names)
    return found, left_out


def _change(ctx: Context, run: AssessmentRun, row: Assessment) -> Change:
    if row.cause == NEW:
        return Change()
    return asking.change_of(ctx, asking.history_before(ctx, row.household_id, run), run, row)


def _asked(ctx: Context, run: AssessmentRun, ids: Sequence[int]) -> frozenset[int]:
    statement = select(PrintRequest).where(
        PrintRequest.household_id.in_(ids),
        PrintRequest.document.in_(LETTERS),
        PrintRequest.state != CANCELLED,
    )
    rows = ctx.session.scalars(statement)
    return frozenset(
        row.household_id for row in rows if row.household_id and row.payload.get("assessment") == run.id
    )


def _content(
    ctx: Context, one: InForce, law: SlipLaw, work: Work, position: int, bundle: str
) -> PremiumNotice:
    """The letter of a household, under the next of the numbers that were taken when the job was asked for."""
    used = int(work.checkpoint.get("used", 0)) + position
    if used >= int(work.payload["numbers"]):
        raise RuleBroken(
            "数えたあとに世帯が増えたため、文書番号が足りません。残りはもう一度印刷を始めてください。",
            "There are more households than were counted. Begin again for the rest.",
        )
    day = date.fromisoformat(work.payload["dated"])
    number = numbering.document_number(
        replace(law.settings, day=day), int(work.payload["first_number"]) + used
    )
    letter = asking.letter_of(one, number, ctx, set_number=f"{bundle}-{position + 1:02}")
    return asking.build(one, letter, law, with_slips=bool(work.payload["slips"]))


def _cover(ctx: Context, run: AssessmentRun, law: SlipLaw, area: str, number: str) -> NoticeCover:
    return NoticeCover(
        bundle=number,
        area=area_words(area),
        run_number=run.number,
        fiscal_year=FiscalYear(run.fiscal_year).label_ja,
        made_at=ctx.at.astimezone(JST),
        issuer=law.settings.issuer,
        lines=(),
    )


def area_words(area: str) -> str:
    """A postal area as people read it."""
    return f"〒{area[:3]}-{area[3:]}" if area != HIDDEN else AREA_UNKNOWN


def _lines(bundle: Bundle, sheets: Sequence[Sheet]) -> Iterator[CoverLine]:
    page = 2
    for sheet in sheets:
        one, document = bundle.found[sheet.request_id], sheet.document
        sides = documents.sides_of(document)
        told: Any = document
        yield CoverLine(
            set_number=told.set_number,
            household_number=one.household.household_number,
            name=one.head.record.name,
            kind=KINDS_OF_LETTER[CHANGE if one.before else NOTICE],
            first_page=page,
            last_page=page + sides - 1,
            slips=len(told.slips),
            total=one.row.total,
        )
        page += sides


def _keep(ctx: Context, laid: Laid) -> dict[str, Any]:
    """Put down the papers of a bundle and keep its PDF; where it stands, and who was refused."""
    found, rendered = laid.bundle.found, laid.rendered
    office = ctx.actor.office_id
    if office is None:
        raise asking.no_office()
    of = {sheet.request_id: sheet for sheet in laid.bundle.letters}
    rows = {
        household: asking.request_of(
            ctx,
            found[household],
            CHANGE if found[household].before else NOTICE,
            _bare(of[household].document),
            POST,
            office,
        )
        for household in of
    }
    for one in rendered.refused:
        rows[one.request_id].state = CANCELLED
    sheets = [Sheet(household.request_id, household.document) for household in rendered.sheets]
    front = _cover_request(ctx, laid, office) if rendered.pdf is not None else None
    ctx.session.add_all([*([front] if front else []), *rows.values()])
    ctx.session.flush()
    refused = [rows[one.request_id].id for one in rendered.refused]
    if front is None:
        ctx.session.add_all(
            event(ctx, rows[one.request_id], "refused", reason=f"{one.code}: {one.message_ja}"[:200])
            for one in rendered.refused
        )
        return {"run": None, "sets": 0, "pages": 0, "slips": 0, "refused": refused}
    papers = [
        Sheet(front.id, laid.cover),
        *(replace(one, request_id=rows[one.request_id].id) for one in sheets),
    ]
    aside = tuple(Unprintable(rows[one.request_id].id, one.code, one.message_ja) for one in rendered.refused)
    print_run = print_runs.record(ctx, Rendered(rendered.pdf, tuple(papers), aside))
    return {
        "run": print_run.id if print_run else None,
        "sets": len(sheets),
        "pages": laid.cover.pages,
        "slips": laid.cover.slips,
        "refused": refused,
    }


def _bare(document: Any) -> Any:
    """The content as it is kept: how this desk prints is no part of it."""
    return replace(document, tray=type(document.tray)(), demo=False)


def _cover_request(ctx: Context, laid: Laid, office: int) -> PrintRequest:
    return PrintRequest(
        document=COVER,
        office_id=office,
        payload=to_plain(_bare(laid.cover)),
        title=f"区切り紙 {laid.cover.bundle}",
        addressee="",
        postal_code=laid.bundle.area,
        delivery=INNER,
        requested_at=ctx.at,
        requested_by_id=ctx.actor.staff_id,
    )


def _checkpoint(work: Work, laid: Laid, kept: Mapping[str, Any]) -> dict[str, Any]:
    areas = [area for area, _ in work.payload["areas"]]
    bundle = {"number": laid.cover.bundle, "area": laid.bundle.area, **kept}
    left = [[household, code] for household, code in laid.bundle.left_out]
    return {
        "area": areas.index(laid.bundle.area),
        "after": max(laid.bundle.households),
        "bundles": [*work.checkpoint.get("bundles", ()), bundle],
        "used": int(work.checkpoint.get("used", 0)) + len(laid.bundle.letters),
        "left_out": [*work.checkpoint.get("left_out", ()), *left],
    }


def _bundle_number(work: Work) -> int:
    return len(work.checkpoint.get("bundles", ())) + 1


def _skipped(laid: Laid) -> Iterator[Skipped]:
    for household, code in laid.bundle.left_out:
        ja, en = LEFT_OUT.get(code, ("通知書を作れない", "No letter can be made"))
        yield Skipped(f"household:{household}", ja, en)
    for one in laid.rendered.refused:
        ja = "文字か長さのため印刷できません。束の画面に氏名と理由があります。"
        yield Skipped(f"household:{one.request_id}", ja, documents.why_not(one.code))


def _ended(work: Work) -> Progress:
    bundles = work.checkpoint.get("bundles", ())
    return Progress(
        dict(work.checkpoint),
        work.total or work.done,
        work.total,
        finished=True,
        message_ja=f"{len(bundles)}束の通知書を作り終えました。",
        message_en=f"{len(bundles)} bundles are ready.",
    )
