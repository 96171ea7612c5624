"""A number that two persons had stays with the first one; the later one is held and on the list."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, Table, inspect, select

AT = datetime(2026, 11, 29, 1, 0, tzinfo=UTC)


def load_before(connection: Connection) -> None:
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    person = table(connection, "person")
    for number in (1, 2):
        told = {"id": number, "addressee_number": f"{number:015}", "created_at": at}
        connection.execute(person.insert(), told)
    common = {"state": "confirmed", "sealed": b"s", "key_id": "own", "created_at": at}
    for number, (person_id, digits) in enumerate([(1, b"d" * 32), (2, b"d" * 32), (1, b"e" * 32)], start=1):
        row = {"id": number, "reference": f"{number:036}", "person_id": person_id, "blind_index": digits}
        connection.execute(table(connection, "individual_number").insert(), common | row)


def check_after(connection: Connection) -> None:
    number = table(connection, "individual_number")
    states = connection.execute(select(number.c.state).order_by(number.c.id)).scalars().all()
    assert states == ["confirmed", "provisional", "provisional"]
    row = table(connection, "confirmation_row")
    told = select(row.c.kind, row.c.person_id, row.c.other_person_id, row.c.number_ref).order_by(row.c.id)
    assert [tuple(one) for one in connection.execute(told)] == [
        ("held_by_another", 2, 1, f"vault:{2:036}"),
        ("person_has_another", 1, None, f"vault:{3:036}"),
    ]


def check_before(connection: Connection) -> None:
    assert "confirmation_row" not in inspect(connection).get_table_names()


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
