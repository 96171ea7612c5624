"""Rates of a year entered by one person and checked by another; what is wrong is refused (issue 7)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from models.assessment import AssessmentRun
from models.parameter_entry import ParameterEntry
from rules.law import Certainty, ParameterNotInForce
from rules.periods import FiscalYear
from rules.premium.terms import terms_of
from services import parameter_entries, statute
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.parameter_entries import YearAssessed
from services.parameter_reading import EntryRefused, Told, read
from tests.factories.audit import told as events
from tests.factories.staff import employ

RATE = "municipal/premium/medical/income_rate"
CAP = "municipal/premium/medical/cap"
SHIPPED = {2025: "7.60", 2026: "7.75"}


def typed(**other):
    fields = {
        "year": "2026",
        "value": "8.04",
        "source_title": "見本市国民健康保険条例の一部を改正する条例",
        "source_article": "第12条",
        "source_href": "",
        "certainty": "verified",
    }
    return Told(**(fields | other))


@pytest.fixture
def chief(session):
    return employ(session, "section_chief")


def entered(uow, actor, name=RATE, **other):
    with uow(actor) as ctx:
        return parameter_entries.enter(ctx, name, typed(**other)).id


def approved(uow, actor, entry_id, *, approve=True):
    with uow(actor) as ctx:
        parameter_entries.decide(ctx, entry_id, approve=approve, words="条例の写しと照合した")


def rate_of(ctx, year, name=RATE):
    return statute.all_law(ctx).on(FiscalYear(year).first_on).get(name)


def test_an_entered_rate_holds_once_another_has_approved_it_and_only_for_its_year(
    uow, ctx, session, actor_administrator, chief
):
    entry_id = entered(uow, actor_administrator, value=" 8.04%")
    assert rate_of(ctx, 2026).value == SHIPPED[2026]
    approved(uow, chief, entry_id)
    now = rate_of(ctx, 2026)
    assert (now.value, now.certainty, now.source.article) == ("8.04", Certainty.VERIFIED, "第12条")
    assert (now.approval.entered_by, now.approval.approved_by) == ("管理 修", "課長 誠")
    assert rate_of(ctx, 2025).value == SHIPPED[2025]
    with pytest.raises(ParameterNotInForce):
        rate_of(ctx, 2027)
    terms = terms_of(statute.all_law(ctx), FiscalYear(2026))
    assert terms.parts["medical"].income_rate == 8040
    assert [event.tag for event in events(session)] == ["parameter:entered", "parameter:approved"]


def test_a_year_without_figures_gets_its_own_and_the_year_after_it_none(uow, ctx, actor_administrator, chief):
    approved(uow, chief, entered(uow, actor_administrator, CAP, year="2027", value="６８０，０００円"))
    assert rate_of(ctx, 2027, CAP).value == 680_000
    assert rate_of(ctx, 2026, CAP).value == 670_000
    with pytest.raises(ParameterNotInForce):
        rate_of(ctx, 2028, CAP)


def test_a_later_value_closes_the_one_before_which_stays_readable(uow, ctx, actor_administrator, chief):
    approved(uow, chief, entered(uow, actor_administrator))
    approved(uow, chief, entered(uow, actor_administrator, value="8.12"))
    assert rate_of(ctx, 2026).value == "8.12"
    shown = parameter_entries.entries_of(ctx, RATE)
    assert [(one.value, one.is_past) for one in shown] == [("8.12", False), ("8.04", True)]


def test_who_entered_it_never_approves_it_not_even_under_another_account(uow, session, actor_administrator):
    entry_id = entered(uow, actor_administrator)
    same = employ(session, "section_chief", "second")
    for actor in (actor_administrator, same.__class__(**{**vars(same), "staff_number": "s-administrator"})):
        with pytest.raises(NotAllowed):
            approved(uow, actor, entry_id)


def test_a_chief_in_an_emergency_puts_no_value_in_force(uow, actor_administrator, chief):
    entry_id = entered(uow, actor_administrator)
    with pytest.raises(NotAllowed, match="緊急時の権限"):
        approved(uow, replace(chief, borrowed=frozenset({"section_chief"}), emergency_id=1), entry_id)


def test_a_refused_or_withdrawn_value_changes_nothing(uow, ctx, actor_administrator, chief):
    entry_id = entered(uow, actor_administrator)
    with uow(chief) as told, pytest.raises(NotAllowed):
        parameter_entries.withdraw(told, entry_id)
    approved(uow, chief, entry_id, approve=False)
    with uow(actor_administrator) as told:
        parameter_entries.withdraw(told, parameter_entries.enter(told, RATE, typed()).id)
    assert rate_of(ctx, 2026).value == SHIPPED[2026]
    assert {one.state for one in parameter_entries.entries_of(ctx, RATE)} == {"refused", "withdrawn"}
    with pytest.raises(SomebodyElseWasFaster):
        approved(uow, chief, entry_id)


def test_one_value_of_a_year_waits_at_a_time(uow, actor_administrator, session):
    entered(uow, actor_administrator)
    with pytest.raises(SomebodyElseWasFaster):
        entered(uow, employ(session, "administrator", "mori"), value="8.05")


def test_an_approval_says_what_was_checked(uow, actor_administrator, chief):
    entry_id = entered(uow, actor_administrator)
    with uow(chief) as ctx, pytest.raises(RuleBroken):
        parameter_entries.decide(ctx, entry_id, approve=True, words=" ")


def test_the_same_value_from_the_same_source_is_not_entered_twice(uow, actor_administrator, chief):
    approved(uow, chief, entered(uow, actor_administrator))
    with pytest.raises(EntryRefused):
        entered(uow, actor_administrator)


@pytest.mark.parametrize(("state", "said"), [("ready", "残っています"), ("final", "確定しています")])
def test_a_year_that_is_assessed_keeps_its_values(uow, session, actor_administrator, chief, state, said):
    waits = entered(uow, actor_administrator)
    run = AssessmentRun(
        number="R-1",
        fiscal_year=2026,
        scope="city",
        state=state,
        decided_on=date(2026, 6, 10),
        due_dates=[],
        late_due_on=date(2026, 7, 31),
        parameters={},
        **dict.fromkeys(("as_of", "begun_at"), datetime(2026, 6, 10, 1, tzinfo=UTC)),
    )
    session.add(run)
    session.commit()
    for deed in (
        lambda: entered(uow, actor_administrator, CAP, value="680000"),
        lambda: approved(uow, chief, waits),
    ):
        with pytest.raises(YearAssessed, match=said):
            deed()
    run.state = "discarded"
    session.commit()
    approved(uow, chief, waits)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (RATE, "804", "8.04"),
        (RATE, "-8.04", "負の数"),
        (RATE, "20.001", "0から20まで"),
        (RATE, "8.0404", "小数は3けたまで"),
        (RATE, "", "百分率"),
        (RATE, "nan", "百分率"),
        (CAP, "-1", "負の数"),
        (CAP, "670.5", "小数"),
        (CAP, "6700000", "大きすぎます"),
        (CAP, "67万", "整数"),
        ("municipal/premium/child/adult_supplement", "20001", "大きすぎます"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_to_do(name, value, said):
    with pytest.raises(EntryRefused) as refused:
        read(name, typed(value=value))
    assert said in refused.value.errors["value"][0]


def test_every_fault_is_told_at_once_at_its_field():
    wrong = Told("令和9", "x", " ", "条" * 101, "123456789018", "sure")
    with pytest.raises(EntryRefused) as refused:
        read(RATE, wrong)
    assert set(refused.value.errors) == {
        *("year", "value", "source_title", "source_article", "source_href", "certainty")
    }


def test_what_the_state_sets_is_not_entered(ctx):
    with pytest.raises(NotFound):
        parameter_entries.enter(ctx, "national/premium/reduction/base", typed(value="430000"))


def test_a_rate_is_never_read_without_what_was_entered():
    """`law_on` has no transaction to look in: it does not know rates at all."""
    for name in statute.ENTERED:
        with pytest.raises(ParameterNotInForce):
            statute.law_on(date(2026, 11, 30)).get(name)


def test_an_administrator_decides_also_while_he_is_chief_in_an_emergency(uow, actor_administrator, chief):
    entry_id = entered(uow, chief)
    roles = actor_administrator.roles | {"section_chief"}
    both = replace(actor_administrator, roles=roles, borrowed=frozenset({"section_chief"}), emergency_id=1)
    approved(uow, both, entry_id)
    with uow() as ctx:
        assert ctx.session.get_one(ParameterEntry, entry_id).state == "approved"
