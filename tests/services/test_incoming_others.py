"""Changes of residents (fixed length, cp932), answers of other systems: differences, and no changes."""

import pytest
from sqlalchemy import select

from interchange.incoming.sources import sources
from models.incoming import IncomingDifference, IncomingError
from models.job import Job
from models.person import Person, get_current
from services.context import SYSTEM, Context
from services.incoming import differences, pages
from services.job_kinds import Work
from services.network import questions, sending
from tests.factories.cases import a_case_about
from tests.factories.data_use import approved_question, as_of, publish
from tests.factories.incoming import apply, arrive
from tests.factories.registry import a_person, register_acquisition
from tests.factories.staff import employ

pytestmark = pytest.mark.usefixtures("blob_folder")
RESIDENT = sources()["resident_change"]


@pytest.fixture
def taro(ctx):
    """The address number of 見本 太郎, born 1980-04-02, insured here."""
    (person_id,) = register_acquisition(ctx, [a_person("見本 太郎")]).person_ids
    return ctx.session.get(Person, person_id).addressee_number


@pytest.fixture
def approved_questions(ctx, keys):
    """Questions to the network may leave."""
    publish(ctx)
    questions.configure(sending.FileLookup())
    section = as_of(ctx, employ(ctx.session, "receiving_section", "s-11", office_code="11"))
    manager = as_of(ctx, employ(ctx.session, "data_protection_manager"))
    approved_question(section, manager)
    yield
    questions.configure(questions.NoLookup())


def moved(number, kind="3", **other):
    """A line of the citizen section, in bytes."""
    told = {"addressee_number": number, "change_kind": kind, "change_on": "5081120", "name": "見本　太郎"}
    told |= {"birth_date": "19800402", "sex": "1"} | other
    fields = [told.get(one.name, "").encode("cp932").ljust(one.width) for one in RESIDENT.fields]
    return b"".join(fields) + b"\r\n"


def codes(ctx, file, actor):
    """What becomes of each line that is left, after another person let the file be applied."""
    apply(ctx, file, actor)
    statement = select(IncomingDifference).where(IncomingDifference.file_id == file.id)
    return [row.code for row in ctx.session.scalars(statement.order_by(IncomingDifference.line))]


@pytest.mark.parametrize(
    ("kind", "other", "expected"),
    [
        ("3", {}, ["moved_out"]),
        ("4", {}, ["died"]),
        ("2", {"address": "見本市架空町9丁目"}, ["moved"]),
        ("6", {"name": "見本　次郎"}, ["renamed"]),
        ("6", {"name": "見本 太郎"}, []),
        ("6", {"name": "見本　〓郎"}, ["rare_sign"]),
        ("3", {"birth_date": "19800403"}, ["another_person"]),
        ("1", {"addressee_number": "999999999"}, []),
    ],
)
def test_a_change_of_an_insured_person_is_a_difference_and_nothing_is_overwritten(
    ctx, taro, actor_verifier, kind, other, expected
):
    file = arrive(ctx, moved(taro, kind, **other), source="resident_change")
    assert (file.state, file.counts["conflicting"]) == ("ready", len(expected))
    pages.read(ctx, file.id)
    assert codes(ctx, file, actor_verifier) == expected
    assert set(expected) <= set(differences.WORDS)
    person = ctx.session.scalars(select(Person).where(Person.addressee_number == taro)).one()
    assert get_current(ctx.session, person.id).name.replace("\u3000", " ") == "見本 太郎"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (moved("1")[:-3] + b"\r\n", ("width", 1)),
        (moved("1", name="見" * 20).replace("見".encode("cp932"), b"\x8c", 1), ("width", 1)),
        (moved("1").replace(b"5081120", b"4310501"), ("date", 17)),
        (moved("1").replace(b"5081120", b"5081131"), ("date", 17)),
        (moved("1").replace(b"19800402", b"99999999"), ("date", 104)),
        (moved("1").replace("　太".encode("cp932"), b"\x81\x40\x91\x00"), ("encoding", 30)),
        (moved("1").replace("見本　".encode("cp932"), b"\x8c\xa9\x00\x00\x81\x40"), ("control", 24)),
        (moved("1", name="=cmd"), ("formula", 24)),
        (moved("1", name=""), ("blank", 24)),
        (moved("1", kind="9"), ("code", 16)),
        (moved("x"), ("key", 1)),
    ],
)
def test_a_wrong_fixed_line_is_told_with_its_byte(ctx, line, expected):
    file = arrive(ctx, moved("2") + line, source="resident_change")
    rows = ctx.session.scalars(select(IncomingError).where(IncomingError.file_id == file.id)).all()
    assert [(row.line, row.code, row.place) for row in rows if row.line] == [(2, *expected)]
    assert file.state == "quarantined"
    pages.read(ctx, file.id)


def test_the_answers_of_the_address_system_are_compared_with_the_record(ctx, taro, actor_verifier):
    lines = [
        "addressee_number,name,birth_date,sex",
        f"{taro},見本　太郎,S55.4.2,1",
        "77,架空　花子,S60.1.1,2",
    ]
    content = "".join(f"{one}\r\n" for one in lines).encode("cp932")
    assert codes(ctx, arrive(ctx, content, source="address_answer"), actor_verifier) == ["no_person"]
    other = content.replace("太郎".encode("cp932"), "五郎".encode("cp932"))
    assert codes(ctx, arrive(ctx, other, 2, "address_answer"), actor_verifier) == ["renamed", "no_person"]


def asked(ctx, number):
    """A question to the network about a person, sent."""
    person = ctx.session.scalars(select(Person).where(Person.addressee_number == number)).one()
    question = questions.ask(ctx, person.id, "double", a_case_about(ctx, person.id, ctx.actor.office_id).id)
    job = ctx.session.scalars(select(Job).where(Job.kind == questions.KIND).order_by(Job.id.desc())).first()
    sending.send_one(Context(ctx.session, SYSTEM, ctx.at), Work(job.id, job.payload, {}, 0, None, 1))
    assert question.state == "sent"


def test_the_network_tells_of_cover_elsewhere(ctx, taro, actor_verifier, approved_questions):
    asked(ctx, taro)
    head = "addressee_number,insurance_kind,insurer_number,acquired_on,lost_on\n"
    told = [f"{taro},1,06130001,2026-11-01,", f"{taro},2,01130012,2020-04-01,2020-05-01"]
    file = arrive(ctx, (head + "\n".join(told) + "\n").encode(), source="network_answer")
    assert codes(ctx, file, actor_verifier) == ["covered_elsewhere"]
    asked(ctx, taro)
    late = f"{head}{taro},2,01130012,2020-04-01,2099-01-01\n".encode()
    assert codes(ctx, arrive(ctx, late, 2, "network_answer"), actor_verifier) == ["covered_before"]
