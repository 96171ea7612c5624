"""Run as a program on a portal of the demonstration: October 2026 with planted patterns, and its review."""

from models.audit.tags import Tag
from portal import clock
from portal.app import create_app
from portal.settings import load_settings
from services import audit
from services.context import SYSTEM
from services.job_kinds import Work
from services.unit_of_work import unit_of_work
from tests.factories import audit_month
from workflows import review_cases


def main() -> None:
    app = create_app(load_settings())
    with app.app_context():
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            month = audit_month.ordinary(ctx)
            for plant in audit_month.PLANTED.values():
                plant(ctx, month)
            month.write()
            audit.record(ctx, Tag.MASTER_CHANGED, "month:2026-10")
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            review_cases.make_review(ctx, Work(1, {"month": "2026-10"}, {}, 0, None, 0))


if __name__ == "__main__":
    main()
