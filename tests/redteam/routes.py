"""The doors of the portal as the reviewed table names them, and addresses made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.portal.rights_matrix import OF_AN_OFFICE, PLAIN
from tests.portal.test_route_matrix import GOLDEN

BLANK = re.compile(r"<(?:\w+:)?(\w+)>")
ENDS_THE_VISIT = {"LockView.now", "SignInView.logout"}


@dataclass(frozen=True)
class Route:
    """One line of golden/routes.txt."""

    endpoint: str
    method: str
    rule: str
    permission: str
    roles: frozenset[str]

    @property
    def blanks(self) -> list[str]:
        return BLANK.findall(self.rule)

    @property
    def is_open(self) -> bool:
        return self.permission == "open"

    @property
    def is_of_an_office(self) -> bool:
        """Whether its address names a thing that belongs to an office."""
        mine = self.endpoint.split(".")[0] in {"DailyView", "CasePaperView", "PrintQueueView"}
        return bool(set(self.blanks) & OF_AN_OFFICE) or (mine and "request_id" in self.blanks)

    def address(self, values: Mapping[str, object]) -> str:
        """The address with its blanks filled; 1 where nothing is told."""
        return BLANK.sub(lambda found: str((PLAIN | dict(values)).get(found[1], 1)), self.rule)


def routes() -> list[Route]:
    """All routes and methods."""
    found = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        endpoint, method, rule, permission, roles = line.split(" ")
        found.append(Route(endpoint, method, rule, permission, frozenset(roles.split(",")) - {"-"}))
    return found
