"""An administrator makes a procedure alone, without code; clerks take it in, examine it and finish it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.validation import FormRefused
from interchange.juki.gateway import COLUMNS, FileRegister
from models.masters import MasterHistory, ReasonCode
from models.notification import Notification
from services import daily_list, identity, intake, notifications
from services.context import Actor
from services.errors import RegistrationRefused, RuleBroken
from services.findings import Registered
from tests.factories.cases import IDENTITY, UnitOfWork, complete, next_item
from tests.factories.registry import register_acquisition
from tests.factories.staff import employ
from tests.workflows.studio.conftest import ROLES
from workflows import catalog, own_procedures
from workflows.engine import runner
from workflows.studio import drafts, form_drafts, new_procedures, publishing
from workflows.studio.form_editing import put_field
from workflows.studio.form_fields import Choice, FieldWords

SLUG = "disaster_relief"
FLOOD, FIRE = Choice("flood", "水害", "Flood"), Choice("fire", "火災", "Fire")
DAMAGE = FieldWords("damage", "被害の額", "Damage", kind="number", required=True, least=0)


def reasons(*choices: Choice) -> FieldWords:
    return FieldWords("reason", "届出の内容", "What it is", kind="choice", required=True, choices=choices)


def change(uow: UnitOfWork, author: Actor, draft_id: int, field: FieldWords, was: str = "") -> None:
    with uow(author) as ctx:
        seen = drafts.read(ctx, draft_id).lock_version
        key = f"{SLUG}/apply"
        form_drafts.change(ctx, draft_id, seen, key, lambda form: put_field(form, field, was))


def publish(uow: UnitOfWork, second: Actor, draft_id: int) -> int:
    with uow(second) as ctx:
        seen = drafts.read(ctx, draft_id).lock_version
        return publishing.publish(ctx, draft_id, seen, "災害の多い季節のため", ROLES).version


@pytest.fixture
def counter(session: Session) -> Actor:
    return employ(session, "counter", "2001")


@pytest.fixture
def verifier(session: Session) -> Actor:
    return employ(session, "verifier", "2002")


@pytest.fixture
def made(uow: UnitOfWork, author: Actor, second: Actor, tmp_path: Path) -> Iterator[int]:
    """The procedure, in force with two reasons and a field of its own."""
    catalog.load_handlers()
    answers = tmp_path / "juki.csv"
    answers.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    before = identity._register[:]
    identity.configure(FileRegister(answers))
    with uow(author) as ctx:
        draft_id = new_procedures.begin(ctx, SLUG, "災害見舞の届出", "Disaster relief", "notification")
    change(uow, author, draft_id, reasons(FLOOD, FIRE), "reason")
    change(uow, author, draft_id, DAMAGE)
    yield publish(uow, second, draft_id)
    identity._register[:] = before


@pytest.fixture
def family(uow: UnitOfWork, counter: Actor) -> Registered:
    with uow(counter) as ctx:
        return register_acquisition(ctx)


def an_entry(family: Registered, **more: object) -> dict[str, object]:
    return {
        "reason": "flood",
        "household_id": family.household_id,
        "event_on": "2026-11-20",
        "received_on": "2026-11-23",
        "way": "counter",
        "form_date": "2026-11-23",
        "notifier": {"name": "見本 花子", "relation": "self"},
        "phone": "000-0000-0000",
        "persons": [{"person_id": family.person_ids[0]}],
        "damage": 120000,
        **more,
    }


def change_the_reasons(session: Session, uow: UnitOfWork, author: Actor, second: Actor) -> None:
    """A later version adds reasons and takes others away; what the office wrote in the master stays."""

    def in_use() -> list[tuple[str, str]]:
        rows = session.scalars(select(ReasonCode).where(ReasonCode.procedure == SLUG, ReasonCode.active))
        return sorted((row.code, row.words) for row in rows)

    with uow(author) as ctx:
        row = ctx.session.scalars(select(ReasonCode).where(ReasonCode.code == "flood")).one()
        row.words = "水につかった"
        draft_id = drafts.begin(ctx, SLUG, 1).id
    change(uow, author, draft_id, reasons(FLOOD, Choice("quake", "地震", "Earthquake")), "reason")
    assert in_use() == [("fire", ""), ("flood", "水につかった")]
    assert publish(uow, second, draft_id) == 2
    assert in_use() == [("flood", "水につかった"), ("quake", "")]
    kinds = session.scalars(select(MasterHistory.kind).where(MasterHistory.table_name == "reason_code"))
    assert sorted(kinds) == ["added", "added", "added", "changed"]


def refuse(uow: UnitOfWork, counter: Actor, entry: dict[str, object], code: str) -> None:
    with pytest.raises(RegistrationRefused) as refused, uow(counter) as ctx:
        runner.start(ctx, SLUG, "flood", entry, {"office_id": counter.office_id})
    assert [one.code for one in refused.value.findings] == [code]


def test_it_stands_among_the_notifications_and_is_taken_in_verified_and_registered(
    session: Session,
    uow: UnitOfWork,
    made: int,
    family: Registered,
    counter: Actor,
    verifier: Actor,
    author: Actor,
    second: Actor,
) -> None:
    with uow(counter) as ctx:
        group = next(one for one in intake.list_reasons(ctx) if one.procedure == SLUG)
        assert (made, group.title_ja, group.title_en) == (1, "災害見舞の届出", "Disaster relief")
        assert [(one.code, one.name, one.name_en) for one in group.reasons] == [
            ("flood", "水害", "Flood"),
            ("fire", "火災", "Fire"),
        ]
        assert own_procedures.list_procedures(ctx) == []
        form = runner.intake_form(ctx, SLUG, "flood")
        assert (form.fixed, "damage" in form.schema["properties"]) == ({"reason": "flood"}, True)
    nobody = an_entry(family, household_id=999)
    with pytest.raises(FormRefused, match="household_id: not_on_record"), uow(counter) as ctx:
        runner.start(ctx, SLUG, "flood", nobody, {"office_id": counter.office_id})
    with uow(counter) as ctx:
        neighbour = register_acquisition(ctx).person_ids[0]
    refuse(uow, counter, an_entry(family, persons=[{"person_id": neighbour}]), "household.not_a_member")
    with uow(counter) as ctx:
        done = runner.start(ctx, SLUG, "flood", an_entry(family), {"office_id": counter.office_id})
    done = complete(uow, counter, next_item(done), IDENTITY)
    birth = "1980-04-02"
    seen = {"reason": "flood", "event_on": "2026-11-20", "persons": [{"birth_date": birth}]}
    with uow(verifier) as ctx:
        assert intake.own_reasons(ctx, SLUG) == [("flood", "水害", "Flood"), ("fire", "火災", "Fire")]
    back = complete(uow, verifier, next_item(done), {**seen, "reason": "fire"})
    assert [one.element_id for one in back.opened] == ["correct"]
    again = complete(uow, counter, next_item(back), an_entry(family))
    assert complete(uow, verifier, next_item(again), seen).ended
    with uow(counter) as ctx:
        row = session.scalars(select(Notification).where(Notification.procedure == SLUG)).one()
        assert notifications.state(ctx, row.id) == "registered"
        assert notifications.title_of(ctx, row) == "災害見舞の届出(水害)"
        (told,) = [one for one in daily_list.read(ctx, ctx.today).notifications if one.row.id == row.id]
        assert (told.title, told.reason.name if told.reason else "") == (
            ("災害見舞の届出", "Disaster relief"),
            "水害",
        )
    change_the_reasons(session, uow, author, second)


@pytest.mark.parametrize(
    ("slug", "ja", "kind", "why"),
    [
        ("acquisition", "名前", "plain", "すでにあります"),
        ("Disaster", "名前", "plain", "記号は"),
        ("disaster", "", "plain", "名前を"),
        ("disaster", "名前", "other", "何から"),
    ],
)
def test_what_cannot_be_a_new_procedure_is_refused(
    uow: UnitOfWork, author: Actor, slug: str, ja: str, kind: str, why: str
) -> None:
    with pytest.raises(RuleBroken, match=why), uow(author) as ctx:
        new_procedures.begin(ctx, slug, ja, "", kind)


def test_one_without_a_notification_runs_as_it_begins_with_a_second_person(
    session: Session, uow: UnitOfWork, author: Actor, second: Actor, counter: Actor
) -> None:
    catalog.load_handlers()
    chief = employ(session, "section_chief", "2003")
    with uow(author) as ctx:
        draft_id = new_procedures.begin(ctx, "key_loan", '鍵の<貸出> & "返却"', "", "plain")
    publish(uow, second, draft_id)
    with uow(counter) as ctx:
        (one,) = own_procedures.list_procedures(ctx)
        assert (one.title_ja, one.title_en) == ('鍵の<貸出> & "返却"',) * 2
        done = own_procedures.begin(ctx, "key_loan")
    done = complete(uow, counter, next_item(done), {"content": "書庫の鍵"})
    assert complete(uow, chief, next_item(done), {"decision": "approve"}).ended
