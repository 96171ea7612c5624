"""Web workers killed at moments by chance while clerks press buttons: nothing lost, nothing doubled (N1)."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.audit.verify import verify
from models.case import WorkItem
from models.deed import Deed
from portal import clock
from portal.commands import setup
from portal.extensions import db
from services import unit_of_work
from services.context import SYSTEM
from tests.architecture.tree import ROOT
from tests.factories.processes import review
from tests.factories.staff import an_office
from tests.fixtures.databases import migrated_database
from tests.portal.conftest import OpenPortal, Visitor, employ
from tests.portal.drawn_cases import begin
from tests.workflows.engine.review_office import reconcile
from workflows.engine import definitions

CASES, STEPS = 8, 3
KILLS, BETWEEN_KILLS = 3, 5
PATIENCE, MOST_TRIES = 60, 200
BROWSER = "Clerk's browser"
CLERKS = {"counter.hanako": "counter", "colleague": "counter", "verifier.hanako": "verifier"}
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Gunicorn:
    """A web server of two workers on a port of ours; a worker may be killed, and its master makes another."""

    process: subprocess.Popen[bytes]
    port: int

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(one) for one in path.read_text().split()]

    def kill(self, chance: random.Random, *, all_of_them: bool) -> None:
        workers = self.workers()
        for one in workers if all_of_them else [chance.choice(workers)]:
            os.kill(one, signal.SIGKILL)


@contextmanager
def gunicorn(folder: Path, url: str, environment: str = "test") -> Iterator[Gunicorn]:
    kept = {name: value for name, value in os.environ.items() if name != "PORTAL_DATA_DIR"}
    told = {"PORTAL_DATA_DIR": str(folder), "PORTAL_ENVIRONMENT": environment, "DATABASE_URL": url}
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "server.log").open("wb") as log:
        command = (
            *(sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}", "--workers", "2"),
            *("--threads", "2", "--preload", "--no-control-socket", "wsgi:application"),
        )
        with subprocess.Popen(
            command, cwd=ROOT, env=kept | told, stdout=log, stderr=log, pass_fds=[listener.fileno()]
        ) as process:
            try:
                yield Gunicorn(process, listener.getsockname()[1])
            finally:
                process.terminate()


@dataclass
class Clerk:
    """Somebody at a browser who does what waits for his role; unanswered, he sends the same page again."""

    engine: Engine
    port: int
    role: str
    cookie: str
    did: threading.Semaphore
    unanswered: int = 0
    heard: list[int] = field(default_factory=list)

    def work(self) -> None:
        """Press until nothing waits for anybody."""
        found = TOKEN.search(self._ask("GET", "/profile/")[1])
        assert found
        while waiting := open_items(self.engine):
            for case, item, role in waiting:
                if role == self.role:
                    self._press(case, item, found[1])

    def _press(self, case: int, item: int, token: str) -> None:
        fields = {"csrf_token": token, "deed_key": f"{self.cookie[-16:]}-{item}", "amount": "60"}
        status, _ = self._ask("POST", f"/cases/{case}/tasks/{item}", urlencode(fields))
        assert status in {303, 409}, status
        if status == 303:
            self.heard.append(item)
            self.did.release()

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """Ask until somebody answers: a worker that was killed does not."""
        headers = {
            "Host": f"localhost:{self.port}",
            "Cookie": f"session={self.cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": BROWSER,
        }
        for _ in range(MOST_TRIES):
            connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            except (HTTPException, ConnectionError):
                self.unanswered += 1
            finally:
                connection.close()
        raise AssertionError("nobody answers any more")


def open_items(engine: Engine) -> list[tuple[int, int, str]]:
    """Open tasks: their case, themselves, the role that does them."""
    statement = select(WorkItem.case_id, WorkItem.id, WorkItem.role).where(WorkItem.state == "open")
    with engine.connect() as connection:
        return [(case, item, role) for case, item, role in connection.execute(statement)]


@pytest.fixture
def city(tmp_path: Path, open_portal: OpenPortal) -> Flask:
    """A portal on PostgreSQL with three clerks who are signed in, and cases that have just begun."""
    app = open_portal(migrated_database("postgresql", tmp_path))
    with app.app_context():
        setup.sync_roles()
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            an_office(ctx.session, "10")
            for number, (name, role) in enumerate(CLERKS.items()):
                employ(ctx, name, role, f"900{number}")
            definitions.publish_shipped(ctx, review())
        db.session.remove()
    for _ in range(CASES):
        begin(app, slug="review")
    return app


def signed_in_cookie(app: Flask, name: str) -> str:
    visitor = Visitor(app)
    visitor.client.environ_base["HTTP_USER_AGENT"] = BROWSER
    assert visitor.sign_in(name).status_code == 302
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    return str(cookie.value)


def test_workers_killed_while_tasks_are_completed_lose_and_double_nothing(
    city: Flask, tmp_path: Path
) -> None:
    cookies = {name: signed_in_cookie(city, name) for name in CLERKS}
    with city.app_context():
        engine = db.engine
    chance, did = random.Random(20261130), threading.Semaphore(0)
    with gunicorn(tmp_path, str(engine.url.render_as_string(hide_password=False))) as server:
        clerks = [Clerk(engine, server.port, role, cookies[name], did) for name, role in CLERKS.items()]
        with ThreadPoolExecutor(len(clerks)) as pool:
            working = [pool.submit(one.work) for one in clerks]
            for number in range(KILLS):
                for _ in range(chance.randint(1, BETWEEN_KILLS)):
                    assert did.acquire(timeout=PATIENCE)
                server.kill(chance, all_of_them=number % 2 == 0)
        for one in working:
            one.result()
    heard = [item for one in clerks for item in one.heard]
    assert len(set(heard)) == len(heard) == CASES * STEPS, "each task is done by one, and he was told"
    assert sum(one.unanswered for one in clerks) > 0, "some were not answered"
    with Session(engine) as session:
        assert reconcile(session) == {"done": CASES}
        assert session.scalar(select(func.count()).select_from(Deed)) == CASES * STEPS
    with city.app_context(), engine.connect() as connection:
        assert verify(connection).fault is None
