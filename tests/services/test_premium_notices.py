"""Letters and slips out of an assessment in force: what stands on paper, read back (issue 7)."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from sqlalchemy import select

from models.assessment import Assessment, AssessmentRun
from models.document import PrintRequest
from models.enrolment import Enrolment
from models.income import Income
from models.person import PersonRecord
from services import documents, print_queue, print_runs
from services.assessing import comparing, run_figures, runs
from services.context import Actor, Context
from services.demonstration import assessments, load
from services.demonstration.city import Size
from services.documents import Dress
from services.premium_notices import asking, contents
from services.premium_notices.asking import FiguresDiffer, NoInstalment, NothingInForce, NoticeWaits
from services.premium_notices.heads import heads_of
from services.premium_notices.slips import SlipCannotBe
from tests.printing.paper import pages_of, picture_of, text_of

TINY = Size(60, 280)
YEAR = 2026


@pytest.fixture
def june(ctx: Context) -> AssessmentRun:
    """The tiny city with its first assessment of the year in force."""
    load.load(ctx, TINY, lambda _line: None)
    run = assessments.assess_city(ctx, YEAR)
    assert run is not None
    return run


@pytest.fixture
def desk(ctx: Context, actor_certificate_clerk: Actor, blob_folder: Path) -> Context:
    """The certificate clerk, whose prints are kept."""
    del blob_folder
    return replace(ctx, actor=actor_certificate_clerk)


def owing(ctx: Context, run: AssessmentRun) -> list[Assessment]:
    """Households of several that owe something whose instalments shops take, with a head who is told."""
    statement = select(Assessment).where(
        Assessment.run_id == run.id, Assessment.total.between(100_000, 500_000), Assessment.persons > 1
    )
    rows = ctx.session.scalars(statement.order_by(Assessment.household_id)).all()
    heads = heads_of(ctx, [row.household_id for row in rows])
    found = [row for row in rows if heads[row.household_id].is_alive]
    return [row for row in found if not heads[row.household_id].record.protective_measure]


def printed(ctx: Context, *papers: PrintRequest) -> tuple[bytes, documents.Rendered]:
    sheets, refused = documents.prepare(ctx, papers, Dress(demo=True))
    rendered = documents.render(sheets, refused)
    assert rendered.pdf is not None, rendered.refused
    return rendered.pdf, rendered


def test_the_letter_tells_what_is_on_record_and_one_number_stands_for_one_decision(
    desk: Context, june: AssessmentRun
) -> None:
    row = owing(desk, june)[0]
    paper = asking.ask_letter(desk, row.household_id, with_slips=True)
    assert [
        one.request.id for one in print_queue.read(desk, print_queue.Wish(kind="premium_notice")).rows
    ] == [paper.id]
    with pytest.raises(NoticeWaits):
        asking.ask_letter(desk, row.household_id, with_slips=False)
    pdf, rendered = printed(desk, paper)
    text = text_of(pdf)
    for told in (
        "令和8年度の国民健康保険料を次のとおり決定しました",
        f"{row.total:,}円",
        "見本県国民健康保険審査会",
        "3か月以内",
        paper.payload["document_number"],
        paper.payload["notice_number"],
        f"{row.medical_amount:,}",
        "第10期",
        "令和8年6月30日",
    ):
        assert told in text.split("\f")[0], told
    assert "計算の内訳(算定根拠)" in text
    assert "施行令29条の7第2項" in text
    assert [one["amount"] for one in paper.payload["slips"]] == list(row.instalments)
    assert pages_of(pdf) == documents.sides_of(rendered.sheets[0].document) == 12
    assert all(f"{paper.payload['notice_number']} {page}/12" in text for page in range(1, 13))
    run = print_runs.record(desk, rendered)
    assert run is not None
    again = asking.ask_letter(desk, row.household_id, with_slips=False)
    assert again.payload["document_number"] == paper.payload["document_number"]
    pdf, _ = printed(desk, again)
    assert "再発行" in text_of(pdf)
    assert pages_of(pdf) == 2


def test_slips_are_read_back_counted_and_kept_from_shops_over_the_limit(
    desk: Context, june: AssessmentRun
) -> None:
    row = owing(desk, june)[0]
    paper = asking.ask_slips(desk, row.household_id, [1, 4], by_post=False)
    pdf, _ = printed(desk, paper)
    slip = paper.payload["slips"][1]
    codes = {one.format: one.text for one in zxingcpp.read_barcodes(picture_of(pdf, 3, dpi=300))}
    assert codes[zxingcpp.BarcodeFormat.Code128] == f"(91){slip['barcode'][2:]}"
    assert slip["barcode"][37:43] == f"{row.instalments[3]:06}"
    told = f"/4/{row.instalments[3]}/{slip['pay_until']}"
    assert codes[zxingcpp.BarcodeFormat.QRCode].endswith(told)
    assert f"{paper.payload['notice_number']} 3/3" in text_of(pdf)
    again = asking.ask_slips(desk, row.household_id, [4, 5], by_post=True)
    assert [one["reissue"] for one in again.payload["slips"]] == [1, 0]
    with pytest.raises(NoInstalment):
        asking.ask_slips(desk, row.household_id, [11], by_post=True)
    row.instalment_6 = 300_001
    desk.session.flush()
    dear = asking.ask_slips(desk, row.household_id, [6], by_post=True)
    assert dear.payload["slips"][0]["barcode"] == ""
    row.instalment_6 = 1_000_000
    desk.session.flush()
    with pytest.raises(SlipCannotBe) as refused:
        asking.ask_slips(desk, row.household_id, [6], by_post=True)
    assert "999,999" in refused.value.message_ja


def test_what_must_not_be_told_is_not_and_who_cannot_be_printed_is_named(
    desk: Context, june: AssessmentRun
) -> None:
    first, second, third, *_ = owing(desk, june)
    found = asking.read(desk, first.household_id)
    other = next(one.person_id for one in found.now.persons if one.person_id != found.head.record.person_id)
    record = desk.session.scalars(
        select(PersonRecord).where(PersonRecord.person_id == other, PersonRecord.superseded_at.is_(None))
    ).one()
    record.protective_measure = True
    desk.session.flush()
    hides = asking.ask_letter(desk, first.household_id, with_slips=False)
    names = [one["name"] for one in hides.payload["persons"]]
    assert (record.name in names, contents.WITHHELD in names, hides.postal_code) == (False, True, "")
    no_shape = asking.ask_letter(desk, second.household_id, with_slips=False)
    no_shape.payload = no_shape.payload | {"payer": "見本 \U0001f600"}
    long = asking.ask_slips(desk, third.household_id, [1], by_post=True)
    long.payload = long.payload | {"slips": [one | {"name": "見本" * 40} for one in long.payload["slips"]]}
    _, rendered = printed(desk, hides, no_shape, long)
    assert [one.request_id for one in rendered.sheets] == [hides.id]
    why = {one.request_id: one for one in rendered.refused}
    assert (why[no_shape.id].code, why[long.id].code) == ("print.glyph_missing", "print.does_not_fit")
    assert "納付義務者" in why[no_shape.id].message_ja
    assert "見本" * 40 in why[long.id].message_ja
    second.total += 1
    desk.session.flush()
    with pytest.raises(FiguresDiffer):
        asking.read(desk, second.household_id)
    june.state = "ready"
    desk.session.flush()
    with pytest.raises(NothingInForce):
        asking.ask_letter(desk, first.household_id, with_slips=False)


def assess_anew(ctx: Context, chief: Actor, household_id: int) -> AssessmentRun:
    """The household with a million more of income, assessed again and in force."""
    statement = (
        select(Income)
        .join(Enrolment, Enrolment.person_id == Income.person_id)
        .where(Enrolment.household_id == household_id, Income.income_year == YEAR - 1)
        .where(Income.superseded_at.is_(None))
    )
    income = ctx.session.scalars(statement.order_by(Income.id)).first()
    assert income is not None
    income.business_income += 1_000_000
    income.total_income = None
    ctx.session.flush()
    run = runs.begin(ctx, YEAR, household_id)
    runs.approve(replace(ctx, actor=chief), run.id, run_figures.unverified(run))
    return run


def test_a_change_is_told_line_by_line_with_slips_of_what_is_to_come(
    desk: Context, june: AssessmentRun, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    row = owing(desk, june)[0]
    first = asking.ask_letter(desk, row.household_id, with_slips=True)
    run = assess_anew(replace(desk, actor=actor_counter), actor_section_chief, row.household_id)
    now = desk.session.get_one(Assessment, (run.id, row.household_id))
    assert now.cause == comparing.INCOME
    first.state = "cancelled"
    untold = asking.ask_letter(desk, row.household_id, with_slips=True)
    assert len(untold.payload["slips"]) == 10, "no slip is out yet where the first letter was never asked for"
    untold.state, first.state = "cancelled", "printed"
    paper = asking.ask_letter(desk, row.household_id, with_slips=True)
    assert paper.document == "premium_change_notice"
    text = text_of(printed(desk, paper)[0])
    for told in (
        "変更決定通知書",
        "変更の理由",
        "所得",
        f"{row.total:,}",
        f"{now.total:,}",
        f"{now.total - row.total:+,}",
        "変わった項目",
        "基準総所得金額",
        f"{june.number}-",
        "審査請求",
    ):
        assert told in text, told
    kept = sum(date.fromisoformat(day) <= run.decided_on for day in run.due_dates)
    coming = [one["instalment"] for one in paper.payload["slips"]]
    assert coming == [f"第{number}期" for number in range(kept + 1, 11)]
    assert sum(one["amount"] for one in paper.payload["slips"]) == now.total - sum(now.instalments[:kept])


def test_months_are_told_in_words() -> None:
    assert contents.month_words(0b1111_1111_1111) == "4月から3月まで(12か月)"
    assert contents.month_words(0b1) == "4月(1か月)"
    assert contents.month_words(0b1000_0000_0101) == "4・6・3月(3か月)"
    assert contents.month_words(0) == "―"
