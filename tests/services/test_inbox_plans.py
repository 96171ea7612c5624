"""However many tasks are finished, the inbox is answered from the index of the open ones (PostgreSQL)."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text

from services import inbox
from services.context import Context
from services.inbox_filters import Filters

pytestmark = pytest.mark.postgresql
FINISHED, OPEN = 20_000, 400
COPY = """
    INSERT INTO work_item (case_id, task_guid, process_slug, element_id, title_ja, title_en, role, office_id,
        procedure, notification_number, reason, subject_name, subject_key, household_number, postal_code, way,
        received_on, state, assignee_id, excluded_staff, created_at, due_on)
    SELECT case_id, 'copy-' || n, process_slug, element_id, title_ja, title_en, role, office_id, procedure,
        'R8-' || n, reason, subject_name, subject_key || n, household_number, postal_code, way, received_on,
        CASE WHEN n > :open THEN 'done' ELSE 'open' END, CASE WHEN n % 3 = 0 THEN :me ELSE NULL END,
        excluded_staff, created_at, due_on + n % 60
    FROM work_item, generate_series(1, :all) AS n WHERE id = :first
"""


@pytest.fixture
def many(ctx: Context, waits: Any) -> Context:
    """A few open tasks among many finished ones, with their statistics."""
    values = {"open": OPEN, "all": OPEN + FINISHED, "me": ctx.actor.staff_id, "first": waits()}
    ctx.session.execute(text(COPY), values)
    ctx.session.execute(text("ANALYZE work_item"))
    return ctx


def plans(ctx: Context, ask: Any) -> list[str]:
    """How the database answers each statement about tasks that a question leads to."""
    engine, asked = ctx.session.get_bind(), []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    ask()
    event.remove(engine, "before_cursor_execute", note)
    driver = ctx.session.connection().connection.driver_connection
    return [
        "\n".join(row[0] for row in explained(driver, statement, values))
        for statement, values in asked
        if "work_item" in statement
    ]


def explained(driver: Any, statement: str, values: Any) -> Any:
    """The plan of a statement, which has the places of the driver or PostgreSQL's own."""
    asks = psycopg.RawCursor(driver) if "$1" in statement else driver
    return asks.execute(f"EXPLAIN {statement}", values)


NARROWED = (
    Filters(),
    Filters(due="soon", procedure="acquisition", district="0000001"),
    Filters(text="みほん"),
    Filters(text="R8-12"),
    Filters(text="本人確認待ち"),
    Filters(household="12", age="14", assignee="free", element="verify"),
)


@pytest.mark.parametrize("filters", NARROWED, ids=str)
def test_every_question_of_the_inbox_goes_by_the_index_of_open_tasks(many: Context, filters: Filters) -> None:
    found = [
        *plans(many, lambda: inbox.read(many, "group", filters)),
        *plans(many, lambda: inbox.count(many.session, many.actor, many.today)),
        *plans(many, lambda: inbox.count_each(many, [("group", filters), ("mine", filters)])),
        *plans(many, lambda: inbox.find_next(many, "group", filters, 1)),
    ]
    assert len(found) == 5
    for plan in found:
        assert "ix_work_item" in plan
        assert "Seq Scan on work_item" not in plan
