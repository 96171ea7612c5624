"""`make sizes`: the longest files and functions, for a reviewer to ask why. A report; nothing fails on it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("portal", "workflows", "services", "models", "forms", "printing", "interchange", "rules", "tests")
SHOWN = 15


def files() -> list[Path]:
    """The Python files of the repository, migrations left out."""
    found = (path for name in PACKAGES for path in Path(name).rglob("*.py"))
    return [path for path in found if "versions" not in path.parts]


def functions(path: Path) -> Iterator[tuple[int, str]]:
    """Length and place of each function of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield node.end_lineno - node.lineno + 1, f"{path}:{node.lineno} {node.name}"


def report(title: str, sizes: list[tuple[int, str]]) -> None:
    """Print the largest, and the middle of all."""
    ordered = sorted(sizes, reverse=True)
    sys.stdout.write(f"\n{title}: {len(ordered)}, half of them under {ordered[len(ordered) // 2][0]} lines\n")
    for lines, place in ordered[:SHOWN]:
        sys.stdout.write(f"{lines:6}  {place}\n")


def main() -> None:
    """Print both lists."""
    found = files()
    report("files", [(len(path.read_text(encoding="utf-8").splitlines()), str(path)) for path in found])
    report("functions", [size for path in found for size in functions(path)])


if __name__ == "__main__":
    main()
