"""`python -m tests.portal.draw_rights` asks anew and writes golden/rights.txt; look at what changed."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from portal.security.roles import ROLES
from tests.portal.rights_matrix import GOLDEN, Door, read, table
from tests.portal.test_rights_matrix import DRAW, ONLY_NEW


def main(only_new: str) -> int:
    """Run the questions, put the answers side by side."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["-q", "-n", "2", "tests/portal/test_rights_matrix.py", "-k", "each_role_is_answered"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            env=os.environ | {DRAW: folder, ONLY_NEW: only_new},
            check=False,
        )
        if done.returncode:
            return done.returncode
        known = read() if only_new else {role: {} for role in ROLES}
        answered = {role: _read(Path(folder) / f"{role}.json") for role in ROLES}
        columns = {role: dict(sorted((known[role] | answered[role]).items())) for role in ROLES}
    GOLDEN.write_text("\n".join(table(columns)) + "\n", encoding="utf-8")
    return 0


def _read(path: Path) -> dict[Door, str]:
    told = json.loads(path.read_text(encoding="utf-8"))
    return {(*name.split(" "),): cell for name, cell in told.items()}


if __name__ == "__main__":
    raise SystemExit(main("1" if "new" in sys.argv[1:] else ""))
