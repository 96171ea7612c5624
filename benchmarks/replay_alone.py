"""SpiffWorkflow alone, in memory: does as many reference cases as each line of its input says."""

from __future__ import annotations

import sys
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser

from benchmarks.reference import IN_PYTHON, STEPS, complete_ready
from tests.factories.processes import review

WARM = 20


def one_case(specs: tuple[Any, Any]) -> None:
    """A case from its beginning to its end."""
    workflow = BpmnWorkflow(*specs)
    workflow.task_tree.set_data(case={"application_id": 7}, form={}, outcome={})
    workflow.do_engine_steps()
    for _ in STEPS:
        complete_ready(workflow)


def main() -> None:
    """Warm up, then do what is asked, line by line."""
    source = review().bpmn["review"]
    for feel, python in IN_PYTHON.items():
        source = source.replace(feel, python)
    parser = SpiffBpmnParser()
    parser.add_bpmn_xml(etree.fromstring(source.encode()))
    specs = parser.get_spec("review"), parser.get_subprocess_specs("review")
    for _ in range(WARM):
        one_case(specs)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        for _ in range(int(line)):
            one_case(specs)
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
