"""No reader of XML takes a DOCTYPE, in whatever encoding it comes (T03)."""

import pytest

from workflows.engine import self_check
from workflows.engine.parser import DefinitionRefused, safe_xml

EXPANDED = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><a id="&y;"/>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_an_entity_in_an_attribute_is_refused_in_every_encoding(encoding: str) -> None:
    head = '<?xml version="1.0" encoding="{}"?>'.format(
        encoding.upper().removesuffix("-LE").removesuffix("-BE")
    )
    with pytest.raises(DefinitionRefused):
        safe_xml((head + EXPANDED).encode(encoding), "a.bpmn")


def test_an_empty_doctype_is_refused_and_its_name_in_a_comment_is_not() -> None:
    with pytest.raises(DefinitionRefused, match="DOCTYPE"):
        safe_xml(b"<!DOCTYPE a><a/>", "a.bpmn")
    assert safe_xml(b"<a><!-- <!DOCTYPE a> --></a>", "a.bpmn").tag == "a"


def test_the_self_check_tries_all_readers() -> None:
    assert self_check.refuses_entities()
    assert self_check.refuses_python()
