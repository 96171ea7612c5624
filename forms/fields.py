"""What a screen needs to know of a form: its fields in the order of the paper, with both languages."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

ROW = "__row__"
LOOKUPS = frozenset({"person", "household", "insurer", "municipality", "notification"})
MOST_ROWS = 100


class Option(NamedTuple):
    """One choice of a field."""

    value: str
    ja: str
    en: str


class Condition(NamedTuple):
    """Another field of the same form must (or, negated, must not) have one of these values."""

    name: str
    values: tuple[str, ...]
    negated: bool = False


Alternatives = tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True)
class Group:
    """A block of fields as on the paper form."""

    id: str
    label_ja: str = ""
    label_en: str = ""
    help_ja: str = ""
    help_en: str = ""
    columns: int = 3


@dataclass(frozen=True)
class Field:
    """One field. In `rows` (the fields of one row) the place of the row is written ROW in path, name, id.

    `shown_when` and `required_when` are alternatives; each is a list of conditions that hold together.
    Empty means always (shown), or as `required` says. `fills` names the input that this one fills in,
    `fills_by` says how: by a postal code or the reading of a name.
    """

    path: str
    name: str
    id: str
    label_ja: str
    label_en: str
    help_ja: str
    help_en: str
    widget: str
    required: bool
    group: Group
    options: tuple[Option, ...] = ()
    rows: tuple["Field", ...] = ()
    row_label_ja: str = ""
    row_label_en: str = ""
    initial_rows: int = 1
    most_rows: int = 1
    shown_when: Alternatives = ()
    required_when: Alternatives = ()
    width: str = "medium"
    autofill: str = ""
    fills: str = ""
    fills_by: str = ""
    lookup: str = ""
    example: str = ""
    max_length: int | None = None
    partial: bool = False
    fixed_value: Any = field(default=None)
