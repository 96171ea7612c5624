"""Requests that pages make by themselves: no sign of life, so they keep no idle session open (L2)."""

from __future__ import annotations

from flask import request

PASSIVE_ENDPOINTS = frozenset({"static", "JobView.progress"})


def is_passive() -> bool:
    """Whether this request was made by a page and not by a person."""
    return request.endpoint in PASSIVE_ENDPOINTS
