"""The environments of the libraries that the benches measure ours beside, each made on demand."""

from __future__ import annotations

import subprocess
import sys

from benchmarks import cluster


def python_of(peer: str) -> str:
    """The Python that has what `benchmarks/PEER/requirements.txt` lists, as its path."""
    home = cluster.HOME / peer
    python = str(home / "bin" / "python")
    wanted = (cluster.ROOT / "benchmarks" / peer / "requirements.txt").read_text(encoding="utf-8")
    installed = home / "installed"
    if not installed.exists() or installed.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)  # noqa: S603 - ours
        listed = str(cluster.ROOT / "benchmarks" / peer / "requirements.txt")
        install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", listed]
        subprocess.run(install, check=True, stdout=sys.stderr)  # noqa: S603 - ours
        installed.write_text(wanted, encoding="utf-8")
    return python
