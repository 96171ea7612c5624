"""Asking the network about a person: under an approval, once, answered by a file (M03, J5)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import blobs
from models.audit.tags import Tag
from models.crypto.keyring import Keyring
from models.data_use import DataTransfer, DataTransferRefusal
from models.form_entry import FormEntry
from models.incoming import IncomingDifference, IncomingError, IncomingFile
from models.job import Job
from models.network_question import NetworkQuestion
from models.notice import Notice
from models.person import Person, get_current
from services import case_persons, data_use_decisions, transfers
from services.context import SYSTEM, Context
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.incoming import pages as file_pages
from services.job_kinds import Progress, Work
from services.network import pages, questions, sending
from tests.factories.audit import told
from tests.factories.cases import a_case_about
from tests.factories.data_use import approved_question, as_of, publish
from tests.factories.incoming import apply, arrive
from tests.factories.people import someone
from tests.factories.registry import a_person, register_acquisition
from tests.factories.staff import an_office, employ

HEAD = "addressee_number,insurance_kind,insurer_number,acquired_on,lost_on"


@pytest.fixture(autouse=True)
def way(keys: Keyring, blob_folder: Path) -> Iterator[None]:
    del keys, blob_folder
    questions.configure(sending.FileLookup())
    yield
    questions.configure(questions.NoLookup())


@pytest.fixture
def counter(ctx: Context) -> Context:
    publish(ctx)
    return as_of(ctx, employ(ctx.session, "counter", "s-window"))


@pytest.fixture
def manager(counter: Context) -> Context:
    return as_of(counter, employ(counter.session, "data_protection_manager"))


@pytest.fixture
def taro(counter: Context) -> int:
    """見本 太郎, insured here."""
    return register_acquisition(counter, [a_person("見本 太郎")]).person_ids[0]


def approve(counter: Context, manager: Context, staff: str = "s-section", **more: Any) -> int:
    section = as_of(counter, employ(counter.session, "receiving_section", staff, office_code="11"))
    return approved_question(section, manager, **more).id


def number_of(ctx: Context, person_id: int) -> str:
    return ctx.session.get_one(Person, person_id).addressee_number


def jobs_of(ctx: Context, kind: str) -> list[Job]:
    return list(ctx.session.scalars(select(Job).where(Job.kind == kind).order_by(Job.id)))


def send(ctx: Context) -> Progress:
    """The worker does the newest job that asks."""
    job = jobs_of(ctx, questions.KIND)[-1]
    return sending.send_one(Context(ctx.session, SYSTEM, ctx.at), Work(job.id, job.payload, {}, 0, None, 1))


def send_again(ctx: Context) -> Progress:
    job = jobs_of(ctx, questions.AGAIN)[-1]
    return sending.send_again(Context(ctx.session, SYSTEM, ctx.at), Work(job.id, {}, {}, 0, None, 1))


def case_about(ctx: Context, person_id: int, **more: Any) -> int:
    return a_case_about(ctx, person_id, **({"office_id": ctx.actor.office_id} | more)).id


def ask(ctx: Context, person_id: int) -> NetworkQuestion:
    return questions.ask(ctx, person_id, "double", case_about(ctx, person_id))


def answer(ctx: Context, *lines: str, sequence: int = 1) -> IncomingFile:
    told = "".join(f"{one}\n" for one in (HEAD, *lines)).encode()
    return arrive(ctx, told, sequence, "network_answer")


def codes(ctx: Context, file: IncomingFile) -> list[tuple[int, str]]:
    found = select(IncomingError).where(IncomingError.file_id == file.id).order_by(IncomingError.id)
    return [(row.line, row.code) for row in ctx.session.scalars(found)]


def test_a_question_leaves_as_one_address_number_and_nothing_else_and_its_answer_fills_it(
    counter: Context, manager: Context, taro: int, actor_verifier: Any
) -> None:
    register_acquisition(counter, [a_person("別人 次郎", birth_date="1981-01-01")])
    approve(counter, manager)
    question = ask(counter, taro)
    assert send(counter).message_ja == "照会を送付しました。"
    row = counter.session.scalars(select(DataTransfer)).one()
    number = number_of(counter, taro)
    assert blobs.get(counter.session, row.file_sha256).decode().splitlines() == ["addressee_number", number]
    assert (row.recipient, row.person_count, question.state) == ("11", 1, "sent")
    assert send(counter).message_ja.startswith("照会は送付済み")
    assert len(counter.session.scalars(select(DataTransfer)).all()) == 1
    file = answer(counter, f"{number},2,01130012,R2.4.1,2020-05-01", f"{number},1,06130001,2026-11-01,")
    assert file.state == "ready"
    file_pages.read(counter, file.id)
    apply(counter, file, actor_verifier)
    assert question.state == "answered"
    assert [(one["insurer_number"], one["acquired_on"]) for one in question.covers] == [
        ("01130012", "2020-04-01"),
        ("06130001", "2026-11-01"),
    ]
    left = counter.session.scalars(select(IncomingDifference.code)).all()
    assert list(left) == ["covered_elsewhere"]
    notice = counter.session.scalars(select(Notice).where(Notice.kind == "answer")).one()
    assert (notice.user_id, notice.number) == (question.asked_by_id, taro)
    tags = [
        one.tag for one in told(counter.session, Tag.NETWORK_ASKED, Tag.NETWORK_SENT, Tag.NETWORK_ANSWERED)
    ]
    assert tags == ["network:asked", "network:sent", "network:answered"]


def test_without_an_approval_it_is_refused_by_name_and_sent_once_by_the_approval(
    counter: Context, manager: Context, taro: int
) -> None:
    question = ask(counter, taro)
    progress = send(counter)
    assert progress.message_ja == "データ利用の承認がありません"
    assert question.state == "asked"
    assert counter.session.scalars(select(DataTransferRefusal.missing)).all() == ["no_approval"]
    page = pages.read(counter, taro)
    assert page.missing == ("データ利用の承認がありません", "There is no approval")
    approve(counter, manager)
    assert send_again(counter).message_ja == "承認を待っていた照会1件を送付しました。"
    assert question.state == "sent"
    assert send_again(counter).done == 0
    assert pages.read(counter, taro).missing is None


def test_a_revoked_approval_and_one_of_the_address_system_carry_no_question(
    counter: Context, manager: Context, taro: int
) -> None:
    approval = approve(counter, manager)
    data_use_decisions.revoke(manager, approval, "終わった")
    ask(counter, taro)
    assert send(counter).message_ja == "承認が取り消されています"
    with pytest.raises(RuleBroken, match="対象者の範囲がこの移転と合いません"):
        approve(counter, manager, "s-other", transfer="address_system")


def test_an_answer_to_no_question_is_quarantined_and_nothing_of_it_is_kept(
    counter: Context, manager: Context, taro: int
) -> None:
    approve(counter, manager)
    number = number_of(counter, taro)
    assert codes(counter, answer(counter, f"{number},0,,,")) == [(2, "unasked")]
    question = ask(counter, taro)
    assert codes(counter, answer(counter, f"{number},0,,,")) == [(2, "unasked")]
    send(counter)
    file = answer(counter, f"{number},0,,,", "77,1,06130001,2026-11-01,")
    assert (file.state, codes(counter, file)) == ("quarantined", [(3, "unasked")])
    assert (question.state, question.covers) == ("sent", [])
    file_pages.read(counter, file.id)


def test_half_an_answer_is_told_with_its_line(counter: Context, manager: Context, taro: int) -> None:
    approve(counter, manager)
    ask(counter, taro)
    send(counter)
    number = number_of(counter, taro)
    assert codes(counter, answer(counter, f"{number},1,,,")) == [(2, "blank"), (2, "blank")]
    assert codes(counter, answer(counter, f"{number},0,06130001,,")) == [(2, "no_cover_and_more")]
    both = answer(counter, f"{number},0,,,", f"{number},1,06130001,2026-11-01,")
    assert codes(counter, both) == [(2, "no_cover_and_more")]


def test_no_cover_is_an_answer_and_then_one_may_ask_anew(
    counter: Context, manager: Context, taro: int, actor_verifier: Any
) -> None:
    approve(counter, manager)
    question = ask(counter, taro)
    send(counter)
    with pytest.raises(SomebodyElseWasFaster):
        ask(counter, taro)
    number = number_of(counter, taro)
    first, second = (answer(counter, f"{number},0,,,", sequence=one) for one in (1, 2))
    apply(counter, first, actor_verifier)
    assert (question.state, question.covers) == ("none", [])
    apply(counter, second, actor_verifier)
    left = counter.session.scalars(select(IncomingDifference.code)).all()
    assert list(left) == ["unasked"]
    assert ask(counter, taro).state == "asked"


def test_a_question_that_was_not_sent_is_taken_back_and_never_sent(
    counter: Context, manager: Context, taro: int
) -> None:
    approve(counter, manager)
    question = ask(counter, taro)
    questions.withdraw(counter, question.id)
    assert questions.list_over(counter.session, [questions.period_of(question)])
    assert send(counter).message_ja == "照会は送付済みか、取り下げられています。"
    assert counter.session.scalars(select(DataTransfer)).all() == []
    with pytest.raises(SomebodyElseWasFaster):
        questions.withdraw(counter, question.id)


def test_a_question_without_an_answer_is_taken_back_for_a_reason_and_asked_anew(
    counter: Context, manager: Context, taro: int, actor_verifier: Any
) -> None:
    approve(counter, manager)
    question = ask(counter, taro)
    send(counter)
    for why in ("", "other"):
        with pytest.raises(RuleBroken, match="理由"):
            questions.withdraw(counter, question.id, why)
    questions.withdraw(counter, question.id, "no_answer")
    (event,) = told(counter.session, Tag.NETWORK_WITHDRAWN)
    assert (event.case_id, event.detail) == (
        question.case_id,
        {"question": question.id, "state": "sent", "why": "no_answer"},
    )
    late = answer(counter, f"{number_of(counter, taro)},1,06130001,2026-11-01,")
    assert late.state == "ready"
    apply(counter, late, actor_verifier)
    assert (question.state, question.covers) == ("withdrawn", [])
    assert list(counter.session.scalars(select(IncomingDifference.code))) == ["unasked"]
    assert ask(counter, taro).state == "asked"
    with pytest.raises(SomebodyElseWasFaster):
        questions.withdraw(counter, question.id, "no_answer")


def test_only_who_asked_and_his_office_take_a_question_back(counter: Context, taro: int) -> None:
    question = ask(counter, taro)
    stranger = as_of(counter, employ(counter.session, "counter", "s-stranger", office_code="02"))
    with pytest.raises(NotAllowed):
        questions.withdraw(stranger, question.id)
    assert not pages.read(stranger, taro).may_withdraw
    colleague = as_of(counter, employ(counter.session, "verifier", "s-colleague"))
    assert pages.read(colleague, taro).may_withdraw
    assert questions.withdraw(colleague, question.id).state == "withdrawn"


def test_it_is_asked_only_for_an_open_case_of_the_office_that_names_the_person(
    counter: Context, taro: int
) -> None:
    jiro = register_acquisition(counter, [a_person("別人 次郎", birth_date="1981-01-01")]).person_ids[0]
    other_office = an_office(counter.session, "02").id
    wrong = (
        None,
        999_999,
        case_about(counter, jiro),
        case_about(counter, taro, state="done"),
        case_about(counter, taro, state="suspended"),
        case_about(counter, taro, office_id=other_office),
    )
    for case_id in wrong:
        with pytest.raises(NotAllowed, match="進行中の届出"):
            questions.ask(counter, taro, "loss", case_id)
    assert counter.session.scalars(select(NetworkQuestion)).all() == []
    right = case_about(counter, taro)
    assert [one.id for one in pages.read(counter, taro).cases] == [right]
    assert questions.ask(counter, taro, "loss", right).case_id == right


def test_a_case_names_whom_its_newest_entry_names_before_anything_is_registered(
    counter: Context, taro: int
) -> None:
    jiro = register_acquisition(counter, [a_person("別人 次郎", birth_date="1981-01-01")]).person_ids[0]
    entry = FormEntry(form="loss", element_id="entry", at=counter.at, data={"persons": [{"person_id": taro}]})
    case_id = case_about(counter, someone(counter))
    entry.case_id = case_id
    counter.session.add(entry)
    counter.session.flush()
    assert [one.id for one in case_persons.list_open(counter, taro)] == [case_id]
    assert case_persons.list_open(counter, taro * 10) == []
    corrected = FormEntry(
        case_id=case_id, form="loss", element_id="correct", at=counter.at, data={"head_person_id": jiro}
    )
    counter.session.add(corrected)
    counter.session.flush()
    assert case_persons.list_open(counter, taro) == []
    assert [one.id for one in case_persons.list_open(counter, jiro)] == [case_id]


def test_what_stops_one_question_alone_is_told_and_those_behind_it_are_sent(
    counter: Context, manager: Context, taro: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    jiro, saburo = (
        register_acquisition(counter, [a_person(name, birth_date=born)]).person_ids[0]
        for name, born in (("別人 次郎", "1981-01-01"), ("別人 三郎", "1982-02-02"))
    )
    merged, too_long, last = (ask(counter, one) for one in (taro, jiro, saburo))
    counter.session.get_one(Person, taro).merged_into_id = saburo
    approve(counter, manager)
    write = transfers._write

    def refuse_one(ctx: Context, asked: Any, *more: Any) -> Any:
        if asked.person_id == jiro:
            raise transfers.LayoutRefused("1行目の項目が収まりません。", "Too long.")
        return write(ctx, asked, *more)

    monkeypatch.setattr(transfers, "_write", refuse_one)
    progress = send_again(counter)
    assert [(one.subject, one.reason_ja) for one in progress.skipped] == [
        (f"network_question:{merged.id}", questions.MERGED[0]),
        (f"network_question:{too_long.id}", "1行目の項目が収まりません。"),
    ]
    assert (progress.done, progress.finished) == (1, True)
    assert [one.state for one in (merged, too_long, last)] == ["asked", "asked", "sent"]
    assert questions.withdraw(counter, merged.id).state == "withdrawn"


def test_what_cannot_be_asked_says_why(counter: Context, taro: int) -> None:
    with pytest.raises(RuleBroken, match="目的"):
        questions.ask(counter, taro, "", None)
    with pytest.raises(NotFound):
        questions.ask(counter, taro + 999, "loss", None)
    questions.configure(questions.NoLookup())
    with pytest.raises(questions.NetworkOff):
        ask(counter, taro)
    assert counter.session.scalars(select(NetworkQuestion)).all() == []


def test_a_question_that_waits_while_the_way_is_closed_stays(
    counter: Context, manager: Context, taro: int
) -> None:
    approve(counter, manager)
    question = ask(counter, taro)
    questions.configure(questions.NoLookup())
    assert len(send(counter).skipped) == 1
    assert question.state == "asked"


def test_the_insurer_of_a_protected_person_is_kept_from_the_reader(
    counter: Context, manager: Context, taro: int, actor_verifier: Any
) -> None:
    approve(counter, manager)
    ask(counter, taro)
    send(counter)
    apply(counter, answer(counter, f"{number_of(counter, taro)},1,06130001,2026-11-01,"), actor_verifier)
    assert not pages.read(counter, taro).hides_answers
    get_current(counter.session, taro).protective_measure = True
    counter.session.flush()
    assert pages.read(counter, taro).hides_answers
