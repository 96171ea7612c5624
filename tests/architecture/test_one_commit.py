"""One deed, one transaction: only the unit of work commits or rolls back (Ruling 11)."""

import ast

from tests.architecture.tree import calls, modules, place

ALLOWED = {
    "services/unit_of_work.py",
    "models/migrations/env.py",  # Alembic's own connection, when nobody hands one in
}


def test_only_the_unit_of_work_ends_a_transaction() -> None:
    elsewhere = {
        place(path)
        for path in modules()
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"commit", "rollback"}
    }
    assert elsewhere - ALLOWED == set()
