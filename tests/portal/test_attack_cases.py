"""Attacks on a case by people who may sign in: seeing the entry before verifying it, and foreign tasks."""

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from interchange.juki.gateway import COLUMNS
from models.case import Case, Draft, WorkItem
from models.form_entry import find_latest
from models.masters import Posting
from models.staff import User
from portal import clock
from portal.extensions import db
from portal.security.actor import actor_of
from services import numbers_vault, unit_of_work
from services.context import SYSTEM
from services.demonstration import masters
from tests.factories.cases import IDENTITY, complete, next_item, take_in
from tests.factories.people import a_household, someone
from tests.factories.registry import a_person, an_acquisition
from tests.factories.staff import an_office
from tests.portal.conftest import account_of
from workflows import catalog
from workflows.engine import runner

BORN = "1971-03-09"
EVENT, EVENT_SHOWN = "2026-11-20", "R8.11.20"


@contextmanager
def uow(actor):
    with unit_of_work.unit_of_work(actor, clock.now()) as ctx:
        yield ctx


def somebody(name):
    return actor_of(db.session.scalars(select(User).where(User.username == account_of(name))).one())


@pytest.fixture
def office(app, tmp_path):
    """Two cases that wait for verification and one that waits for its correction, each with a number."""
    answers = tmp_path / "juki" / "answers.csv"
    answers.parent.mkdir()
    answers.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    with app.app_context():
        with uow(SYSTEM) as ctx:
            masters.install_masters(ctx)
            catalog.publish_shipped(ctx)
        counter = somebody("counter")
        waiting = [up_to_verification(counter) for _ in range(2)]
        with uow(replace(somebody("verifier"))) as ctx:
            back = runner.complete(ctx, waiting[1].item, {}, "send_back", "読めない")
        db.session.remove()
        return SimpleNamespace(
            case=waiting[0].case, verify=waiting[0].item, back=back.case_id, correct=next_item(back)
        )


def up_to_verification(counter):
    with uow(counter) as ctx:
        reference = numbers_vault.receive(ctx, "000000000019")
    persons = [a_person("早川 次郎", BORN, individual_number=reference)]
    begun = take_in(uow, counter, an_acquisition(persons, event_on=EVENT))
    done = complete(uow, counter, next_item(begun), IDENTITY)
    return SimpleNamespace(case=done.case_id, item=next_item(done))


def reference_of(app, case_id):
    with app.app_context():
        entry = find_latest(db.session, case_id, ("apply", "correct"))
        return entry.data["persons"][0]["individual_number"]


def test_the_verifier_sees_nothing_of_the_entry_before_he_has_verified_it(app, signed_in, office):
    verifier = signed_in("verifier")
    page = verifier.get(f"/cases/{office.case}").text
    shown = page + verifier.get("/inbox/?box=group").text
    for hidden in (EVENT, EVENT_SHOWN, BORN, "S46.3.9", "資格取得届(転入)", reference_of(app, office.case)):
        assert hidden not in shown
    assert '<span class="kana">転入' not in shown


@pytest.mark.parametrize("slug", ["reception_slip", "identity_check_record"])
def test_no_paper_tells_the_verifier_the_entry(signed_in, office, slug):
    verifier = signed_in("verifier")
    assert verifier.get(f"/cases/{office.case}/papers/{slug}/preview.pdf").status_code == 404
    assert verifier.post(f"/cases/{office.case}/papers/{slug}", deed_key="k").status_code == 404
    printed = signed_in("counter").post(f"/cases/{office.case}/papers/{slug}", deed_key="k")
    assert printed.status_code == 303
    assert verifier.get(printed.location).status_code == 404


def test_whoever_took_it_in_still_sees_what_he_entered(signed_in, office):
    page = signed_in("counter").get(f"/cases/{office.case}").text
    assert EVENT_SHOWN in page
    assert "資格取得届(転入)" in page


