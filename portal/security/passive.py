"""Requests that pages make by themselves: no sign of life, so they keep no idle session open (L2)."""

from __future__ import annotations

from flask import request

READ_BY_THE_API = frozenset(
    {"TaskApi.list", "TaskApi.read", "CaseApi.read", "ProcedureApi.list", "ProcedureApi.form"}
    | {"DescriptionApi.openapi", "DescriptionApi.session"}
)
PASSIVE_ENDPOINTS = frozenset(
    {"static", "JobView.progress", "OpenCaseView.tell", "OpenCaseView.leave", *READ_BY_THE_API}
)


def is_passive() -> bool:
    """Whether this request was made by a page and not by a person."""
    return request.endpoint in PASSIVE_ENDPOINTS
