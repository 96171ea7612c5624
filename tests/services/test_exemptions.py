"""減免 (F22) from the counter to the letter: examined, decided by the chief, computed anew, taken back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.assessment import (
    PERSON_FLAGS,
    READY,
    Assessment,
    AssessmentRun,
    find_in_force,
    list_persons,
)
from models.case import Case
from models.document import PrintRequest
from models.exemption import GRANTED, REFUSED, REVOKED, PremiumExemption
from models.income import Income
from models.person import Person, list_current
from rules.periods import FiscalYear
from services import cases, notifications
from services.assessing import comparing, household_page, run_figures, runs
from services.assessing.runs import ParametersNotAccepted
from services.context import Actor, Context
from services.demonstration import assessments, load, masters
from services.demonstration.city import Size
from services.errors import NotAllowed, RegistrationRefused
from services.exemptions import pages, reckoning
from services.findings import Severity
from services.premium_notices import asking
from services.statute import all_law
from services.watching import watchdogs
from tests.factories.audit import told as events
from tests.factories.cases import IDENTITY
from tests.rules.premium.oracle import owed
from tests.services.plain_register import facts_of
from workflows import catalog
from workflows.engine import runner

YEAR = 2026
GRANT = {"judgement": "grant", "words": "離職票で9月30日の離職を確認した"}
APPROVE = {"decision": "approve", "words": "失業により所得の見込みがないため"}
REFUSE = {"decision": "refuse", "words": "資産があるため"}
BACK = {"decision": "approve", "words": "再就職"}


class Office:
    """The tiny city with its assessment in force, and the three who work on an application."""

    def __init__(self, ctx: Context, actors: tuple[Actor, Actor, Actor]) -> None:
        self.ctx = ctx
        self.counter, self.verifier, self.chief = (replace(ctx, actor=one) for one in actors)
        masters.install_masters(ctx)
        catalog.load_handlers()
        catalog.publish_shipped(ctx)
        load.load(ctx, Size(40, 180), lambda _line: None)
        run = assessments.assess_city(ctx, YEAR)
        assert run is not None
        self.june = run
        self.home, self.person = self._somebody()

    def _somebody(self) -> tuple[int, int]:
        """A household whose one earner has a base income of up to a million, and it matters."""
        statement = select(Assessment).where(
            Assessment.run_id == self.june.id,
            Assessment.leviable_income.between(300_000, 900_000),
            Assessment.persons == 1,
            Assessment.months == 12,
        )
        row = self.ctx.session.scalars(statement.order_by(Assessment.household_id)).first()
        assert row is not None
        (person,) = list_persons(self.ctx.session, self.june.id, row.household_id)
        return row.household_id, person.person_id

    def entry(self, reason: str = "job_loss", **more: Any) -> dict[str, Any]:
        told = {
            "reason": reason,
            "household_id": self.home,
            "fiscal_year": YEAR,
            "received_on": "2026-11-23",
            "event_on": "2026-09-30",
            "way": "counter",
            "form_date": "2026-11-23",
            "notifier": {"name": "見本 太郎", "relation": "self"},
            "phone": "000-0000-0000",
        }
        if reason == "revoke":
            return told | {"decided_ground": "job_loss", "revoked_because": "再就職した"} | more
        told |= {"explanation": "会社が倒産した。預金はわずか。", "agrees_to_inquiry": True}
        return told | ({"person_id": self.person} if reason == "job_loss" else {}) | more

    def taken_in(self, entry: dict[str, Any]) -> tuple[int, int]:
        """The case and the task of whoever examines it."""
        received = {"office_id": self.counter.actor.office_id}
        done = runner.start(self.counter, "exemption", entry["reason"], entry, received)
        done = runner.complete(self.counter, done.opened[0].id, IDENTITY)
        return done.case_id, done.opened[0].id

    def examined(self, entry: dict[str, Any], judged: dict[str, Any]) -> int:
        """The task of the section chief."""
        return runner.complete(self.verifier, self.taken_in(entry)[1], judged).opened[0].id

    def decided(self, entry: dict[str, Any], judged: dict[str, Any], decision: dict[str, Any]) -> int:
        case_id, task = self.taken_in(entry)
        done = runner.complete(self.verifier, task, judged)
        runner.complete(self.chief, done.opened[0].id, decision)
        return case_id

    def an_hour_later(self) -> None:
        """What follows is of a later moment than what was put in force."""
        for one in ("counter", "verifier", "chief"):
            context = getattr(self, one)
            setattr(self, one, replace(context, at=context.at + timedelta(hours=1)))

    def rows(self) -> list[PremiumExemption]:
        self.ctx.session.expire_all()
        return list(self.ctx.session.scalars(select(PremiumExemption).order_by(PremiumExemption.id)))

    def open_run(self) -> tuple[AssessmentRun, Assessment]:
        statement = select(AssessmentRun).where(AssessmentRun.state == READY)
        run = self.ctx.session.scalars(statement).one()
        return run, self.ctx.session.get_one(Assessment, (run.id, self.home))

    def letters(self) -> list[dict[str, Any]]:
        statement = select(PrintRequest).where(PrintRequest.document == "exemption_notice")
        return [one.payload for one in self.ctx.session.scalars(statement.order_by(PrintRequest.id))]

    def titles(self) -> list[str]:
        statement = select(PrintRequest.title).where(PrintRequest.document == "exemption_notice")
        return list(self.ctx.session.scalars(statement.order_by(PrintRequest.id)))

    def name(self) -> str:
        return list_current(self.ctx.session, [self.person])[self.person].name

    def in_force(self) -> Assessment:
        found = find_in_force(self.ctx.session, self.home, YEAR)
        assert found is not None
        return found[1]


@pytest.fixture
def office(ctx: Context, actor_counter: Actor, actor_verifier: Actor, actor_section_chief: Actor) -> Office:
    return Office(ctx, (actor_counter, actor_verifier, actor_section_chief))


def not_held(office: Office) -> list[int]:
    """What the watchdog finds of the household: yen that are granted and not taken off, or the other way."""
    found = watchdogs.reduction_not_held(office.ctx)
    assert set(found["household"]) <= {office.home}
    return list(found["amount"])


def ends_of(office: Office) -> list[tuple[str, str]]:
    """The last two steps of the latest letter."""
    return [(one["title"], one["value"]) for one in office.letters()[-1]["steps"][-2:]]


def cautions_of(office: Office, case_id: int) -> list[str]:
    found = shown(office, case_id).reckoned
    assert found is not None
    return [one.code for one in found.cautions]


def shown(office: Office, case_id: int) -> pages.OfCase:
    """What stands beside a case."""
    case = office.ctx.session.get_one(Case, case_id)
    found = pages.of_case(office.ctx, case_id, case.notification_id)
    assert found is not None
    return found


def told_of_case(office: Office, case_id: int) -> tuple[str, tuple[str, str]]:
    """State and step of now, as the head of the case's page says."""
    page = cases.read(office.counter, case_id)
    return page.state, next(step for step in page.steps("ja") if step[1] == "now")


