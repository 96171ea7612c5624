"""Ask, decide within two weeks where the amount is not small, answer, count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process, Task

ENOUGH = 10


class ReviewFlow(flow.Flow):
    """The reference process in viewflow's words, with the lock that viewflow recommends for PostgreSQL."""

    process_class = Process
    task_class = Task
    lock_impl = lock.SelectForUpdateLock()

    start = flow.StartHandle().Next(this.ask)
    ask = flow.View(None).Next(this.how)
    how = flow.If(this.is_small).Then(this.answer).Else(this.decide)
    decide = flow.View(None).OnTimeout(timedelta(days=14), this.answer).Next(this.answer)
    answer = flow.View(None).Next(this.count)
    count = flow.Function(this.add_up).Next(this.end)
    end = flow.End()

    def is_small(self, activation: Any) -> bool:
        return bool(activation.process.data["ask"]["amount"] < ENOUGH)

    def add_up(self, activation: Any) -> None:
        activation.process.data["total"] = activation.process.data["ask"]["amount"] + 1
        activation.process.save()
