"""Every place that reads XML is known, and reads it without entities, DOCTYPE and network (T03)."""

import re

from tests.architecture.tree import ROOT

PACKAGES = ("portal", "workflows", "services", "models", "forms", "printing", "interchange", "rules")
READS = re.compile(
    r"\b(?:etree|ET|ElementTree|objectify|minidom|pulldom|sax|expat|xmltodict|html)\."
    r"(?:fromstring|parse|XML|HTML|iterparse|parseString|make_parser|ParserCreate|XMLPullParser|XMLParser"
    r"|HTMLParser|ETCompatXMLParser|fromstringlist|document_fromstring)\("
)
KNOWN = {
    "printing/renderer.py": {"ET.fromstring("},  # XHTML of our own templates, values escaped
    "workflows/engine/parser.py": {"etree.XMLParser(", "etree.fromstring("},
    "workflows/engine/dmn/xml_reader.py": {"etree.XMLParser(", "etree.fromstring("},
    "workflows/engine/checking/xml_text.py": {"etree.XMLParser(", "etree.fromstring(", "expat.ParserCreate("},
}
SAFE = ("resolve_entities=False", "no_network=True", "load_dtd=False", "huge_tree=False")


def test_every_place_that_reads_xml_is_known() -> None:
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if calls := set(READS.findall(path.read_text(encoding="utf-8"))):
                found[path.relative_to(ROOT).as_posix()] = calls
    assert found == KNOWN


def test_every_parser_of_lxml_is_made_with_all_its_locks() -> None:
    for name, calls in KNOWN.items():
        if "etree.XMLParser(" in calls:
            text = (ROOT / name).read_text(encoding="utf-8")
            assert [lock for lock in SAFE if lock not in text] == [], name
            assert re.findall(r"etree\.fromstring\([^(),]+\)", text) == [], f"{name}: no default parser"
