"""Whether there is anybody for the lanes of a draft, before cases wait in them for nobody (issue 5)."""

from __future__ import annotations

from services import staffing
from services.context import Context
from workflows.engine.bundle import Bundle
from workflows.studio import elements


def without_people(ctx: Context, bundle: Bundle) -> list[tuple[str, list[elements.ListedElement]]]:
    """The roles that nobody has today in any office, each with the tasks for people that ask for it.

    A lane that is no role of ours at all is told by the check, not here.
    """
    held = staffing.roles_held(ctx.session, ctx.today)
    asked: dict[str, list[elements.ListedElement]] = {}
    for one in elements.list_elements(bundle):
        if one.is_for_people and one.role and one.role not in held:
            asked.setdefault(one.role, []).append(one)
    return sorted(asked.items())
