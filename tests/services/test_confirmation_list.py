"""The confirmation list (確認リスト): what is held and listed, and the second person's decision (A7, M07)."""

import random

import pytest
from sqlalchemy import insert, select

from interchange.juki.told_numbers import ToldNumber
from models import vault
from models.confirmation import ConfirmationRow
from models.person import Person
from models.vault_table import DESTROYED, IndividualNumber
from rules.numbers import individual_number_check_digit
from services import confirmation_list, counts, number_import, number_linking, numbers_vault
from services.confirmation_list import REJECTED, RELEASED
from services.context import Context
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.people import someone
from tests.factories.registry import a_notification
from tests.factories.staff import employ

BATCH, PLANTED = 10_000, 137
REASON = "通知カードの写しを確認した"


def a_number(place: int) -> str:
    eleven = f"{place:011}"
    return f"{eleven}{individual_number_check_digit(eleven)}"


def a_wrong_one(place: int) -> str:
    digits = a_number(place)
    return f"{digits[:11]}{(int(digits[11]) + 1) % 10}"


def number_of(ctx, person_id):
    row = vault.find_confirmed_of(ctx.session, person_id)
    return vault.open_number(ctx.session, vault.PREFIX + row.reference) if row else None


def rows_of(ctx, person_id):
    statement = select(ConfirmationRow).where(ConfirmationRow.person_id == person_id)
    return list(ctx.session.scalars(statement.order_by(ConfirmationRow.id)))


def link(ctx, person_id, typed, notification=None, **more):
    reference = numbers_vault.receive(ctx, typed) if typed else None
    return number_linking.write_all(ctx, {person_id: reference}, notification, **more)


def as_(ctx, actor):
    return Context(ctx.session, actor, ctx.at)


@pytest.fixture
def held(ctx):
    """Somebody with a number tells another one by a notification: held, on the list."""
    person_id = someone(ctx)
    link(ctx, person_id, a_number(1))
    link(ctx, person_id, a_number(2), a_notification(ctx, "loss"))
    [row] = rows_of(ctx, person_id)
    return row


HAS_ONE, HAS_NONE = "has a number", "has none"


@pytest.mark.parametrize(
    ("who", "told_number", "expected"),
    [
        (HAS_ONE, "same", []),
        (HAS_ONE, "other", ["person_has_another"]),
        (HAS_ONE, "blank", []),
        (HAS_ONE, "used elsewhere", ["held_by_another"]),
        (HAS_ONE, "bad digit", ["check_digit"]),
        (HAS_NONE, "other", []),
        (HAS_NONE, "blank", ["blank"]),
        (HAS_NONE, "used elsewhere", ["held_by_another"]),
        (HAS_NONE, "bad digit", ["check_digit"]),
    ],
)
def test_the_truth_table_of_person_and_number(ctx, who, told_number, expected):
    """M07: each write of the table gives exactly these rows, and never another number than before."""
    person_id, neighbour = someone(ctx), someone(ctx, "別人　次郎")
    link(ctx, neighbour, a_number(9))
    if who == HAS_ONE:
        link(ctx, person_id, a_number(1))
    before = number_of(ctx, person_id)
    typed = {"same": a_number(1), "other": a_number(2), "blank": "", "used elsewhere": a_number(9)}
    text = typed.get(told_number, a_wrong_one(3))
    address = ctx.session.get(Person, person_id).addressee_number
    number_import.take_in(ctx, [ToldNumber(address, text)])
    ctx.session.flush()
    assert [row.kind for row in rows_of(ctx, person_id)] == expected
    assert number_of(ctx, person_id) == (a_number(2) if not expected and not before and text else before)
    assert number_of(ctx, neighbour) == a_number(9)


