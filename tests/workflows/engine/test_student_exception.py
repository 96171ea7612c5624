"""The student's exception (F16, 法116条), drawn without code: from intake over the years to its end."""

from datetime import datetime

import pytest
from sqlalchemy import select

from models.case import Case, WorkItem
from models.document import PrintRequest
from models.enrolment import list_periods
from printing.notifications.notice_letter import NoticeLetter
from services import notifications
from services.context import JST, SYSTEM
from services.errors import RegistrationRefused
from services.papers import from_plain
from tests.factories.cases import IDENTITY
from tests.factories.registry import register_acquisition
from workflows.engine import runner, waking

pytestmark = pytest.mark.usefixtures("published")
SON = 2
SCHOOL = {
    "school": "架空大学",
    "faculty": "文学部1年",
    "studies_from_on": "2026-11-22",
    "studies_until_on": "2030-03-31",
    "address_there": "別県別市別町9番",
    "supported_by_household": True,
    "works_full_time": False,
    "certificate": "collected",
}
END = {"ended_on": "2027-03-31", "afterwards": "elsewhere"}


def moment(day):
    return datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=JST)


@pytest.fixture
def family(uow, actor_counter):
    with uow(actor_counter) as ctx:
        return register_acquisition(ctx)


@pytest.fixture
def told(family):
    def entry(reason="begin", person=SON, **more):
        row = {"person_id": family.person_ids[person]}
        row |= {"afterwards": "returned", "certificate": "collected"} if reason == "end" else SCHOOL
        return {
            "reason": reason,
            "household_id": family.household_id,
            "event_on": "2026-11-22",
            "received_on": "2026-11-23",
            "way": "counter",
            "form_date": "2026-11-23",
            "notifier": {"name": "見本 太郎", "relation": "self"},
            "phone": "000-0000-0000",
            "persons": [row | more],
        }

    return entry


@pytest.fixture
def taken(uow, actor_counter, actor_verifier):
    """Take an entry in and let it be verified; the case."""

    def take(entry, birth="2012-01-20"):
        with uow(actor_counter) as ctx:
            done = runner.start(
                ctx, "student_exception", entry["reason"], entry, {"office_id": actor_counter.office_id}
            )
        with uow(actor_counter) as ctx:
            done = runner.complete(ctx, done.opened[0].id, IDENTITY)
        seen = {"reason": entry["reason"], "event_on": entry["event_on"], "persons": [{"birth_date": birth}]}
        with uow(actor_verifier) as ctx:
            return runner.complete(ctx, done.opened[0].id, seen).case_id

    return take


@pytest.fixture
def wait(uow):
    def until(case_id, day):
        with uow(SYSTEM, moment(day)) as ctx:
            assert waking.wake(ctx, case_id), f"nothing was due on {day}"

    return until


@pytest.fixture
def do(uow, session):
    """Do the open task of a case on a day; its element."""

    def complete(case_id, actor, day, raw):
        item = session.scalars(
            select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.state == "open")
        ).one()
        with uow(actor, moment(day)) as ctx:
            runner.complete(ctx, item.id, raw)
        return item.element_id

    return complete


def period(session, family):
    session.expire_all()
    return [one for one in list_periods(session, family.person_ids[SON]) if not one.cancelled][-1]


def letters(session):
    rows = session.scalars(
        select(PrintRequest).where(PrintRequest.document == "notice_letter").order_by(PrintRequest.id)
    )
    return [from_plain(NoticeLetter, row.payload) for row in rows]


def state(session, case_id):
    session.expire_all()
    return session.get(Case, case_id).state


