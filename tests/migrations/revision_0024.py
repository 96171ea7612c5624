"""Open tasks stay; their index on PostgreSQL holds all by which the inbox narrows and searches."""

from sqlalchemy import Connection, MetaData, Table, inspect, select

from tests.migrations import revision_0021 as tasks


def load_before(connection: Connection) -> None:
    tasks.load_before(connection)


def check_after(connection: Connection) -> None:
    assert guids(connection) == ["one"]
    assert "subject_key" in included(connection) or connection.dialect.name == "sqlite"


def check_before(connection: Connection) -> None:
    assert guids(connection) == ["one"]
    assert "subject_key" not in included(connection)


def guids(connection: Connection) -> list[str]:
    schema = MetaData()
    schema.reflect(connection, only=["work_item"])
    table: Table = schema.tables["work_item"]
    return list(connection.execute(select(table.c.task_guid)).scalars())


def included(connection: Connection) -> list[str]:
    """The columns that the index of open tasks holds beside its key."""
    (index,) = [
        one for one in inspect(connection).get_indexes("work_item") if one["name"] == "ix_work_item_open"
    ]
    options = index["dialect_options"]
    assert any(name.endswith("_where") for name in options)
    return list(options.get("postgresql_include", []))
