"""Attachments of before say that no virus scanner has looked at them; a new one says what it said."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, Table, inspect, select

AT = datetime(2026, 11, 29, 1, 0, tzinfo=UTC)
ROW = {"kind": "move_out_certificate", "media_type": "application/pdf", "size": 1, "sha256": "0" * 64}


def load_before(connection: Connection) -> None:
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    office = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": ""}
    connection.execute(table(connection, "office").insert(), office | {"active": True})
    case = {"id": 1, "slug": "loss", "definition_hash": "h", "office_id": 1, "state": "open", "version": 2}
    connection.execute(table(connection, "workflow_case").insert(), case | {"started_at": at, "blob": b"{}"})
    connection.execute(table(connection, "attachment").insert(), row(connection, 1))


def check_after(connection: Connection) -> None:
    attachment = table(connection, "attachment")
    new = row(connection, 2) | {"scan": "infected", "infection": "Eicar-Test"}
    connection.execute(attachment.insert(), new)
    told = select(attachment.c.scan, attachment.c.infection).order_by(attachment.c.id)
    assert [tuple(one) for one in connection.execute(told)] == [("unscanned", ""), ("infected", "Eicar-Test")]


def check_before(connection: Connection) -> None:
    names = {column["name"] for column in inspect(connection).get_columns("attachment")}
    assert not names & {"scan", "infection"}


def row(connection: Connection, number: int) -> dict[str, object]:
    """An attachment of the case."""
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    return ROW | {"id": number, "case_id": 1, "file_name": f"{number}.pdf", "added_at": at}


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