def test_a_reduction_goes_from_the_counter_over_two_others_into_the_premium_and_back(office: Office) -> None:
    case_id, task = office.taken_in(office.entry())
    found = shown(office, case_id)
    assert found.reckoned is not None
    assert told_of_case(office, case_id) == ("examined", ("審査", "now"))
    suggested = found.reckoned.amount
    assert suggested > 0
    with pytest.raises(NotAllowed):
        runner.complete(office.counter, task, GRANT)
    done = runner.complete(office.verifier, task, GRANT)
    decide = done.opened[0].id
    assert told_of_case(office, case_id) == ("decided", ("決裁", "now"))
    both = replace(office.chief, actor=replace(office.verifier.actor, roles=frozenset({"section_chief"})))
    with pytest.raises(NotAllowed):
        runner.complete(both, decide, APPROVE)
    runner.complete(office.chief, decide, APPROVE)

    (row,) = office.rows()
    assert (row.state, row.amount, row.suggested) == (GRANTED, suggested, suggested)
    assert (row.from_on, row.until_on) == (row.event_on.replace(day=1), FiscalYear(YEAR).last_on)
    assert (row.examined_by_id, row.decided_by_id) == (
        office.verifier.actor.staff_id,
        office.chief.actor.staff_id,
    )
    assert [line["name"] for line in row.lines][:2] == ["exemption.months", "exemption.base_income"]
    before = office.in_force()
    run, after = office.open_run()
    assert (after.exemption, after.total, after.cause) == (
        suggested,
        before.total - suggested,
        comparing.EXEMPTION,
    )
    paid = sum(day <= run.decided_on.isoformat() for day in run.due_dates)
    assert after.instalments[:paid] == before.instalments[:paid]
    assert sum(after.instalments) + after.late_before + after.late - after.overpaid == after.total
    plain = facts_of(office.ctx.session, FiscalYear(YEAR), run.as_of)[office.home]
    assert owed(plain, run_figures.figures(all_law(office.ctx), FiscalYear(YEAR))).total == after.total

    unverified = run_figures.unverified(run)
    table = {name for name in unverified if name.startswith("municipal/exemption/")}
    assert table == {f"municipal/exemption/{name}" for name in ("loss_months", "loss_percent", "raised_to")}
    with pytest.raises(ParametersNotAccepted):
        runs.approve(office.chief, run.id, set(unverified) - table)
    assert not_held(office) == [suggested]
    runs.approve(office.chief, run.id, unverified)
    assert not_held(office) == []
    page = household_page.read(office.ctx, office.home)
    assert page.told is not None
    assert page.told.agrees
    assert [line.value for line in page.told.lines if line.name == "exemption"] == [str(suggested)]
    notice = asking.read(office.ctx, office.home)
    assert notice.before is not None
    letter = asking.build(
        notice, asking.letter_of(notice, "1", office.ctx), asking.slip_law(office.ctx), with_slips=False
    )
    assert (letter.exemption, letter.total) == (suggested, after.total)
    assert "減免" in [one.label for one in letter.rules]
    (told,) = office.letters()
    assert (told["decision"], told["before_total"], told["after_total"]) == (
        GRANTED,
        before.total,
        after.total,
    )
    assert told["reason"] == APPROVE["words"]
    assert (told["steps"][-1]["title"], told["person"]) == ("減免の額", office.name())
    assert office.titles() == [f"減免決定通知書 令和8年度 失業 {office.name()}"]

    office.an_hour_later()
    revoked = office.decided(office.entry("revoke", event_on="2026-11-20"), GRANT, BACK)
    (row,) = office.rows()
    assert shown(office, revoked).decided is row
    assert not_held(office) == [-suggested]
    assert (row.state, row.revoked_reason) == (REVOKED, "再就職")
    run, again = office.open_run()
    assert (again.exemption, again.total) == (0, before.total)
    assert not [name for name in run.parameters if name.startswith("municipal/exemption/")]
    runs.approve(office.chief, run.id, run_figures.unverified(run))
    assert office.in_force().total == before.total
    assert [one["decision"] for one in office.letters()] == [GRANTED, REVOKED]
    told_of = [one.detail["deed"] for one in events(office.ctx.session) if one.tag == "exemption:decided"]
    assert told_of == [GRANTED, REVOKED]
    looked = [one for one in events(office.ctx.session) if one.tag == "exemption:read"]
    assert len(looked) == 2


