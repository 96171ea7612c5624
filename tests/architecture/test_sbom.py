"""The list of components is what the locks say, no more and no less (T25)."""

import json

from scripts import sbom
from tests.architecture.test_lock import normal, requirements
from tests.architecture.tree import ROOT


def test_the_list_is_made_from_the_locks() -> None:
    assert sbom.TARGET.read_text(encoding="utf-8") == sbom.text(), "run `make sbom`"


def test_it_names_every_locked_package_with_its_version_hashes_and_licence() -> None:
    told = json.loads(sbom.TARGET.read_text(encoding="utf-8"))["components"]
    of_python = {one["name"]: one["version"] for one in told if one["purl"].startswith("pkg:pypi/")}
    assert of_python == requirements("requirements.txt")
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    of_npm = {one["name"] for one in told if one["purl"].startswith("pkg:npm/")}
    assert of_npm == {path.removeprefix("node_modules/") for path in packages if path}
    assert [one["name"] for one in told if not one["licenses"][0]["license"]["name"]] == []
    assert [one["name"] for one in told if not one["hashes"]] == []
    assert len({one["bom-ref"] for one in told}) == len(told)
    assert all(normal(one) == one for one in of_python)


def test_it_holds_no_address_and_nothing_of_a_machine() -> None:
    text = sbom.TARGET.read_text(encoding="utf-8")
    assert "://" not in text
    assert "/home/" not in text
    assert "timestamp" not in text
