"""What decision tables read can be kept for a case that was there before; the case stays, going back too."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, inspect, select

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def load_before(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    tables = schema.tables
    office = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": ""}
    connection.execute(tables["office"].insert(), office | {"active": True})
    case = {"id": 1, "slug": "loss", "definition_hash": "h", "office_id": 1, "state": "open"}
    connection.execute(
        tables["workflow_case"].insert(), case | {"version": 2, "started_at": moment(connection)}
    )


def check_after(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    kept = schema.tables["decision_evaluation"]
    row = {"case_id": 1, "at": moment(connection), "element_id": "decide", "decision_id": "papers"}
    row |= {"decision_name": "求める書類", "definition_hash": "h"}
    connection.execute(kept.insert(), row | {"tables": [{"owner": "求める書類", "rules": [1]}]})
    assert connection.scalar(select(kept.c.tables)) == [{"owner": "求める書類", "rules": [1]}]


def check_before(connection: Connection) -> None:
    assert "decision_evaluation" not in inspect(connection).get_table_names()
    schema = MetaData()
    schema.reflect(connection)
    assert connection.scalar(select(schema.tables["workflow_case"].c.version)) == 2
