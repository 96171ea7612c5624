"""A finished case becomes a test without anything of anybody in it; a draft must still take its course."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from interchange.juki.gateway import COLUMNS, FileRegister
from models.audit.event import AuditEvent
from models.notification import Notification
from models.trying_out import KeptTest, Waiver
from services import identity, numbers_vault
from services.context import Actor
from services.errors import NotFound, RuleBroken
from services.numbers_vault import NumberPolicy
from tests.factories.audit import told
from tests.factories.cases import IDENTITY, UnitOfWork, complete, next_item, seen_on_paper, take_in
from tests.factories.registry import a_person, an_acquisition
from tests.factories.staff import employ
from tests.workflows.studio.conftest import ROLES
from workflows import catalog
from workflows.studio import drafts, kept_tests, publishing
from workflows.studio.elements import Words
from workflows.studio.kept_tests import KeptTestsFail

ENTRY: dict[str, Any] = an_acquisition(
    [a_person("尼崎 翡翠", "1983-07-19", kana="アマガサキ ヒスイ")],
    notifier={"name": "尼崎 翡翠", "relation": "self"},
    phone="0798-55-1234",
    address={"postal_code": "6620911", "address": "架空県琥珀町7丁目8番9号", "building": "瑠璃荘203"},
    remarks="不達のため再送。電話は夕方に。",
)
CANARIES = (
    "尼崎",
    "翡翠",
    "アマガサキ",
    "ヒスイ",
    "1983-07-19",
    "琥珀",
    "7丁目8番9号",
    "瑠璃",
    "0798-55",
    "6620911",
)
MORE_CANARIES = ("不達", "夕方", "別県別市", "999989", "2026-11-20")


@pytest.fixture(autouse=True)
def register(tmp_path: Path) -> Iterator[None]:
    path = tmp_path / "answers.csv"
    path.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    before = identity._register[:], numbers_vault._policy[:]
    identity.configure(FileRegister(path))
    numbers_vault.configure(NumberPolicy.DEMONSTRATION)
    yield
    identity._register[:], numbers_vault._policy[:] = before


@pytest.fixture
def number(session: Session, uow: UnitOfWork, draft_id: int) -> str:
    """The number of an acquisition that was sent back once and then registered."""
    counter, verifier = employ(session, "counter", "2001"), employ(session, "verifier", "2002")
    done = complete(uow, counter, next_item(take_in(uow, counter, ENTRY)), IDENTITY)
    back = complete(uow, verifier, next_item(done), {}, outcome="send_back", note="翡翠さんの届出日が違う")
    again = complete(uow, counter, next_item(back), ENTRY)
    ended = complete(uow, verifier, next_item(again), seen_on_paper(ENTRY))
    assert ended.ended
    with uow(counter) as ctx:
        return ctx.session.scalars(select(Notification.number)).one()


def keep(uow: UnitOfWork, actor: Actor, number: str, name: str = "転入・差戻しあり") -> int:
    with uow(actor) as ctx:
        return kept_tests.keep_case(ctx, "acquisition", number, name).id


def change(uow: UnitOfWork, author: Actor, draft_id: int, old: str, new: str) -> int:
    """Change the diagram of the draft and check it; the count of the draft after it."""
    with uow(author) as ctx:
        draft = drafts.read(ctx, draft_id)
        source = draft.bundle.bpmn["acquisition"]
        assert old in source
        changed = source.replace(old, new).encode()
        drafts.take_in(ctx, draft_id, draft.lock_version, "process.bpmn", changed, ROLES)
    with uow(author) as ctx:
        found = drafts.check(ctx, draft_id, draft.lock_version + 1, ROLES)
        assert [one for one in found if not one.is_warning] == []
    return draft.lock_version + 1


def test_nothing_of_the_people_of_a_case_is_in_the_test_made_of_it(
    uow: UnitOfWork, author: Actor, number: str
) -> None:
    test_id = keep(uow, author, number)
    with uow(author) as ctx:
        test = ctx.session.get_one(KeptTest, test_id)
        kept = json.dumps([test.script, test.path, test.name], ensure_ascii=False)
        assert [one for one in (*CANARIES, *MORE_CANARIES, number) if one in kept] == []
        events = ctx.session.scalars(select(AuditEvent).where(AuditEvent.tag == "definition:test_kept")).all()
        assert [one.subject for one in events] == ["definition:acquisition"]
        elements = [element for kind, element in test.path if kind in {"completed", "send_back"}]
        assert elements == ["apply", "confirm_identity", "verify", "correct", "verify"]
        (person,) = test.script["steps"][0]["data"]["persons"]
        assert (len(person["name"]), person["name"][2], person["sex"]) == (5, "\u3000", "1")
        assert test.script["steps"][0]["data"]["notifier"]["name"] == person["name"]


def test_a_draft_that_goes_the_same_way_is_put_in_force(
    uow: UnitOfWork, author: Actor, second: Actor, number: str, draft_id: int
) -> None:
    keep(uow, author, number)
    seen = change(uow, author, draft_id, 'name="入力の訂正"', 'name="届出を直す"')
    with uow(second) as ctx:
        assert [one.passes for one in kept_tests.try_on(ctx, drafts.row_of(ctx, draft_id))] == [True]
        assert publishing.publish(ctx, draft_id, seen, "名前を変えるため", ROLES).version == 2


def test_one_that_goes_another_way_is_refused_until_somebody_says_why_it_may(
    uow: UnitOfWork, author: Actor, second: Actor, number: str, draft_id: int
) -> None:
    test_id = keep(uow, author, number)
    seen = change(uow, author, draft_id, "verification.matches = true", "verification.matches = false")
    with uow(author) as ctx:
        (outcome,) = kept_tests.try_on(ctx, drafts.row_of(ctx, draft_id))
        assert outcome.holds_up
        assert "correct" in outcome.ja
    with pytest.raises(KeptTestsFail, match="転入・差戻しあり"), uow(second) as ctx:
        publishing.publish(ctx, draft_id, seen, "理由", ROLES)
    with pytest.raises(RuleBroken, match="理由"), uow(author) as ctx:
        kept_tests.waive(ctx, draft_id, seen, test_id, " ")
    with uow(author) as ctx:
        kept_tests.waive(ctx, draft_id, seen, test_id, "訂正の作業をなくすため")
    with uow(second) as ctx:
        (outcome,) = kept_tests.try_on(ctx, drafts.row_of(ctx, draft_id))
        assert outcome.waiver is not None
        assert not outcome.holds_up
        assert publishing.publish(ctx, draft_id, seen, "訂正をなくすため", ROLES).version == 2
    with uow(second) as ctx:
        test, waiver = ctx.session.get_one(KeptTest, test_id), ctx.session.scalars(select(Waiver)).one()
        ctx.session.refresh(waiver)
        assert (test.state, waiver.version, waiver.draft_id) == ("set_aside", 2, None)
        assert "訂正の作業をなくすため" in (test.because or "")
        assert len(told(ctx.session, "definition:test_waived")) == 1


def test_a_waiver_holds_for_the_course_that_was_seen_and_no_other(
    uow: UnitOfWork, author: Actor, second: Actor, number: str, draft_id: int
) -> None:
    test_id = keep(uow, author, number)
    seen = change(uow, author, draft_id, "verification.matches = true", "verification.matches = false")
    with uow(author) as ctx:
        kept_tests.waive(ctx, draft_id, seen, test_id, "訂正をなくすため")
        words = Words("照合の結果", "Result")
        drafts.change_element(ctx, draft_id, seen, "acquisition", "entry_result", words)
    with uow(author) as ctx:
        drafts.check(ctx, draft_id, seen + 1, ROLES)
    with uow(author) as ctx:
        (outcome,) = kept_tests.try_on(ctx, drafts.row_of(ctx, draft_id))
        assert not outcome.holds_up
    change(uow, author, draft_id, 'result = "refused"', 'result = "confirmed"')
    with uow(second) as ctx:
        (outcome,) = kept_tests.try_on(ctx, drafts.row_of(ctx, draft_id))
        assert outcome.holds_up


def test_what_cannot_be_a_test_is_refused_with_the_reason(
    uow: UnitOfWork, author: Actor, number: str
) -> None:
    for told_number in ("R1-999999", "C-999999", ""):
        with pytest.raises(NotFound, match="終わった案件"):
            keep(uow, author, told_number)
    with pytest.raises(RuleBroken, match="名前"):
        keep(uow, author, number, " ")
    with pytest.raises(NotFound, match="この手続にありません"), uow(author) as ctx:
        kept_tests.keep_case(ctx, "loss", number, "喪失ではない")


def test_a_test_is_set_aside_with_a_reason_and_holds_up_nothing_more(
    uow: UnitOfWork, author: Actor, second: Actor, number: str, draft_id: int
) -> None:
    test_id = keep(uow, author, number)
    catalog.load_handlers()
    with pytest.raises(RuleBroken, match="理由"), uow(author) as ctx:
        kept_tests.set_aside(ctx, test_id, "")
    with uow(author) as ctx:
        kept_tests.set_aside(ctx, test_id, "制度が変わったため")
    with pytest.raises(NotFound), uow(author) as ctx:
        kept_tests.set_aside(ctx, test_id, "もう一度")
    with uow(second) as ctx:
        drafts.check(ctx, draft_id, 1, ROLES)
        assert kept_tests.try_on(ctx, drafts.row_of(ctx, draft_id)) == []
