"""Diagrams and decision tables in the language of the screen: in English where the definition says it (N4).

Tasks carry `title_en` among their properties, everything else the attribute `portal:name_en`; in a decision
file the decision, its columns, and the rule (for its description). What is said in Japanese only stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from workflows.engine.bundle import Bundle
from workflows.engine.parser import NAME_EN, english_name, safe_xml


def in_language(source: str, language: str, name: str) -> str:
    """The BPMN with the labels of the language; `name` is said where it cannot be read."""
    if language != "en":
        return source
    root = safe_xml(source.encode(), name)
    for node in root.iter(etree.Element):
        if node.get("name") is not None and (english := english_name(node)) is not None:
            node.set("name", english)
    return etree.tostring(root, encoding="unicode")


def words_of_tables(bundle: Bundle, language: str) -> Callable[[str], str]:
    """What the names, columns and descriptions of a definition's tables are called in the language."""
    known = dict(_english_words(bundle)) if language == "en" else {}
    return lambda text: known.get(text, text)


def _english_words(bundle: Bundle) -> Iterator[tuple[str, str]]:
    for name, source in bundle.dmn.items():
        for node in safe_xml(source.encode(), name).iter(etree.Element):
            english = node.get(NAME_EN)
            if english is not None:
                told = node.get("label") or node.get("name") or node.findtext("{*}description") or ""
                yield " ".join(told.split()), english
