"""Nothing leaves a process of the portal but to what the settings name (M30)."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.security.outbound import Allowed, of_addresses
from tests.architecture.tree import ROOT

PROGRAM = """
import json, socket, sys, urllib.request
import wsgi
from portal.security.outbound import OutboundRefused
answers = {}
def tried(name, deed):
    try:
        deed()
        answers[name] = "reached"
    except OutboundRefused:
        answers[name] = "refused"
    except OSError as error:
        answers[name] = "refused" if "no setting" in str(error) else type(error).__name__
named, other, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
tried("named", lambda: socket.create_connection(("127.0.0.1", named), 5).close())
tried("named by its name", lambda: socket.create_connection(("localhost", named), 5).close())
tried("other port", lambda: socket.create_connection(("127.0.0.1", other), 5).close())
tried("page", lambda: urllib.request.urlopen(f"http://127.0.0.1:{other}/", timeout=5))
tried("name", lambda: socket.getaddrinfo("example.invalid", 80))
tried("datagram", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", other)))
tried("path", lambda: socket.socket(socket.AF_UNIX).connect(path))
print(json.dumps(answers))
"""


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def test_a_process_reaches_what_its_settings_name_and_nothing_else(
    listening: socket.socket, tmp_path: Path
) -> None:
    path = str(tmp_path / "other.sock")
    with socket.create_server(("127.0.0.1", 0)) as named, socket.socket(socket.AF_UNIX) as own:
        own.bind(path)
        own.listen()
        settings = {
            "PATH": os.environ["PATH"],
            "PORTAL_DATA_DIR": str(tmp_path / "data"),
            "PORTAL_SCANNER": f"tcp://localhost:{named.getsockname()[1]}",
        }
        ports = [str(one.getsockname()[1]) for one in (named, listening)]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAM, *ports, path],
            cwd=ROOT,
            env=settings,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert json.loads(told[-1]) == {
        "named": "reached",
        "named by its name": "reached",
        "other port": "refused",
        "page": "refused",
        "name": "refused",
        "datagram": "refused",
        "path": "refused",
    }
    with pytest.raises(BlockingIOError):
        listening.accept()
    events = [json.loads(line)["event"] for line in told[:-1]]
    assert events.count("outbound refused") == 5
    assert events.count("outbound") == 1


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("postgresql+psycopg://portal:word@db.city.example/portal", ("db.city.example", 5432)),
        ("postgres://portal@192.0.2.7:6432/portal", ("192.0.2.7", 6432)),
        ("postgresql://portal@/portal?host=192.0.2.8", ("192.0.2.8", 5432)),
        ("redis://queue.city.example/0", ("queue.city.example", 6379)),
        ("rediss://queue.city.example:6380", ("queue.city.example", 6380)),
        ("tcp://127.0.0.1", ("127.0.0.1", 3310)),
    ],
)
def test_the_place_of_an_address(address: str, place: tuple[str, int]) -> None:
    assert of_addresses([address]).places == {place}


def test_what_is_no_place_names_none() -> None:
    nothing = of_addresses(["", "off", "sqlite:///portal.sqlite3", "memory://"])
    assert (nothing.places, nothing.paths) == (frozenset(), frozenset())
    assert of_addresses(["unix:/run/clamav/clamd.ctl", "postgresql://a@/b?host=/run/pg"]).paths == {
        "/run/clamav/clamd.ctl",
        "/run/pg",
    }


def test_an_address_is_looked_at_whole() -> None:
    allowed = Allowed(frozenset({("192.0.2.7", 5432), ("localhost", 3310)}), frozenset({"/run/a.sock"}))
    assert allowed.takes(("192.0.2.7", 5432))
    assert allowed.takes(("127.0.0.1", 3310))
    assert allowed.takes("/run/a.sock")
    assert allowed.takes(b"/run/a.sock")
    for other in (("192.0.2.7", 80), ("192.0.2.70", 5432), ("127.0.0.2", 3310), "/run/b.sock", None, ()):
        assert not allowed.takes(other)
    assert allowed.resolves("localhost")
    assert allowed.resolves(None)
    assert not allowed.resolves("example.invalid")