def test_what_is_refused_is_on_record_and_an_examiner_may_say_another_amount_below_the_premium(
    office: Office,
) -> None:
    refused = {"judgement": "refuse", "words": "貯えが十分にある"}
    case_id = office.decided(office.entry(), refused, REFUSE)
    (row,) = office.rows()
    assert (row.state, row.amount) == (REFUSED, 0)
    assert row.suggested > 0
    assert [(one["decision"], one["reason"]) for one in office.letters()] == [(REFUSED, "資産があるため")]
    assert office.in_force().run_id == office.june.id
    case = office.ctx.session.get_one(Case, case_id)
    assert case.state == "done"
    assert case.notification_id is not None
    assert notifications.state(office.ctx, case.notification_id) == "refused"
    assert cases.read(office.chief, case_id).state == "turned_down"
    assert office.letters()[0]["steps"] == [], "it tells of no amount that is not given"

    _, task = office.taken_in(office.entry("special", event_on="2026-10-01"))
    total = office.in_force().total
    with pytest.raises(RegistrationRefused) as found:
        runner.complete(office.verifier, task, GRANT | {"amount": total + 1})
    assert [one.path for one in found.value.findings] == ["amount"]
    done = runner.complete(office.verifier, task, GRANT | {"amount": 1_000})
    runner.complete(office.chief, done.opened[0].id, APPROVE)
    assert (office.rows()[-1].amount, office.open_run()[1].exemption) == (1_000, 1_000)
    suggested = office.rows()[-1].suggested
    assert ends_of(office) == [
        ("基準の表による減免の額", f"{suggested:,}円"),
        ("決定した減免の額", "1,000円"),
    ]


