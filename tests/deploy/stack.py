"""The whole installation in a folder: install.sh, PostgreSQL with its roles, Redis, gunicorn, worker, nginx.

What runs is what the units and configurations of deploy/ say, with other folders and ports.
"""

import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse, HTTPSConnection
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Thread
from typing import IO, Any
from urllib.parse import urlencode

from tests.architecture.tree import ROOT
from tests.fixtures import cluster

NAME = "kokuho.test"
CITY = "999997"
PATIENCE = 60
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ROLES = {
    "owner": "stack_owner",
    "application": "stack_portal",
    "backup": "stack_backup",
    "vault": "stack_vault",
}
DATABASE = "stack"


def install(prefix: Path, port: int) -> str:
    """Run install.sh into a folder; what it said."""
    return run(
        str(ROOT / "deploy" / "install.sh"),
        *("--prefix", str(prefix), "--venv", sys.prefix, "--server-name", NAME),
        *("--municipality-code", CITY, "--https-port", str(port)),
    )


def run(*command: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run a program to its end; what it printed."""
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def make_certificate(prefix: Path) -> Path:
    """A certificate of this test alone."""
    folder = prefix / "etc/portal/tls"
    run(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"),
        *("-keyout", str(folder / "portal.key"), "-out", str(folder / "portal.crt")),
    )
    return folder / "portal.crt"


def nginx_configuration(prefix: Path) -> Path:
    """The surroundings that Debian's nginx.conf gives to the portal's file."""
    path = prefix / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    kept = "".join(
        f"{kind}_temp_path {prefix}/run/nginx_{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path.write_text(
        f"{user} worker_processes 1; pid {prefix}/run/nginx.pid;\n"
        f"error_log {prefix}/var/log/portal/nginx.log warn;\n"
        f"events {{ worker_connections 256; }}\n"
        f"http {{ include /etc/nginx/mime.types; {kept}\n"
        f"include {prefix}/etc/nginx/sites-available/portal; }}\n"
    )
    return path


def settings_of(path: Path) -> dict[str, str]:
    """The variables of an environment file, as the service manager reads it."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def command_of(prefix: Path, unit: str) -> list[str]:
    """What a unit starts."""
    text = (prefix / "etc/systemd/system" / unit).read_text(encoding="utf-8")
    return shlex.split(re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)[0])


@dataclass
class Stack:
    """The running installation."""

    prefix: Path
    port: int
    redis_port: int
    context: ssl.SSLContext
    app: Any = None
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.prefix / "opt/portal/current"

    @property
    def redis_url(self) -> str:
        return f"redis://:secret-of-a-test@127.0.0.1:{self.redis_port}/0"

    def database(self, role: str, name: str = DATABASE) -> str:
        return f"postgresql://{ROLES[role]}@/{name}?host={server()}"

    def superuser(self, name: str) -> str:
        return f"postgresql://{cluster.USER}@/{name}?host={server()}"

    def environment(self, *files: str) -> dict[str, str]:
        """What the service manager gives to a unit: the files of settings, and the keys."""
        keys = self.prefix / "etc/portal/keys"
        given = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        for file in ("portal.env", *files):
            given |= settings_of(self.prefix / "etc/portal" / file)
        return given | {
            "PORTAL_SECRET_KEY_FILE": str(keys / "secret_key"),
            "PORTAL_MASTER_KEY_FILE": str(keys / "master_key.json"),
            "PORTAL_AUDIT_KEY_FILE": str(keys / "audit_key.json"),
            "PORTAL_BACKUP_KEY_FILE": str(keys / "backup_key.json"),
            "PORTAL_KEY_STORE_BACKUP_KEY_FILE": str(keys / "key_store_backup_key.json"),
        }

    def flask(self, *words: str, files: tuple[str, ...] = ()) -> str:
        command = [str(self.home / ".venv/bin/python"), "-m", "flask", "--app", "wsgi", *words]
        return run(*command, env=self.environment(*files), cwd=self.home)

    def redis(self, *words: str) -> str:
        told = ("redis-cli", "-p", str(self.redis_port), "-a", "secret-of-a-test", "--no-auth-warning")
        return run(*told, *words)

    def spawn(self, name: str, *command: str, env: Mapping[str, str]) -> None:
        log = self.prefix / "var/log/portal" / f"{name}.log"
        with log.open("ab") as out:
            self.processes.append(
                subprocess.Popen(
                    command, cwd=self.home, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
                )
            )

    def log(self) -> str:
        """What all processes said so far."""
        return "\n".join(path.read_text() for path in sorted((self.prefix / "var/log/portal").iterdir()))


