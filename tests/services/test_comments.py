"""Comments with mentions: who is told, who cannot be named, what a verifier may read."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from models.case import WorkItem
from models.notice import Notice
from portal.security.roles import ROLES
from services import comments, role_tables
from services.comments import CommentRefused
from services.errors import NotFound
from tests.factories.audit import told
from tests.factories.staff import employ


@pytest.fixture
def case(ctx, waits, actor_verifier, actor_auditor):
    """A case of an office with its clerk, a verifier, two people named 佐藤, and an auditor who sees none."""
    del actor_verifier, actor_auditor
    for number, given in ((1, "花子"), (2, "次郎")):
        person = employ(ctx.session, "counter", f"s-{number}")
        named(ctx, person, "佐藤", given)
    pairs = {
        name: frozenset(role_tables.pair_of(slug) for slug in role.grants) for name, role in ROLES.items()
    }
    role_tables.sync(ctx, frozenset().union(*pairs.values()), pairs)
    return ctx.session.get(WorkItem, waits()).case_id


def named(ctx, person, family, given):
    from models.staff import User

    user = ctx.session.get_one(User, person.staff_id)
    user.last_name, user.first_name = family, given
    ctx.session.flush()


@pytest.mark.parametrize(
    "words", ["@照合 一郎 見てください", "@照合一郎さん、お願いします", "至急 @照合 です"]
)
def test_who_is_named_is_told_once_with_the_case(ctx, case, actor_verifier, words):
    row = comments.add(ctx, case, words)
    (notice,) = ctx.session.scalars(select(Notice)).all()
    assert (notice.user_id, notice.kind, notice.case_id) == (actor_verifier.staff_id, "mentioned", case)
    assert row.mentioned == [actor_verifier.staff_id]
    assert [event.tag for event in told(ctx.session, "case:commented")] == ["case:commented"]


def test_two_of_one_family_name_are_told_apart_by_the_given_name(ctx, case):
    with pytest.raises(CommentRefused, match="佐藤 花子"):
        comments.add(ctx, case, "@佐藤さんへ")
    assert len(comments.add(ctx, case, "@佐藤次郎 と @佐藤 花子 へ").mentioned) == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "入力されていません"),
        ("あ" * 1001, "1000字"),
        ("番号は 0000 0000 0019 です", "個人番号"),
        ("@山本 さん", "@山本」にあたる職員"),
        ("@監査 正 さん", "見つかりません"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(ctx, case, words, why):
    with pytest.raises(CommentRefused, match=why):
        comments.add(ctx, case, words)
    assert comments.read(ctx, case, blind=False) == []


def test_a_case_of_another_office_gets_no_comment(ctx, case):
    stranger = employ(ctx.session, "counter", "s-far", "77")
    with pytest.raises(NotFound):
        comments.add(replace(ctx, actor=stranger), case, "見ました")


def test_who_may_yet_verify_reads_what_names_him_and_what_he_wrote(ctx, case, actor_verifier):
    verifier = replace(ctx, actor=actor_verifier)
    comments.add(ctx, case, "異動日は11月21日でした")
    comments.add(ctx, case, "@照合 書類を机に置きました")
    comments.add(verifier, case, "受け取りました")
    shown = [bool(line.words) for line in comments.read(verifier, case, blind=True)]
    assert shown == [False, True, True]
    assert all(line.words for line in comments.read(ctx, case, blind=False))
