"""A page that is sent twice does its deed once (T11)."""

import pytest

from services import deeds
from services.context import Context
from services.errors import SomebodyElseWasFaster
from tests.factories.staff import employ

PAIRS = [("name", "見本 太郎"), ("csrf_token", "a"), ("deed_key", "k")]


def test_the_fingerprint_is_that_of_the_content_in_any_order() -> None:
    other = [("deed_key", "l"), ("csrf_token", "b"), ("name", "見本 太郎")]
    assert deeds.fingerprint(PAIRS) == deeds.fingerprint(other)
    assert deeds.fingerprint(PAIRS) != deeds.fingerprint([("name", "見本 次郎")])


def test_a_new_page_has_led_nowhere_and_an_old_one_where_it_led(ctx: Context) -> None:
    assert deeds.find_done(ctx, "key", "body") is None
    deeds.remember(ctx, "key", "body", "/cases/1")
    ctx.session.flush()
    assert deeds.find_done(ctx, "key", "body") == "/cases/1"


def test_other_content_under_the_same_key_is_refused(ctx: Context) -> None:
    deeds.remember(ctx, "key", "body", "/cases/1")
    ctx.session.flush()
    with pytest.raises(SomebodyElseWasFaster, match="別の内容"):
        deeds.find_done(ctx, "key", "another body")


def test_the_key_of_somebody_else_is_refused(ctx: Context) -> None:
    deeds.remember(ctx, "key", "body", "/cases/1")
    ctx.session.flush()
    colleague = Context(session=ctx.session, actor=employ(ctx.session, "verifier"), at=ctx.at)
    with pytest.raises(SomebodyElseWasFaster):
        deeds.find_done(colleague, "key", "body")