def test_of_ten_thousand_numbers_the_137_planted_conflicts_are_listed_exactly(ctx):
    """M07; told again, the file lists nothing twice."""
    chance = random.Random(137)
    everybody = _people(ctx, BATCH + 50)
    people, holders = everybody[:BATCH], everybody[BATCH:]
    taken = [a_number(90_000 + place) for place in range(len(holders))]
    _write(ctx, dict(zip(holders, taken, strict=True)))
    lines = {person: a_number(place + 1) for place, person in enumerate(people)}
    planted = chance.sample(people, PLANTED)
    elsewhere, blank, wrong, other = planted[:50], planted[50:90], planted[90:100], planted[100:]
    lines.update(zip(elsewhere, taken, strict=True))
    lines.update(dict.fromkeys(blank, ""))
    lines.update({person: a_wrong_one(80_000 + place) for place, person in enumerate(wrong)})
    _write(ctx, {person: a_number(70_000 + place) for place, person in enumerate(other)})
    counts = [_write(ctx, lines), _write(ctx, {one: lines[one] for one in [*planted, *people[:100]]})]
    listed = ctx.session.execute(select(ConfirmationRow.person_id, ConfirmationRow.kind)).all()
    expected = {
        **{one.id: "held_by_another" for one in elsewhere},
        **{one.id: "blank" for one in blank},
        **{one.id: "check_digit" for one in wrong},
        **{one.id: "person_has_another" for one in other},
    }
    assert len(listed) == PLANTED
    assert dict(listed) == expected
    assert [one["linked"] for one in counts] == [BATCH - PLANTED, 0]


def _people(ctx, count):
    rows = [{"addressee_number": f"8{place:014}", "created_at": ctx.at} for place in range(count)]
    ctx.session.execute(insert(Person), rows)
    statement = select(Person).where(Person.addressee_number.startswith("8"))
    return list(ctx.session.scalars(statement.order_by(Person.id)))


def _write(ctx, lines):
    told_numbers = [ToldNumber(person.addressee_number, text) for person, text in lines.items()]
    done = number_import.take_in(ctx, told_numbers)
    ctx.session.flush()
    return done


def test_a_held_number_is_nobodys_and_the_row_holds_no_digit(ctx, held):
    assert number_of(ctx, held.person_id) == a_number(1)
    assert vault.find(ctx.session, held.number_ref).person_id is None
    shown = repr({name: value for name, value in vars(held).items() if not name.startswith("_")})
    said = "".join(f"{one.subject}{one.detail}" for one in told(ctx.session))
    assert not any(a_number(place) in shown + said for place in (1, 2))


def test_who_entered_it_decides_nothing_and_neither_does_his_second_account(ctx, held, actor_counter):
    twin = employ(ctx.session, "verifier", "s-twin")
    same_number = type(twin)(twin.staff_id, actor_counter.staff_number, twin.name, twin.office_id, twin.roles)
    chief = type(twin)(**{**vars(actor_counter), "roles": frozenset({"section_chief"})})
    for actor in (actor_counter, chief, same_number):
        with pytest.raises(NotAllowed):
            confirmation_list.decide(as_(ctx, actor), held.id, RELEASED, REASON)
    assert held.state == "open"


def test_released_by_a_second_person_the_held_number_takes_the_place_of_the_old_one(
    ctx, held, actor_verifier
):
    confirmation_list.decide(as_(ctx, actor_verifier), held.id, RELEASED, REASON)
    assert number_of(ctx, held.person_id) == a_number(2)
    assert (held.state, held.reason, held.decided_by_id) == ("released", REASON, actor_verifier.staff_id)
    [event] = told(ctx.session, "confirmation:decided")
    assert event.staff_number == actor_verifier.staff_number


def test_rejected_the_held_number_is_dropped(ctx, held, actor_section_chief):
    confirmation_list.decide(as_(ctx, actor_section_chief), held.id, REJECTED, REASON)
    assert number_of(ctx, held.person_id) == a_number(1)
    assert vault.find(ctx.session, held.number_ref).state == "discarded"


