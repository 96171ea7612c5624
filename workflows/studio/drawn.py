"""What two diagrams differ in beside what runs, which the engine passes over: notes, data stores, places."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

from workflows.engine.parser import safe_xml
from workflows.engine.supported import DATA_ASSOCIATIONS, local
from workflows.studio.layout import DI

ASPECTS: Final = {
    "notes": ("注釈・まとまり", "notes and groups"),
    "data": ("データの置き場", "data stores and objects"),
    "pools": ("プール・メッセージの流れ", "pools and message flows"),
    "places": ("図の配置", "places on the diagram"),
}
_KINDS: Final = {
    **dict.fromkeys(
        ("documentation", "textAnnotation", "association", "group", "category", "categoryValue"), "notes"
    ),
    **dict.fromkeys(("dataObject", "dataObjectReference", "dataStore", "dataStoreReference"), "data"),
    **dict.fromkeys(DATA_ASSOCIATIONS, "data"),
    **dict.fromkeys(("participant", "messageFlow"), "pools"),
}


def differences(before: str, after: str, process: str) -> tuple[str, ...]:
    """The keys of `ASPECTS` in which two diagrams of a process differ; the order in a file says nothing.

    Raises:
        DefinitionWrong: one of them is no diagram.
    """
    old, new = (_collected(safe_xml(source.encode(), process)) for source in (before, after))
    return tuple(name for name in ASPECTS if old[name] != new[name])


def _collected(root: Any) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {name: [] for name in ASPECTS}
    for node in root.iter():
        kind = _KINDS.get(local(node))
        if kind is not None:
            found[kind].append(_written(node))
    found["places"] = [_written(node) for node in root.iterfind(f"{{{DI}}}BPMNDiagram")]
    return {name: sorted(parts) for name, parts in found.items()}


def _written(node: Any) -> bytes:
    """An element in the one form that XML has for what means the same.

    The quick way to it refuses an element where a relative namespace is declared, used or not.
    """
    try:
        written: bytes = etree.tostring(node, method="c14n", exclusive=True, with_tail=False)
    except etree.C14NError:
        plain = etree.tostring(node, encoding="unicode", with_tail=False)
        written = etree.canonicalize(plain, with_comments=True).encode()
    return written
