"""Definitions on record get the title of their diagram; what cannot be read stays without one."""

import json
import zlib

from sqlalchemy import Connection, MetaData, Table, inspect, select

DRAWN = '<bpmn:process id="bicycle" name="自転車の&quot;貸出&quot;" portal:name_en="Bicycles">'


def load_before(connection: Connection) -> None:
    content = zlib.compress(json.dumps({"slug": "bicycle", "bpmn": {"bicycle": DRAWN}}).encode())
    rows = [
        {"id": 1, "slug": "bicycle", "version": 1, "hash": "a", "content": content, "state": "published"},
        {"id": 2, "slug": "loss", "version": 1, "hash": "b", "content": b"x", "state": "published"},
    ]
    connection.execute(table(connection).insert(), rows)


def check_after(connection: Connection) -> None:
    c = table(connection).c
    found = connection.execute(select(c.title_ja, c.title_en).order_by(c.id)).all()
    assert [tuple(row) for row in found] == [('自転車の"貸出"', "Bicycles"), ("", "")]


def check_before(connection: Connection) -> None:
    assert "title_ja" not in {one["name"] for one in inspect(connection).get_columns("definition")}
    assert connection.execute(select(table(connection).c.id)).scalars().all() == [1, 2]


def table(connection: Connection) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=["definition"])
    return schema.tables["definition"]
