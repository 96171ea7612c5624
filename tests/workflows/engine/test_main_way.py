"""A notification goes from the counter to the registry, and nowhere else (B1-B5, N1)."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.validation import FormRefused
from models.case import Case, CaseEvent, WorkItem
from models.certificate import Certificate
from models.document import PrintRequest
from models.enrolment import Enrolment
from models.form_entry import FormEntry
from models.notification import Notification, NotificationAction
from models.person import Person
from services import cases, notifications
from services.context import Actor
from services.errors import NotAllowed, NotFound, RegistrationRefused, RuleBroken, SomebodyElseWasFaster
from services.identity import RegisterNotAnswering
from tests.factories.cases import (
    IDENTITY,
    UnitOfWork,
    complete,
    next_item,
    seen_on_paper,
    take_in,
    up_to_verification,
)
from tests.factories.registry import an_acquisition
from tests.factories.staff import employ
from workflows.engine import runner
from workflows.operating import rewinding

pytestmark = pytest.mark.usefixtures("published")


def count(session: Session, entity: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(entity)) or 0


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(NotificationAction.kind).order_by(NotificationAction.id)))


def test_a_family_is_taken_in_checked_verified_and_registered(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    item = up_to_verification(uow, actor_counter)
    assert count(session, Person) == 0, "nothing is registered before the second person has verified"
    done = complete(uow, actor_verifier, item, seen_on_paper(an_acquisition()))
    assert done.ended
    assert actions(session) == ["submitted", "identity_confirmed", "verified", "registered"]
    assert count(session, Enrolment) == 4
    kinds = sorted(session.scalars(select(Certificate.kind)))
    assert kinds == ["eligibility_certificate"] * 3 + ["eligibility_notice"]
    assert count(session, PrintRequest) == 4
    case = session.get_one(Case, done.case_id)
    assert (case.state, case.blob) == ("done", None)


def test_the_queue_tells_whose_turn_it_is(session: Session, uow: UnitOfWork, actor_counter: Actor) -> None:
    up_to_verification(uow, actor_counter)
    rows = session.execute(
        select(WorkItem.element_id, WorkItem.role, WorkItem.state).order_by(WorkItem.id)
    ).all()
    assert rows[-1] == ("verify", "verifier", "open")
    assert session.scalars(select(WorkItem.subject_name)).first() == "見本\u3000太郎"


def test_who_entered_it_cannot_verify_it_with_any_role(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    item = up_to_verification(uow, actor_counter)
    both = Actor(**{**actor_counter.__dict__, "roles": frozenset({"counter", "verifier", "section_chief"})})
    with pytest.raises(NotAllowed, match="入力した本人は照合できません"):
        complete(uow, both, item, seen_on_paper(an_acquisition()))
    assert session.scalars(select(WorkItem.state).where(WorkItem.id == item)).one() == "open"


def test_a_second_account_of_the_same_staff_number_cannot_verify_either(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    item = up_to_verification(uow, actor_counter)
    other = employ(session, "verifier", "s-other-account")
    twin = Actor(**{**other.__dict__, "staff_number": actor_counter.staff_number})
    with pytest.raises(NotAllowed):
        complete(uow, twin, item, seen_on_paper(an_acquisition()))


def test_a_staff_number_changed_in_between_does_not_help(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    item = up_to_verification(uow, actor_counter)
    renamed = {"staff_number": "s-new-number", "roles": frozenset({"verifier"})}
    with pytest.raises(NotAllowed, match="入力した本人は照合できません"):
        complete(uow, Actor(**{**actor_counter.__dict__, **renamed}), item, seen_on_paper(an_acquisition()))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"event_on": "2026-11-19"}, "event_on"),
        ({"reason": "02"}, "reason"),
        ({"persons": 2}, "persons.2.birth_date"),
    ],
)
def test_a_difference_goes_back_with_the_field_marked(
    session: Session,
    uow: UnitOfWork,
    actor_counter: Actor,
    actor_verifier: Actor,
    change: dict[str, Any],
    path: str,
) -> None:
    item = up_to_verification(uow, actor_counter)
    second = seen_on_paper(an_acquisition())
    if "persons" in change:
        second["persons"][change["persons"]]["birth_date"] = "2012-01-21"
    else:
        second |= change
    done = complete(uow, actor_verifier, item, second)
    assert [one.element_id for one in done.opened] == ["correct"]
    last = session.scalars(select(NotificationAction).order_by(NotificationAction.id.desc())).first()
    assert last is not None
    assert (last.kind, last.data) == ("differences_found", {"paths": [path]})
    assert count(session, Person) == 0


def test_after_the_correction_it_is_verified_again_by_somebody_else(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    item = up_to_verification(uow, actor_counter)
    done = complete(uow, actor_verifier, item, seen_on_paper(an_acquisition(event_on="2026-11-19")))
    corrected = an_acquisition(event_on="2026-11-19")
    done = complete(uow, actor_counter, next_item(done), corrected)
    done = complete(uow, actor_verifier, next_item(done), seen_on_paper(corrected))
    assert done.ended
    assert str(session.scalars(select(Enrolment.acquired_on)).first()) == "2026-11-19"


def test_the_verifier_sends_it_back_with_a_reason_or_not_at_all(
    uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    item = up_to_verification(uow, actor_counter)
    with pytest.raises(RuleBroken, match="理由"):
        complete(uow, actor_verifier, item, {}, outcome="send_back", note=" ")
    done = complete(uow, actor_verifier, item, {}, outcome="send_back", note="届出書が読めない")
    assert [one.element_id for one in done.opened] == ["correct"]


def test_a_way_out_that_the_task_does_not_offer_is_refused(
    uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    item = up_to_verification(uow, actor_counter)
    with pytest.raises(NotFound):
        complete(uow, actor_verifier, item, {}, outcome="approve", note="x")


def test_refused_identity_ends_without_registration(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    done = take_in(uow, actor_counter)
    refused = {
        "attendee": "self",
        "number_check": "not_provided",
        "identity": {"method": "not_shown"},
        "result": "refused",
        "refusal_reason": "no_paper",
    }
    done = complete(uow, actor_counter, next_item(done), refused)
    assert done.ended
    assert actions(session) == ["submitted", "identity_refused", "refused"]
    assert count(session, Person) == 0


def test_missing_papers_wait_until_the_promised_day(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    entry = an_acquisition(missing_papers=[{"kind": "income_proof", "promised_on": "2026-12-04"}])
    done = complete(uow, actor_counter, next_item(take_in(uow, actor_counter, entry)), IDENTITY)
    (waiting,) = done.opened
    assert (waiting.element_id, str(waiting.due_on)) == ("papers_arrived", "2026-12-04")
    still = {
        "arrived_on": "2026-11-23",
        "outcome": "still_missing",
        "missing_papers": [{"kind": "income_proof", "promised_on": "2026-12-18"}],
    }
    done = complete(uow, actor_counter, waiting.id, still)
    (waiting,) = done.opened
    assert (waiting.element_id, str(waiting.due_on)) == ("papers_arrived", "2026-12-18")
    arrived = {
        "arrived_on": "2026-11-23",
        "outcome": "complete",
        "papers": [{"kind": "income_proof", "seen": True}],
    }
    done = complete(uow, actor_counter, waiting.id, arrived)
    assert [one.element_id for one in done.opened] == ["verify"]
    assert complete(uow, actor_verifier, next_item(done), seen_on_paper(entry)).ended


def test_papers_that_never_come_end_the_case(session: Session, uow: UnitOfWork, actor_counter: Actor) -> None:
    entry = an_acquisition(missing_papers=[{"kind": "income_proof", "promised_on": "2026-12-04"}])
    done = complete(uow, actor_counter, next_item(take_in(uow, actor_counter, entry)), IDENTITY)
    done = complete(uow, actor_counter, next_item(done), {}, outcome="give_up", note="再三の連絡にも提出なし")
    assert done.ended
    assert actions(session)[-1] == "refused"


def test_the_resident_register_away_leaves_the_check_waiting(
    session: Session, uow: UnitOfWork, actor_counter: Actor, register_file: Path
) -> None:
    done = take_in(uow, actor_counter)
    register_file.unlink()
    with pytest.raises(RegisterNotAnswering):
        complete(uow, actor_counter, next_item(done), IDENTITY)
    assert actions(session) == ["submitted"]
    assert session.scalars(select(WorkItem.state)).all()[-1] == "open"


def test_a_finished_task_is_not_done_twice(session: Session, uow: UnitOfWork, actor_counter: Actor) -> None:
    done = take_in(uow, actor_counter)
    complete(uow, actor_counter, next_item(done), IDENTITY)
    with pytest.raises(SomebodyElseWasFaster, match="別の人がすでに終えました"):
        complete(uow, actor_counter, next_item(done), IDENTITY)
    assert actions(session) == ["submitted", "identity_confirmed"]


def test_a_task_that_somebody_took_is_his(session: Session, uow: UnitOfWork, actor_counter: Actor) -> None:
    done = take_in(uow, actor_counter)
    colleague = employ(session, "counter", "s-colleague")
    with uow(colleague) as ctx:
        runner.take(ctx, next_item(done))
    with pytest.raises(SomebodyElseWasFaster, match="引き受けています"):
        complete(uow, actor_counter, next_item(done), IDENTITY)
    with uow(colleague) as ctx:
        runner.give_back(ctx, next_item(done))
    assert complete(uow, actor_counter, next_item(done), IDENTITY).opened


def test_another_office_sees_no_such_task(session: Session, uow: UnitOfWork, actor_counter: Actor) -> None:
    done = take_in(uow, actor_counter)
    stranger = employ(session, "counter", "s-stranger", office_code="02")
    with pytest.raises(NotFound):
        complete(uow, stranger, next_item(done), IDENTITY)


def test_an_entry_that_is_refused_begins_nothing(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    with pytest.raises(FormRefused) as refused:
        take_in(uow, actor_counter, an_acquisition(event_on="令和1年2月30日", approved=True))
    assert {error.code for error in refused.value.errors} == {"date.not_in_month", "unknown_field"}
    assert (count(session, Case), count(session, Notification), count(session, FormEntry)) == (0, 0, 0)


def test_a_future_event_is_refused_at_the_counter_already(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    with pytest.raises((FormRefused, RegistrationRefused)):
        take_in(uow, actor_counter, an_acquisition(event_on="2026-12-01"))
    assert count(session, Case) == 0


def test_a_withdrawn_notification_changes_no_register(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    item = up_to_verification(uow, actor_counter)
    case_id = session.scalars(select(WorkItem.case_id).where(WorkItem.id == item)).one()
    with pytest.raises(RuleBroken), uow(actor_counter) as ctx:
        runner.withdraw(ctx, case_id, "")
    with uow(actor_counter) as ctx:
        runner.withdraw(ctx, case_id, "転入を取りやめた")
    with pytest.raises(SomebodyElseWasFaster):
        complete(uow, actor_verifier, item, seen_on_paper(an_acquisition()))
    assert actions(session)[-1] == "withdrawn"
    assert count(session, Person) == 0


def test_a_notification_that_operations_put_back_is_in_the_state_of_the_step_that_opens_again(
    session: Session,
    uow: UnitOfWork,
    actor_counter: Actor,
    actor_verifier: Actor,
    actor_section_chief: Actor,
) -> None:
    item = up_to_verification(uow, actor_counter)
    case_id = session.scalars(select(WorkItem.case_id).where(WorkItem.id == item)).one()
    notification_id = session.get_one(Case, case_id).notification_id
    assert notification_id is not None

    def states() -> tuple[str, str]:
        with uow(actor_counter) as ctx:
            return notifications.state(ctx, notification_id), cases.read(ctx, case_id).state

    def back(step: str) -> None:
        with uow(actor_section_chief) as ctx:
            found = rewinding.targets_of(ctx, ctx.session.get_one(Case, case_id))
            (guid,) = [one.task_guid for one in found if one.element.id == step]
            rewinding.rewind_case(ctx, case_id, guid, "人違い")

    back("confirm_identity")
    assert states() == ("submitted", "submitted")
    again = session.scalars(
        select(WorkItem.id).where(WorkItem.case_id == case_id, WorkItem.state == "open")
    ).one()
    done = complete(uow, actor_counter, again, IDENTITY)
    assert states()[0] == "identity_confirmed"
    misread = seen_on_paper(an_acquisition()) | {"event_on": "2026-11-19"}
    complete(uow, actor_verifier, next_item(done), misread)
    assert states() == ("differences_found", "differences_found")
    back("verify")
    assert states() == ("identity_confirmed", "corrected")
    assert actions(session)[-1] == "rewound"


def test_the_journal_says_who_did_what(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    complete(uow, actor_verifier, up_to_verification(uow, actor_counter), seen_on_paper(an_acquisition()))
    rows = session.execute(
        select(CaseEvent.kind, CaseEvent.element_id, CaseEvent.by_id).order_by(CaseEvent.id)
    ).all()
    told = [(kind, element) for kind, element, _ in rows if kind == "completed"]
    assert told == [("completed", "apply"), ("completed", "confirm_identity"), ("completed", "verify")]
    assert {by for kind, element, by in rows if element == "verify"} == {actor_verifier.staff_id}
