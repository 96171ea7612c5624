"""What operators did: cases stay as they were, a run with its results can be kept, and goes again."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, MetaData, inspect, select

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NEW = {"operation_run", "operation_result", "case_migration"}


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def load_before(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    tables, at = schema.tables, moment(connection)
    connection.execute(
        tables["office"].insert(),
        {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": "", "active": True},
    )
    case = {"id": 1, "slug": "loss", "definition_hash": "h", "office_id": 1, "state": "open"}
    connection.execute(tables["workflow_case"].insert(), case | {"version": 3, "started_at": at})
    item = {"id": 1, "case_id": 1, "task_guid": "g", "process_slug": "loss", "element_id": "apply"}
    item |= {"title_ja": "受付", "title_en": "Intake", "role": "counter", "office_id": 1, "procedure": "loss"}
    item |= {"notification_number": "R8-000001", "reason": "", "subject_name": "", "subject_key": ""}
    item |= {"household_number": "", "postal_code": "", "way": "", "received_on": date(2026, 11, 23)}
    item |= {"state": "done", "excluded_staff": [], "created_at": at, "done_at": at}
    connection.execute(tables["work_item"].insert(), item)


def check_after(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    tables, at = schema.tables, moment(connection)
    assert connection.execute(select(tables["work_item"].c.state)).scalars().all() == ["done"]
    run = {"id": 1, "kind": "migrate", "slug": "loss", "from_hash": "h", "to_hash": "i", "element_id": ""}
    connection.execute(tables["operation_run"].insert(), run | {"reason": "", "asked_at": at})
    result = {"run_id": 1, "case_id": 1, "state": "waiting", "code": "", "message_ja": "", "message_en": ""}
    connection.execute(tables["operation_result"].insert(), result)
    assert connection.execute(select(tables["operation_result"].c.run_id)).scalars().all() == [1]


def check_before(connection: Connection) -> None:
    assert not NEW & set(inspect(connection).get_table_names())
    schema = MetaData()
    schema.reflect(connection)
    assert connection.execute(select(schema.tables["workflow_case"].c.version)).scalars().all() == [3]
