"""Run beside a portal's data: a procedure of one short task, and cases of it that wait at the counter.

`python -m tests.scenarios.short_tasks 60`
"""

import sys
from dataclasses import replace

from portal import clock
from portal.app import create_app
from portal.settings import load_settings
from services.context import SYSTEM
from services.unit_of_work import unit_of_work
from tests.factories.processes import form
from tests.factories.small_processes import Ask, a_bundle
from tests.scenarios.running_cases import clerk
from workflows.engine import definitions, runner

PAGES = {
    "type": "object",
    "properties": {"pages": {"type": "integer", "minimum": 1, "maximum": 99, "title": "枚数"}},
    "required": ["pages"],
    "additionalProperties": False,
}


def main(count: int) -> None:
    app = create_app(load_settings())
    with app.app_context():
        steps = [
            Ask("count", "届いた枚数の記録", properties={"title_en": "Count the pages", "due_days": "3"})
        ]
        bundle = replace(a_bundle("short", steps), forms={"short/count": form(PAGES)})
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            definitions.publish_shipped(ctx, bundle)
        actor = clerk("sato")
        for _ in range(count):
            with unit_of_work(actor, clock.now()) as ctx:
                runner.begin(ctx, "short", {})


if __name__ == "__main__":
    main(int(sys.argv[1]))
