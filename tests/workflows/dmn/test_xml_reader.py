import pytest

from tests.workflows.dmn.tables_of_tests import decision, file_of, output, table
from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.tables import parse_dmn

GOOD = file_of(decision(table(["x"], [output("a")], [(("-",), ("1",))])))


def with_prologue(prologue: str, content: bytes = GOOD) -> bytes:
    return content.replace(b"?>\n", b"?>\n" + prologue.encode(), 1)


LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{i} "{f"&lol{i - 1 if i > 1 else str()};" * 10}">' for i in range(1, 10))
    + "]>"
)


@pytest.mark.parametrize(
    "prologue",
    [
        "<!DOCTYPE definitions>",
        '<!DOCTYPE definitions [<!ENTITY a "b">]>',
        '<!DOCTYPE definitions SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE definitions SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>',
        LAUGHS,
    ],
    ids=range(7),
)
def test_a_doctype_is_refused_before_anything_is_expanded(prologue):
    with pytest.raises(DmnError, match="DOCTYPE"):
        parse_dmn(with_prologue(prologue))


def test_a_doctype_in_another_encoding_is_refused_too():
    hidden = with_prologue('<!DOCTYPE definitions [<!ENTITY a "b">]>').decode().replace("UTF-8", "UTF-16")
    with pytest.raises(DmnError, match="DOCTYPE"):
        parse_dmn(hidden.encode("utf-16"))


def test_an_entity_without_declaration_is_no_xml():
    with pytest.raises(DmnError, match="XMLとして読めません"):
        parse_dmn(GOOD.replace(b"<text>x</text>", b"<text>&x;</text>"))


def test_a_file_too_large_is_refused():
    with pytest.raises(DmnError, match="2 MB"):
        parse_dmn(with_prologue("<!--" + "x" * 2 * 1024 * 1024 + "-->"))


def test_a_file_too_deep_is_refused():
    with pytest.raises(DmnError, match="60段"):
        parse_dmn(b"<a>" * 1000 + b"</a>" * 1000)


def test_comments_and_processing_instructions_are_passed_over():
    commented = with_prologue("<?run me?><!-- 注 -->").replace(b"<rule>", b"<!-- note --><?run me?><rule>")
    assert parse_dmn(commented)["d"].evaluate({"x": 1}) == 1


def test_a_broken_file_says_its_line():
    with pytest.raises(DmnError) as refused:
        parse_dmn(GOOD.replace(b"</rule>", b""))
    assert refused.value.line > 1


@pytest.mark.parametrize("content", [b"\x00", b"\xff\xfe", b"PK\x03", "<定義/>".encode("cp932"), b"[1]"])
def test_what_is_no_xml_is_refused(content):
    with pytest.raises(DmnError):
        parse_dmn(content)
