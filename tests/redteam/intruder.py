"""Somebody at a terminal of his own who speaks HTTP to the portal and knows nothing of its inside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode

from portal import clock
from portal.security.factors import code_at
from tests.portal.conftest import PASSWORD, SECRET, account_of

PATIENCE = 60
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
KEY = re.compile(r'name="deed_key" value="([^"]+)"')
BROKEN = re.compile(r"Traceback \(most recent|sqlalchemy\.|psycopg\.|werkzeug\.|File \"/|\.py\", line")
FORM = "application/x-www-form-urlencoded"
DOORS = ("/login/", "/lock/")
seats = count(2)


@dataclass(frozen=True)
class Answer:
    """What came back; headers have small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @property
    def opened(self) -> bool:
        """Whether something was given or done: no refusal, and no way to the door."""
        return self.status < 400 and not self.location.startswith(DOORS)

    @property
    def broke(self) -> bool:
        """Whether the portal failed, or tells of its inside."""
        return self.status >= 500 or bool(BROKEN.search(self.text))


@dataclass
class Intruder:
    """A browser without manners: it sends what it likes and keeps the cookies it is given."""

    port: int
    agent: str = "Terminal"
    address: str = field(default_factory=lambda: f"127.0.0.{next(seats)}")
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        **headers: str,
    ) -> Answer:
        """Send one request; `X_Forwarded_For="…"` is a header."""
        sent = {"Host": f"localhost:{self.port}", "User-Agent": self.agent}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if fields is not None:
            body = urlencode(fields, doseq=True).encode()
            sent["Content-Type"] = FORM
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = HTTPConnection("127.0.0.1", self.port, PATIENCE, (self.address, 0))
        try:
            connection.request(method, quote(path, safe="/?&=%#:@;,+[]~!$'()*"), body, sent)
            answer = connection.getresponse()
            content = answer.read()
            self._keep(answer.headers.get_all("Set-Cookie") or [])
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, content)
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, _headers: Mapping[str, str] | None = None, **fields: Any) -> Answer:
        """Send a form as a page of the portal does, with its token."""
        return self.ask("POST", path, {"csrf_token": self.token(), **fields}, **(_headers or {}))

    def token(self) -> str:
        """The token of this session's forms."""
        pages = (self.get(path).text for path in ("/login/", "/profile/", "/lock/"))
        found = next((token for page in pages if (token := TOKEN.search(page))), None)
        assert found, "a page with a form"
        return found[1]

    def show_password(self, name: str, password: str = PASSWORD, door: str = "/login/") -> Answer:
        return self.post(door, username=account_of(name), password=password)

    def show_code(self, code: str = "", door: str = "/login/second") -> Answer:
        return self.post(door, code=code or code_now())

    def copy(self, **changes: str) -> Intruder:
        """The same cookies at the same terminal, or at another."""
        return Intruder(
            self.port,
            **({"agent": self.agent, "address": self.address} | changes),
            cookies=dict(self.cookies),
        )

    def _keep(self, told: list[str]) -> None:
        for line in told:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or "1970" in morsel["expires"]:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


def code_now() -> str:
    """The one-time code of this moment."""
    return code_at(SECRET, clock.now())
