"""What the code has, the documents name; a document that is left behind fails here."""

import ast
import re
from pathlib import Path

import pytest

from models.audit.tags import Tag
from portal.settings import Settings, variable_of
from tests.architecture.tree import ROOT, modules, place, procedures, tree_of

DOCS = ROOT / "docs"
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
SPEAKS_OF = re.compile(r"(?<![\w/])(?:/work/|/root/|/home/\w|pypi\.org|pythonhosted|registry\.npmjs)")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def every_page() -> list[Path]:
    folders = [
        ROOT / name for name in ("docs", "workflows", "portal", "printing", "rules", "scripts", "tests")
    ]
    inside = [path for folder in folders for path in folder.rglob("*.md")]
    return sorted([*ROOT.glob("*.md"), *(path for path in inside if "vendor" not in path.parts)])


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_setting_is_documented(field: str) -> None:
    assert f"`{variable_of(field)}`" in page("settings.md")


def test_every_tag_of_the_audit_is_documented() -> None:
    text = page("audit.md")
    assert [tag.value for tag in Tag if f"`{tag.value}`" not in text] == []


@pytest.mark.parametrize("slug", procedures())
def test_every_procedure_is_in_the_list_of_procedures(slug: str) -> None:
    assert f"({slug}.md)" in page("procedures/README.md")


def errors() -> dict[str, str]:
    """The codes of all errors that people are told, with the file that raises them."""
    found = {}
    for path in modules("services", "workflows"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "code":
                        assert isinstance(line.value, ast.Constant)
                        found[str(line.value.value)] = place(path)
    return found


def test_every_error_is_documented() -> None:
    text = page("errors.md")
    assert [code for code in sorted(errors()) if f"`{code}`" not in text] == []


def public_names_of_rules() -> set[str]:
    """The functions and classes that the statute's modules offer."""
    return {
        node.name
        for path in modules("rules")
        if "eligibility" in path.parts or path.stem == "certificates"
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }


def test_the_glossary_has_every_public_name_of_the_rules() -> None:
    text = page("glossary.md")
    assert sorted(name for name in public_names_of_rules() if f"`{name}`" not in text) == []


@pytest.mark.parametrize("path", every_page(), ids=place)
def test_links_lead_somewhere(path: Path) -> None:
    links = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", every_page(), ids=place)
def test_no_page_speaks_of_a_machine_or_a_registry(path: Path) -> None:
    assert SPEAKS_OF.findall(path.read_text(encoding="utf-8")) == []


def test_every_target_of_make_is_in_its_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    assert [target for target in targets if not re.search(rf"^{target}:.*## ", makefile, re.MULTILINE)] == []


def test_every_architecture_decision_has_its_three_parts() -> None:
    for path in sorted((DOCS / "adr").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        headings = re.findall(r"^(?:## |\*\*)(\w+)", text, re.MULTILINE)
        assert {"Context", "Decision", "Consequence"} - set(headings) == set(), path.name
