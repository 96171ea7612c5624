"""What can be said of the machine: where the portal listens, and whether its clock is right."""

from __future__ import annotations

import ctypes
import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from portal.self_check.findings import Finding, finding

if TYPE_CHECKING:
    from portal.settings import Settings

UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
TIMEX_BYTES = 256  # more than `struct timex` has anywhere; its first field asks for no change


def of_machine(settings: Settings) -> list[Finding]:
    """Whether the clock can be trusted: one-time codes, limits and the audit record go by it (d-12)."""
    trusted = settings.clock_source == "host" or clock_state() != UNSYNCHRONISED
    return [
        finding(
            "PORTAL_CLOCK_SOURCE",
            "the clock is synchronised",
            "the kernel says that its clock is not; start chrony or systemd-timesyncd. "
            "Where a hypervisor keeps it right, say PORTAL_CLOCK_SOURCE=host",
            holds=trusted,
        )
    ]


def clock_state() -> int:
    """What the kernel says of its clock; it is read, never set."""
    buffer = ctypes.create_string_buffer(TIMEX_BYTES)
    return int(ctypes.CDLL(None).adjtimex(buffer))


def of_binding(addresses: Iterable[object]) -> Finding:
    """Whether only this machine reaches the portal past its proxy (security.md 0-13)."""
    reached = [str(address) for address in addresses if not _is_own(address)]
    return finding(
        "--bind",
        "the portal listens on this machine only; HTTPS ends before it",
        f"{', '.join(reached)} can be reached from outside; bind to 127.0.0.1 or to a unix socket",
        holds=not reached,
    )


def _is_own(address: object) -> bool:
    if isinstance(address, tuple):
        host = str(address[0])
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"
    return True  # the path of a socket, or a descriptor that systemd has opened
