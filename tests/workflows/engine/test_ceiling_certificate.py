"""Ceiling-amount certificates on application (F23): assessed, examined by another, issued or refused."""

from datetime import date

import pytest
from sqlalchemy import select

from models.audit.tags import Tag
from models.case import Case, WorkItem
from models.ceiling_decision import CeilingDecision
from models.certificate import Certificate, last_events, list_of_person
from models.document import PrintRequest
from models.income import Income
from printing.benefits.ceiling_refusal import CeilingRefusal
from services import audit, cases, notifications, reissue
from services.documents import Dress, prepare, render
from services.errors import NotAllowed, RegistrationRefused
from services.papers import from_plain
from services.renewing import candidates
from tests.factories.audit import told as events
from tests.factories.cases import IDENTITY
from tests.factories.registry import (
    a_loss,
    a_notification,
    a_person,
    a_reissue,
    register_acquisition,
    register_loss,
)
from tests.printing.paper import text_of
from workflows.engine import runner

pytestmark = pytest.mark.usefixtures("published")
FATHER, MOTHER, SON = 0, 1, 2
ISSUE = {"arrears": "none", "decision": "issue"}
REFUSE = {"arrears": "none", "decision": "refuse"}


@pytest.fixture
def family(uow, actor_counter):
    with uow(actor_counter) as ctx:
        return register_acquisition(ctx)


@pytest.fixture
def earned(uow, actor_counter, family):
    """Tell incomes of 2025 of father and mother."""

    def tell(father=5_000_000, mother=0, tax="1", **more):
        with uow(actor_counter) as ctx:
            for place, salary in ((FATHER, father), (MOTHER, mother)):
                facts = {
                    "person_id": family.person_ids[place],
                    "income_year": 2025,
                    "declaration_kind": "1",
                    "resident_tax_kind": tax,
                    "salary_gross": salary,
                    "recorded_at": ctx.at,
                }
                ctx.session.add(Income(**facts | more))
            audit.record(ctx, Tag.REGISTER_CHANGED, "incomes:told")

    return tell


@pytest.fixture
def applied(uow, actor_counter, family):
    """Take an application in, up to its examination; the id of that task."""

    def take(person=FATHER, reason="ceiling", **more):
        entry = {
            "reason": reason,
            "household_id": family.household_id,
            "received_on": "2026-11-23",
            "way": "counter",
            "form_date": "2026-11-23",
            "notifier": {"name": "見本 太郎", "relation": "self"},
            "phone": "000-0000-0000",
            "persons": [{"person_id": family.person_ids[person]}],
            "delivery": "counter",
        } | more
        with uow(actor_counter) as ctx:
            office = {"office_id": actor_counter.office_id}
            done = runner.start(ctx, "ceiling_certificate", reason, entry, office)
        with uow(actor_counter) as ctx:
            (item,) = runner.complete(ctx, done.opened[0].id, IDENTITY).opened
        assert item.element_id == "examine"
        return item.id

    return take


def decision(session):
    session.expire_all()
    return session.scalars(select(CeilingDecision).order_by(CeilingDecision.id.desc())).first()


def state_of(ctx, case_id):
    case = ctx.session.get_one(Case, case_id)
    return case.state, notifications.state(ctx, case.notification_id)


def test_the_certificate_is_issued_to_the_class_that_the_examiner_saw(
    uow, session, family, earned, applied, actor_counter, actor_verifier
):
    earned()
    item = applied()
    row = decision(session)
    assert (row.state, row.income_class, row.base_income, row.limit_amount) == (
        "proposed",
        "A03",
        3_130_000,
        85_800,
    )
    with pytest.raises(NotAllowed), uow(actor_counter) as ctx:
        runner.complete(ctx, item, ISSUE)  # who took it in, and no verifier
    with uow(actor_verifier) as ctx:
        done = runner.complete(ctx, item, ISSUE)
        assert state_of(ctx, done.case_id) == ("done", "registered")
        row = decision(ctx.session)
        certificate = ctx.session.get_one(Certificate, row.certificate_id)
        assert (certificate.kind, certificate.expires_on) == ("ceiling_certificate", date(2027, 7, 31))
        shown, serial = certificate.contents, certificate.serial
        assert (shown["limit_class"], shown["limit_class_from"]) == ("ウ", "2026-11-20")
        assert (row.state, row.valid_from_on) == ("issued", date(2026, 11, 20))
        (request,) = ctx.session.scalars(
            select(PrintRequest).where(PrintRequest.document == "ceiling_certificate")
        )
        sheets, refused = prepare(ctx, [request], Dress())
    assert refused == []
    text = text_of(render(sheets).pdf)
    days = ("令和8年11月20日", "令和9年7月31日")
    shown = ("限度額適用認定証", "見本 太郎", *days, "85,800円", serial)
    assert not [one for one in shown if one not in text]
    assert "ceiling:decided" in {one.tag for one in events(session)}


