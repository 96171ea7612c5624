"""Which files a decision file imports from, by the namespace that each calls its own."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from workflows.engine.dmn.xml_reader import children, read_xml


def namespace_of(root: etree._Element) -> str:
    """The namespace under which others import a file."""
    return root.get("namespace") or ""


def imports_of(root: etree._Element) -> dict[str, str]:
    """The namespaces that a file imports decisions from, each with the place that it gives ("" for none)."""
    return {
        one.get("namespace") or "": one.get("locationURI") or ""
        for one in children(root, "import")
        if "DMN" in (one.get("importType") or "DMN")
    }


def imported_by(sources: Mapping[str, bytes]) -> dict[str, list[bytes]]:
    """For each file of a definition the files that it imports from, directly and further. Raises DmnError."""
    roots = {name: read_xml(source) for name, source in sources.items()}
    names = {namespace_of(root): name for name, root in reversed(roots.items())}
    found: dict[str, list[bytes]] = {}
    for name in roots:
        needed = [name]
        for one in needed:
            needed += [
                names[told] for told in imports_of(roots[one]) if told in names and names[told] not in needed
            ]
        found[name] = [sources[one] for one in needed[1:]]
    return found