@pytest.mark.parametrize("deed", ["", "/take", "/give-back"])
def test_a_task_is_not_reached_through_the_address_of_another_case(app, signed_in, office, deed):
    counter = signed_in("counter")
    foreign = counter.post(f"/cases/{office.case}/tasks/{office.correct}{deed}", deed="draft", deed_key="k")
    assert foreign.status_code == 404
    with app.app_context():
        assert db.session.scalars(select(Draft)).all() == []
        assert db.session.get_one(WorkItem, office.correct).assignee_id is None


def test_the_number_of_another_case_is_no_number_for_the_one_who_corrects(app, signed_in, office):
    """Even by the address of the case that holds it; one's own entry keeps its reference."""
    with app.app_context():
        theirs = replace(somebody("counter"), staff_id=somebody("section_chief").staff_id)
        with uow(theirs) as ctx:
            foreign = numbers_vault.receive(ctx, "000000000019")
    counter = signed_in("counter")
    for reference, kept in ((foreign, False), (reference_of(app, office.back), True)):
        fields = {"persons-0-individual_number": reference, "persons-0-name": "早川 次郎"}
        counter.post(f"/cases/{office.back}/tasks/{office.correct}", deed="draft", **fields)
        with app.app_context():
            (draft,) = db.session.scalars(select(Draft)).all()
            assert (draft.data["persons"][0].get("individual_number") == reference) is kept


def test_the_verifier_cannot_send_back_the_reference_of_the_entry(app, signed_in, office):
    """He types the number from the paper; the entry's own reference would agree with itself."""
    fields = {"persons-0-individual_number": reference_of(app, office.case), "persons-0-birth_date": BORN}
    page = signed_in("verifier").post(
        f"/cases/{office.case}/tasks/{office.verify}", deed_key="k", reason="01", event_on=EVENT, **fields
    )
    assert page.status_code == 422
    with app.app_context():
        assert db.session.get_one(WorkItem, office.verify).state == "open"


@pytest.fixture
def elsewhere(app, signed_in, office):
    """The counter clerk after his move to another office."""
    del office
    with app.app_context():
        other = an_office(db.session, "20")
        posting = db.session.scalars(
            select(Posting).where(Posting.user_id == somebody("counter").staff_id)
        ).one()
        posting.office_id = other.id
        db.session.commit()
    return signed_in("counter")


def test_another_office_cannot_tell_a_case_from_none(elsewhere, office):
    """Read, withdraw and everything else answer alike for a foreign case and for none (T09)."""
    for path in ("/withdraw", f"/tasks/{office.correct}", f"/tasks/{office.correct}/take", "/attachments"):
        answers = [
            elsewhere.post(f"/cases/{case}{path}", reason="x", deed_key="k") for case in (office.back, 99999)
        ]
        if path == "/attachments":
            continue
        assert [one.status_code for one in answers] == [404, 404], path
    assert elsewhere.get(f"/cases/{office.case}").status_code == 404


def test_nothing_of_a_withdrawal_from_elsewhere_is_kept(app, elsewhere, office):
    elsewhere.post(f"/cases/{office.case}/withdraw", reason="いたずら")
    with app.app_context():
        assert db.session.get_one(Case, office.case).state == "open"


def test_a_page_without_its_key_begins_nothing(app, signed_in, office):
    counter = signed_in("counter")
    for key in ("", "k" * 65):
        answer = counter.post(
            f"/cases/{office.back}/tasks/{office.correct}", outcome="send_back", note="x", deed_key=key
        )
        assert answer.status_code == 400


def test_the_address_of_a_protected_head_is_not_filled_into_the_intake(app, signed_in, office):
    """支援措置: who writes it has it from the paper, not from the screen (H14)."""
    del office
    homes = {}
    with app.app_context(), uow(SYSTEM) as ctx:
        for protected in (False, True):
            head = someone(ctx, address="見本市隠れ町9番", protective_measure=protected)
            homes[protected] = a_household(ctx, head).id
    counter = signed_in("counter")
    for protected, household_id in homes.items():
        page = counter.get(f"/notifications/new/acquisition/01?household={household_id}")
        assert ("隠れ町9番" in page.text) is not protected
