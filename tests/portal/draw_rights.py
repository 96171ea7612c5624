"""`python -m tests.portal.draw_rights` asks anew and writes golden/rights.txt; look at what changed."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from portal.security.roles import ROLES
from tests.portal.rights_matrix import GOLDEN, Door, table
from tests.portal.test_rights_matrix import DRAW


def main() -> int:
    """Run the questions, put the answers side by side."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["-q", "-n", "2", "tests/portal/test_rights_matrix.py", "-k", "each_role_is_answered"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments], env=os.environ | {DRAW: folder}, check=False
        )
        if done.returncode:
            return done.returncode
        columns = {role: _read(Path(folder) / f"{role}.json") for role in ROLES}
    GOLDEN.write_text("\n".join(table(columns)) + "\n", encoding="utf-8")
    return 0


def _read(path: Path) -> dict[Door, str]:
    told = json.loads(path.read_text(encoding="utf-8"))
    return {(*name.split(" "),): cell for name, cell in told.items()}


if __name__ == "__main__":
    raise SystemExit(main())
