"""What a step of a case can fail of: an error that a diagram may catch, and a failure that it cannot."""

from __future__ import annotations

from typing import Any


class BpmnError(Exception):
    """Raised by a handler: something that the business knows; an error event of this code catches it.

    `payload` are plain values, given to the variable that the error of the diagram names.
    """

    def __init__(self, code: str, payload: Any = None) -> None:
        """Keep the code of the error as the diagram declares it, and what goes with it."""
        super().__init__(code)
        self.code = code
        self.payload = payload


class StepFailed(Exception):
    """A step that cannot be done as the diagram has it: the deed is undone and an incident is written.

    `code` says why; `detail` holds the kind of a value or the name of an element, never what was entered.
    """

    def __init__(self, task: Any, code: str, detail: str = "") -> None:
        """Keep which element it was and why."""
        spec = task.task_spec
        self.element_id = str(getattr(spec, "bpmn_id", None) or spec.name)
        self.task_guid = str(task.id)
        self.code = code
        self.detail = detail
        super().__init__(f"{self.element_id}: {code} {detail}".rstrip())
