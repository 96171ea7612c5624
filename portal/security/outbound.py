"""No connection leaves this process but to what the settings name (M30): database, Redis, virus scanner.

An audit hook of the interpreter, which cannot be taken away again, sees every socket that Python opens;
libpq, which opens its own, is given the address of the database and no other. Each address that is reached
is logged once, each that is refused every time. Called by `wsgi` before the portal is loaded.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from dataclasses import dataclass, field
from threading import local
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portal.settings import Settings

SAME = {"postgres": "postgresql"}
PORTS = {"postgresql": 5432, "redis": 6379, "rediss": 6379, "tcp": 3310}
CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
log = structlog.get_logger("portal.outbound")


class OutboundRefused(PermissionError):
    """This process tried to reach an address that no setting names."""


@dataclass
class Allowed:
    """The places that may be reached: `host` and `port`, and the paths of sockets on this machine."""

    places: frozenset[tuple[str, int]] = frozenset()
    paths: frozenset[str] = frozenset()
    told: set[str] = field(default_factory=set)

    def takes(self, address: object) -> bool:
        """Whether a socket may be connected to an address."""
        if isinstance(address, (str, bytes)):
            return _text(address) in self.paths
        if not isinstance(address, tuple) or len(address) < 2:
            return False
        host, port = str(address[0]), address[1]
        return any(port == own and _is_same(host, name) for name, own in self.places)

    def resolves(self, host: object) -> bool:
        """Whether a name may be looked up."""
        if host is None:
            return True
        wanted = _text(host)
        return _is_address(wanted) or any(wanted == name for name, _ in self.places)


_allowed: list[Allowed] = []
_asking = local()


def guard(settings: Settings) -> None:
    """Refuse every other address in this process from now on."""
    if not _allowed:
        sys.addaudithook(_look)
    _allowed[:] = [allowed_by(settings)]


def allowed_by(settings: Settings) -> Allowed:
    """What the settings name."""
    named = [settings.database_url, settings.migration_url, settings.key_store_url, settings.redis_url]
    return of_addresses([*named, settings.scanner])


def of_addresses(addresses: Iterable[str]) -> Allowed:
    """The places of these addresses; what is no address of a network names none."""
    places, paths = set[tuple[str, int]](), set[str]()
    for host, port in _parts(addresses):
        if host.startswith("/"):
            paths.add(host)
        else:
            places.add((host, port))
    return Allowed(frozenset(places), frozenset(paths))


def _parts(addresses: Iterable[str]) -> Iterator[tuple[str, int]]:
    for address in addresses:
        parts = urlsplit(address)
        scheme = SAME.get(short := parts.scheme.partition("+")[0], short)
        if scheme == "unix":
            yield unquote(parts.path), 0
        elif scheme in PORTS:
            hosts = [*filter(None, [parts.hostname]), *parse_qs(parts.query).get("host", ())]
            for host in hosts:
                yield host, parts.port or PORTS[scheme]


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if getattr(_asking, "now", False):
        return
    if event in CONNECTING:
        _must_be(_allowed[0].takes, arguments[1], event)
    elif event == "socket.getaddrinfo":
        _must_be(_allowed[0].resolves, arguments[0], event)


def _must_be(rule: Any, address: object, event: str) -> None:
    _asking.now = True  # a name of the settings is looked up, and a line is logged, without asking again
    try:
        if not rule(address):
            log.error("outbound refused", event_of_socket=event, address=repr(address))
            raise OutboundRefused(f"{event}: {address!r} is named by no setting")
        if event in CONNECTING and repr(address) not in _allowed[0].told:
            _allowed[0].told.add(repr(address))
            log.info("outbound", address=repr(address))
    finally:
        _asking.now = False


def _is_same(host: str, name: str) -> bool:
    if host == name:
        return True
    if _is_address(name):
        return False
    try:
        return any(found[4][0] == host for found in socket.getaddrinfo(name, None))
    except OSError:
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
