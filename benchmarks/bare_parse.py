"""`python -m benchmarks.bare_parse`: SpiffWorkflow alone reads two of our diagrams, to compare."""

from __future__ import annotations

from lxml import etree
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser


def main() -> None:
    """Parse and make the specifications, as an application does that checks nothing."""
    parser = SpiffBpmnParser()
    for name in ("verification", "identity_check"):
        path = f"workflows/{name}/process.bpmn"
        parser.add_bpmn_xml(etree.parse(path), path)
    for name in parser.get_process_ids():
        parser.process_parsers[name].get_spec()


if __name__ == "__main__":
    main()
