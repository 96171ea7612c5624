"""The places of a document that take text: each has a label for people, and can be walked.

A document is a frozen dataclass; a place is a field annotated with its label, `Annotated[str, "氏名"]`. The
label names the place in messages (a missing ★ item, a character without a glyph).
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Text:
    """One text on a document: where it stands, what the place is called, and whose it is."""

    path: str
    label: str
    person: str
    value: str


def label_of(field: "dataclasses.Field[Any]") -> str:
    """Return the Japanese name of a place; a field without one is known by its own name."""
    return str(getattr(field.type, "__metadata__", (field.name,))[0])


def texts(document: object, path: str = "", person: str = "") -> Iterator[Text]:
    """Yield every text of a document and of the dataclasses and tuples in it."""
    if not dataclasses.is_dataclass(document) or isinstance(document, type):
        return
    own = getattr(document, "name", "")
    person = own if isinstance(own, str) and own else person
    for field in dataclasses.fields(document):
        where = f"{path}.{field.name}" if path else field.name
        yield from _texts_of(getattr(document, field.name), where, label_of(field), person)


def _texts_of(value: object, path: str, label: str, person: str) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(path, label, person, value)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts_of(item, f"{path}.{index}", label, person)
    else:
        yield from texts(value, path, person)


def values_at(document: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield (person, value) for a path like "cards.name"; a tuple on the way is walked whole."""
    head, _, rest = path.partition(".")
    found = getattr(document, head)
    person = str(getattr(document, "name", ""))
    for item in found if isinstance(found, tuple) and rest else (found,):
        if rest:
            yield from values_at(item, rest)
        else:
            yield person, item


def label_at(kind: type, path: str) -> str:
    """Return the label of the last part of a path, through the types of the fields."""
    head, _, rest = path.partition(".")
    field = next(f for f in dataclasses.fields(kind) if f.name == head)
    return label_at(_element_type(field), rest) if rest else label_of(field)


def _element_type(field: "dataclasses.Field[Any]") -> type:
    declared = getattr(
        field.type, "__origin__", field.type
    )  # Annotated[tuple[Card, ...], "証"] holds a tuple
    element = getattr(declared, "__args__", (declared,))[0]
    if not isinstance(element, type):
        raise TypeError(f"{field.name} holds no dataclass")
    return element