def test_the_same_is_granted_once_whoever_was_faster_and_no_more_than_the_premium_comes_off(
    office: Office,
) -> None:
    special = office.entry("special", event_on="2026-10-01")
    total = office.in_force().total
    first, second = (office.examined(special, GRANT | {"amount": 1_000}) for _ in range(2))
    runner.complete(office.chief, first, APPROVE)
    with pytest.raises(RegistrationRefused, match="もう決定されています"):
        runner.complete(office.chief, second, APPROVE)
    runner.complete(office.chief, second, REFUSE)
    case_id, task = office.taken_in(special)
    found = shown(office, case_id).reckoned
    assert found is not None
    assert (found.same, found.room) == (office.rows()[0], total - 1_000)
    with pytest.raises(RegistrationRefused) as refused:
        runner.complete(office.verifier, task, GRANT)
    assert [one.path for one in refused.value.findings] == ["judgement"]

    _, task = office.taken_in(office.entry())
    with pytest.raises(RegistrationRefused) as refused:
        runner.complete(office.verifier, task, GRANT | {"amount": total - 999})
    assert [one.path for one in refused.value.findings] == ["amount"]
    done = runner.complete(office.verifier, task, GRANT | {"amount": 2_000})
    runner.complete(office.chief, done.opened[0].id, APPROVE)
    run, after = office.open_run()
    assert (after.exemption, after.total) == (3_000, total - 3_000)
    told = [one["after_total"] for one in office.letters()]
    assert told == [total - 1_000, total, total - 3_000]

    again = runs.discard(office.counter, run.id)
    assert (again.state, again.begun_by_id) == (READY, office.verifier.actor.staff_id)
    assert office.open_run()[1].exemption == 3_000
    assert not_held(office) == [3_000]
    runs.approve(office.chief, again.id, run_figures.unverified(again))
    assert not_held(office) == []
    later = runs.begin(office.counter, YEAR, office.home)
    assert runs.discard(office.counter, later.id) is later


