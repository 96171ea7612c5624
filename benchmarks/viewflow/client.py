"""The reference process in viewflow, by one client: `python -m benchmarks.viewflow.client …`.

Asked and answering as `benchmarks.reference`: HOST USER DATABASE, then a number of cases a line. A task is
done as viewflow's own views do it, under its lock and in one transaction. Assigning it, which there is a
sending of its own, goes in the same one, and no form is checked. With `migrate` it makes the tables.
"""

from __future__ import annotations

import json
import sys
from time import perf_counter, process_time

import django
from django.conf import settings

HOST, USER, DATABASE = sys.argv[1:4]
ENTRY = {"amount": 12_000, "reason": "世帯主の収入が減り、納期までに納めることが難しいため。"}
STEPS, WARM = 3, 5

settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": HOST,
            "USER": USER,
            "NAME": DATABASE,
            "CONN_MAX_AGE": None,
        }
    },
    INSTALLED_APPS=[
        *("django.contrib.auth", "django.contrib.contenttypes"),
        *("viewflow", "viewflow.workflow", "benchmarks.viewflow.review"),
    ],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - Django is read after its settings
from django.core.management import call_command  # noqa: E402 - as above
from django.db import transaction  # noqa: E402 - as above
from viewflow.workflow.models import Process, Task  # noqa: E402 - as above

from benchmarks.viewflow.review.flows import ReviewFlow  # noqa: E402 - as above


def one_case(somebody: User) -> list[float]:
    """A case from its beginning to its end; the milliseconds of each completing."""
    with transaction.atomic():
        process = ReviewFlow.start.run()
        number = (process if isinstance(process, Process) else process.process).pk
    waited = []
    for _ in range(STEPS):
        began = perf_counter()
        with ReviewFlow.lock(number), transaction.atomic():
            task = Task.objects.get(process_id=number, flow_task_type="HUMAN", finished__isnull=True)
            activation = task.flow_task.activation_class(task)
            activation.assign(somebody)
            activation.start(None)
            activation.process.data[task.flow_task.name] = ENTRY
            activation.process.save()
            activation.execute()
        waited.append((perf_counter() - began) * 1000)
    return waited


def main() -> None:
    """Make the tables, or do what is asked line by line."""
    if sys.argv[4:] == ["migrate"]:
        call_command("migrate", verbosity=0)
        User.objects.get_or_create(username="somebody")
        return
    somebody = User.objects.get(username="somebody")
    for _ in range(WARM):
        one_case(somebody)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        worked = process_time()
        waited = [one for _ in range(int(line)) for one in one_case(somebody)]
        sys.stdout.write(json.dumps({"waited": waited, "cpu": process_time() - worked}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