class Browser:
    """Somebody behind TLS, with his cookies; trusts the certificate of this test only."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.cookies: SimpleCookie = SimpleCookie()
        self.host = f"{NAME}:{stack.port}"

    def ask(
        self, method: str, path: str, body: str | None = None, **headers: str
    ) -> tuple[HTTPResponse, str]:
        """One request on a connection of its own, and the whole answer."""
        told = {"Host": self.host, "Cookie": self.cookies.output(attrs=[], header="", sep=";").strip()}
        if body is not None:
            told |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"https://{self.host}/login/",
            }
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = HTTPSConnection(NAME, self.stack.port, timeout=PATIENCE, context=self.stack.context)
        plain = socket.create_connection(("127.0.0.1", self.stack.port), timeout=PATIENCE)
        connection.sock = self.stack.context.wrap_socket(plain, server_hostname=NAME)
        try:
            connection.request(method, path, body, {name: value for name, value in told.items() if value})
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self.cookies.load(cookie)
        return answer, text

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, str]:
        return self.ask("GET", path, **headers)

    def post(self, path: str, token_from: str, **fields: str) -> tuple[HTTPResponse, str]:
        _, page = self.get(token_from)
        token = TOKEN.search(page)
        assert token, page[:400]
        return self.ask("POST", path, urlencode({"csrf_token": token[1], **fields}))


@contextmanager
def running(prefix: Path) -> Iterator[Stack]:
    """Install into a folder and start everything; end it whatever happens."""
    port, redis_port = free_port(), free_port()
    install(prefix, port)
    certificate = make_certificate(prefix)
    stack = Stack(prefix, port, redis_port, ssl.create_default_context(cafile=str(certificate)))
    with ExitStack() as undo:
        undo.callback(_stop, stack)
        undo.enter_context(postgresql(certificate))
        _make_database()
        _fill_in(stack)
        _start_redis(stack)
        stack.flask("setup", files=("setup.env",))
        yield stack


def start(stack: Stack) -> None:
    """Start web server, worker and nginx; a request waits until the portal answers."""
    given = stack.environment()
    told = [word for name, value in given.items() for word in ("-E", f"{name}={value}")]
    web = ["2" if word == "3" else word for word in command_of(stack.prefix, "portal-web.service")]
    door = str(stack.prefix / "run/portal-web.sock")
    _open_door(stack, "systemd-socket-activate", "-l", door, *told, *web, env=given)
    stack.spawn("worker", *command_of(stack.prefix, "portal-worker.service"), env=given)
    run("nginx", "-c", str(nginx_configuration(stack.prefix)))
    if Browser(stack).get("/healthz")[0].status != 200:
        raise RuntimeError(f"the portal does not answer:\n{stack.log()}")


def _open_door(stack: Stack, *command: str, env: Mapping[str, str]) -> None:
    """Start what opens the socket, and wait until it says that it has."""
    with (stack.prefix / "var/log/portal/web.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=stack.home, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.PIPE
        )
    stack.processes.append(process)
    assert process.stderr is not None
    said = process.stderr.readline()
    if b"Listening" not in said:
        raise RuntimeError(f"the socket was not opened: {said!r}")
    Thread(target=_keep, args=(process.stderr, stack.prefix / "var/log/portal/web.log"), daemon=True).start()


def _keep(stream: IO[bytes], log: Path) -> None:
    """Write what a process says to its log until it ends."""
    with stream, log.open("ab", buffering=0) as out:
        for line in stream:
            out.write(line)


def server() -> Path:
    """The folder of this installation's own PostgreSQL, which its account may reach."""
    return cluster.run_folder() / "stack"


