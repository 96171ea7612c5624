"""The order of the inbox: the soonest due first, what has no date last, then by the number of the task."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import aliased

from models.case import WorkItem

NO_DUE = date(9999, 12, 31)
IN_ORDER = (WorkItem.due_on.asc().nulls_last(), WorkItem.id)  # as the index of open tasks stands


def follows(item_id: Any) -> ColumnElement[bool]:
    """Whether a task stands after this one, finished or not."""
    other = aliased(WorkItem)
    due = select(func.coalesce(other.due_on, NO_DUE)).where(other.id == item_id).scalar_subquery()
    return tuple_(func.coalesce(WorkItem.due_on, NO_DUE), WorkItem.id) > tuple_(due, item_id)
