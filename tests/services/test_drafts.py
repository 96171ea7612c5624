"""What was typed and not sent: its owner's, and nobody else's (B5)."""

import pytest

from services import drafts
from services.context import Context
from services.errors import NotFound
from tests.factories.staff import employ


@pytest.fixture
def colleague(ctx: Context) -> Context:
    return Context(session=ctx.session, actor=employ(ctx.session, "verifier"), at=ctx.at)


def test_a_draft_is_kept_found_and_replaced(ctx: Context) -> None:
    first = drafts.save_intake(ctx, "acquisition", "01", {"phone": "000-0000-0000"})
    ctx.session.flush()
    again = drafts.save_intake(ctx, "acquisition", "01", {"phone": "000-1111-1111"}, first.id)
    ctx.session.flush()
    assert again.id == first.id
    assert [row.data for row in drafts.list_intakes(ctx)] == [{"phone": "000-1111-1111", "reason": "01"}]


def test_nobody_else_finds_changes_or_drops_it(ctx: Context, colleague: Context) -> None:
    row = drafts.save_intake(ctx, "acquisition", "01", {})
    ctx.session.flush()
    assert list(drafts.list_intakes(colleague)) == []
    for deed in (drafts.find_intake, drafts.discard_intake):
        with pytest.raises(NotFound):
            deed(colleague, row.id)
    with pytest.raises(NotFound):
        drafts.save_intake(colleague, "acquisition", "01", {}, row.id)


def test_a_draft_that_was_sent_is_dropped(ctx: Context) -> None:
    row = drafts.save_intake(ctx, "acquisition", "01", {})
    ctx.session.flush()
    drafts.discard_intake(ctx, row.id)
    drafts.discard_intake(ctx, None)
    ctx.session.flush()
    assert list(drafts.list_intakes(ctx)) == []
