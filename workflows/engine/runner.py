"""The deeds of the engine by one name: start, complete, take, end; each one transaction (Ruling 3, N1).

Load, check, run, save, audit: the engine is never asked to complete a task that is not ready, not the
actor's, or of another version than the row that was locked.
"""

from __future__ import annotations

from workflows.engine.completing import complete, get_task, open_task
from workflows.engine.ending import withdraw
from workflows.engine.running import Done
from workflows.engine.starting import begin, start, start_ex_officio
from workflows.engine.taking import delegate, give_back, take
from workflows.engine.task_forms import OpenForm, intake_form

__all__ = [
    "Done",
    "OpenForm",
    "begin",
    "complete",
    "delegate",
    "get_task",
    "give_back",
    "intake_form",
    "open_task",
    "start",
    "start_ex_officio",
    "take",
    "withdraw",
]
