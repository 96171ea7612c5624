"""Clients that ask the same page again and again, side by side, and what they waited."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

from benchmarks.cluster import ROOT, environment

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PATIENCE = 120
PORTAL = (  # as deploy/ serves it
    *("--config", "python:portal.server", "--threads", "4", "--worker-connections", "4", "--keep-alive", "0"),
    "--no-control-socket",
)
PEER_ACCOUNT, PEER_PASSWORD = "peer", "peer-of-the-bench"  # on a copy that is dropped at the end


@dataclass(frozen=True)
class Round:
    """What one round of one page showed."""

    per_second: float
    p95: float  # milliseconds
    statements: int


def prepared(application: str, database: str) -> None:
    """Build an application once by itself, so that its workers need not write the same rows at once."""
    module, _, name = application.partition(":")
    command = (sys.executable, "-c", f"from {module} import {name}; {name}()")
    settings = environment(database) | {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=ROOT, env=settings, check=True, capture_output=True)  # noqa: S603 - our own


@contextmanager
def served(application: str, database: str, options: Sequence[str] = (), workers: int = 2) -> Iterator[int]:
    """An application behind gunicorn on a loopback port; the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        process = subprocess.Popen(  # noqa: S603 - our own application
            [
                *(sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}"),
                *("--workers", str(workers), "--log-level", "error", *options, application),
            ],
            cwd=ROOT,
            env=environment(database) | {"PYTHONPATH": str(ROOT)},
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
        )
        try:
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


@dataclass
class Client:
    """A browser with cookies, without anything else."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> tuple[HTTPResponse, str]:
        """One request on a connection of its own."""
        connection = HTTPConnection("localhost", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer, text

    def token(self, path: str) -> dict[str, str]:
        """The token of a page's forms, where it has one."""
        found = TOKEN.search(self.ask("GET", path)[1])
        return {"csrf_token": found[1]} if found else {}

    def sign_in(self, name: str, password: str, code: str = "") -> None:
        """Enter by name and password, and with a one-time code where there is one.

        Raises:
            RuntimeError: not let in.
        """
        body = {**self.token("/login/"), "username": name, "password": password}
        answer, _ = self.ask("POST", "/login/", body)
        second = answer.getheader("Location") or ""
        if code and "/login/second" in second:
            answer, _ = self.ask("POST", second, {**self.token(second), "code": code})
        if answer.status != 302 or "login" in (answer.getheader("Location") or ""):
            raise RuntimeError(f"{name} was not let in: {answer.status}")


def together(clients: Sequence[Client], paths: Sequence[str], times: int, mark: str = "</table>") -> Round:
    """Each client asks its path so many times, all at once; a page without the mark is none."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        visits = pool.map(lambda client, path: _visit(client, [path] * times, mark), clients, paths)
        told = [one for rows in visits for one in rows]
    return _round(told, time.perf_counter() - begun)


def one_by_one(client: Client, paths: Sequence[str], mark: str = "</table>") -> Round:
    """One client asks one path after the other."""
    begun = time.perf_counter()
    return _round(_visit(client, paths, mark), time.perf_counter() - begun)


def _visit(client: Client, paths: Sequence[str], mark: str) -> list[tuple[float, int]]:
    """How long each path was waited for, and how many statements it took."""
    waited = []
    for path in paths:
        begun = time.perf_counter()
        answer, text = client.ask("GET", path)
        waited.append((time.perf_counter() - begun, int(answer.getheader("X-Statements") or 0)))
        if answer.status != 200 or mark not in text:
            raise RuntimeError(f"{path}: {answer.status}")
    return waited


def _round(told: Sequence[tuple[float, int]], passed: float) -> Round:
    waits = sorted(wait for wait, _ in told)
    return Round(
        per_second=len(told) / passed,
        p95=waits[int(len(waits) * 0.95)] * 1000,
        statements=max(count for _, count in told),
    )
