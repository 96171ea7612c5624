"""Receipts of the trial: computed again to the same yen, whatever becomes of the figures (issue 7, D4)."""

from dataclasses import replace
from datetime import date

import pytest

from models.premium_receipt import PremiumReceipt
from rules.law import DatedValue
from rules.periods import FiscalYear
from services import parameter_entries, premium_receipts, statute
from services.errors import NotFound
from services.parameter_reading import Told
from services.premium_receipts import AmountsNotConfirmed, differs
from services.premium_trial import TrialRefused, compute
from tests.factories.audit import told
from tests.factories.staff import employ
from tests.services.conftest import LAW

YEAR = FiscalYear(2026)
FAMILY = [
    {"relation": "head", "birth": "S56.5.1", "salary": "3,000,000円", "first_month": "4月"},
    {},
    {"relation": "member", "birth": "昭和59年5月1日", "salary": "１０５００００"},
    {"relation": "member", "birth": "2021-05-01", "other_income": "0"},
]
TOTAL = 391_000
RATE = Told("2026", "8.04", "見本市国民健康保険条例", "第12条", "", "verified")


def made(uow, actor, sheet=FAMILY, *, sure=False):
    with uow(actor) as ctx:
        return premium_receipts.make(ctx, sheet, YEAR, sure=sure).number


def test_a_receipt_is_computed_again_to_the_same_yen_and_says_what_has_changed_since(
    uow, session, actor_counter, actor_administrator
):
    number = made(uow, actor_counter)
    with uow(actor_counter) as ctx:
        receipt = premium_receipts.read(ctx, number)
        again = premium_receipts.again(ctx, receipt)
        assert (receipt.total, again.kept.total, again.today.total) == (TOTAL, TOTAL, TOTAL)
        assert again.changed == ()
    with uow(actor_administrator) as ctx:
        entered = parameter_entries.enter(ctx, "municipal/premium/medical/income_rate", RATE).id
    with uow(employ(session, "section_chief")) as ctx:
        parameter_entries.decide(ctx, entered, approve=True, words="写しと照合した")
    with uow(actor_counter) as ctx:
        again = premium_receipts.again(ctx, premium_receipts.read(ctx, number))
        assert again.kept.total == TOTAL
        assert [(one.name, one.before, one.after) for one in again.changed] == [
            ("municipal/premium/medical/income_rate", "7.75", "8.04")
        ]
        before, after = (one.yen_of("medical") for one in (again.kept, again.today))
        assert after - before == 4_610, "0.29 per cent of 1,590,000, cut below ten yen"
        assert again.today.total == 395_600
    tags = [event.tag for event in told(session) if event.tag.startswith("trial:")]
    assert tags == ["trial:kept", "trial:read", "trial:read"]


def test_a_year_that_lost_its_figures_is_told_and_the_receipt_still_comes_to_the_yen(uow, actor_counter):
    number = made(uow, actor_counter)
    name = "municipal/premium/support/cap"
    gone = replace(LAW.histories[name].values[-1], from_on=date(2026, 4, 1), value=None)
    assert isinstance(gone, DatedValue)
    statute.configure(LAW.with_values([(name, gone, date(2027, 4, 1))]))
    with uow(actor_counter) as ctx:
        again = premium_receipts.again(ctx, premium_receipts.read(ctx, number))
    assert again.kept.total == TOTAL
    assert (again.today, again.missing) == (None, name)


def test_a_receipt_is_found_however_its_number_is_typed(uow, ctx, actor_counter):
    assert [made(uow, actor_counter) for _ in range(2)] == ["T2026-000001", "T2026-000002"]
    for typed in ("T2026-000002", " ｔ２０２６－２ ", "2026-000002"):
        assert premium_receipts.number_of(ctx, typed) == "T2026-000002"
    for typed in ("T2026-000003", "", "'; drop table", "T2026"):
        with pytest.raises(NotFound):
            premium_receipts.number_of(ctx, typed)


def test_the_paper_says_what_was_told_and_that_it_is_no_decision(uow, ctx, actor_counter):
    few = [{"relation": "head", "birth": "S56.5.1", "pension": "80"}]
    with pytest.raises(AmountsNotConfirmed):
        made(uow, actor_counter, few)
    paper = premium_receipts.paper_of(ctx, made(uow, actor_counter, few, sure=True))
    assert paper.asked == ("1人目の年金収入 80円",)
    assert (paper.persons[0].birth, paper.persons[0].salary, paper.persons[0].pension) == (
        *(date(1981, 5, 1), "―"),
        "80",
    )
    assert paper.unverified
    assert paper.lines[-1].values == (f"{paper.total:,}円",)


def test_what_cannot_be_computed_is_not_kept(uow, session, actor_counter):
    with pytest.raises(TrialRefused):
        made(uow, actor_counter, [{"relation": "head", "birth": "きのう", "salary": "1"}])
    assert session.query(PremiumReceipt).count() == 0


@pytest.mark.parametrize(
    ("field", "amount", "doubt"),
    [
        ("pension", "80", "unit"),
        ("salary", "300", "unit"),
        ("other_income", "120", "unit"),
        ("salary", "300000", "few"),
        ("pension", "78000", "few"),
        ("salary", "50000001", "many"),
        ("salary", "500000", ""),
        ("pension", "780000", ""),
        ("salary", "0", ""),
    ],
)
def test_an_amount_that_looks_wrong_is_asked_about_with_its_doubt(field, amount, doubt):
    trial = compute(LAW, YEAR, [{"relation": "head", "birth": "S56.5.1", field: amount}])
    assert [one.doubt for one in trial.asked] == ([doubt] if doubt else [])


@pytest.mark.parametrize(
    ("assessed", "is_other"),
    [(100_000, False), (101_000, False), (99_000, False), (101_001, True), (98_999, True), (0, True)],
)
def test_a_later_bill_differs_only_over_the_limit_of_the_day(clock, assessed, is_other):
    assert differs(PremiumReceipt(total=100_000, made_at=clock), assessed) is is_other
