"""A small definition that can be run, and what people with bad intent or bad tools make of it.

`dog_tax/` is the definition. `hostile.yaml` changes one place of it at a time; what is large or is no text is
made here. Each hostile file says with which code it must be refused, at which element, and on which line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
FOLDER = "/somewhere/dog_tax"
WHOLE = {path.name: path.read_text(encoding="utf-8") for path in sorted((HERE / "dog_tax").iterdir())}
CONDITION = "form.apply.dogs &gt; 2"
END = '<endEvent id="done" />'
WORDS = "犬の数を入力する"


@dataclass(frozen=True)
class Hostile:
    """A file that must be refused, with the code, the element and a text of the line to be named."""

    title: str
    file: str
    content: bytes
    code: str
    element: str
    on: str = ""

    @property
    def line(self) -> int:
        text = self.content.decode("utf-8", "replace")
        return text.count("\n", 0, text.index(self.on)) + 1


def changed(
    file: str, title: str, old: str, new: str, code: str, element: str, on: str | None = None
) -> Hostile:
    """The small definition's file with one place written otherwise."""
    assert old in WHOLE[file], (title, old)
    line = new.split("\n", maxsplit=1)[0] if on is None else on
    return Hostile(title, file, WHOLE[file].replace(old, new, 1).encode(), code, element, line)


def doubling(levels: int) -> bytes:
    """A schema of few lines whose references double at each level."""
    defs = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
    return json.dumps({"type": "object", "$defs": {**defs, f"d{levels}": {"type": "string"}}}).encode()


def between(file: str, first: str, last: str) -> str:
    """The part of a file from one text up to another."""
    text = WHOLE[file]
    return text[text.index(first) : text.rindex(last)]


def of_the_list() -> list[Hostile]:
    told = yaml.safe_load((HERE / "hostile.yaml").read_text(encoding="utf-8"))
    return [changed(file, **entry) for file, entries in told.items() for entry in entries]


def large_diagrams() -> list[Hostile]:
    file, one = "process.bpmn", '<textAnnotation id="x" />'
    nested = "<documentation>" * 5_000 + "</documentation>" * 5_000
    tasks = "\n".join(f'<scriptTask id="t{number}" />' for number in range(2_000))
    brackets = "(" * 3_000 + "1" + ")" * 3_000
    process = between(file, "  <process", "</definitions>")
    documentation = "<documentation>"
    return [
        changed(file, "ten thousand digits", CONDITION, "1" * 11_000, "not_feel", "flow_many"),
        changed(file, "brackets without end", CONDITION, brackets, "not_feel", "flow_many"),
        changed(file, "5,000 deep", END, nested + END, "too_deep", "documentation", documentation * 2),
        changed(file, "10,000 elements", END, one * 10_000 + END, "too_many_elements", "x", one),
        changed(file, "2,000 tasks", END, tasks + END, "too_many_elements", "dogs", "<definitions"),
        changed(file, "a huge text", WORDS, "犬" * 30_000, "text_too_long", "documentation", documentation),
        changed(file, "a huge name", "申請の入力", "あ" * 30_000, "text_too_long", "apply", "<userTask"),
        changed(file, "a long id", 'id="done"', f'id="{"d" * 61}"', "id_too_long", "d" * 61),
        changed(file, "only a drawing", process, "", "no_process", "dogs", "<definitions"),
    ]


def other_diagrams() -> list[Hostile]:
    file, whole = "process.bpmn", WHOLE["process.bpmn"]
    wide = whole.replace("UTF-8", "UTF-16").encode("utf-16")
    japanese = whole.replace("UTF-8", "Shift_JIS").encode("cp932")
    seven = b'<?xml version="1.0" encoding="UTF-7"?>+ADw-definitions/+AD4-'
    nul = whole.replace("犬の登録", "犬\0登録").encode()
    archive = b"PK\x03\x04" + bytes(range(256))
    too_large = whole.encode() + b" " * 2_000_000
    return [
        Hostile("HTML", file, b"<html><body/></html>", "wrong_root", "html"),
        Hostile("an empty file", file, b"", "not_well_formed", "definitions"),
        Hostile("blanks", file, b"    ", "not_well_formed", "definitions"),
        Hostile("a NUL byte", file, nul, "not_well_formed", "dogs", "<process"),
        Hostile("only NUL bytes", file, b"\0" * 1_000, "not_well_formed", "definitions"),
        Hostile("UTF-16", file, wide, "wrong_encoding", "definitions"),
        Hostile("Shift_JIS", file, japanese, "wrong_encoding", "definitions", "<process"),
        Hostile("UTF-7", file, seven, "not_well_formed", "definitions"),
        Hostile("a zip file", file, archive, "wrong_encoding", "definitions", "\ufffd"),
        Hostile("larger than a file may be", file, too_large, "too_large", "definitions"),
    ]


def other_tables() -> list[Hostile]:
    file = "tags.dmn"
    decision = between(file, "  <decision", "</definitions>")
    deep, many = "<a>" * 200 + "</a>" * 200, "<rule />" * 50_000 + "</decision>"
    wide = WHOLE[file].encode("utf-16")
    return [
        changed(file, "deep", "&lt; 3", deep, "too_deep", "a", "<a><a>"),
        changed(file, "too many", "</decision>", many, "too_many_elements", "rule", "<rule />"),
        changed(file, "no decision", decision, "", "table_wrong", "definitions", ""),
        Hostile("empty", file, b"", "not_well_formed", "definitions"),
        Hostile("UTF-16", file, wide, "wrong_encoding", "definitions"),
    ]


def other_forms() -> list[Hostile]:
    file, pattern = "apply.schema.json", "/properties/code/pattern"
    text, japanese = f'["{"d" * 30_000}"]', '{"title": "犬"}'.encode("cp932")
    groups = between("apply.ui.json", '"groups"', "}")
    digits = '"minimum": ' + "9" * 1_000
    ones, too_large = b"[" + b"1," * 60_000 + b"1]", b'"' + b" " * 2_000_000 + b'"'
    return [
        changed(file, "a long pattern", "^[a-z]{1,8}$", "a?" * 500, "pattern_refused", pattern),
        changed(file, "digits", '"minimum": 1', digits, "number_too_large", "/properties/dogs/minimum"),
        changed(file, "a long text", '["dogs"]', text, "text_too_long", "/required/0"),
        Hostile("deep", file, b"[" * 100_000, "too_deep", "/0" * 61),
        Hostile("deep objects", file, b'{"a":' * 5_000, "too_deep", "/a" * 61),
        Hostile("values without number", file, ones, "too_many_elements", "/49999"),
        Hostile("references that double", file, doubling(40), "schema_too_large", "/"),
        Hostile("a list", file, b"[1]", "not_json", "/"),
        Hostile("nothing", file, b"", "not_json", "/"),
        Hostile("NUL bytes", file, b"{\x00}", "not_json", "/"),
        Hostile("Shift_JIS", file, japanese, "wrong_encoding", "definitions"),
        Hostile("too large", file, too_large, "too_large", "definitions"),
        changed("apply.ui.json", "no groups", groups, '"groups": 7', "form_not_shown", "/", ""),
    ]


EVERY = [*of_the_list(), *large_diagrams(), *other_diagrams(), *other_tables(), *other_forms()]
