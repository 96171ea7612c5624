"""The inbox over 20,000 open tasks of one office and 1,000,000 finished ones, beside Flask-AppBuilder's view.

Two gunicorn workers, one client and then twenty; the person is one of 300, sees 10,000 of the tasks, has
three saved filters and the counts of the sidebar. The peer is a ModelView of the same table, of open tasks
only and in order of their due dates; it shows one table and counts nothing else. Searches and cases are ours;
each of 240 or more cases is opened once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import psycopg

from benchmarks import cluster
from benchmarks.clients import (
    PEER_ACCOUNT,
    PEER_PASSWORD,
    PORTAL,
    Client,
    Round,
    one_by_one,
    prepared,
    served,
    together,
)
from benchmarks.figures import Figure, less_is_better

DATABASE = "queue_bench"
ACCOUNTS = ("sato", "tanaka")
CROWD, ALONE_TIMES, CROWD_TIMES, PEER_TIMES = 20, 60, 12, 3
SEARCHES = {"kana": "ﾔﾏﾀﾞ", "number": "R8-0123", "state": "本人確認待ち"}
PEER_LIST = "/peer/tasks/list/?_flt_0_procedure=acquisition"
LIST = "/inbox/?box=group&procedure=acquisition&due=soon"
FILLED = Path(__file__).with_suffix(".sql")
COPIED = Path(__file__).with_name("task_queue_cases.sql")


def run() -> Iterator[Figure]:
    """p95 of the queue, of searches in it and of a case; statements and size of the page."""
    with cluster.server(), ExitStack() as stack:
        cluster.fresh(DATABASE)
        stack.callback(cluster.drop, DATABASE)
        cases = _filled()
        port = stack.enter_context(served("benchmarks.serving:portal()", DATABASE, PORTAL))
        ours = _signed_in(port)
        prepared("benchmarks.serving:peer", DATABASE)
        peer = Client(stack.enter_context(served("benchmarks.serving:peer()", DATABASE)))
        peer.sign_in(PEER_ACCOUNT, PEER_PASSWORD)
        for client in ours:
            _save_filters(client)
        alone, theirs = together(ours[:1], [LIST], ALONE_TIMES), together([peer], [PEER_LIST], PEER_TIMES)
        yield less_is_better("queue.page.p95", alone.p95, "ms", theirs.p95)
        crowd = together(_crowd(ours), [LIST] * CROWD, CROWD_TIMES)
        all_of_them = together([peer] * CROWD, [PEER_LIST] * CROWD, 1)
        yield less_is_better("queue.page.20_clients.p95", crowd.p95, "ms", all_of_them.p95)
        yield Figure("queue.page.statements", crowd.statements, "statements", 8)
        yield Figure("queue.page.size", len(ours[0].ask("GET", LIST)[1].encode()) / 1024, "KiB", 100)
        for name, text in SEARCHES.items():
            found = together(ours[:1], [_searched(ours[0], text)], ALONE_TIMES)
            yield Figure(f"queue.search.{name}.p95", round(found.p95, 2), "ms", 150)
        opened = _opened(ours[0], cases)
        yield Figure("queue.case.p95", round(opened.p95, 2), "ms", 150)


def _filled() -> Sequence[int]:
    """Set up, bring some real cases on their way, add the many; the real cases of the office that wait."""
    cluster.flask(DATABASE, "setup")
    cluster.flask(DATABASE, "demo", "load", "--size", "small")
    cluster.flask(DATABASE, "demo", "cases")
    socket, user = str(cluster.SOCKET), cluster.USER
    with psycopg.connect(host=socket, user=user, dbname=DATABASE, autocommit=True) as connection:
        told = connection.execute("SELECT office_id FROM work_item WHERE role = 'counter' AND state = 'open'")
        office = told.fetchall()[0][0]
        connection.execute(COPIED.read_text(encoding="utf-8").encode())
        waiting = connection.execute(
            "SELECT DISTINCT case_id FROM work_item WHERE state = 'open' AND office_id = %s ORDER BY case_id",
            (office,),
        ).fetchall()
        connection.execute(FILLED.read_text(encoding="utf-8").replace(":office", str(office)).encode())
        connection.execute("VACUUM (ANALYZE)")
    return [case_id for (case_id,) in waiting]


def _signed_in(port: int) -> list[Client]:
    password = (cluster.data_dir(DATABASE) / "demo_password").read_text().strip()
    clients = [Client(port) for _ in ACCOUNTS]
    for client, account in zip(clients, ACCOUNTS, strict=True):
        client.sign_in(account, password, cluster.flask_says(DATABASE, "demo", "code", account))
    return clients


def _crowd(clients: Sequence[Client]) -> list[Client]:
    """Twenty browsers, some of one person."""
    return [
        Client(clients[place % len(clients)].port, dict(clients[place % len(clients)].cookies))
        for place in range(CROWD)
    ]


def _save_filters(client: Client) -> None:
    token = client.token("/inbox/?box=group")
    for narrowed in (
        {"name": "急ぎの取得", "procedure": "acquisition", "due": "soon"},
        {"name": "古いもの", "age": "14"},
        {"name": "山田さん", "s": _searched(client, "やまだ").rpartition("s=")[2]},
    ):
        answer, _ = client.ask("POST", "/inbox/saved/", {**token, "box": "group", **narrowed})
        if answer.status != 303:
            raise RuntimeError(f"a filter was not saved: {answer.status}")


def _searched(client: Client, text: str) -> str:
    token = client.token("/inbox/?box=group")
    answer, _ = client.ask("POST", "/inbox/", {**token, "box": "group", "text": text})
    return answer.getheader("Location") or ""


def _opened(client: Client, cases: Sequence[int]) -> Round:
    """Each case once, as somebody opens them from the list one after the other."""
    return one_by_one(client, [f"/cases/{case_id}?list=box%3Dgroup" for case_id in cases], mark="</aside>")
