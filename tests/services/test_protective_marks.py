"""Protective measures and releases: hidden at once, shown again by two people only (支援措置; H14, F15c)."""

from datetime import date, timedelta

import pytest

from models.document import PrintRequest
from models.person import get_current
from services import (
    hidden_entries,
    person_page,
    place_releases,
    print_requests,
    protective_marks,
    subjects,
)
from services.addresses import AddressFacts, move
from services.case_letters import addressee
from services.context import Context
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from services.protection import hides_places
from tests.factories.audit import told
from tests.factories.people import a_household, someone
from tests.factories.registry import ADDRESS, a_notification, a_person, an_acquisition

PLACE, PHONE, SAFE = "見本県見本市秘密町9丁目9番9号", "000-9999-9999", "見本県見本市隠家町8番"
REASON = "支援措置申出書を確認した"


@pytest.fixture
def person_id(ctx):
    found = someone(ctx, "支援　花", "シエン　ハナ", "1985-07-08", PLACE, phone=PHONE)
    child = someone(ctx, "支援　蕾", "シエン　ツボミ", "2015-07-08", PLACE)
    a_household(ctx, found, child)
    return found


def as_(ctx, actor, **later):
    return Context(ctx.session, actor, ctx.at + timedelta(**later))


def marked(ctx, person_id, **more):
    facts = {"kind": "dv", "ground": REASON, "from_on": ctx.today, "until_on": None} | more
    return protective_marks.mark(ctx, person_id, **facts)


def test_a_measure_hides_at_once_and_says_on_which_ground_since_when_and_by_whom(ctx, person_id):
    assert not hides_places(ctx, person_id)
    marked(ctx, person_id, until_on=date(2027, 11, 22))
    assert hides_places(ctx, person_id)
    assert get_current(ctx.session, person_id).protective_measure_until == date(2027, 11, 22)
    [one] = protective_marks.list_marks(ctx, person_id)
    assert (one.row.kind, one.row.ground, one.row.set_by_id) == ("dv", REASON, ctx.actor.staff_id)
    later = Context(ctx.session, ctx.actor, ctx.at + timedelta(days=366))
    assert not hides_places(later, person_id), "it ends with its day"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "x"},
        {"ground": " "},
        {"ground": "番号 000000000019"},
        {"from_on": date(2026, 12, 1)},
        {"until_on": date(2026, 11, 22)},
    ],
    ids=str,
)
def test_a_measure_without_kind_ground_or_right_days_is_refused(ctx, person_id, wrong):
    with pytest.raises(RuleBroken):
        marked(ctx, person_id, **wrong)


def test_there_is_one_measure_at_a_time(ctx, person_id):
    marked(ctx, person_id)
    with pytest.raises(RuleBroken, match="実施中"):
        marked(ctx, person_id)


def test_a_measure_is_lifted_by_two_people(ctx, person_id, actor_section_chief):
    row = marked(ctx, person_id)
    chief = as_(ctx, actor_section_chief)
    with pytest.raises(SomebodyElseWasFaster):
        protective_marks.decide_lift(chief, row.id, REASON, lifts=True)
    protective_marks.ask_to_lift(ctx, row.id, "期間の途中で申出者が取り下げた")
    both = type(actor_section_chief)(**{**vars(ctx.actor), "roles": frozenset({"section_chief"})})
    for actor in (ctx.actor, both):
        with pytest.raises(NotAllowed):
            protective_marks.decide_lift(as_(ctx, actor), row.id, REASON, lifts=True)
    assert hides_places(ctx, person_id)
    protective_marks.decide_lift(chief, row.id, REASON, lifts=False)
    assert (row.state, hides_places(ctx, person_id)) == ("in_force", True)
    protective_marks.ask_to_lift(ctx, row.id, "期間の途中で申出者が取り下げた")
    protective_marks.decide_lift(chief, row.id, REASON, lifts=True)
    assert (row.state, hides_places(ctx, person_id)) == ("lifted", False)


