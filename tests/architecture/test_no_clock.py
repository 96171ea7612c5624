"""The time is handed in; one module reads the clock (architecture, section 8)."""

import ast

from tests.architecture.tree import modules, place, tree_of

CLOCK = "portal/clock.py"
READERS = {
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("func", "now"),
    ("func", "current_timestamp"),
    ("func", "current_date"),
}


def last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def test_only_the_clock_reads_the_clock() -> None:
    readers = {
        place(path)
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and (last_name(node.value), node.attr) in READERS
    }
    assert readers - {CLOCK} == set()


def test_no_other_module_is_excused_from_the_ban() -> None:
    excused = {place(path) for path in modules() if "noqa: TID251" in path.read_text(encoding="utf-8")}
    assert excused - {CLOCK} == set()
