"""What operators are told when a command cannot do its work: words and exit 1, never a trace."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError

from portal.commands.refusals import told_plainly
from services.errors import ServiceError
from workflows import catalog
from workflows.engine.parser import DefinitionRefused


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (ServiceError("できません。", "It cannot be done."), "It cannot be done."),
        (DefinitionRefused("a.bpmn: flow: no FEEL"), "a.bpmn: flow: no FEEL"),
        (OperationalError("SELECT 1", {}, Exception("no such table: job\nmore")), "(no such table: job)"),
        (ProgrammingError("SELECT 1", {}, Exception("")), "(ProgrammingError)"),
    ],
)
def test_a_refusal_is_told_in_its_words(raised: Exception, told: str) -> None:
    with pytest.raises(click.ClickException) as ended, told_plainly():
        raise raised
    assert told in ended.value.message
    assert ended.value.exit_code == 1


def test_a_portal_that_was_not_set_up_says_so(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "list"],
        cwd=catalog.ROOT.parent,
        env={"PATH": os.environ["PATH"], "PORTAL_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert "flask setup" in told.stderr
    assert "Traceback" not in told.stderr
