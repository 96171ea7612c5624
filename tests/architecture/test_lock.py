"""The locked packages: hashes, and nothing of the machine that compiled them."""

import json
import re
from importlib.metadata import distributions

import pytest

from tests.architecture.tree import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt")
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==(\S+)")
ASKED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
ELSEWHERE = ("package.json", "package-lock.json", ".pre-commit-config.yaml", "pyproject.toml", *LOCKS)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(lock: str) -> dict[str, str]:
    """The packages of a lock with their versions."""
    lines = (ROOT / lock).read_text(encoding="ascii").splitlines()
    return {normal(found[1]): found[2] for line in lines if (found := REQUIREMENT.match(line))}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes(lock: str) -> None:
    text = re.sub(r"\\\n", " ", (ROOT / lock).read_text(encoding="ascii"))
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert REQUIREMENT.match(line), line
        assert " --hash=sha256:" in line, line


@pytest.mark.parametrize("name", ELSEWHERE)
def test_no_address_of_a_registry_and_no_path_of_a_machine(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert (
        re.findall(r"(?:--index-url|--find-links|--trusted-host|file://|\"resolved\"|/home/|/root/).*", text)
        == []
    )
    if name in LOCKS:
        assert "://" not in text


def test_what_is_installed_is_what_is_locked() -> None:
    locked = requirements(LOCKS[0]) | requirements(LOCKS[1])
    installed = {normal(found.metadata["Name"]): found.version for found in distributions()}
    differing = {
        name: installed.get(name) for name, version in locked.items() if installed.get(name) != version
    }
    assert differing == {}


def test_every_package_asked_for_by_name_is_locked() -> None:
    for source, lock in (("requirements.in", LOCKS[0]), ("requirements-dev.in", LOCKS[1])):
        lines = (ROOT / source).read_text(encoding="ascii").splitlines()
        asked = {normal(found[0]) for line in lines if (found := ASKED.match(line))}
        assert asked - set(requirements(lock)) == set()


def test_every_package_asked_for_has_its_reason_on_record() -> None:
    reasons = normal((ROOT / "docs/adr/0002-libraries.md").read_text(encoding="utf-8"))
    lines = (ROOT / "requirements.in").read_text(encoding="ascii").splitlines()
    asked = [normal(found[0]) for line in lines if (found := ASKED.match(line))]
    assert [name for name in asked if name not in reasons] == []


def test_the_vendored_packages_are_locked_by_content() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert [path for path, entry in lock["packages"].items() if path and "integrity" not in entry] == []
