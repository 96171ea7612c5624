"""What a built-in function is, and what it is handed besides its arguments."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workflows.engine.feel.errors import Place
from workflows.engine.feel.scope import Run
from workflows.engine.feel.values import KINDS, Value


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call: where it stands, and the run that pays for it."""

    name: str
    at: Place
    run: Run

    @property
    def clock(self) -> datetime | None:
        return self.run.clock

    def warn(self, reason_ja: str) -> None:
        self.run.warn(self.at, f"{self.name}(…): {reason_ja}空(null)になりました。")

    def refuse(self, value: Value) -> None:
        """Note that the function has no answer for this kind of value."""
        self.warn(f"{KINDS[type(value)]}は扱えないので、")

    def charge(self, steps: int) -> None:
        self.run.charge(self.at, steps)


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function by name; `most` None means any number of arguments."""

    name: str
    function: Callable[..., Value]
    least: int
    most: int | None

    def refuses(self, count: int) -> str | None:
        """Why this number of arguments is refused, in Japanese."""
        if count >= self.least and (self.most is None or count <= self.most):
            return None
        if self.most is None:
            wanted = f"{self.least}個以上"
        else:
            wanted = f"{self.least}個" if self.least == self.most else f"{self.least}個から{self.most}個"
        return f"{self.name}(…) の引数は{wanted}です({count}個ありました)。"


def table(*entries: tuple[str, Callable[..., Value], int, int | None]) -> dict[str, Builtin]:
    return {name: Builtin(name, function, least, most) for name, function, least, most in entries}
