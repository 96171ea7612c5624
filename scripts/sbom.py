"""The list of components (SBOM, CycloneDX 1.6) from the locks: `python -m scripts.sbom` writes it anew.

Names, versions and hashes are those of requirements.txt and package-lock.json; licences are what installed
packages say of themselves. The same locks give the same file: no time, no machine, no address.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "security" / "components.cdx.json"
LOCK, NPM_LOCK = ROOT / "requirements.txt", ROOT / "package-lock.json"
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?:\s+--hash=sha256:[0-9a-f]{64})+)")
HASH = re.compile(r"sha256:([0-9a-f]{64})")
LONGEST_LICENCE = 60
CLASSIFIER = "License :: "
# They say their licence in a file (LICENSE, Readme.md) and have no word of it in their metadata.
IN_ITS_FILE = {"huey": "MIT", "component-props": "MIT"}


def bom() -> dict[str, Any]:
    """The whole list."""
    components = [*python_components(), *npm_components()]
    told = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, told)}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "kokuho-portal", "bom-ref": "kokuho-portal"}
        },
        "components": components,
    }


def python_components() -> Iterator[dict[str, Any]]:
    """The locked packages of Python, in the order of the lock."""
    text = LOCK.read_text(encoding="ascii").replace("\\\n", " ")
    for line in text.splitlines():
        if found := REQUIREMENT.match(line):
            name, version = re.sub(r"[-_.]+", "-", found[1]).lower(), found[2]
            yield component(
                f"pkg:pypi/{name}@{version}",
                name,
                version,
                licence_of(metadata(name)) or IN_ITS_FILE.get(name, ""),
                [{"alg": "SHA-256", "content": one} for one in HASH.findall(found[3])],
            )


def npm_components() -> Iterator[dict[str, Any]]:
    """The vendored packages of npm, in the order of the lock."""
    packages = json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"]
    for path, entry in packages.items():
        if path:
            name, version = path.removeprefix("node_modules/"), entry["version"]
            algorithm, _, digest = entry["integrity"].partition("-")
            content = base64.b64decode(digest).hex()
            yield component(
                f"pkg:npm/{name.replace('@', '%40')}@{version}",
                name,
                version,
                entry.get("license") or IN_ITS_FILE.get(name, ""),
                [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": content}],
            )


def component(
    purl: str, name: str, version: str, licence: str, hashes: list[dict[str, str]]
) -> dict[str, Any]:
    """One library."""
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "licenses": [{"license": {"name": licence}}],
        "hashes": hashes,
    }


def licence_of(told: PackageMetadata) -> str:
    """What a package says of its licence: an expression, a short name, or its classifiers."""
    fields = dict(told.items())
    for name in ("License-Expression", "License"):
        text = fields.get(name, "").strip()
        if text and "\n" not in text and len(text) <= LONGEST_LICENCE:
            return text
    named = [one for one in told.get_all("Classifier") or () if one.startswith(CLASSIFIER)]
    return " AND ".join(sorted({one.rpartition(" :: ")[2] for one in named}))


def text() -> str:
    """The file as it is kept."""
    return json.dumps(bom(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
