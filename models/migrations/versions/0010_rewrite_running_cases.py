"""rewrite running cases in the second format, with who has done which task

Revision: 0010
Before it: 0009
"""

import json

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

CASES = sa.table("workflow_case", sa.column("id", sa.Integer), sa.column("blob", sa.LargeBinary))
EVENTS = sa.table(
    "case_event",
    sa.column("case_id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("element_id", sa.String),
    sa.column("staff_number", sa.String),
    sa.column("by_id", sa.Integer),
)
USUAL = (("data", {}), ("success", True), ("completed", False), ("correlations", {}))
MICROSECONDS = 1_000_000


def upgrade() -> None:
    connection = op.get_bind()
    found = connection.execute(sa.select(CASES.c.id, CASES.c.blob).where(CASES.c.blob.is_not(None))).all()
    for case_id, blob in found:
        state = json.loads(bytes(blob))
        if state["format"] != 1:
            continue
        second = {"format": 2, "doers": doers(connection, case_id), "top": workflow(state["top"])}
        if state["called"]:
            second["called"] = {
                plain(task_id): workflow(called) | {"spec": called["spec"]}
                for task_id, called in state["called"].items()
            }
        packed = json.dumps(second, ensure_ascii=False, separators=(",", ":")).encode()
        connection.execute(sa.update(CASES).where(CASES.c.id == case_id).values(blob=packed))


def downgrade() -> None:
    """A case that went on in the second format stays in it: the first one could not hold who did what."""


def doers(connection: sa.Connection, case_id: int) -> dict[str, list[str]]:
    """Who has completed which task, by staff number and by account, as the journal tells."""
    statement = sa.select(EVENTS.c.element_id, EVENTS.c.staff_number, EVENTS.c.by_id).where(
        EVENTS.c.case_id == case_id, EVENTS.c.kind == "completed"
    )
    names: dict[str, set[str]] = {}
    for element_id, staff_number, by_id in connection.execute(statement):
        told = {staff_number, f"account:{by_id}" if by_id is not None else ""} - {""}
        names.setdefault(element_id, set()).update(told)
    return {element_id: sorted(told) for element_id, told in names.items()}


def workflow(first: dict) -> dict:
    """A tree of the first format as the second one keeps it."""
    tasks = first["tasks"]
    places = {task["id"]: place for place, task in enumerate(tasks)}
    since = min((task["changed_at"] for task in tasks), default=0.0)
    born: list[list[int]] = [[] for _ in tasks]
    for place, task in enumerate(tasks):
        if task.get("parent") in places:
            born[places[task["parent"]]].append(place)
    second = {
        "tasks": [row(task, places, since, order) for task, order in zip(tasks, born, strict=True)],
        "since": since,
        "root": places[first["root"]],
    }
    if first["last"] in places:
        second["last"] = places[first["last"]]
    return second | {name: first[name] for name, usual in USUAL if first[name] != usual}


def row(task: dict, places: dict[str, int], since: float, born: list[int]) -> list:
    """A task of the first format as a row of the second one."""
    more = {name: task[name] for name in ("data", "gone", "triggered", "internal") if task.get(name)}
    children = [places[child] for child in task["children"]]
    if children != born:
        more["children"] = children
    changed_at = round((task["changed_at"] - since) * MICROSECONDS)
    place = places.get(task.get("parent"), -1)
    kept = [plain(task["id"]), task["spec"], task["state"], place, changed_at]
    return [*kept, more] if more else kept


def plain(task_id: str) -> str:
    """An id without its dashes."""
    return task_id.replace("-", "")