def test_an_income_that_is_not_declared_is_refused_by_a_letter_that_names_nobody_else(
    uow, session, family, earned, applied, actor_verifier
):
    earned(declaration_kind="2")
    item = applied(SON)
    row = decision(session)
    assert [one["code"] for one in row.refusals] == ["ceiling.income_not_declared"]
    assert row.barred_ids == [family.person_ids[FATHER], family.person_ids[MOTHER]]
    with pytest.raises(RegistrationRefused) as refused, uow(actor_verifier) as ctx:
        runner.complete(ctx, item, ISSUE)
    assert [one.path for one in refused.value.findings] == ["decision"]
    with uow(actor_verifier) as ctx:
        done = runner.complete(ctx, item, REFUSE | {"arrears": "some", "ground": "ほかの理由"})
        assert state_of(ctx, done.case_id) == ("done", "refused")
        page = cases.read(ctx, done.case_id)
        assert page.state == "not_issued"
        ways = [(word, "done") for word in ("受付", "本人確認", "審査", "登録")]
        assert page.steps("ja") == ways, "nobody decides it after the examination"
        assert decision(ctx.session).state == "refused"
        (request,) = ctx.session.scalars(
            select(PrintRequest).where(PrintRequest.document == "ceiling_refusal")
        )
        sheets, _ = prepare(ctx, [request], Dress())
    letter = from_plain(CeilingRefusal, request.payload)
    assert len(letter.reasons) == 3
    assert (letter.person, letter.recipient.name) == ("見本 一郎", "見本 太郎")
    text = text_of(render(sheets).pdf)
    assert "見本 花子" not in text
    why = ("所得の申告をしていない方", "納められていません", "ほかの理由")
    assert not [one for one in ("不交付決定通知書", *why, "国民健康保険審査会") if one not in text]


def test_without_a_reason_nothing_is_refused_and_arrears_keep_from_issuing(
    uow, session, earned, applied, actor_verifier
):
    earned()
    item = applied()
    for examined, path in ((REFUSE, "ground"), (ISSUE | {"arrears": "some"}, "decision")):
        with pytest.raises(RegistrationRefused) as refused, uow(actor_verifier) as ctx:
            runner.complete(ctx, item, examined)
        assert [one.path for one in refused.value.findings] == [path]
    assert decision(session).state == "proposed"


def test_what_changed_since_is_not_issued_and_is_assessed_again_after_it_was_sent_back(
    uow, session, family, earned, applied, actor_counter, actor_verifier
):
    earned()
    item = applied()
    with uow(actor_counter) as ctx:
        row = ctx.session.scalars(select(Income).where(Income.person_id == family.person_ids[FATHER])).one()
        row.salary_gross = 12_000_000
        audit.record(ctx, Tag.REGISTER_CHANGED, "incomes:told")
    with pytest.raises(RegistrationRefused) as refused, uow(actor_verifier) as ctx:
        runner.complete(ctx, item, ISSUE)
    assert [one.code for one in refused.value.findings] == ["ceiling.changed_since"]
    with uow(actor_verifier) as ctx:
        (again,) = runner.complete(ctx, item, {}, "send_back", "入院期間を確かめてください").opened
    assert again.element_id == "correct"
    with uow(actor_counter) as ctx:
        entry = ctx.session.scalars(select(WorkItem).where(WorkItem.id == again.id)).one()
        told = {
            "reason": "long_stay",
            "household_id": family.household_id,
            "received_on": "2026-11-23",
            "way": "counter",
            "form_date": "2026-11-23",
            "notifier": {"name": "見本 太郎", "relation": "self"},
            "phone": "000-0000-0000",
            "persons": [{"person_id": family.person_ids[FATHER]}],
            "delivery": "counter",
            "stays": [{"from_on": "2026-11-22", "to_on": "2026-11-23", "hospital": "架空病院"}],
        }
        runner.complete(ctx, entry.id, told | {"reason": "ceiling", "stays": None})
    row = decision(session)
    assert (row.state, row.income_class) == ("proposed", "A01")
    states = session.scalars(select(CeilingDecision.state).order_by(CeilingDecision.id)).all()
    assert states == ["replaced", "proposed"]


