"""A diagram in the language of the screen: its labels in English where the definition says them (N4).

Tasks carry `title_en` among their properties, everything else the attribute `portal:name_en`. What a
definition says in Japanese only stays so.
"""

from __future__ import annotations

from lxml import etree

from workflows.engine.parser import english_name, safe_xml


def in_language(source: str, language: str, name: str) -> str:
    """The BPMN with the labels of the language; `name` is said where it cannot be read."""
    if language != "en":
        return source
    root = safe_xml(source.encode(), name)
    for node in root.iter(etree.Element):
        if node.get("name") is not None and (english := english_name(node)) is not None:
            node.set("name", english)
    return etree.tostring(root, encoding="unicode")