def test_a_release_shows_the_page_to_who_asked_until_its_end(
    ctx, person_id, actor_verifier, actor_certificate_clerk
):
    marked(ctx, person_id)
    row = place_releases.ask(ctx, person_id, "sending", "返戻の確認", 30)
    assert person_page.read(ctx, person_id).hides_places
    with pytest.raises(NotAllowed):
        place_releases.decide(ctx, row.id, REASON, grants=True)
    place_releases.decide(as_(ctx, actor_verifier), row.id, REASON, grants=True)
    page = person_page.read(ctx, person_id)
    assert (page.hides_places, page.residence.address, page.release) == (False, PLACE, row)
    assert told(ctx.session, "person:read")[-1].purpose == "sending"
    for other in (actor_verifier, actor_certificate_clerk):
        assert person_page.read(as_(ctx, other), person_id).hides_places
    assert not person_page.read(as_(ctx, ctx.actor, minutes=29), person_id).hides_places
    assert person_page.read(as_(ctx, ctx.actor, minutes=30), person_id).hides_places
    place_releases.end(ctx, row.id)
    assert person_page.read(ctx, person_id).hides_places


def test_a_release_is_asked_once_with_purpose_term_and_reason_and_decided_once(
    ctx, person_id, actor_verifier
):
    with pytest.raises(RuleBroken, match="保護されていません"):
        place_releases.ask(ctx, person_id, "sending", "返戻の確認", 30)
    marked(ctx, person_id)
    for purpose, reason, minutes in (("x", "返戻", 30), ("sending", " ", 30), ("sending", "返戻", 31)):
        with pytest.raises(RuleBroken):
            place_releases.ask(ctx, person_id, purpose, reason, minutes)
    row = place_releases.ask(ctx, person_id, "sending", "返戻の確認", 30)
    with pytest.raises(RuleBroken, match="すでに申請"):
        place_releases.ask(ctx, person_id, "contact", "もう一度", 30)
    place_releases.decide(as_(ctx, actor_verifier), row.id, REASON, grants=False)
    with pytest.raises(SomebodyElseWasFaster):
        place_releases.decide(as_(ctx, actor_verifier), row.id, REASON, grants=True)
    assert person_page.read(ctx, person_id).hides_places


def test_an_entry_that_is_opened_again_is_without_places(ctx, person_id):
    entry = an_acquisition([a_person("支援　花", "1985-07-08")])
    assert hidden_entries.as_shown(ctx, entry) == entry
    marked(ctx, person_id)
    shown = hidden_entries.as_shown(ctx, entry)
    assert not {"address", "phone", "previous_address"} & set(shown)
    assert shown["persons"] == entry["persons"]
    assert hidden_entries.as_shown(ctx, {"persons": [{"person_id": person_id, "address_there": PLACE}]}) == {
        "persons": [{"person_id": person_id}]
    }
    assert subjects.describe(ctx, entry).postal_code == ""
    assert subjects.describe(ctx, an_acquisition()).postal_code == ADDRESS["postal_code"]


def test_the_letter_of_a_case_goes_to_the_protected_person_at_the_safe_place(ctx):
    wife = someone(ctx, "支援　花", "シエン　ハナ", "1985-07-08", PLACE)
    husband = someone(ctx, "支援　夫", "シエン　オット", "1980-04-02", "見本県見本市架空町1丁目")
    home = a_household(ctx, husband, wife)
    notification = a_notification(ctx, "loss", household_id=home.id)
    entry = {"household_id": home.id, "persons": [{"person_id": wife}]}
    assert addressee(ctx, notification, entry).person_id == husband
    marked(ctx, wife)
    move(ctx, wife, AddressFacts(SAFE, "0000008"), ctx.today, None, kind="safe")
    ctx.session.flush()
    letter = addressee(ctx, notification, entry)
    assert (letter.person_id, letter.address.lines, letter.postal_code) == (wife, (SAFE,), "")


def test_lists_by_postal_area_forget_the_area_when_a_measure_is_set(ctx, person_id):
    notification = a_notification(ctx, "change", "name")
    recipient = print_requests.recipients_of(ctx, [person_id])[person_id]
    assert recipient.postal_code == "0000001"
    row = print_requests.ask_for(
        ctx, "papers_returned", {}, "書類", notification, recipient, "post", person_id=person_id
    )
    marked(ctx, person_id)
    ctx.session.expire_all()
    assert ctx.session.get(PrintRequest, row.id).postal_code == ""
    assert print_requests.recipients_of(ctx, [person_id])[person_id].postal_code == ""
