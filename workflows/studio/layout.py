"""A drawing for a diagram that came without one: layers from left to right, a row for each lane (issue 5).

It is a beginning, to be moved by hand: nothing of the process itself is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from workflows.engine.parser import safe_xml
from workflows.engine.supported import BPMN, FLOW_NODES, local, namespace

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
STEP, ROW, MARGIN, HEAD = 180, 110, 40, 30
_SCOPES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
_SIZES = {"Event": (36, 36), "Gateway": (50, 50)}
_TASK = (120, 70)


@dataclass
class _Drawing:
    """The shapes (id -> x, y, width, height) and edges (id -> points) of one diagram."""

    shapes: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    edges: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


def is_drawn(source: str, process: str) -> bool:
    """Whether a diagram says where its elements lie."""
    return safe_xml(source.encode(), process).find(f".//{{{DI}}}BPMNShape") is not None


def laid_out(source: str, process: str) -> str:
    """The diagram with a place for each element; one that has places already is given back as it is."""
    root = safe_xml(source.encode(), process)
    if root.find(f".//{{{DI}}}BPMNShape") is not None:
        return source
    for empty in root.findall(f"{{{DI}}}BPMNDiagram"):
        root.remove(empty)
    drawing, top = _Drawing(), MARGIN
    for scope in root.iterfind(f"{{{BPMN}}}process"):
        top = _place_process(drawing, root, scope, top) + MARGIN
    _write(root, drawing)
    return etree.tostring(root.getroottree(), encoding="unicode")


def _place_process(drawing: _Drawing, root: Any, process: Any, top: int) -> int:
    """Place one process below `top`; where it ends."""
    lanes = [one for one in process.iter(f"{{{BPMN}}}lane") if one.find(f"{{{BPMN}}}childLaneSet") is None]
    pools = [one for one in root.iter(f"{{{BPMN}}}participant") if one.get("processRef") == process.get("id")]
    left = MARGIN + HEAD * (bool(pools) + bool(lanes))
    rows = {
        (reference.text or "").strip(): place
        for place, lane in enumerate(lanes)
        for reference in lane.iterfind(f"{{{BPMN}}}flowNodeRef")
    }
    heights, right = _place_scope(drawing, process, rows, max(1, len(lanes)), left, top)
    starts = [top + sum(heights[:place]) for place in range(len(heights))]
    for lane, start, height in zip(lanes, starts, heights, strict=False):
        x = MARGIN + HEAD * bool(pools)
        drawing.shapes[lane.get("id")] = (x, start, right - x, height)
    for pool in pools:
        drawing.shapes[pool.get("id")] = (MARGIN, top, right - MARGIN, sum(heights))
    return top + sum(heights)


def _place_scope(
    drawing: _Drawing, scope: Any, rows: Mapping[str, int], count: int, left: int, top: int
) -> tuple[list[int], int]:
    """Place the nodes of a process or sub-process; the heights of its rows and its right border."""
    nodes = {one.get("id"): one for one in scope if _is_node(one) and one.get("id")}
    flows = [one for one in scope if local(one) == "sequenceFlow"]
    sizes = {name: _size(drawing, node) for name, node in nodes.items()}
    layers = _layers(nodes, flows)
    cells: dict[tuple[int, int], list[str]] = {}
    for name, node in nodes.items():
        if local(node) != "boundaryEvent":
            cells.setdefault((layers[name], rows.get(name, 0)), []).append(name)
    widths = [
        max([STEP, *(sizes[name][0] + 60 for (at, _), here in cells.items() if at == layer for name in here)])
        for layer in range(max(layers.values(), default=0) + 1)
    ]
    heights = [
        max([ROW, *(sum(sizes[one][1] + 40 for one in here) for (_, at), here in cells.items() if at == row)])
        for row in range(count)
    ]
    for (layer, row), here in cells.items():
        y = top + sum(heights[:row]) + 20
        for name in here:
            width, height = sizes[name]
            x = left + sum(widths[:layer]) + (widths[layer] - width) // 2
            _move_inside(drawing, nodes[name], x, y + max(0, (_TASK[1] - height) // 2))
            drawing.shapes[name] = (x, y + max(0, (_TASK[1] - height) // 2), width, height)
            y += height + 40
    _place_boundaries(drawing, nodes)
    for flow in flows:
        _connect(drawing, flow)
    return heights, left + sum(widths)


def _size(drawing: _Drawing, node: Any) -> tuple[int, int]:
    """How large a node is; a sub-process as large as what stands in it, placed from the origin."""
    kind = local(node)
    if kind in _SCOPES and any(_is_node(one) for one in node):
        heights, right = _place_scope(drawing, node, {}, 1, 20, 20)
        return right + 20, sum(heights) + 40
    return next((size for ending, size in _SIZES.items() if kind.endswith(ending)), _TASK)


def _move_inside(drawing: _Drawing, node: Any, x: int, y: int) -> None:
    """Bring what stands in a sub-process to where the sub-process lies."""
    if local(node) not in _SCOPES:
        return
    for one in node.iter(etree.Element):
        name = one.get("id")
        if one is not node and name in drawing.shapes:
            was = drawing.shapes[name]
            drawing.shapes[name] = (was[0] + x, was[1] + y, was[2], was[3])
        elif name in drawing.edges:
            drawing.edges[name] = [(px + x, py + y) for px, py in drawing.edges[name]]


def _layers(nodes: Mapping[str, Any], flows: list[Any]) -> dict[str, int]:
    """How many steps a node is from the start at least; what nothing leads to begins at the left."""
    leads: dict[str, list[str]] = {name: [] for name in nodes}
    for flow in flows:
        if flow.get("sourceRef") in nodes and flow.get("targetRef") in nodes:
            leads[flow.get("sourceRef")].append(flow.get("targetRef"))
    for name, node in nodes.items():
        if local(node) == "boundaryEvent" and node.get("attachedToRef") in nodes:
            leads[node.get("attachedToRef")].append(name)
    reached = {target for targets in leads.values() for target in targets}
    layers = {name: 0 for name in nodes if name not in reached} or dict.fromkeys(list(nodes)[:1], 0)
    waiting = list(layers)
    for name in waiting:
        for target in leads[name]:
            if target not in layers:
                layers[target] = layers[name] + 1
                waiting.append(target)
    return {**dict.fromkeys(nodes, 0), **layers}


def _place_boundaries(drawing: _Drawing, nodes: Mapping[str, Any]) -> None:
    """Put each event at the lower border of what it is attached to."""
    taken: dict[str, int] = {}
    for name, node in nodes.items():
        host = node.get("attachedToRef")
        if local(node) == "boundaryEvent" and host in drawing.shapes:
            x, y, _, height = drawing.shapes[host]
            drawing.shapes[name] = (x + 10 + 45 * taken.get(host, 0), y + height - 18, 36, 36)
            taken[host] = taken.get(host, 0) + 1


def _connect(drawing: _Drawing, flow: Any) -> None:
    ends = [drawing.shapes.get(flow.get(end) or "") for end in ("sourceRef", "targetRef")]
    if ends[0] is None or ends[1] is None or not flow.get("id"):
        return
    (sx, sy, sw, sh), (tx, ty, tw, th) = ends[0], ends[1]
    if tx >= sx + sw:
        middle = (sx + sw + tx) // 2
        start, end = (sx + sw, sy + sh // 2), (tx, ty + th // 2)
        points = [start, end] if start[1] == end[1] else [start, (middle, start[1]), (middle, end[1]), end]
    else:  # back to an earlier step, or to one below: around from the lower border
        below = max(sy + sh, ty + th) + 20
        points = [
            (sx + sw // 2, sy + sh),
            (sx + sw // 2, below),
            (tx + tw // 2, below),
            (tx + tw // 2, ty + th),
        ]
    drawing.edges[flow.get("id")] = points


def _is_node(node: Any) -> bool:
    return (
        isinstance(node.tag, str)
        and namespace(node) == BPMN
        and (local(node) in FLOW_NODES or local(node) in _SCOPES or local(node).endswith("ask"))
    )


def _write(root: Any, drawing: _Drawing) -> None:
    collaboration = root.find(f"{{{BPMN}}}collaboration")
    process = root.find(f"{{{BPMN}}}process")
    of = collaboration if collaboration is not None else process
    names = {"bpmndi": DI, "dc": DC, "di": DD}
    diagram = etree.SubElement(root, f"{{{DI}}}BPMNDiagram", nsmap=names, id="laid_out")
    plane = etree.SubElement(diagram, f"{{{DI}}}BPMNPlane", id="laid_out_plane", bpmnElement=of.get("id"))
    kinds = {one.get("id"): local(one) for one in root.iter(etree.Element) if one.get("id")}
    for name, (x, y, width, height) in drawing.shapes.items():
        shape = etree.SubElement(plane, f"{{{DI}}}BPMNShape", id=f"{name}_di", bpmnElement=name)
        if kinds[name] in {"participant", "lane"}:
            shape.set("isHorizontal", "true")
        if kinds[name] in _SCOPES:
            shape.set("isExpanded", "true")
        bounds = {"x": x, "y": y, "width": width, "height": height}
        etree.SubElement(shape, f"{{{DC}}}Bounds", {key: str(value) for key, value in bounds.items()})
    for name, points in drawing.edges.items():
        edge = etree.SubElement(plane, f"{{{DI}}}BPMNEdge", id=f"{name}_di", bpmnElement=name)
        for x, y in points:
            etree.SubElement(edge, f"{{{DD}}}waypoint", x=str(x), y=str(y))
