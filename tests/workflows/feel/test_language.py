"""The language as a whole: language.yaml holds a case for every function and every form of expression.

standard.yaml holds what the standard says of the functions at their edges.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from workflows.engine.dmn.json_values import as_json
from workflows.engine.feel.builtins_table import BUILTINS
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import read_expression
from workflows.engine.feel.scope import Frame, Run
from workflows.engine.feel.vocabulary import Vocabulary

CASES, EDGES = (
    yaml.safe_load(Path(__file__).with_name(name).read_text("utf-8"))
    for name in ("language.yaml", "standard.yaml")
)
CLOCK = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


def told(text: str, *, lenient: bool) -> tuple[str, int]:
    """The result as JSON, and how many notices there were."""
    run = Run({}, (), CLOCK)
    expression = read_expression(text, Vocabulary(lenient=lenient))
    return as_json(run, expression.value(Frame(run, {}))), len(run.notices)


@pytest.mark.parametrize(("text", "result"), [*CASES["checked"], *EDGES["checked"]])
def test_an_expression_has_its_result(text, result):
    assert told(text, lenient=False)[0] == result
    assert told(text, lenient=True)[0] == result


@pytest.mark.parametrize(("text", "result"), [*CASES["lenient"], *EDGES["lenient"]])
def test_what_a_lenient_reader_lets_pass_is_refused_in_a_definition(text, result):
    assert told(text, lenient=True)[0] == result
    with pytest.raises(FeelError) as refused:
        read_expression(text, Vocabulary())
    assert refused.value.line == 1
    assert refused.value.column >= 1


def test_every_function_has_a_case():
    texts = "\n".join(text for text, _ in [*CASES["checked"], *CASES["lenient"]])
    assert [name for name in BUILTINS if f"{name}(" not in texts] == []
