"""Scripts that a newcomer runs can be read by the shell, and no file keeps the marks of a merge."""

import re
import shutil
import subprocess

import pytest

from tests.architecture.tree import ROOT

BASH = shutil.which("bash") or "bash"
SCRIPTS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("scripts/*.sh"))
MARKS = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
TEXT = {
    ".py",
    ".sh",
    ".md",
    ".html",
    ".css",
    ".js",
    ".yaml",
    ".csv",
    ".toml",
    ".txt",
    ".json",
    ".bpmn",
    ".dmn",
}


@pytest.mark.parametrize("script", [*SCRIPTS, ".ci/run"])
def test_the_shell_reads_it(script: str) -> None:
    read = subprocess.run([BASH, "-n", ROOT / script], capture_output=True, text=True, check=False)
    assert read.stderr == ""


def test_no_file_keeps_the_marks_of_a_merge() -> None:
    git = shutil.which("git") or "git"
    listed = subprocess.run([git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in listed.stdout.splitlines()]
    texts = [path for path in files if path.suffix in TEXT and path.is_file()]
    assert texts
    assert [path.name for path in texts if MARKS.search(path.read_text(encoding="utf-8"))] == []