def test_what_changed_since_the_examination_sends_it_back_and_what_could_never_be_decided_is_not_taken_in(
    office: Office,
) -> None:
    _, task = office.taken_in(office.entry())
    done = runner.complete(office.verifier, task, GRANT)
    later = runs.begin(office.counter, YEAR, office.home)
    runs.approve(office.chief, later.id, run_figures.unverified(later))
    with pytest.raises(RegistrationRefused, match="審査のあとに賦課"):
        runner.complete(office.chief, done.opened[0].id, APPROVE)
    back = runner.complete(office.chief, done.opened[0].id, APPROVE | {"decision": "return"})
    assert [one.element_id for one in back.opened] == ["correct"]
    assert office.rows() == []

    office.an_hour_later()
    for entry, path in (
        (office.entry(fiscal_year=2025), "fiscal_year"),
        (office.entry(person_id=1), "person_id"),
        (office.entry("revoke", decided_ground="disaster"), "decided_ground"),
    ):
        with pytest.raises(RegistrationRefused) as found:
            runner.start(office.counter, "exemption", entry["reason"], entry, {"office_id": 1})
        assert [one.path for one in found.value.findings] == [path]

    special = office.entry("special", event_on="2026-10-01")
    take_back = office.entry("revoke", decided_ground="special")
    office.decided(special, GRANT | {"amount": 1_000}, APPROVE)
    first, second = (office.examined(take_back, GRANT) for _ in range(2))
    runner.complete(office.chief, first, BACK)
    office.decided(special, GRANT | {"amount": 500}, APPROVE)
    with pytest.raises(RegistrationRefused, match="審査した減免が"):
        runner.complete(office.chief, second, BACK)
    assert [row.state for row in office.rows()] == [REVOKED, GRANTED]
    runner.complete(office.chief, office.examined(take_back, GRANT), REFUSE)
    assert office.rows()[-1].state == GRANTED
    told_of = [one.detail for one in events(office.ctx.session) if one.tag == "exemption:decided"]
    assert [one["deed"] for one in told_of] == [GRANTED, REVOKED, GRANTED, "kept"]
    assert told_of[-1]["amount"] == 500


def test_the_counter_is_told_what_a_person_has_to_look_at(office: Office) -> None:
    first, _ = office.taken_in(office.entry())
    assert cautions_of(office, first) == []
    fire = office.entry("disaster", damage_percent=50, insurance_paid=2_000_000)
    assert cautions_of(office, office.taken_in(fire)[0]) == ["exemption.made_good"]
    declared = 1 << PERSON_FLAGS.index("is_declared")
    (row,) = list_persons(office.ctx.session, office.june.id, office.home)
    row.flags &= ~declared
    second, task = office.taken_in(office.entry())
    assert cautions_of(office, second) == ["exemption.under_way", "exemption.undeclared"]
    assert "exemption.under_way" in cautions_of(office, first)
    told = reckoning.check(office.counter, office.entry())
    assert "exemption.under_way" in [one.code for one in told if one.severity is Severity.WARNING]
    done = runner.complete(office.verifier, task, GRANT | {"judgement": "refuse"})
    runner.complete(office.chief, done.opened[0].id, REFUSE)
    assert "exemption.under_way" not in cautions_of(office, first)


def test_whose_reduction_is_taken_back_is_said_where_two_have_one(office: Office) -> None:
    statement = select(Assessment).where(
        Assessment.run_id == office.june.id,
        Assessment.persons == 2,
        Assessment.insured == 2,
        Assessment.total > 9_000,
    )
    home = office.ctx.session.scalars(statement.order_by(Assessment.household_id)).first()
    assert home is not None
    both = [one.person_id for one in list_persons(office.ctx.session, office.june.id, home.household_id)]
    for person in both:
        entry = office.entry(household_id=home.household_id, person_id=person)
        office.decided(entry, GRANT | {"amount": 1_000}, APPROVE)
    back = office.entry("revoke", household_id=home.household_id)
    with pytest.raises(RegistrationRefused, match="2人に決定") as refused:
        office.taken_in(back)
    assert [one.path for one in refused.value.findings] == ["person_id"]
    office.decided(back | {"person_id": both[0]}, GRANT, BACK)
    assert {row.person_id: row.state for row in office.rows()} == {both[0]: REVOKED, both[1]: GRANTED}
    office.decided(back, GRANT, BACK)
    assert {row.state for row in office.rows()} == {REVOKED}


