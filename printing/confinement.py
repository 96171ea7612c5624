"""What a process that prints may use of the machine: memory, time of the processor, files, no network (T04).

Linux only. Each bound is set by the process itself, before it reads anything that a person wrote.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from typing import Any, Final

MEMORY_BYTES: Final = 2 * 1024**3  # addresses, not pages: fonts and libraries alone take 400 MB of them
FILE_BYTES: Final = 0  # it writes to its pipe only
OPEN_FILES: Final = 128
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000
OWN, SHARED = "own", "shared"  # a network of its own, which has nothing in it, or that of the machine
_REACHING = frozenset(
    {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}
)


class Reached(PermissionError):
    """Something that prints tried to reach another process or machine."""


def leave_network() -> str:
    """Go into a network of one's own, which reaches nothing; says whether the machine allows it.

    Called before any other thread begins. Where it is not allowed, `refuse_sockets` is what is left.
    """
    library = ctypes.CDLL(None, use_errno=True)
    for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET):
        if library.unshare(flags) == 0:
            return OWN
    return SHARED


def refuse_sockets() -> None:
    """Let nothing in this process reach anything; an audit hook cannot be taken away again."""
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _REACHING:
        raise Reached(event)


def limit_memory() -> None:
    """Bound memory, files and core dumps for good."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def allow_seconds(seconds: int) -> None:
    """Give the work at hand so much time of the processor from now on; the kernel ends it after that."""
    spent = os.times()
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent.user + spent.system) + seconds + 1, hard))
