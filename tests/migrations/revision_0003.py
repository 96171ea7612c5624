"""A task keeps its day of reception; one without gets the day on which it began to wait, going back."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, MetaData, Table, select

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
RECEIVED = date(2026, 11, 20)


def load_before(connection: Connection) -> None:
    tables = _tables(connection)
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    office = {"id": 1, "code": "01", "name": "本庁", "name_en": "", "telephone": "", "address": ""}
    connection.execute(tables["office"].insert(), office | {"active": True})
    case = {"id": 1, "slug": "loss", "definition_hash": "0", "office_id": 1, "state": "open", "version": 1}
    connection.execute(tables["workflow_case"].insert(), case | {"started_at": at})
    connection.execute(tables["work_item"].insert(), _item(1, at) | {"received_on": RECEIVED})


def check_after(connection: Connection) -> None:
    items = _tables(connection)["work_item"]
    assert connection.scalar(select(items.c.received_on)) == RECEIVED
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    connection.execute(items.insert(), _item(2, at) | {"received_on": None})


def check_before(connection: Connection) -> None:
    items = _tables(connection)["work_item"]
    assert list(connection.scalars(select(items.c.received_on).order_by(items.c.id))) == [RECEIVED, AT.date()]


def _item(number: int, at: datetime) -> dict[str, object]:
    texts = ("title_ja", "title_en", "role", "procedure", "reason", "way", "household_number", "postal_code")
    empty = dict.fromkeys((*texts, "subject_name", "subject_key", "process_slug", "element_id"), "")
    return empty | {
        "id": number,
        "case_id": 1,
        "task_guid": str(number),
        "office_id": 1,
        "notification_number": "R8-000001",
        "state": "open",
        "excluded_staff": [],
        "created_at": at,
    }


def _tables(connection: Connection) -> dict[str, Table]:
    schema = MetaData()
    schema.reflect(connection)
    return dict(schema.tables)
