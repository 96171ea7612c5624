"""A case that runs in the first format goes on in the second one, and knows who did what."""

import json
from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, select

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ROOT, STEP, NEXT = (f"0000000{number}-0000-4000-8000-000000000000" for number in (1, 2, 3))
FIRST = {
    "format": 1,
    "top": {
        "tasks": [
            {
                "id": ROOT,
                "spec": "Root",
                "state": 64,
                "children": [NEXT, STEP],
                "changed_at": 1000.0,
                "data": {"case": {"way": "counter"}},
            },
            {"id": STEP, "spec": "apply", "state": 64, "children": [], "changed_at": 1000.5, "parent": ROOT},
            {
                "id": NEXT,
                "spec": "verify",
                "state": 16,
                "children": [],
                "changed_at": 1001.25,
                "parent": ROOT,
                "gone": ["case"],
                "triggered": True,
            },
        ],
        "root": ROOT,
        "last": STEP,
        "data": {},
        "success": True,
        "completed": False,
        "correlations": {},
    },
    "called": {},
}
SECOND = {
    "format": 2,
    "doers": {"apply": ["account:1", "s1"]},
    "top": {
        "tasks": [
            [
                ROOT.replace("-", ""),
                "Root",
                64,
                -1,
                0,
                {"data": {"case": {"way": "counter"}}, "children": [2, 1]},
            ],
            [STEP.replace("-", ""), "apply", 64, 0, 500_000],
            [NEXT.replace("-", ""), "verify", 16, 0, 1_250_000, {"gone": ["case"], "triggered": True}],
        ],
        "since": 1000.0,
        "root": 0,
        "last": 1,
    },
}


def load_before(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    tables = schema.tables
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    user = {"first_name": "花子", "last_name": "佐藤", "username": "sato", "email": "sato@example.invalid"}
    connection.execute(tables["ab_user"].insert(), user | {"id": 1})
    office = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": ""}
    connection.execute(tables["office"].insert(), office | {"active": True})
    case = {"id": 1, "slug": "loss", "definition_hash": "h", "office_id": 1, "state": "open", "version": 2}
    blob = json.dumps(FIRST).encode()
    connection.execute(tables["workflow_case"].insert(), case | {"started_at": at, "blob": blob})
    done = {"case_id": 1, "at": at, "by_id": 1, "staff_number": "s1", "kind": "completed"}
    told = {"element_id": "apply", "title_ja": "", "title_en": ""}
    connection.execute(tables["case_event"].insert(), done | told)


def check_after(connection: Connection) -> None:
    assert kept(connection) == SECOND


def check_before(connection: Connection) -> None:
    assert kept(connection) == SECOND


def kept(connection: Connection) -> object:
    schema = MetaData()
    schema.reflect(connection)
    return json.loads(bytes(connection.execute(select(schema.tables["workflow_case"].c.blob)).scalar_one()))
