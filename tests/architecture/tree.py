"""Where things are in the repository, and how its Python reads."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "workflows", "services", "models", "forms", "printing", "interchange", "rules")
GENERATED = ROOT / "models" / "migrations" / "versions"


@cache
def modules(*packages: str) -> tuple[Path, ...]:
    """The Python files of our packages (all, when none is named), migrations left out."""
    found = (path for name in packages or PACKAGES for path in (ROOT / name).rglob("*.py"))
    return tuple(sorted(path for path in found if GENERATED not in path.parents))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path) -> str:
    """The path as one reads it in the repository."""
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def procedures() -> list[str]:
    """The slugs of the shipped procedures: the folders of workflows/ that hold a diagram."""
    return sorted(path.parent.name for path in (ROOT / "workflows").glob("*/process.bpmn"))
