"""Data leaves only where an approval lets it: applications, the gate, files, refusals (J1-J4, K1, M34)."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from interchange.transfers import manifest
from models import blobs, manifests
from models.crypto.keyring import Keyring
from models.data_use import DataTransferRefusal, DataUseApproval
from models.masters import Posting
from services import data_use, data_use_decisions, person_bits, transfers
from services.context import Context, Principal, names_of
from services.data_use_decisions import OwnApplication
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from tests.factories import registry
from tests.factories.data_use import approved, as_of, content, handed_in, publish
from tests.factories.staff import employ
from workflows import data_use_cases

NOVEMBER = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def sealed(keys: Keyring, blob_folder: Path) -> None:
    del keys, blob_folder


@pytest.fixture
def city(ctx: Context) -> Context:
    """The shipped process is in force."""
    publish(ctx)
    return ctx


@pytest.fixture
def citizen(city: Context) -> Context:
    return as_of(city, employ(city.session, "receiving_section", office_code="12"))


@pytest.fixture
def manager(city: Context) -> Context:
    return as_of(city, employ(city.session, "data_protection_manager"))


@pytest.fixture
def chief(city: Context) -> Context:
    return as_of(city, employ(city.session, "section_chief"))


def insured(ctx: Context, name: str = "見本 太郎") -> int:
    """Somebody who is insured since 2026-11-20, on record."""
    counter = as_of(ctx, employ(ctx.session, "counter", f"c-{name}"))
    return registry.register_acquisition(counter, [registry.a_person(name)]).person_ids[0]


def test_a_file_leaves_under_an_approval_and_its_manifest_is_checked_offline(
    citizen: Context, manager: Context
) -> None:
    person_id = insured(citizen)
    application = approved(citizen, manager)
    assert application.state == "approved"
    sent = transfers.send_month(citizen, "citizen", "12", NOVEMBER).sent
    assert sent is not None
    file = blobs.get(citizen.session, sent.file_sha256)
    assert file.decode().splitlines()[0] == "addressee_number,acquired_on,lost_on"
    told = manifest.check(sent.manifest, file, manifests.is_signed).told
    assert (told["rows"], told["sequence"], told["period"]) == (1, 1, "2026-11")
    assert file.decode().splitlines()[1].endswith(",20261120,")
    assert person_bits.holds(sent.persons, person_id)
    assert not person_bits.holds(sent.persons, person_id + 1)
    with pytest.raises(manifest.ManifestWrong):
        manifest.check(sent.manifest, file + b"x", manifests.is_signed)
    with pytest.raises(manifest.ManifestWrong):
        manifest.check(sent.manifest.replace(b'"rows": ', b'"rows": 9'), file, manifests.is_signed)


def refused(ctx: Context, month: date = NOVEMBER) -> str:
    """What a run of a month is refused for; it stands in the record."""
    outcome = transfers.send_month(ctx, "citizen", "12", month)
    assert outcome.sent is None
    assert outcome.refused is not None
    stored = ctx.session.scalars(select(DataTransferRefusal).order_by(DataTransferRefusal.id.desc())).first()
    assert stored is not None
    return stored.missing


def test_without_an_approval_nothing_leaves(citizen: Context, manager: Context) -> None:
    del manager
    insured(citizen)
    assert refused(citizen) == "no_approval"
    handed_in(citizen)
    assert refused(citizen) == "no_approval"


def test_the_month_is_sent_once(citizen: Context, manager: Context) -> None:
    approved(citizen, manager)
    first = transfers.send_month(citizen, "citizen", "12", NOVEMBER)
    again = transfers.send_month(citizen, "citizen", "12", NOVEMBER)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.sent is again.sent


def test_a_revoked_approval_stops_the_next_run_at_once(citizen: Context, manager: Context) -> None:
    application = approved(citizen, manager)
    assert transfers.send_month(citizen, "citizen", "12", NOVEMBER).sent is not None
    data_use_decisions.revoke(manager, application.id, "目的が終わった")
    assert refused(citizen, date(2026, 12, 1)) == "revoked"


def test_an_expired_approval_and_one_to_come_carry_nothing(citizen: Context, manager: Context) -> None:
    approved(citizen, manager)
    late = Context(citizen.session, citizen.actor, citizen.at + timedelta(days=200))
    assert refused(late, date(2027, 4, 1)) == "expired"
    early = Context(citizen.session, citizen.actor, citizen.at - timedelta(days=60))
    assert refused(early, date(2026, 9, 1)) == "not_yet_in_force"


def test_an_edit_voids_the_approval(citizen: Context, manager: Context) -> None:
    application = approved(citizen, manager)
    data_use.change(citizen, application.id, content(items=("addressee_number", "acquired_on")))
    assert application.state == "draft"
    assert refused(citizen) == "content_changed"
    data_use_cases.submit(citizen, application.id)
    data_use_cases.judge(manager, application.id, "approve", "合う", basis_fits=True)
    assert transfers.send_month(citizen, "citizen", "12", NOVEMBER).sent is not None


def test_an_edit_past_the_services_voids_it_as_well(citizen: Context, manager: Context) -> None:
    application = approved(citizen, manager)
    application.items = ["addressee_number", "acquired_on", "lost_on", "card_number"]
    citizen.session.flush()
    assert refused(citizen) == "content_changed"


def test_the_wrong_recipient_and_one_item_more_are_refused_by_name(
    citizen: Context, manager: Context
) -> None:
    approved(citizen, manager)
    outcome = transfers.send_month(citizen, "citizen", "13", NOVEMBER)
    assert outcome.refused is not None
    assert outcome.refused.missing == "no_approval"
    asked = transfers.Asked(
        transfers.get_definition("citizen"),
        "12",
        "2026-11",
        NOVEMBER,
        frozenset({"addressee_number", "card_number"}),
    )
    more = transfers.run(citizen, asked).refused
    assert more is not None
    assert (more.missing, more.told) == ("item_not_approved", ["card_number"])
    assert transfers.refusal_words(more.missing, more.told)[0] == "承認にない項目があります(番号)"


def test_an_item_that_is_not_held_is_refused_by_its_name(citizen: Context, manager: Context) -> None:
    approved(citizen, manager, items=("addressee_number", "insured_kind"))
    outcome = transfers.send_month(citizen, "citizen", "12", NOVEMBER)
    assert outcome.refused is not None
    assert (outcome.refused.missing, outcome.refused.told) == ("item_not_held", ["insured_kind"])


def test_nobody_decides_on_his_own_application_by_a_role_that_he_got(
    city: Context, citizen: Context, manager: Context
) -> None:
    application = handed_in(citizen)
    both = replace(citizen.actor, roles=manager.actor.roles, office_id=manager.actor.office_id)
    with pytest.raises(OwnApplication):
        data_use_cases.judge(as_of(city, both), application.id, "approve", "自分の申請", basis_fits=True)


def test_nor_by_a_second_account_with_his_staff_number(
    city: Context, citizen: Context, manager: Context
) -> None:
    application = handed_in(citizen)
    posting = city.session.scalars(select(Posting).where(Posting.user_id == manager.actor.staff_id)).one()
    posting.staff_number = citizen.actor.staff_number
    city.session.flush()
    second = replace(manager.actor, staff_number=citizen.actor.staff_number)
    with pytest.raises(OwnApplication):
        data_use_cases.judge(as_of(city, second), application.id, "approve", "別の名前で", basis_fits=True)


def test_nor_does_his_deputy_nor_he_as_a_deputy(city: Context, citizen: Context, manager: Context) -> None:
    application, applicant = handed_in(citizen), citizen.actor
    names = names_of(applicant.staff_number, applicant.staff_id)
    stands_in = Principal(applicant.staff_id or 0, frozenset(), names)
    deputy = replace(manager.actor, principals=(stands_in,))
    with pytest.raises(OwnApplication):
        data_use_cases.judge(as_of(city, deputy), application.id, "approve", "代理で", basis_fits=True)


def test_nor_by_letting_a_colleague_renew_it(city: Context, citizen: Context, manager: Context) -> None:
    application = approved(citizen, manager)
    colleague = as_of(city, employ(city.session, "receiving_section", "s-colleague", office_code="12"))
    renewal = data_use.draft(colleague, content(until_on=date(2027, 9, 30)), application.id)
    data_use_cases.submit(colleague, renewal.id)
    moved = replace(citizen.actor, roles=manager.actor.roles, office_id=manager.actor.office_id)
    with pytest.raises(OwnApplication):
        data_use_cases.judge(as_of(city, moved), renewal.id, "approve", "続けて必要", basis_fits=True)
    data_use_cases.judge(manager, renewal.id, "approve", "続けて必要", basis_fits=True)
    assert renewal.state == "approved"


def test_the_gate_finds_an_approval_by_who_applied(citizen: Context, manager: Context) -> None:
    application = approved(citizen, manager)
    application.parties = sorted({*application.parties, manager.actor.staff_number})
    citizen.session.flush()
    assert refused(citizen) == "self_approved"


def test_an_administrator_decides_on_nothing(city: Context, citizen: Context, manager: Context) -> None:
    del manager
    application = handed_in(citizen)
    administrator = as_of(city, employ(city.session, "administrator"))
    with pytest.raises(NotAllowed):
        data_use_decisions.decide(
            administrator, application.id, "judge", "approve", basis_fits=True, reason="管理者"
        )


def test_two_levels_where_the_table_says_so(citizen: Context, manager: Context, chief: Context) -> None:
    application = handed_in(citizen, person_range="ever_insured")
    data_use_cases.judge(manager, application.id, "approve", "合う", basis_fits=True)
    assert application.state == "submitted"
    assert refused(citizen) == "no_approval"
    data_use_cases.judge(chief, application.id, "approve", "よい", basis_fits=True)
    approval = citizen.session.scalars(select(DataUseApproval)).one()
    assert (application.state, approval.levels) == ("approved", 2)
    assert transfers.send_month(citizen, "citizen", "12", NOVEMBER).sent is not None


def test_a_provision_outside_the_city_is_consulted_on_and_decided(
    citizen: Context, manager: Context, chief: Context
) -> None:
    application = handed_in(
        citizen, kind="provision", transfer="provision", recipient_name="架空市", basis="privacy_act_69"
    )
    data_use_cases.judge(manager, application.id, "agree", "差し支えない", basis_fits=True)
    data_use_cases.judge(chief, application.id, "approve", "よい", basis_fits=True)
    assert application.state == "approved"


def test_what_the_law_does_not_carry_is_not_approved(citizen: Context, manager: Context) -> None:
    application = handed_in(citizen)
    with pytest.raises(RuleBroken):
        data_use_cases.judge(manager, application.id, "approve", "合わない", basis_fits=False)


def test_a_refused_application_ends(citizen: Context, manager: Context) -> None:
    application = handed_in(citizen)
    data_use_cases.judge(manager, application.id, "refuse", "根拠がない", basis_fits=False)
    assert application.state == "refused"
    with pytest.raises(SomebodyElseWasFaster):
        data_use.withdraw(citizen, application.id, "やめる")


def test_a_section_applies_for_its_own_transfer_only(citizen: Context) -> None:
    with pytest.raises(NotAllowed):
        data_use.draft(citizen, content(recipient="13", transfer="long_term_care"))
    with pytest.raises(RuleBroken):
        data_use.draft(citizen, content(items=("addressee_number", "my_number")))
    with pytest.raises(RuleBroken):
        data_use.draft(citizen, content(until_on=date(2028, 3, 31)))


def test_an_edit_that_is_taken_back_is_judged_anew_by_the_same_manager(
    citizen: Context, manager: Context
) -> None:
    application = approved(citizen, manager)
    data_use.change(citizen, application.id, content(items=("addressee_number", "acquired_on")))
    data_use.change(citizen, application.id, content())
    assert refused(citizen) == "content_changed"
    later = Context(citizen.session, citizen.actor, citizen.at + timedelta(minutes=1))
    data_use_cases.submit(later, application.id)
    assert refused(later) == "content_changed"
    data_use_cases.judge(as_of(later, manager.actor), application.id, "approve", "合う", basis_fits=True)
    assert transfers.send_month(later, "citizen", "12", NOVEMBER).sent is not None


def test_blanks_and_an_item_named_twice_change_nothing(citizen: Context, manager: Context) -> None:
    application = approved(citizen, manager)
    same = content(
        items=("lost_on", "acquired_on", "addressee_number", "lost_on"),
        purpose="  住民票に国民健康保険の資格を記載するため ",
    )
    assert data_use.change(citizen, application.id, same).state == "approved"
    assert transfers.send_month(citizen, "citizen", "12", NOVEMBER).sent is not None


def test_a_section_renews_its_own_application_only(citizen: Context) -> None:
    with pytest.raises(NotFound):
        data_use.draft(citizen, content(), renews_id=999)
    other = as_of(citizen, employ(citizen.session, "receiving_section", "s-other", office_code="16"))
    theirs = content(
        recipient="16",
        transfer="disability",
        items=("addressee_number",),
        basis="my_number_disability",
        person_range="insured_now",
    )
    first = data_use.draft(other, theirs)
    with pytest.raises(NotFound):
        data_use.draft(citizen, content(), renews_id=first.id)
    assert data_use.draft(other, theirs, renews_id=first.id).renews_id == first.id
