"""List and search pages of 300,000 persons: ours beside Flask-AppBuilder's ModelView of the same table.

Two gunicorn workers, four clients, PostgreSQL, both in the same minutes; the best of five rounds counts. Ours
shows more (address, household, number, eligibility) and writes an audit event for every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlencode

import psycopg

from benchmarks import cluster
from benchmarks.clients import PEER_ACCOUNT, PEER_PASSWORD, Client, Round, prepared, served, together
from benchmarks.figures import Figure, less_is_better, more_is_better
from services.search_statements import PAGE

DATABASE = "registry_bench"
ACCOUNTS = ("sato", "suzuki", "tanaka", "yamada")
ROUNDS, TIMES, PEER_TIMES = 5, 15, 5
DEEP = 1_000


@dataclass(frozen=True)
class Job:
    """A page that both are asked for: the form that we are sent, the filter that the peer is given."""

    name: str
    typed: dict[str, str]
    peer: dict[str, str]
    is_deep: bool = False


JOBS = (
    Job("page_1", {"q": "サ"}, {"_flt_0_name_kana": "サ"}),
    Job("page_1000", {"q": "サ"}, {"_flt_0_name_kana": "サ", "page_PeerView": str(DEEP - 1)}, is_deep=True),
    Job("prefix_common", {"q": "やまだ"}, {"_flt_0_name_kana": "ヤマダ"}),
    Job("prefix_rare", {"q": "ヤマダ アオイ"}, {"_flt_0_name_kana": "ヤマダ\u3000アオイ"}),
    Job("substring", {"kana": "サオリ", "inside": "yes"}, {"_flt_2_name_kana": "サオリ"}),
)


def run() -> Iterator[Figure]:
    """Pages per second and p95 of each job, the statements of a page, and what a deep page costs more."""
    with cluster.server(), ExitStack() as stack:
        cluster.copy_of_city(DATABASE)
        stack.callback(cluster.drop, DATABASE)
        ours = _ours(stack.enter_context(served("benchmarks.serving:portal()", DATABASE)))
        prepared("benchmarks.serving:peer", DATABASE)
        theirs = _theirs(stack.enter_context(served("benchmarks.serving:peer()", DATABASE)))
        last = _person_before_deep_page()
        best: dict[str, Round] = {}
        for job in JOBS:
            words = [_searched(client, job, last) for client in ours]
            filters = [f"/peer/list/?{urlencode(job.peer)}"] * len(theirs)
            told = [
                (together(ours, words, TIMES), together(theirs, filters, PEER_TIMES)) for _ in range(ROUNDS)
            ]
            mine, peer = _best([one for one, _ in told]), _best([one for _, one in told])
            best[job.name] = mine
            yield more_is_better(f"registry.{job.name}", mine.per_second, "pages/s", peer.per_second)
            yield less_is_better(f"registry.{job.name}.p95", mine.p95, "ms", peer.p95)
        yield Figure("registry.statements", max(one.statements for one in best.values()), "statements", 8)
        yield less_is_better(
            "registry.deep_page", 1 / best["page_1000"].per_second, "s/page", 1 / best["page_1"].per_second
        )


def _best(rounds: list[Round]) -> Round:
    return Round(
        per_second=max(one.per_second for one in rounds),
        p95=min(one.p95 for one in rounds),
        statements=max(one.statements for one in rounds),
    )


def _ours(port: int) -> list[Client]:
    password = (cluster.data_dir(DATABASE) / "demo_password").read_text().strip()
    clients = [Client(port) for _ in ACCOUNTS]
    for client, account in zip(clients, ACCOUNTS, strict=True):
        client.sign_in(account, password, cluster.flask_says(DATABASE, "demo", "code", account))
    return clients


def _theirs(port: int) -> list[Client]:
    clients = [Client(port) for _ in ACCOUNTS]
    for client in clients:
        client.sign_in(PEER_ACCOUNT, PEER_PASSWORD)
    return clients


def _searched(client: Client, job: Job, last: int) -> str:
    """The address of our page: the search is sent once, its result is asked for again and again."""
    answer, _ = client.ask("POST", "/persons/", client.token("/persons/") | job.typed)
    address = answer.getheader("Location") or ""
    return f"{address}&after={last}" if job.is_deep else address


def _person_before_deep_page() -> int:
    """The last person of the page before the deep one, in our order."""
    statement = (
        "SELECT person_id FROM search_key WHERE kind = 'kana' AND key >= 'サ' AND key < 'ザ' "
        "ORDER BY key, person_id OFFSET %s LIMIT 1"
    )
    with psycopg.connect(host=str(cluster.SOCKET), user=cluster.USER, dbname=DATABASE) as connection:
        found = connection.execute(statement, ((DEEP - 1) * PAGE - 1,)).fetchone()
    if found is None:
        raise RuntimeError("the city is too small for a deep page")
    return int(found[0])
