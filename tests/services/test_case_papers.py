"""Slips and letters of a case, made from what was told and registered; none shows a number of a person."""

from datetime import date

import pytest
from sqlalchemy import select

from interchange.juki.gateway import COLUMNS, FileRegister
from models.document import PrintRequest
from printing.certificates.proof_of_loss import ProofOfLoss
from printing.documents import DOCUMENTS
from printing.notifications.identity_check_record import IdentityCheckRecord
from printing.notifications.missing_papers_notice import MissingPapersNotice
from printing.notifications.papers_returned import PapersReturned
from printing.notifications.reception_slip import ReceptionSlip
from services import case_papers, cases, documents, identity, print_queue, print_register, print_runs
from services.context import SYSTEM
from services.demonstration import masters
from services.documents import Dress
from services.errors import NotFound, RuleBroken
from services.papers import from_plain
from tests.factories.cases import IDENTITY, complete, next_item, seen_on_paper, take_in
from tests.factories.registry import a_loss, a_person, an_acquisition, register_acquisition
from tests.factories.staff import employ
from workflows import catalog
from workflows.engine import runner

FATHER = "見本\u3000太郎"  # as the form keeps it
OTHER = a_person("早川 次郎", "1971-01-01")
MISSING = {"missing_papers": [{"kind": "income_proof", "promised_on": "2026-11-26"}]}
GIVEN_BACK = {
    "papers": [
        {"kind": "move_out_certificate", "seen": True, "returned": True},
        {"kind": "income_proof", "seen": False, "returned": True},
    ]
}


@pytest.fixture(autouse=True)
def office(uow, tmp_path):
    """The procedures, masters and the resident register of the demonstration."""
    answers = tmp_path / "answers.csv"
    answers.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    before = identity._register[:]
    identity.configure(FileRegister(answers))
    catalog.load_handlers()
    with uow(SYSTEM) as ctx:
        masters.install_masters(ctx)
        catalog.publish_shipped(ctx)
    yield
    identity._register[:] = before


def papers_of(uow, actor, case_id):
    with uow(actor) as ctx:
        return case_papers.available(cases.read(ctx, case_id))


def asked(uow, actor, case_id, slug):
    with uow(actor) as ctx:
        row = case_papers.ask(ctx, case_id, slug)
        return row, from_plain(DOCUMENTS[slug].dataclass, row.payload)


@pytest.fixture
def lost(uow, actor_counter, actor_verifier):
    """The case by which the mother of a family left for her employer's insurance."""
    with uow(actor_counter) as ctx:
        family = register_acquisition(ctx)
        entry = a_loss(family, 1, scheme_name="架空健康保険組合")
        done = runner.start(ctx, "loss", "02", entry, {"office_id": actor_counter.office_id})
    done = complete(uow, actor_counter, next_item(done), IDENTITY)
    told = {"reason": "02", "event_on": "2026-11-21", "persons": [{"birth_date": "1982-07-15"}]}
    done = complete(uow, actor_verifier, next_item(done), told)
    assert done.ended
    return done.case_id


def test_after_intake_the_slip_says_number_persons_and_what_comes_next(uow, actor_counter):
    done = take_in(uow, actor_counter, an_acquisition(**MISSING))
    assert papers_of(uow, actor_counter, done.case_id) == ["reception_slip", "missing_papers_notice"]
    row, slip = asked(uow, actor_counter, done.case_id, "reception_slip")
    assert isinstance(slip, ReceptionSlip)
    assert slip.procedure == "資格取得届(転入)"
    assert [name.split() for name in slip.persons][::3] == [["見本", "太郎"], ["見本", "葵"]]
    assert [(one.paper, one.until) for one in slip.missing] == [("所得課税証明書", date(2026, 11, 26))]
    assert (slip.clerk, slip.received_at.hour, row.delivery) == ("窓口 花子", 10, "counter")
    assert len(slip.next_steps) == 3


def test_what_is_missing_is_asked_for_by_a_numbered_letter_to_the_address_told(uow, actor_counter):
    done = take_in(uow, actor_counter, an_acquisition(**MISSING))
    row, letter = asked(uow, actor_counter, done.case_id, "missing_papers_notice")
    assert isinstance(letter, MissingPapersNotice)
    assert letter.document_number.endswith("号")
    assert (letter.recipient.name, letter.recipient.postal_code) == (FATHER, "000-0001")
    assert (letter.answer_until, row.delivery, row.postal_code) == (date(2026, 11, 26), "post", "0000001")


def test_a_promise_that_has_passed_is_not_repeated(uow, actor_counter, clock):
    done = take_in(uow, actor_counter, an_acquisition(**MISSING))
    with uow(actor_counter, clock.replace(month=12)) as ctx:
        letter = case_papers.preview(ctx, done.case_id, "missing_papers_notice")
    assert letter.items[0].until is None
    assert letter.answer_until > date(2026, 12, 23)


def test_papers_given_back_are_listed_with_the_reason(uow, actor_counter):
    done = take_in(uow, actor_counter, an_acquisition(**GIVEN_BACK))
    complete(uow, actor_counter, next_item(done), {**IDENTITY, "papers_returned": ["my_number_card"]})
    _, letter = asked(uow, actor_counter, done.case_id, "papers_returned")
    assert isinstance(letter, PapersReturned)
    assert [(one.paper, one.reason) for one in letter.items] == [
        ("転出証明書", "内容の確認が済んだため"),
        ("所得課税証明書", "この届出の手続に必要がないため"),
        ("個人番号カード", "本人確認が済んだため"),
    ]
    assert letter.way == "窓口で手渡し"


