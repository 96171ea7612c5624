"""The author asks for publication: those who may do it are told, once for each state of the draft."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.absence import Absence, StandIn
from models.masters import Posting
from models.notice import Notice
from models.staff import User
from services import notices, role_tables
from services.context import Actor, Principal
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.cases import UnitOfWork
from tests.factories.staff import employ
from tests.workflows.studio.conftest import ROLES
from workflows.studio import drafts, publishing
from workflows.studio.elements import Words

CORRECT = ("acquisition", "correct")


@pytest.fixture(autouse=True)
def rights(session: Session, author: Actor) -> None:
    """Administrators may put in force, chiefs may not."""
    employ(session, "section_chief", "2001")
    role_tables.put(session, "administrator", {"definition.publish"})
    role_tables.put(session, "section_chief", {"definition.read"})
    session.commit()


def changed(uow: UnitOfWork, author: Actor, draft_id: int, ja: str) -> int:
    """Change the draft and check it; the count of the draft after it."""
    with uow(author) as ctx:
        seen = drafts.read(ctx, draft_id).lock_version
        drafts.change_element(ctx, draft_id, seen, *CORRECT, Words(ja, "Mend it", "5"))
    with uow(author) as ctx:
        drafts.check(ctx, draft_id, seen + 1, ROLES)
    return seen + 1


def asks(uow: UnitOfWork, author: Actor, draft_id: int, seen: int) -> int:
    with uow(author) as ctx:
        return publishing.ask(ctx, draft_id, seen)


def unread(session: Session) -> list[tuple[int, int]]:
    """Who was told of which draft and has not read it."""
    statement = select(Notice.user_id, Notice.number).where(
        Notice.kind == notices.PUBLICATION, Notice.read_at.is_(None)
    )
    return [(user_id, number) for user_id, number in session.execute(statement)]


def test_whoever_may_put_it_in_force_is_told_once_and_nobody_else(
    uow: UnitOfWork, session: Session, author: Actor, second: Actor, draft_id: int
) -> None:
    same_number, left, switched_off = (
        employ(session, "administrator", number) for number in ("1003", "1004", "1005")
    )
    for gone in session.scalars(select(Posting).where(Posting.user_id == left.staff_id)):
        gone.until_on = date(2020, 5, 1)
    session.get_one(User, switched_off.staff_id).active = False
    (twin,) = session.scalars(select(Posting).where(Posting.user_id == same_number.staff_id))
    twin.staff_number = author.staff_number
    session.commit()
    seen = changed(uow, author, draft_id, "届出を直す(改)")
    assert asks(uow, author, draft_id, seen) == 1
    assert asks(uow, author, draft_id, seen) == 0
    assert unread(session) == [(second.staff_id, draft_id)]
    with uow(second) as ctx:
        asked = publishing.asked(ctx, drafts.read(ctx, draft_id))
    assert asked is not None
    assert asked.told == (second.name,)
    assert asked.at == session.scalars(select(Notice.at)).one()
    (event,) = told(session, "definition:publication_asked")
    assert event.subject == "definition:acquisition"


def test_a_new_administrator_is_told_of_what_was_asked_before_he_came(
    uow: UnitOfWork, session: Session, author: Actor, second: Actor, draft_id: int
) -> None:
    seen = changed(uow, author, draft_id, "改")
    asks(uow, author, draft_id, seen)
    third = employ(session, "administrator", "1003")
    with uow(author) as ctx:
        before = publishing.asked(ctx, drafts.read(ctx, draft_id))
    assert before is not None
    assert before.others_came, "its page offers to ask again"
    assert asks(uow, author, draft_id, seen) == 1
    with uow(author) as ctx:
        after = publishing.asked(ctx, drafts.read(ctx, draft_id))
    assert after is not None
    assert not after.others_came
    assert sorted(unread(session)) == [(second.staff_id, draft_id), (third.staff_id, draft_id)]


def test_after_a_change_it_is_checked_and_asked_anew_and_one_line_counts(
    uow: UnitOfWork, session: Session, author: Actor, second: Actor, draft_id: int
) -> None:
    asks(uow, author, draft_id, changed(uow, author, draft_id, "一"))
    with uow(author) as ctx:
        seen = drafts.read(ctx, draft_id).lock_version
        drafts.change_element(ctx, draft_id, seen, *CORRECT, Words("二", "Mend it", "5"))
        assert publishing.asked(ctx, drafts.read(ctx, draft_id)) is None
    with pytest.raises(SomebodyElseWasFaster):
        asks(uow, author, draft_id, seen)
    with pytest.raises(RuleBroken, match="検査がまだか"):
        asks(uow, author, draft_id, seen + 1)
    with uow(author) as ctx:
        drafts.check(ctx, draft_id, seen + 1, ROLES)
    assert asks(uow, author, draft_id, seen + 1) == 1
    assert unread(session) == [(second.staff_id, draft_id)]
    assert len(session.scalars(select(Notice)).all()) == 2


def test_where_nobody_else_may_it_is_refused_and_says_what_now(
    uow: UnitOfWork, session: Session, author: Actor, draft_id: int
) -> None:
    seen = changed(uow, author, draft_id, "改")
    with pytest.raises(RuleBroken, match=r"ほかに一人もいません.*「職員と権限」"):
        asks(uow, author, draft_id, seen)
    assert session.scalars(select(Notice)).all() == []


def test_who_stands_in_for_the_author_is_not_asked_and_may_not(
    uow: UnitOfWork, session: Session, author: Actor, second: Actor, draft_id: int
) -> None:
    with uow(author) as ctx:
        days = {"from_on": ctx.today, "until_on": ctx.today}
        recorded = {"set_at": ctx.at, "set_by_id": author.staff_id, "office_id": author.office_id}
    away = Absence(user_id=author.staff_id, deputy_id=second.staff_id, **days, **recorded)
    session.add(away)
    session.flush()
    session.add(StandIn(absence_id=away.id, deputy_id=second.staff_id, principal_id=author.staff_id, **days))
    session.commit()
    seen = changed(uow, author, draft_id, "改")
    with pytest.raises(RuleBroken, match="ほかに一人もいません"):
        asks(uow, author, draft_id, seen)
    deputy = replace(second, principals=(Principal(author.staff_id or 0, author.roles, author.names),))
    with pytest.raises(NotAllowed), uow(deputy) as ctx:
        publishing.publish(ctx, draft_id, seen, "理由", ROLES)


def test_only_the_author_asks_and_only_for_what_could_be_put_in_force(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int
) -> None:
    with uow(author) as ctx:
        drafts.check(ctx, draft_id, 1, ROLES)
    with pytest.raises(RuleBroken, match="第1版と同じ"):
        asks(uow, author, draft_id, 1)
    seen = changed(uow, author, draft_id, "改")
    with pytest.raises(NotAllowed):
        asks(uow, second, draft_id, seen)


@pytest.mark.parametrize("end", ["published", "dropped"])
def test_what_is_in_force_or_dropped_counts_as_unread_for_nobody(
    uow: UnitOfWork, session: Session, author: Actor, second: Actor, draft_id: int, end: str
) -> None:
    employ(session, "administrator", "1003")
    seen = changed(uow, author, draft_id, "改")
    assert asks(uow, author, draft_id, seen) == 2
    if end == "published":
        with uow(second) as ctx:
            publishing.publish(ctx, draft_id, seen, "期限を決めるため", ROLES)
    else:
        with uow(author) as ctx:
            drafts.discard(ctx, draft_id, seen)
    assert unread(session) == []
    assert len(session.scalars(select(Notice)).all()) == 2