@contextmanager
def postgresql(certificate: Path) -> Iterator[None]:
    """PostgreSQL as deploy/postgresql/portal.conf wants it: it keeps what it was told, with sums and TLS."""
    data = server() / "data"
    server().mkdir(mode=0o700)
    own(server())
    cluster.run_as_owner(
        *(
            "initdb",
            "-D",
            str(data),
            "-U",
            cluster.USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-k",
        )
    )
    for file, name in ((certificate, "server.crt"), (certificate.with_suffix(".key"), "server.key")):
        (data / name).write_bytes(file.read_bytes())
        (data / name).chmod(0o600)
        own(data / name)
    settings = (ROOT / "deploy/postgresql/portal.conf").read_text(encoding="utf-8")
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write(f"{settings}\nlisten_addresses = ''\nunix_socket_directories = '{server()}'\n")
    cluster.run_as_owner("pg_ctl", "start", "-w", "-D", str(data), "-l", str(server() / "log"))
    try:
        yield
    finally:
        cluster.run_as_owner("pg_ctl", "stop", "-w", "-D", str(data), "-m", "immediate")
        shutil.rmtree(server())


def own(path: Path) -> None:
    """Give a file to PostgreSQL's account, where root runs the tests."""
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")


def _make_database() -> None:
    names = [word for role, name in ROLES.items() for word in ("-v", f"{role}={name}")]
    told = ("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(server()), "-U", cluster.USER)
    for _ in range(2):  # they may be run again
        run(*told, "-d", "postgres", *names, "-f", str(ROOT / "deploy/postgresql/roles.sql"))
        run(
            *told,
            *("-d", "postgres", *names, "-v", f"database={DATABASE}"),
            *("-f", str(ROOT / "deploy/postgresql/database.sql")),
        )


def _fill_in(stack: Stack) -> None:
    """What an operator writes into the files of settings."""
    folder = stack.prefix / "etc/portal"
    changed = {
        "portal.env": {"DATABASE_URL": stack.database("application"), "REDIS_URL": stack.redis_url},
        "setup.env": {"MIGRATION_URL": stack.database("owner"), "PORTAL_VAULT_ROLE": ROLES["vault"]},
        "backup.env": {"PORTAL_BACKUP_URL": stack.database("backup")},
    }
    for name, values in changed.items():
        text = (folder / name).read_text(encoding="utf-8")
        for variable, value in values.items():
            text, count = re.subn(rf"^{variable}=.*$", f"{variable}={value}", text, flags=re.MULTILINE)
            assert count == 1, variable
        (folder / name).write_text(
            f"{text}PORTAL_LOGIN_LIMIT=5 per 5 minute\nPORTAL_CLOCK_SOURCE=host\n", encoding="utf-8"
        )


def _start_redis(stack: Stack) -> None:
    text = (ROOT / "deploy/redis/redis.conf").read_text()
    text = text.replace("port 6379", f"port {stack.redis_port}").replace("CHANGE_ME", "secret-of-a-test")
    path = stack.prefix / "redis.conf"
    path.write_text(f"{text}dir {stack.prefix}/run\n")
    stack.spawn("redis", "redis-server", str(path), env={"PATH": os.environ["PATH"]})


def _stop(stack: Stack) -> None:
    pid = stack.prefix / "run/nginx.pid"
    if pid.exists():
        run("nginx", "-c", str(stack.prefix / "nginx.conf"), "-s", "stop")
    for process in reversed(stack.processes):
        process.terminate()
    for process in stack.processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
