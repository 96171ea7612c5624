"""Taking an XML file in: every bound is asked by a first pass that builds nothing (security.md, T03)."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from lxml import etree

from workflows.engine.checking.files import MAX_BYTES, File
from workflows.engine.checking.problems import Problem, problem

MAX_DEPTH = 60
MAX_TEXT = 20_000
MAX_ELEMENTS = {"bpmn": 8_000, "dmn": 40_000}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DOCUMENT = "definitions"
_MOST_LINES_TO_SET = 65_000


class _Ended(Exception):
    """The first pass has seen enough."""


class _FirstPass:
    """Walks through the file once; `problem` is what keeps it from being taken in."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.found: Problem | None = None
        self.open: list[str] = []
        self.lines: list[int] = []
        self.text = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.ProcessingInstructionHandler = self.instruction

    def run(self, content: bytes) -> Problem | None:
        try:
            self.parser.Parse(content, True)
        except _Ended:
            return self.found
        except expat.ExpatError as error:
            why = expat.ErrorString(error.code)
            self.found = self.told(
                "not_well_formed", line=error.lineno, why=f"{why}, column {error.offset + 1}"
            )
        return self.found

    def told(self, code: str, /, line: int = 0, **words: str) -> Problem:
        element = self.open[-1] if self.open else _DOCUMENT
        return problem(code, self.file.name, line or self.parser.CurrentLineNumber, element, **words)

    def refuse(self, code: str, **words: str) -> None:
        self.found = self.told(code, 0, **words)
        raise _Ended

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.open.append(attributes.get("id") or tag)
        self.lines.append(self.parser.CurrentLineNumber)
        self.text = 0
        if len(self.open) > MAX_DEPTH:
            self.refuse("too_deep", limit=str(MAX_DEPTH))
        if len(self.lines) > MAX_ELEMENTS[self.file.kind]:
            self.refuse("too_many_elements", limit=f"{MAX_ELEMENTS[self.file.kind]:,}")
        if any(len(value) > MAX_TEXT for value in attributes.values()):
            self.refuse("text_too_long", limit=f"{MAX_TEXT:,}")

    def end(self, _tag: str) -> None:
        self.open.pop()
        self.text = 0

    def characters(self, data: str) -> None:
        self.text += 0 if data.isspace() else len(data)
        if self.text > MAX_TEXT:
            self.refuse("text_too_long", limit=f"{MAX_TEXT:,}")

    def doctype(self, *_declaration: object) -> None:
        self.refuse("doctype")

    def instruction(self, target: str, _data: str) -> None:
        self.refuse("processing_instruction", what=target)


def decoded(file: File) -> str | Problem:
    """The text of a file in UTF-8, without its byte order mark."""
    if len(file.content) > MAX_BYTES:
        return problem("too_large", file.name, 1, _DOCUMENT, limit=f"{MAX_BYTES:,}")
    try:
        return file.content.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        return problem("wrong_encoding", file.name, line, _DOCUMENT)


def read_xml(file: File) -> Any | Problem:
    """The root element of a file, or what keeps it from being taken in."""
    text = decoded(file)
    if isinstance(text, Problem):
        return text
    content = text.encode()
    first = _FirstPass(file)
    refused = first.run(content)
    if refused is not None:
        return refused
    try:
        root = etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 1)
        return problem("not_well_formed", file.name, line, _DOCUMENT, why=error)
    _say_where_tags_begin(root, first.lines)
    return root


def _say_where_tags_begin(root: Any, lines: list[int]) -> None:
    """The tree names the line on which a tag ends; a tag over several lines is looked for where it begins.

    Beyond its 65,535th line the tree takes no other number than its own.
    """
    for node, line in zip((one for one in root.iter() if isinstance(one.tag, str)), lines, strict=True):
        if line != node.sourceline and line <= _MOST_LINES_TO_SET:
            node.sourceline = line


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
    )