@pytest.fixture
def held_as_typed(ctx):
    """Somebody's number has a wrong check digit, and the clerk chose to hold it as the paper says."""
    person_id = someone(ctx)
    reference = numbers_vault.receive(ctx, a_wrong_one(3), as_typed=True)
    assert [one.kind for one in numbers_vault.find_conflicts(ctx, reference, None)] == ["check_digit"]
    number_linking.write_all(ctx, {person_id: reference}, a_notification(ctx, "acquisition"))
    ctx.session.flush()
    [row] = rows_of(ctx, person_id)
    return row


def test_a_wrong_check_digit_is_held_sealed_and_listed_by_its_kind(ctx, held_as_typed):
    held = vault.find(ctx.session, held_as_typed.number_ref)
    assert (held_as_typed.kind, held.state, held.person_id) == ("check_digit", "provisional", None)
    assert vault.open_number(ctx.session, held_as_typed.number_ref) == a_wrong_one(3)
    assert number_of(ctx, held_as_typed.person_id) is None
    [line] = confirmation_list.paper(ctx, confirmation_list.list_rows(ctx), "open", "").lines
    assert line.kind == "検査数字が合わない"
    assert a_wrong_one(3) not in repr(line) + "".join(
        f"{one.subject}{one.detail}" for one in told(ctx.session)
    )


@pytest.mark.parametrize(("outcome", "linked"), [(RELEASED, True), (REJECTED, False)])
def test_a_wrong_check_digit_is_decided_by_a_second_person_with_a_reason(
    ctx, held_as_typed, actor_verifier, outcome, linked
):
    with pytest.raises(NotAllowed):
        confirmation_list.decide(ctx, held_as_typed.id, outcome, REASON)
    with pytest.raises(RuleBroken):
        confirmation_list.decide(as_(ctx, actor_verifier), held_as_typed.id, outcome, " ")
    confirmation_list.decide(as_(ctx, actor_verifier), held_as_typed.id, outcome, REASON)
    ctx.session.flush()
    assert number_of(ctx, held_as_typed.person_id) == (a_wrong_one(3) if linked else None)
    assert (held_as_typed.state, held_as_typed.reason) == (outcome, REASON)
    waiting = [one.kind for one in rows_of(ctx, held_as_typed.person_id) if one.state == "open"]
    assert waiting == ([] if linked else ["blank"])  # who is left without a number is not forgotten


def test_the_right_number_settles_the_wrong_one_that_waits(ctx, held_as_typed):
    link(ctx, held_as_typed.person_id, a_number(3))
    assert held_as_typed.state == "settled"
    assert vault.find(ctx.session, held_as_typed.number_ref).state == "discarded"
    assert number_of(ctx, held_as_typed.person_id) == a_number(3)


def test_a_change_that_was_decided_does_not_let_a_wrong_check_digit_pass(ctx):
    person_id = someone(ctx)
    link(ctx, person_id, a_number(1))
    reference = numbers_vault.receive(ctx, a_wrong_one(3), as_typed=True)
    number_linking.write_all(ctx, {person_id: reference}, a_notification(ctx, "change"), replacing=True)
    assert [row.kind for row in rows_of(ctx, person_id)] == ["check_digit"]
    assert number_of(ctx, person_id) == a_number(1)


def test_the_register_tells_a_wrong_check_digit_twice_and_it_is_held_once(ctx):
    person_id = someone(ctx)
    address = ctx.session.get(Person, person_id).addressee_number
    for _ in range(2):
        number_import.take_in(ctx, [ToldNumber(address, a_wrong_one(3))])
        ctx.session.flush()
    [row] = rows_of(ctx, person_id)
    assert vault.open_number(ctx.session, row.number_ref) == a_wrong_one(3)


def test_a_row_is_decided_once_with_a_reason_that_holds_no_number(ctx, held, actor_verifier):
    reader = as_(ctx, actor_verifier)
    for reason in ("", "  ", f"番号は{a_number(2)}", "長" * 401):
        with pytest.raises(RuleBroken):
            confirmation_list.decide(reader, held.id, RELEASED, reason)
    with pytest.raises(RuleBroken):
        confirmation_list.decide(reader, held.id, "", REASON)
    confirmation_list.decide(reader, held.id, REJECTED, REASON)
    with pytest.raises(SomebodyElseWasFaster):
        confirmation_list.decide(reader, held.id, RELEASED, REASON)


