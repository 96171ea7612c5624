"""The parameters of the law: dated, cited values read from `rules/parameters/**.yaml`.

One parameter per file (architecture, section 9). `national/…` holds for all, `municipal/…` is the folder
of one municipality. There is no default: a value that is not in force raises `ParameterNotInForce`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Final, Self, cast

import yaml

PARAMETERS: Final = Path(__file__).parent / "parameters"
DEMO_MUNICIPALITY: Final = "999997"

Value = int | str | bool | date


class Certainty(StrEnum):
    """How well a value is known: read at its source, quoted by another, or only believed."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


class ParameterNotInForce(LookupError):
    """The parameter has no value on that day: unknown, not yet in force, or repealed."""

    def __init__(self, name: str, day: date) -> None:
        self.name = name
        self.day = day
        self.message_ja = (
            f"{day}の時点で効力のある基準値「{name}」がありません。"
            "値を推測することはできないため、処理を止めました。基準値の管理者に確認してください。"
        )
        super().__init__(self.message_ja)


class ParameterFileWrong(ValueError):
    """A parameter file breaks the rules of its form; the message names file and rule."""


@dataclass(frozen=True)
class Source:
    """Where a value was read: the document, its article, its address."""

    title: str
    article: str
    href: str


@dataclass(frozen=True)
class Approval:
    """That a value was entered at the office: by whom, who checked it against its source, and when."""

    entered_by: str
    approved_by: str
    approved_on: date


@dataclass(frozen=True)
class DatedValue:
    """A value from a day on; None is a repeal, with a source of its own.

    `approval` is set where the office entered it; values of `rules/parameters/` have none.
    """

    from_on: date
    value: Value | None
    source: Source
    checked: date
    published: date | None
    certainty: Certainty
    approval: Approval | None = None


@dataclass(frozen=True)
class History:
    """All values of one parameter, oldest first."""

    name: str
    title: str
    unit: str
    article: str
    values: tuple[DatedValue, ...]

    def on(self, day: date) -> DatedValue | None:
        return next((value for value in reversed(self.values) if value.from_on <= day), None)

    def with_value(self, dated: DatedValue, until: date) -> Self:
        """The same with a value that holds up to `until` (the first day that it does not); the rest stays."""
        after = self.on(until)
        ends = replace(after, from_on=until) if after else replace(dated, from_on=until, value=None)
        kept = [one for one in self.values if not dated.from_on <= one.from_on <= until]
        return replace(self, values=tuple(sorted((*kept, dated, ends), key=lambda one: one.from_on)))


@dataclass(frozen=True)
class Parameter:
    """One parameter as it stands on a day."""

    name: str
    title: str
    unit: str
    article: str
    value: Value
    certainty: Certainty
    source: Source
    approval: Approval | None = None


@dataclass(frozen=True)
class LawAt:
    """The law as it stands on one day, for one municipality."""

    day: date
    histories: Mapping[str, History]

    def get(self, name: str) -> Parameter:
        """Return the parameter in force, or raise `ParameterNotInForce`."""
        history = self.histories.get(name)
        dated = history.on(self.day) if history else None
        if history is None or dated is None or dated.value is None:
            raise ParameterNotInForce(name, self.day)
        return Parameter(
            history.name,
            history.title,
            history.unit,
            history.article,
            dated.value,
            dated.certainty,
            dated.source,
            dated.approval,
        )

    def in_force(self, name: str) -> bool:
        history = self.histories.get(name)
        dated = history.on(self.day) if history else None
        return dated is not None and dated.value is not None

    def integer(self, name: str) -> int:
        value = self.get(name).value
        if isinstance(value, bool) or not isinstance(value, int):
            raise ParameterFileWrong(f"{name}: not an integer")
        return value

    def text(self, name: str) -> str:
        value = self.get(name).value
        if not isinstance(value, str):
            raise ParameterFileWrong(f"{name}: not a text")
        return value

    def flag(self, name: str) -> bool:
        value = self.get(name).value
        if not isinstance(value, bool):
            raise ParameterFileWrong(f"{name}: not true or false")
        return value

    def date(self, name: str) -> date:
        value = self.get(name).value
        if not isinstance(value, date):
            raise ParameterFileWrong(f"{name}: not a date")
        return value


@dataclass(frozen=True)
class Law:
    """All parameters of the state and of one municipality."""

    municipality_code: str
    histories: Mapping[str, History]

    @classmethod
    def load(cls, root: Path = PARAMETERS, municipality_code: str = DEMO_MUNICIPALITY) -> Self:
        """Read `national/**` and `municipal/<code>/**` below `root`; a missing municipality is an error."""
        municipal = root / "municipal" / municipality_code
        if not municipal.is_dir():
            raise ParameterFileWrong(
                f"no folder of settings for municipality {municipality_code}: {municipal}"
            )
        national = _read_tree(root / "national", "national")
        return cls(municipality_code, national | _read_tree(municipal, "municipal"))

    def on(self, day: date) -> LawAt:
        return LawAt(day, self.histories)

    def with_values(self, values: Iterable[tuple[str, DatedValue, date]]) -> Self:
        """The same law with values laid over it: name, value, and the first day that it no longer holds."""
        histories = dict(self.histories)
        for name, dated, until in values:
            histories[name] = histories[name].with_value(dated, until)
        return replace(self, histories=histories)

    def unchecked_since(self, day: date) -> list[str]:
        """Name the parameters whose newest value was last compared with its source before `day`."""
        return sorted(name for name, history in self.histories.items() if history.values[-1].checked < day)


class _StrictLoader(yaml.CSafeLoader):
    """YAML without duplicate keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise ParameterFileWrong(f"duplicate key {node.start_mark}")
        return cast("dict[object, object]", super().construct_mapping(node, deep))


def read_history(path: Path, name: str) -> History:
    """Read one parameter file, refusing whatever the form does not allow."""
    raw = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506 - a subclass of SafeLoader
    try:
        values = tuple(_dated_value(entry) for entry in raw["values"])
        history = History(name, raw["title"], raw["unit"], raw["article"], values)
    except (KeyError, TypeError, ValueError) as error:
        raise ParameterFileWrong(f"{path}: {error!r}") from error
    if not values or any(a.from_on >= b.from_on for a, b in pairwise(values)):
        raise ParameterFileWrong(f"{path}: the values must have ascending dates")
    return history


def _read_tree(root: Path, prefix: str) -> dict[str, History]:
    files = sorted(root.rglob("*.yaml"))
    names = {path: f"{prefix}/{path.relative_to(root).with_suffix('').as_posix()}" for path in files}
    return {name: read_history(path, name) for path, name in names.items()}


def _dated_value(entry: Mapping[str, object]) -> DatedValue:
    value = entry["value"]
    if not (value is None or isinstance(value, int | str | bool | date)):
        raise ParameterFileWrong(f"{value!r}: an integer, text, date, true, false or null; rates are texts")
    source = cast("Mapping[str, str]", entry["source"])
    return DatedValue(
        from_on=_day(entry["from"]),
        value=value,
        source=Source(source["title"], source["article"], source["href"]),
        checked=_day(entry["checked"]),
        published=_day(entry["published"]) if entry.get("published") else None,
        certainty=Certainty(cast("str", entry["certainty"])),
    )


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise ParameterFileWrong(f"{value!r}: not a date")
    return value
