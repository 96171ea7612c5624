"""Where cases stand and how long steps take: numbers on the diagram, the equal table, bottlenecks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.frame import counts_for
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import operation_pages, procedure_titles
from services.unit_of_work import unit_of_work
from workflows.operating import heat_map, versions
from workflows.operating.heat_map import HeatMap, Period, Step
from workflows.operating.versions import Version

PERIODS = {
    "7": ("7日間", "7 days"),
    "30": ("30日間", "30 days"),
    "90": ("90日間", "90 days"),
    "365": ("1年間", "a year"),
}
HOUR, DAY = 3600, 86_400


class OperationMapView(BaseView):
    """The heat map."""

    route_base = "/operations/map"
    section = "OperationCaseView.list"
    default_view = "show"

    @expose("/", methods=["GET"])
    @requires("operations.read")
    def show(self) -> Any:
        """The numbers of a procedure in a period."""
        days = request.args.get("days", "30")
        days = days if days in PERIODS else "30"
        with unit_of_work(current_actor(), clock.now()) as ctx:
            names = operation_pages.titles(ctx)
            slug = request.args.get("slug", "")
            slug = slug if slug in names else next(iter(names), "")
            found = versions.list_versions(ctx, slug) if slug else []
            version = _version(found, request.args.get("version", type=row_id))
            last = ctx.today
            period = Period(last - timedelta(days=int(days) - 1), last)
            every = not request.args.get("version")
            shown = heat_map.read(ctx, slug, version.hash, period, all_versions=every) if version else None
            processes = procedure_titles.titles(ctx, shown.processes if shown else ())
        return self.render_template(
            "operations/map.html",
            title=t("運用", "Operations"),
            tabs=operation_pages.tabs("map", counts_for(current_actor())["operations"]),
            names=names,
            slug=slug,
            found=found,
            version=version,
            every=every,
            days=days,
            periods=PERIODS,
            shown=shown,
            diagrams=_diagrams(shown, version, processes),
            numbers=_numbers(shown) if shown else {},
            lasting=lasting,
        )


def lasting(seconds: float | None) -> str:
    """How long, in the largest unit that tells it: 40分, 3.5時間, 2.1日."""
    if seconds is None:
        return "—"
    if seconds < HOUR:
        return t(f"{seconds / 60:.0f}分", f"{seconds / 60:.0f} min")
    if seconds < DAY:
        return t(f"{seconds / HOUR:.1f}時間", f"{seconds / HOUR:.1f} h")
    return t(f"{seconds / DAY:.1f}日", f"{seconds / DAY:.1f} days")


def _version(found: list[Version], number: int | None) -> Version | None:
    """The version whose diagram is shown: the one chosen, else the newest in force."""
    published = [one for one in found if one.state != "draft"]
    return next((one for one in published if one.number == number), published[0] if published else None)


def _diagrams(
    shown: HeatMap | None, version: Version | None, names: dict[str, str]
) -> list[tuple[str, str, str]]:
    if shown is None or version is None:
        return []
    return [
        (
            process,
            names[process],
            url_for("DefinitionView.diagram", slug=shown.slug, version=version.number, process=process),
        )
        for process in shown.processes
    ]


def _numbers(shown: HeatMap) -> dict[str, dict[str, dict[str, Any]]]:
    """What the diagram shows at each step, by process and element."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    most = max((step.here for step in shown.steps), default=0)
    for step in shown.steps:
        if step.here or step.passed or step.incidents:
            found.setdefault(step.process, {})[step.element_id] = {
                "text": _label(step),
                "title": _sentence(step),
                "heat": _heat(step, most),
            }
    return found


def _heat(step: Step, most: int) -> str:
    if step.incidents or step.late_here:
        return "late"
    if step.is_tight or (step.here and step.here * 2 >= most):
        return "warm"
    return "calm"


def _label(step: Step) -> str:
    parts = [t(f"いま{step.here}", f"now {step.here}")] if step.here or not step.passed else []
    if step.passed:
        parts.append(t(f"通過{step.passed}", f"passed {step.passed}"))
    if step.median is not None:
        parts.append(lasting(step.median))
    return "・".join(parts)


def _sentence(step: Step) -> str:
    late = t(f"、期限超過{step.late_here}", f", {step.late_here} overdue") if step.late_here else ""
    stuck = t(f"、障害{step.incidents}", f", {step.incidents} incidents") if step.incidents else ""
    return f"{t(step.ja, step.en)}: {_label(step)}{late}{stuck}"
