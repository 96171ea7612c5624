"""Deeds that ask for a fresh second factor: shown a few minutes ago, or asked for now (ASVS 7.5.3)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from flask import redirect, request, url_for

from portal import clock
from portal.security import sessions
from services import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def is_fresh() -> bool:
    """Whether the person before the screen showed both factors a short while ago."""
    bound = sessions.full()
    return bound is not None and sign_in.is_fresh(bound.row, clock.now())


def asks_for_fresh_factor(view: Callable[P, R]) -> Callable[P, Any]:
    """Lead to the proof first where it is not fresh; a form that was sent is asked for again."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        if not is_fresh():
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("ProofView.show", next=back), code=303)
        return view(*args, **kwargs)

    return guarded