def test_the_record_of_the_check_says_papers_and_matches_in_the_forms_own_words(uow, actor_counter):
    done = take_in(uow, actor_counter)
    complete(uow, actor_counter, next_item(done), IDENTITY)
    _, record = asked(uow, actor_counter, done.case_id, "identity_check_record")
    assert isinstance(record, IdentityCheckRecord)
    assert (record.presenter, record.capacity) == (FATHER, "世帯主本人")
    assert (record.number_paper, record.identity_papers) == ("個人番号カード", ("個人番号カード",))
    assert (record.result, record.clerk) == ("確認できた", "窓口 花子")
    assert (f"資格台帳({FATHER})", "新規(登録なし)") in [(one.system, one.result) for one in record.matches]


def test_a_refused_check_says_why(uow, actor_counter):
    done = take_in(uow, actor_counter)
    shown = {
        "attendee": "agent",
        "authority": "power_of_attorney",
        "number_check": "not_provided",
        "agent_identity": {"method": "not_shown"},
        "result": "refused",
        "refusal_reason": "no_paper",
        "refusal_detail": "財布を忘れた",
    }
    complete(uow, actor_counter, next_item(done), shown)
    _, record = asked(uow, actor_counter, done.case_id, "identity_check_record")
    assert (record.result, record.reason) == ("確認できない", "書類がない 財布を忘れた")
    assert (record.capacity, record.authority_paper) == ("代理人", "委任状")


def test_a_registered_loss_can_be_proved(uow, actor_counter, lost):
    assert "proof_of_loss" in papers_of(uow, actor_counter, lost)
    row, proof = asked(uow, actor_counter, lost, "proof_of_loss")
    assert isinstance(proof, ProofOfLoss)
    [person] = proof.persons
    assert (person.name, person.branch, person.reason) == ("見本 花子", "02", "社保加入")
    assert (str(person.acquired_on), str(person.lost_on)) == ("2026-11-20", "2026-11-22")
    assert (proof.head_name, proof.insurer_name) == ("見本 太郎", "見本市")
    assert row.addressee == "見本 太郎"


def test_a_registered_acquisition_proves_no_loss(uow, actor_counter, actor_verifier):
    entry = an_acquisition()
    done = take_in(uow, actor_counter, entry)
    done = complete(uow, actor_counter, next_item(done), IDENTITY)
    complete(uow, actor_verifier, next_item(done), seen_on_paper(entry))
    assert papers_of(uow, actor_counter, done.case_id) == ["reception_slip", "identity_check_record"]
    with pytest.raises(NotFound), uow(actor_counter) as ctx:
        case_papers.ask(ctx, done.case_id, "proof_of_loss")


@pytest.mark.parametrize("slug", ["day_list", "eligibility_certificate", "nonsense", ""])
def test_a_case_prints_only_its_own_papers(uow, actor_counter, slug):
    done = take_in(uow, actor_counter)
    with pytest.raises(NotFound), uow(actor_counter) as ctx:
        case_papers.ask(ctx, done.case_id, slug)


def test_a_preview_takes_no_number_and_asks_for_no_paper(uow, actor_counter, session):
    done = take_in(uow, actor_counter, an_acquisition(**MISSING))
    with uow(actor_counter) as ctx:
        letter = case_papers.preview(ctx, done.case_id, "missing_papers_notice")
    assert letter.document_number == "(印刷のときに付番)"
    assert session.scalars(select(PrintRequest)).all() == []


def test_the_papers_of_another_office_are_not_there(uow, actor_counter, session):
    done = take_in(uow, actor_counter)
    stranger = employ(session, "counter", "s-stranger", office_code="02")
    with pytest.raises(NotFound), uow(stranger) as ctx:
        case_papers.ask(ctx, done.case_id, "reception_slip")
    with pytest.raises(NotFound), uow(stranger) as ctx:
        case_papers.preview(ctx, done.case_id, "reception_slip")


def test_a_paper_of_one_case_does_not_belong_to_another(uow, actor_counter):
    first, second = take_in(uow, actor_counter), take_in(uow, actor_counter, an_acquisition([OTHER]))
    row, _ = asked(uow, actor_counter, first.case_id, "reception_slip")
    with uow(actor_counter) as ctx:
        case_papers.must_belong(ctx, first.case_id, row.id)
        with pytest.raises(NotFound):
            case_papers.must_belong(ctx, second.case_id, row.id)


def test_a_slip_is_done_as_soon_as_it_is_printed_and_every_paper_can_be_laid_out(
    uow, actor_counter, lost, blob_folder
):
    done = take_in(uow, actor_counter, an_acquisition([OTHER], **MISSING, **GIVEN_BACK))
    complete(uow, actor_counter, next_item(done), IDENTITY)
    for case_id in (done.case_id, lost):
        for slug in papers_of(uow, actor_counter, case_id):
            row, _ = asked(uow, actor_counter, case_id, slug)
            with uow(actor_counter) as ctx:
                sheets, refused = documents.prepare(ctx, print_queue.choose(ctx, [row.id]), Dress(demo=True))
            rendered = documents.render(sheets, refused)
            assert rendered.refused == ()
            with uow(actor_counter) as ctx:
                print_runs.record(ctx, rendered, finish=True)
                assert print_register.pdf_of_request(ctx, row.id, case_papers.SLUGS) == rendered.pdf
            assert row.state == "done"


def test_a_paper_that_waits_has_no_pdf_yet_and_says_where_it_is(uow, actor_counter):
    done = take_in(uow, actor_counter)
    row, _ = asked(uow, actor_counter, done.case_id, "reception_slip")
    with pytest.raises(RuleBroken, match="印刷待ち"), uow(actor_counter) as ctx:
        print_register.pdf_of_request(ctx, row.id, case_papers.SLUGS)
    with pytest.raises(NotFound), uow(actor_counter) as ctx:
        print_register.pdf_of_request(ctx, row.id, {"day_list"})