def test_a_reduction_is_found_by_the_record_that_its_person_goes_by_now(office: Office) -> None:
    office.decided(office.entry(), GRANT | {"amount": 1_000}, APPROVE)
    kept = Person(addressee_number="000000000999999", created_at=office.ctx.at)
    office.ctx.session.add(kept)
    office.ctx.session.flush()
    back = office.entry("revoke")
    told = reckoning.check(office.counter, back | {"person_id": kept.id})
    assert [(one.path, one.message_ja[:5]) for one in told] == [("person_id", "この人には")]
    office.ctx.session.get_one(Person, office.person).merged_into_id = kept.id
    office.ctx.session.flush()
    assert reckoning.reckon(office.counter, back | {"person_id": kept.id}).decided is office.rows()[0]
    again = office.entry(person_id=kept.id)
    assert reckoning.reckon(office.counter, again).same is office.rows()[0]
    assert "exemption.twice" in [one.code for one in reckoning.check(office.counter, again)]


def test_two_that_take_back_the_same_are_seen_whether_they_name_the_person_or_not(office: Office) -> None:
    office.decided(office.entry(), GRANT | {"amount": 1_000}, APPROVE)
    back = office.entry("revoke")
    first, _ = office.taken_in(back)
    assert cautions_of(office, first) == []
    told = reckoning.check(office.counter, back | {"person_id": office.person})
    assert [one.code for one in told] == ["exemption.under_way"]
    assert reckoning.reckon(office.counter, back).cautions == (), "who decides is not asked to look at them"


def test_a_reduction_is_looked_at_again_once_the_income_has_changed(office: Office) -> None:
    office.decided(office.entry(), GRANT, APPROVE)
    run, _ = office.open_run()
    runs.approve(office.chief, run.id, run_figures.unverified(run))
    assert list(watchdogs.reduction_on_other_premium(office.ctx)["household"]) == []
    statement = select(Income).where(Income.person_id == office.person, Income.income_year == YEAR - 1)
    income = office.ctx.session.scalars(statement).one()
    income.business_income += 2_000_000
    before = office.in_force()
    office.an_hour_later()
    later = runs.begin(office.counter, YEAR, office.home)
    runs.approve(office.chief, later.id, run_figures.unverified(later))
    found = watchdogs.reduction_on_other_premium(office.ctx)
    now = office.in_force()
    assert list(found["household"]) == [office.home]
    assert list(found["amount"]) == [now.total + now.exemption - before.total - before.exemption]
    assert now.total > before.total


def two_who_were_made_one(office: Office) -> tuple[int, int]:
    """Two persons of a household with a premium: the record that is gone, and the one that is kept."""
    session = office.ctx.session
    of_several = select(Assessment).where(
        Assessment.run_id == office.june.id, Assessment.persons >= 2, Assessment.total > 100_000
    )
    row = session.scalars(of_several).first()
    gone, kept = [one.person_id for one in list_persons(session, office.june.id, row.household_id)][:2]
    office.home, office.person = row.household_id, gone
    return gone, kept


def test_of_two_reductions_of_who_was_made_one_the_one_of_the_named_record_is_taken_back(
    office: Office,
) -> None:
    gone, kept = two_who_were_made_one(office)
    office.decided(office.entry(person_id=gone), GRANT | {"amount": 1_000}, APPROVE)
    office.an_hour_later()
    office.decided(office.entry(person_id=kept), GRANT | {"amount": 2_000}, APPROVE)
    office.ctx.session.get_one(Person, gone).merged_into_id = kept
    office.ctx.session.flush()
    back = reckoning.reckon(office.counter, office.entry("revoke", person_id=kept))
    assert back.decided is not None
    assert back.decided.amount == 2_000


def test_who_was_made_one_with_another_of_the_household_is_reckoned_in_his_own_place(office: Office) -> None:
    gone, kept = two_who_were_made_one(office)
    before = reckoning.reckon(office.counter, office.entry(person_id=kept)).exempted
    office.ctx.session.get_one(Person, gone).merged_into_id = kept
    office.ctx.session.flush()
    assert reckoning.reckon(office.counter, office.entry(person_id=kept)).exempted == before
