"""What the start-up self-check asks of the engine: no Python runs, no entity is read (d-28)."""

from __future__ import annotations

from workflows.engine.checking.files import File
from workflows.engine.checking.problems import Problem
from workflows.engine.checking.xml_text import read_xml as read_upload
from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.xml_reader import read_xml as read_decision
from workflows.engine.feel.errors import FeelError
from workflows.engine.parser import DefinitionRefused, safe_xml
from workflows.engine.script_engine import FeelScriptEngine

PYTHON = '__import__("os").getpid()'
ENTITY = b'<!DOCTYPE a [<!ENTITY e "told">]><definitions id="&e;">&e;</definitions>'
ENTITY_IN_UTF_16 = (b'<?xml version="1.0" encoding="UTF-16"?>' + ENTITY).decode().encode("utf-16")


def refuses_python() -> bool:
    """Whether the script engine takes an expression in Python for what it is not."""
    engine = FeelScriptEngine(None, 0, None, "")
    try:
        engine.environment.evaluate(PYTHON, {})
    except FeelError:
        pass
    else:
        return False
    try:
        engine.environment.execute("1", {})
    except RuntimeError:
        return True
    return False


def refuses_entities() -> bool:
    """Whether every reader of XML refuses a DOCTYPE, in whatever encoding it comes."""
    return all(
        refuses(content)
        for content in (ENTITY, ENTITY_IN_UTF_16)
        for refuses in (_upload_refuses, _decision_refuses, _stored_refuses)
    )


def _upload_refuses(content: bytes) -> bool:
    return isinstance(read_upload(File("a.bpmn", "bpmn", "", "a", content)), Problem)


def _decision_refuses(content: bytes) -> bool:
    try:
        read_decision(content)
    except DmnError:
        return True
    return False


def _stored_refuses(content: bytes) -> bool:
    try:
        safe_xml(content, "a.bpmn")
    except DefinitionRefused:
        return True
    return False
