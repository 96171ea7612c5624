"""Taking a DMN file in: no DOCTYPE, no entities, no network, bounded size and depth; names without namespace.

The namespaces of DMN 1.1 to 1.5 differ while the elements are the same, so elements are known by local name.
"""

from collections.abc import Iterator
from typing import cast

from lxml import etree

from workflows.engine.dmn.errors import DmnError
from workflows.engine.feel.languages import is_feel

FILE_BYTES = 2 * 1024 * 1024
ELEMENT_DEPTH = 60


class _Guard:
    """Looks at the file while it is read, before any tree is built."""

    def __init__(self) -> None:
        self.depth = 0

    def doctype(self, *_declaration: str | None) -> None:
        raise DmnError("DOCTYPE のあるファイルは受け付けません。DOCTYPE を消してください。")

    def start(self, _tag: str, _attributes: object) -> None:
        self.depth += 1
        if self.depth > ELEMENT_DEPTH:
            raise DmnError(f"要素の入れ子が{ELEMENT_DEPTH}段を超えています。")

    def end(self, _tag: str) -> None:
        self.depth -= 1

    def data(self, _text: str) -> None:
        """Text is looked at when the tree is there."""

    def close(self) -> None:
        """Nothing was built, so there is nothing to hand back."""


def read_xml(content: bytes) -> etree._Element:
    """The root element. Raises DmnError for what is no XML, or more than plain XML."""
    if len(content) > FILE_BYTES:
        raise DmnError(f"ファイルが{FILE_BYTES // 1024 // 1024} MBを超えています。")
    try:
        etree.fromstring(content, _parser(target=cast("etree.ParserTarget", _Guard())))
        return etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        raise DmnError(f"XMLとして読めません: {error.msg}", line=error.lineno) from error


def _parser(target: "etree.ParserTarget | None" = None) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        target=target,
    )


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if local_name(child) == name)


def child(element: etree._Element, name: str) -> etree._Element | None:
    return next(children(element, name), None)


def line_of(element: etree._Element) -> int | None:
    return cast("int | None", element.sourceline)  # its stub knows no type


def text_in(element: etree._Element | None) -> str:
    """The text of its `text` child, as cells and expressions hold it; empty when there is none."""
    inner = None if element is None else child(element, "text")
    return "" if inner is None else (inner.text or "").strip()


def reference(element: etree._Element) -> tuple[str, str]:
    """The namespace (empty: this file) and the id that `href="#id"` or `href="namespace#id"` point to."""
    namespace, _, key = (element.get("href") or "").rpartition("#")
    return namespace, key


def refuse_language(element: etree._Element) -> None:
    """Raises DmnError for an expression that says it is of another language than FEEL."""
    language = element.get("expressionLanguage")
    if language and not is_feel(language):
        raise DmnError(f"式の言語は FEEL だけです(「{language[:40]}」とあります)。", line=line_of(element))
