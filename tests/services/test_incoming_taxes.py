"""Tax incomes as a file: quarantined with line and column, or previewed, applied by another, on record."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from models.income import Income, find_income
from models.incoming import IncomingDifference, IncomingError, IncomingRow
from models.person import Person
from services.context import Context
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from services.incoming import applying, decisions, differences, erasing, pages, taking
from services.job_kinds import Work
from tests.factories.audit import told
from tests.factories.incoming import apply, arrive, run, tax_file, tax_line
from tests.factories.registry import a_notification, a_person, register_acquisition

pytestmark = pytest.mark.usefixtures("blob_folder")


@pytest.fixture
def people(ctx):
    """Two insured persons: (id, address number) each."""
    done = register_acquisition(ctx, [a_person("見本 太郎"), a_person("見本 花子")])
    numbers = ctx.session.execute(
        select(Person.id, Person.addressee_number).where(Person.id.in_(done.person_ids))
    )
    return [tuple(row) for row in numbers]


def faults(ctx, file):
    rows = ctx.session.scalars(select(IncomingError).where(IncomingError.file_id == file.id))
    return sorted((row.line, row.place, row.field, row.code) for row in rows)


def staged(ctx):
    return ctx.session.scalar(select(func.count()).select_from(IncomingRow))


def test_a_right_file_is_previewed_applied_by_another_and_lies_on_record(ctx, people, actor_verifier):
    (one, number), (two, other) = people
    first = arrive(ctx, tax_file(tax_line(number, salary_gross=3_000_000, salary_income=2_020_000)))
    assert (first.state, first.errors, first.counts) == (
        "ready",
        0,
        {"new": 1, "changed": 0, "unchanged": 0, "conflicting": 0},
    )
    assert find_income(ctx.session, one, 2025) is None, "a preview changes nothing"
    with pytest.raises(NotAllowed):
        decisions.let_apply(
            Context(ctx.session, replace(actor_verifier, staff_id=first.taken_by_id), ctx.at), first.id
        )
    apply(ctx, first, actor_verifier)
    known = find_income(ctx.session, one, 2025)
    assert (known.salary_gross, known.total_income, known.source_file_id, known.source_line) == (
        3_000_000,
        None,
        first.id,
        2,
    )
    lines = [
        tax_line(number, salary_gross=3_100_000, salary_income=2_020_000),
        tax_line(other, business_income=-5),
        tax_line(other, year=2024),
        tax_line("9", salary_gross=1),
    ]
    second = arrive(ctx, tax_file(*lines), 2)
    assert second.counts == {"new": 2, "changed": 1, "unchanged": 0, "conflicting": 1}
    page = pages.read(ctx, second.id)
    assert [(field[0], before, after) for field, before, after in page.samples["changed"][0].changes] == [
        ("給与収入金額", "3,000,000", "3,100,000")
    ]
    apply(ctx, second, actor_verifier)
    assert (second.state, staged(ctx)) == ("applied", 0)
    history = ctx.session.scalars(select(Income).where(Income.person_id == one).order_by(Income.id)).all()
    assert [(row.salary_gross, row.superseded_at is None) for row in history] == [
        (3_000_000, False),
        (3_100_000, True),
    ]
    assert find_income(ctx.session, two, 2025).besides == -5
    left = ctx.session.scalars(select(IncomingDifference)).one()
    assert (left.line, left.code, left.addressee_number) == (5, "no_person", "9".zfill(15))
    third = arrive(ctx, tax_file(*lines), 3)
    assert third.counts == {"new": 0, "changed": 0, "unchanged": 3, "conflicting": 1}


def test_differences_are_settled_before_their_task_ends(ctx, people, actor_verifier):
    file = arrive(ctx, tax_file(tax_line("8"), tax_line("9")))
    apply(ctx, file, actor_verifier)
    rows = list(ctx.session.scalars(select(IncomingDifference.id)))
    with pytest.raises(differences.DifferencesOpen):
        differences.conclude(ctx, file.id)
    with pytest.raises(RuleBroken, match="理由"):
        differences.settle(ctx, file.id, rows, " ")
    differences.settle(ctx, file.id, rows[:1], "転入予定の方と確かめた")
    with pytest.raises(RuleBroken, match="選んで"):
        differences.settle(ctx, file.id, rows[:1], "もう一度")
    differences.settle(ctx, file.id, rows, "市民税課へ番号の誤りを知らせた")
    assert differences.conclude(ctx, file.id) == {"settled": 2}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [(0, 0, "", "no_rows")]),
        (tax_file(), [(0, 0, "", "no_rows")]),
        (b"\xef\xbb\xbf" + tax_file(tax_line("1"), tax_line("x")), [(3, 1, "addressee_number", "key")]),
        (tax_file(tax_line("市")).decode().encode("cp932"), [(2, 1, "", "encoding")]),
        (tax_file(tax_line("1"), tax_line("1")), [(3, 1, "addressee_number", "twice")]),
        (tax_file(tax_line("1"), tax_line("1", year=2024)), []),
        (tax_file(tax_line("1", salary_gross="1,000")), [(2, 24, "", "columns")]),
        (tax_file(tax_line("1", salary_gross='"1000')), [(2, 6, "", "quotes")]),
        (tax_file(tax_line("1", salary_gross='"1000"')), []),
        (tax_file(tax_line("1", salary_gross="=1+1")), [(2, 6, "salary_gross", "amount")]),
        (tax_file(tax_line("1", salary_gross="")), [(2, 6, "salary_gross", "blank")]),
        (tax_file(tax_line("1", salary_gross="1.5")), [(2, 6, "salary_gross", "amount")]),
        (tax_file(tax_line("1", salary_gross="１２")), [(2, 6, "salary_gross", "amount")]),
        (tax_file(tax_line("1", salary_income=2)), [(2, 7, "salary_income", "not_above")]),
        (tax_file(tax_line("1", kind="4")), [(2, 4, "declaration_kind", "code")]),
        (tax_file(tax_line("1", year=5)), [(2, 2, "income_year", "year")]),
        (tax_file(tax_line("1").replace("2025", "20\x0025")), [(2, 2, "", "control")]),
        (tax_file(tax_line("1")).replace(b"income_year", b"year", 1), [(1, 2, "income_year", "header")]),
        (tax_file(tax_line("1")) + b"9" * 10_000_000, [(3, 0, "", "line_too_long")]),
        (tax_file(tax_line("1"), ""), [(3, 2, "", "columns")]),
    ],
)  # fmt: skip
def test_a_hostile_file_is_quarantined_with_line_and_column(ctx, content, expected):
    file = arrive(ctx, content)
    found = [one for one in faults(ctx, file) if one[3] != "rows"]
    if "line_too_long" in {one[3] for one in expected}:
        found = sorted({one for one in found if one[3] == "line_too_long"})
    assert found == expected
    assert file.state == ("quarantined" if expected else "ready")
    assert staged(ctx) == (0 if expected else file.rows)
    pages.read(ctx, file.id)


def test_the_numbers_of_the_sender_must_hold(ctx, people):
    (_, number), _ = people
    content = tax_file(tax_line(number))
    assert faults(ctx, arrive(ctx, content, sha256="0" * 64)) == [(0, 0, "", "checksum")]
    assert faults(ctx, arrive(ctx, content, rows=2)) == [(0, 0, "", "rows")]
    assert arrive(ctx, content, 7).state == "ready", "what was quarantined holds no number"
    assert faults(ctx, arrive(ctx, content, 7)) == [(0, 0, "", "sequence_repeated")]
    assert faults(ctx, arrive(ctx, content, 9)) == [(0, 0, "", "sequence_gap")]
    with pytest.raises(taking.SourceUnknown):
        arrive(ctx, content, 8, source="tax_income") and taking.get_source("somebody")


def test_a_refused_file_gives_its_number_free_and_changes_nothing(ctx, people, actor_verifier):
    (one, number), _ = people
    file = arrive(ctx, tax_file(tax_line(number)))
    other = Context(ctx.session, actor_verifier, ctx.at)
    decisions.refuse(other, file.id, "市民税課から差替えの連絡があった")
    with pytest.raises(SomebodyElseWasFaster):
        decisions.let_apply(other, file.id)
    assert (file.state, staged(ctx), find_income(ctx.session, one, 2025)) == ("refused", 0, None)
    assert arrive(ctx, tax_file(tax_line(number))).state == "ready"


def test_files_of_a_source_are_applied_in_the_order_of_their_numbers(ctx, people, actor_verifier):
    (one, number), _ = people
    first = arrive(ctx, tax_file(tax_line(number, other_income=1)), 1)
    second = arrive(ctx, tax_file(tax_line(number, other_income=2)), 2)
    verifier = Context(ctx.session, actor_verifier, ctx.at)
    with pytest.raises(RuleBroken, match="通し番号1"):
        decisions.let_apply(verifier, second.id)
    apply(ctx, first, actor_verifier)
    apply(ctx, second, actor_verifier)
    assert find_income(ctx.session, one, 2025).other_income == 2


def test_killed_between_and_within_steps_it_goes_on_and_does_nothing_twice(
    ctx, people, actor_verifier, monkeypatch
):
    monkeypatch.setattr(applying, "AT_ONCE", 1)
    (_, number), (_, other) = people
    file = arrive(ctx, tax_file(tax_line(number), tax_line(other), tax_line("9"), tax_line("8")))
    chief = Context(ctx.session, actor_verifier, ctx.at)
    decisions.let_apply(chief, file.id)
    work = Work(0, {"file": file.id}, {}, 0, None, 1)
    while True:
        savepoint = ctx.session.begin_nested()
        applying.step(chief, work)
        savepoint.rollback()
        progress = applying.step(chief, work)
        if progress is None or progress.finished:
            break
        work = replace(work, checkpoint=progress.checkpoint, done=progress.done)
    assert applying.step(chief, work) is None
    assert ctx.session.scalar(select(func.count()).select_from(Income)) == 2
    assert ctx.session.scalar(select(func.count()).select_from(IncomingDifference)) == 2
    assert (file.state, file.counts) == (
        "applied", {"new": 2, "changed": 0, "unchanged": 0, "conflicting": 2}
    )  # fmt: skip


def test_what_a_person_reported_himself_is_not_overwritten(ctx, people, actor_verifier):
    (one, number), _ = people
    apply(ctx, arrive(ctx, tax_file(tax_line(number))), actor_verifier)
    known = find_income(ctx.session, one, 2025)
    known.notification_id = a_notification(ctx, "change").id
    ctx.session.flush()
    file = arrive(ctx, tax_file(tax_line(number, salary_gross=5)), 2)
    assert file.counts["conflicting"] == 1
    apply(ctx, file, actor_verifier)
    assert find_income(ctx.session, one, 2025).id == known.id


def test_bytes_are_sealed_and_erased_after_their_time_with_proof(ctx, people, blob_folder, actor_verifier):
    (_, number), _ = people
    content = tax_file(tax_line(number))
    file = arrive(ctx, content)
    sealed = list(blob_folder.glob("*/*"))
    assert sealed
    assert all(number.encode() not in path.read_bytes() for path in sealed)
    same = arrive(ctx, content, 3)
    assert same.state == "quarantined"
    later = Context(ctx.session, ctx.actor, ctx.at.replace(year=ctx.at.year + 1))
    run(later, erasing.step, same.id)
    assert same.erased_at is not None
    assert sealed[0].exists(), "the file that waits still needs them"
    apply(ctx, file, actor_verifier)
    run(later, erasing.step, file.id)
    assert list(blob_folder.glob("*/*")) == []
    assert [event.detail["gone"] for event in told(ctx.session, "incoming:erased")] == [0, 1]


def test_a_file_of_several_parts_counts_its_lines_through(ctx, monkeypatch):
    monkeypatch.setattr("interchange.incoming.parts.cut.__defaults__", (600,))
    lines = [tax_line(str(number)) for number in range(1, 40)]
    lines[30] = tax_line("31", salary_gross="x")
    file = arrive(ctx, tax_file(*lines))
    assert (file.rows, faults(ctx, file)) == (39, [(32, 6, "salary_gross", "amount")])


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([*range(1, 40)], []),
        ([*range(39, 0, -1)], []),
        ([*range(1, 20), 4, *range(20, 39)], [(21, 5)]),
        ([*range(1, 39), 38], [(40, 39)]),
        ([1, *range(1, 39)], [(3, 2)]),
    ],
)
@pytest.mark.parametrize("part", [600, 1_000_000])
def test_who_stands_twice_is_found_in_whatever_order_the_lines_come(
    ctx, monkeypatch, numbers, expected, part
):
    """Within a part and across parts."""
    monkeypatch.setattr("interchange.incoming.parts.cut.__defaults__", (part,))
    file = arrive(ctx, tax_file(*(tax_line(str(number)) for number in numbers)))
    rows = ctx.session.scalars(select(IncomingError).where(IncomingError.file_id == file.id))
    assert sorted((row.line, row.told["first"]) for row in rows) == expected
    assert file.state == ("quarantined" if expected else "ready")


def test_a_person_of_two_years_does_not_stand_twice_however_the_lines_come(ctx, people):
    (_, number), _ = people
    lines = tax_line(number, 2024), tax_line(number, 2025)
    assert arrive(ctx, tax_file(*lines)).counts["new"] == 2


def test_who_stands_twice_is_found_where_one_part_ends_and_the_next_begins(ctx, monkeypatch):
    monkeypatch.setattr("interchange.incoming.parts.cut.__defaults__", (600,))
    for place in range(1, 15):
        numbers = [*range(1, place + 1), *range(place, 16)]
        file = arrive(ctx, tax_file(*(tax_line(str(number)) for number in numbers)))
        assert faults(ctx, file) == [(place + 2, 1, "addressee_number", "twice")]
