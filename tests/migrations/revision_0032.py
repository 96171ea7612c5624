"""A use of a medium and a worker stay as they are; after it a use names its firm, a pledge its end."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def load_before(connection: Connection) -> None:
    at = moment(connection)
    office = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": ""}
    put(connection, "office", office | {"active": True})
    user = {"id": 1, "first_name": "花子", "last_name": "窓口", "username": "u1"}
    put(connection, "ab_user", user | {"email": "1@example.invalid"})
    firm = {"id": 1, "name": "見本社", "plain_name": "見本社", "corporate_number": "", "address": ""}
    put(connection, "contractor_firm", firm | {"added_at": at})
    contract = {"id": 1, "number": "R8-1", "title": "保守", "office_id": 1, "band": "under_10"}
    put(connection, "contractor_contract", contract | {"may_subcontract": True, "added_at": at})
    link = {"id": 1, "contract_id": 1, "firm_id": 1, "state": "granted", "clauses": {}, "chart": []}
    words = ("reason", "scope", "data_scope", "capability", "inspection", "conditions", "decided_words")
    texts = dict.fromkeys((*words, "ended_words", "handed_back_way", "handed_back_words"), "")
    put(connection, "contractor_link", link | texts | {"entered_at": at})
    worker = {"contract_id": 1, "link_id": 1, "last_name": "業者", "first_name": "太郎", "added_at": at}
    texts = dict.fromkeys(("employer", "evidence", "place", "badge", "username"), "")
    put(connection, "contractor_worker", worker | texts)
    medium = {"id": 1, "number": "USB-001", "kind": "usb", "serial": "", "place": "保管庫", "office_id": 1}
    put(connection, "medium", medium | {"added_at": at, "destroyed_way": "", "destroyed_words": ""})
    use = {"medium_id": 1, "state": "wiped", "what": "一覧", "why": "移送", "from_place": "課"}
    people = {"to_place": "支所", "carrier_id": 1, "asked_by_id": 1, "asked_at": at, "due_at": at}
    texts = dict.fromkeys(("decided_words", "file_name", "sha256", "wiped_words"), "")
    put(connection, "medium_use", use | people | texts)


def check_after(connection: Connection) -> None:
    uses, workers = table(connection, "medium_use"), table(connection, "contractor_worker")
    assert connection.execute(select(uses.c.link_id)).scalars().all() == [None]
    assert connection.execute(select(workers.c.pledged_until)).scalars().all() == [None]
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(uses.update().values(link_id=999))
    connection.execute(uses.update().values(link_id=1))
    connection.execute(workers.update().values(pledged_until=date(2027, 3, 31)))


def check_before(connection: Connection) -> None:
    assert "link_id" not in columns(connection, "medium_use")
    assert "pledged_until" not in columns(connection, "contractor_worker")
    assert connection.execute(select(table(connection, "medium_use").c.to_place)).scalars().all() == ["支所"]
    names = select(table(connection, "contractor_worker").c.last_name)
    assert connection.execute(names).scalars().all() == ["業者"]


def put(connection: Connection, name: str, values: dict[str, object]) -> None:
    connection.execute(table(connection, name).insert(), values)


def columns(connection: Connection, name: str) -> set[str]:
    return {one["name"] for one in inspect(connection).get_columns(name)}


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
