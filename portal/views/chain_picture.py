"""The chain of firms and people as a picture: boxes and lines at their places, beside its equal as a list."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from services.contracting.chain import Chain, Node

WIDTH, GAP, STEP = 460, 14, 44  # of a box, between boxes, and how far a level moves to the right
HEAD, LINE, PADDING = 40, 18, 8
ROOM = 70  # half-width signs in a line of a box
SHOWN = 8  # lines in a box; more are counted, in red where one of them is


@dataclass(frozen=True)
class Line:
    """One line in a box; `bad` where it says that something is missing."""

    text: str
    bad: bool
    y: int


@dataclass(frozen=True)
class Box:
    """A firm with its persons."""

    node: Node
    x: int
    y: int
    height: int
    title: str
    lines: Sequence[Line]

    @property
    def middle(self) -> int:
        return self.y + HEAD // 2


@dataclass(frozen=True)
class Edge:
    """From a firm down to the one below it; red where the lower one is."""

    path: str
    red: bool


@dataclass(frozen=True)
class Picture:
    """All that the drawing needs."""

    width: int
    height: int
    boxes: Sequence[Box]
    edges: Sequence[Edge]


def draw(chain: Chain, words: Sequence[Sequence[tuple[str, bool]]]) -> Picture:
    """Place each firm below the one that it works for; `words` are the lines of each box, in their order."""
    boxes: list[Box] = []
    y = 1
    for node, told in zip(chain.nodes, words, strict=True):
        shown = _shown(told)
        height = HEAD + LINE * len(shown) + PADDING
        lines = [Line(text, bad, HEAD + LINE * place + 12) for place, (text, bad) in enumerate(shown)]
        boxes.append(Box(node, 1 + STEP * node.depth, y, height, cut(node.row.firm.name), lines))
        y += height + GAP
    deepest = max((node.depth for node in chain.nodes), default=0)
    return Picture(STEP * deepest + WIDTH + 2, max(y - GAP + 2, 1), boxes, _edges(boxes))


def _shown(told: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The lines of a box: what is missing is never cut, but goes on in the next line."""
    lines = [(part, bad) for text, bad in told for part in (fold(text) if bad else [cut(text)])]
    more = lines[SHOWN:]
    return [*lines[:SHOWN], *([(f"… +{len(more)}", any(bad for _, bad in more))] if more else [])]


def fold(text: str, room: int = ROOM) -> list[str]:
    """A text in as many lines as it needs."""
    parts, used = [""], 0
    for sign in text:
        wide = 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if used + wide > room:
            parts, used = [*parts, "  "], 2
        parts[-1] += sign
        used += wide
    return parts


def cut(text: str, room: int = ROOM) -> str:
    """A text as it fits a line; full-width signs count twice."""
    used = 0
    for place, sign in enumerate(text):
        used += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if used > room:
            return text[: max(place - 1, 0)] + "…"
    return text


def _edges(boxes: Sequence[Box]) -> list[Edge]:
    places = {box.node.row.id: box for box in boxes}
    found = []
    for box in boxes:
        above = places.get(box.node.row.parent_id or 0)
        if above is not None:
            start = above.x + STEP // 2
            path = f"M{start} {above.y + above.height} V{box.middle} H{box.x}"
            found.append(Edge(path, box.node.red and not box.node.closed))
    return found