def test_a_long_stay_of_a_household_without_tax_stands_on_the_certificate(
    uow, session, earned, applied, actor_verifier
):
    earned(father=0, tax="3")
    stays = [{"from_on": "2026-08-01", "to_on": "2026-11-22", "hospital": "架空病院"}]
    item = applied(reason="long_stay", stays=stays)
    with uow(actor_verifier) as ctx:
        runner.complete(ctx, item, ISSUE)
    row = decision(session)
    assert (row.income_class, row.certificate_kind) == ("A05", "ceiling_reduction_certificate")
    assert row.long_stay_on == date(2026, 12, 1)


def test_it_is_reissued_with_the_same_contents_left_out_of_the_renewal_and_ends_with_the_loss(
    uow, session, family, earned, applied, actor_verifier, actor_counter
):
    earned()
    item = applied()
    with uow(actor_verifier) as ctx:
        runner.complete(ctx, item, ISSUE)
    first = decision(session).certificate_id
    father = family.person_ids[FATHER]
    with uow(actor_counter) as ctx:
        found = candidates.find(ctx, date(2027, 8, 1), family.household_id, family.household_id)
        assert "ceiling_certificate" not in {one.kind for one in found.candidates}
        assert "ceiling_certificate" not in {one.before_kind for one in found.candidates}
        entry = a_reissue(family, FATHER, paper="ceiling_certificate")
        again = reissue.register(ctx, a_notification(ctx, "reissue", "lost"), entry)
        (copy_id,) = again.certificate_ids
        copy, old = ctx.session.get_one(Certificate, copy_id), ctx.session.get_one(Certificate, first)
        own = {"serial", "reprint", "reprinted_on", "issued_on"}
        assert {k: v for k, v in copy.contents.items() if k not in own} == {
            k: v for k, v in old.contents.items() if k not in own
        }
        assert (copy.contents["reprint"], copy.replaces_id) == (True, first)
        assert last_events(ctx.session, [first])[first].kind == "lost"
        register_loss(ctx, a_loss(family, FATHER, MOTHER, SON, 3))
        rows = list_of_person(ctx.session, father)
        states = {one.kind for one in last_events(ctx.session, [row.id for row in rows]).values()}
        assert states == {"returned", "lost"}


def test_a_second_certificate_ends_the_first(uow, session, earned, applied, actor_verifier):
    earned()
    for _ in range(2):
        item = applied()
        with uow(actor_verifier) as ctx:
            runner.complete(ctx, item, ISSUE)
    rows = session.scalars(select(Certificate).where(Certificate.kind == "ceiling_certificate")).all()
    states = last_events(session, [row.id for row in rows])
    assert [states[row.id].kind for row in rows] == ["replaced", "issued"]
    assert rows[1].replaces_id == rows[0].id


def test_nobody_of_another_household_is_certified(uow, applied, actor_counter):
    with uow(actor_counter) as ctx:
        others = register_acquisition(ctx, [a_person("別家 次郎", "1970-05-05")])
    with pytest.raises(RegistrationRefused) as refused:
        applied(persons=[{"person_id": others.person_ids[0]}])
    assert [one.path for one in refused.value.findings] == ["persons.0.person_id"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (
            {"received_on": "2026-11-01", "form_date": "2026-11-01"},
            "received_on",
        ),  # before the household began
        (
            {
                "reason": "long_stay",
                "stays": [{"from_on": "2026-11-22", "to_on": "2026-11-01", "hospital": "架空病院"}],
            },
            "stays.0.to_on",
        ),
    ],
)
def test_an_entry_that_could_never_be_decided_is_refused_at_the_counter(applied, session, changes, path):
    with pytest.raises(RegistrationRefused) as refused:
        applied(**changes)
    assert path in {one.path for one in refused.value.findings}
    assert session.scalars(select(CeilingDecision)).all() == []