def test_a_student_proves_each_year_and_is_reminded_a_month_before(
    session, family, told, taken, wait, do, actor_counter
):
    case_id = taken(told())
    assert (period(session, family).residence_exception, state(session, case_id)) == ("student", "open")
    wait(case_id, "2027-02-28")
    (letter,) = letters(session)
    words = "".join(run.text for one in letter.paragraphs for run in one.runs)
    assert (letter.letter, letter.text_version) == ("student_proof_request", 0)
    assert "見本 一郎" in words
    assert "令和9年3月31日" in words
    proof = {"result": "continues", "proved_on": "2027-03-10", "paper_seen": True, "ends_on": "2030-03-31"}
    assert do(case_id, actor_counter, "2027-03-10", proof) == "prove"
    wait(case_id, "2028-02-29")
    assert [one.letter for one in letters(session)] == ["student_proof_request"] * 2
    assert period(session, family).residence_exception == "student"


def test_without_proof_the_chief_ends_it_and_the_student_is_lost_as_of_leaving_school(
    session, family, told, taken, wait, do, actor_section_chief, actor_verifier
):
    """H12: no proof in April: a second letter, a decision, and the loss verified by somebody else."""
    case_id = taken(told())
    wait(case_id, "2027-03-01")
    wait(case_id, "2027-04-15")
    assert [one.letter for one in letters(session)] == ["student_proof_request", "student_proof_overdue"]
    decided = {"decision": "end", "ground": "在学の確認なし", "decision_number": "見国保第9-3号", **END}
    assert do(case_id, actor_section_chief, "2027-04-20", decided) == "judge"
    assert do(case_id, actor_verifier, "2027-04-21", END) == "confirm_end"
    ended = period(session, family)
    assert (ended.residence_exception, str(ended.lost_on)) == (None, "2027-04-01")
    assert state(session, case_id) == "done"


def test_an_end_that_is_read_otherwise_is_asked_again(
    session, family, told, taken, wait, do, actor_counter, actor_verifier
):
    case_id = taken(told())
    wait(case_id, "2027-03-01")
    do(case_id, actor_counter, "2027-04-02", {"result": "ends", **END, "afterwards": "returned"})
    do(case_id, actor_verifier, "2027-04-03", END)
    assert period(session, family).residence_exception == "student"
    assert do(case_id, actor_counter, "2027-04-04", {"result": "ends", **END}) == "prove"
    do(case_id, actor_verifier, "2027-04-05", END)
    assert state(session, case_id) == "done"


def test_the_chief_may_wait_longer(
    session, family, told, taken, wait, do, actor_section_chief, actor_counter
):
    case_id = taken(told())
    wait(case_id, "2027-03-01")
    wait(case_id, "2027-04-15")
    do(
        case_id,
        actor_section_chief,
        "2027-04-16",
        {"decision": "wait", "ground": "入院中", "wait_until": "2027-05-31"},
    )
    wait(case_id, "2027-06-15")
    assert [one.letter for one in letters(session)][-1] == "student_proof_overdue"


def test_who_notifies_the_end_at_the_counter_is_asked_for_no_proof(session, family, told, taken, wait):
    first = taken(told())
    second = taken(told("end"))
    ended = period(session, family)
    assert (ended.residence_exception, ended.lost_on) == (None, None)
    assert state(session, second) == "done"
    wait(first, "2027-03-01")
    assert state(session, first) == "done"
    assert letters(session) == []


def test_who_is_no_student_in_the_sense_of_the_law_is_refused(uow, actor_counter, told):
    received = {"office_id": actor_counter.office_id}
    for entry, code in (
        (told(works_full_time=True), "exception.earns_own_living"),
        (told("continue"), "change.not_a_student"),
    ):
        with pytest.raises(RegistrationRefused) as refused, uow(actor_counter) as ctx:
            runner.start(ctx, "student_exception", entry["reason"], entry, received)
        assert code in [one.code for one in refused.value.findings]


def test_a_withdrawal_while_it_waits_leaves_the_notification_registered(
    session, uow, actor_counter, family, told, taken
):
    case_id = taken(told())
    with uow(actor_counter) as ctx:
        case = runner.withdraw(ctx, case_id, "誤って届出")
        assert notifications.state(ctx, case.notification_id) == "registered"