def test_a_number_taken_from_who_had_it_wrongly_leaves_him_on_the_list_as_a_blank(ctx, actor_verifier):
    wrong, right = someone(ctx), someone(ctx, "別人　次郎")
    link(ctx, wrong, a_number(5))
    link(ctx, right, a_number(5), a_notification(ctx, "acquisition"))
    [row] = rows_of(ctx, right)
    confirmation_list.decide(as_(ctx, actor_verifier), row.id, RELEASED, REASON)
    ctx.session.flush()
    assert (number_of(ctx, wrong), number_of(ctx, right)) == (None, a_number(5))
    assert [one.kind for one in rows_of(ctx, wrong)] == ["blank"]


def test_a_number_that_was_replaced_is_known_by_its_trace_alone(ctx, actor_verifier):
    """番号法7条2項: of a stolen number nothing stays that could be opened, yet it is recognised."""
    person_id, thief = someone(ctx), someone(ctx, "別人　次郎")
    link(ctx, person_id, a_number(1))
    link(ctx, person_id, a_number(2), replacing=True)
    vault.destroy_keys(ctx.session, 100)
    old = ctx.session.scalars(select(IndividualNumber).where(IndividualNumber.state == "superseded")).one()
    assert (old.sealed, old.key_id) == (b"", DESTROYED)
    assert vault.open_number(ctx.session, vault.PREFIX + old.reference) is None
    link(ctx, thief, a_number(1), a_notification(ctx, "acquisition"))
    ctx.session.flush()
    [row] = rows_of(ctx, thief)
    assert (row.kind, row.other_person_id, number_of(ctx, thief)) == ("formerly", person_id, None)


def test_a_blank_is_settled_when_the_number_comes(ctx):
    person_id = someone(ctx)
    link(ctx, person_id, "", a_notification(ctx, "acquisition"))
    ctx.session.flush()
    link(ctx, person_id, a_number(1))
    assert [(row.kind, row.state) for row in rows_of(ctx, person_id)] == [("blank", "settled")]


def test_the_list_shows_ones_own_office_and_what_belongs_to_none(ctx, held, actor_verifier):
    stranger = employ(ctx.session, "verifier", "s-far", office_code="02")
    assert [one.row.id for one in confirmation_list.list_rows(as_(ctx, actor_verifier))] == [held.id]
    assert confirmation_list.list_rows(as_(ctx, stranger)) == []
    with pytest.raises(NotFound):
        confirmation_list.read(as_(ctx, stranger), held.id)
    with pytest.raises(NotFound):
        confirmation_list.decide(as_(ctx, stranger), held.id, REJECTED, REASON)
    assert counts.ask(ctx.session, confirmation_list.to_count(actor_verifier, ctx.today)) == {
        "confirmations": 1
    }
    assert counts.ask(ctx.session, confirmation_list.to_count(ctx.actor, ctx.today)) == {}


def test_the_page_of_a_row_tells_both_persons_and_who_may_not_decide(ctx, actor_verifier):
    holder = someone(ctx, address="見本県見本市架空町1丁目2番3号")
    told_of = someone(ctx, "別人　次郎", address="見本県見本市秘密町9番", protective_measure=True)
    link(ctx, holder, a_number(5))
    link(ctx, told_of, a_number(5), a_notification(ctx, "acquisition"))
    ctx.session.flush()
    [row] = rows_of(ctx, told_of)
    page = confirmation_list.read(as_(ctx, actor_verifier), row.id)
    assert (page.side.address, page.other.address) == (None, "見本県見本市架空町1丁目2番3号")
    assert (page.side.has_number, page.other.has_number, page.why_not) == (False, True, None)
    assert confirmation_list.read(ctx, row.id).why_not is not None
