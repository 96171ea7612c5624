"""A notification of another office is not cancelled from here; the answer is as for none (T09)."""

from dataclasses import replace

from services import cancellation
from tests.factories.registry import a_cancellation, last_notification_id, register_acquisition
from tests.factories.staff import an_office


def test_another_offices_notification_is_refused_like_one_that_is_not_there(ctx):
    register_acquisition(ctx)
    number = last_notification_id(ctx)
    stranger = replace(ctx, actor=replace(ctx.actor, office_id=an_office(ctx.session, "99").id))
    assert cancellation.check(ctx, a_cancellation(number)) == []
    assert cancellation.check(stranger, a_cancellation(number)) == cancellation.check(
        stranger, a_cancellation(999_999)
    )
