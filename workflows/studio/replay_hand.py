"""Plays finished cases again in a process of its own: a line of records in, a line of what was found out.

`python -m workflows.studio.replay_hand`: the first line holds the draft and the closed days, each further one
records with what changed its name since their version. It ends when nothing comes for a minute.
"""

from __future__ import annotations

import os
import select
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson

from forms.validation import FormRefused, check
from services.context import JST
from workflows import catalog
from workflows.engine.bundle import Bundle
from workflows.engine.feel.scope import ClosedDays
from workflows.engine.parser import Specification, build
from workflows.engine.rehearsal import DONE
from workflows.studio import finished, scripts
from workflows.studio.finished import Record

IDLE = 60
PIECE = 1 << 20
A_MINUTE = 60
WAY, LONGER, APPROVAL, FORM, STUCK, LEFT_OUT = "way", "longer", "approval", "form", "stuck", "left_out"
SAME, ASSUMED = "same", "assumed"


def judge(
    specification: Specification,
    record: Record,
    closed_days: ClosedDays,
    became: Mapping[str, str],
    changed_forms: Mapping[str, str],
) -> tuple[list[str], dict[str, Any], Counter[str]]:
    """One case: the kinds of what is other now, the details, and how often each element was passed."""
    if finished.is_irregular(record):
        return [LEFT_OUT], {}, Counter()
    followed = finished.follow(specification, record, closed_days, became)
    rehearsal = followed.rehearsal
    path = rehearsal.path if rehearsal else []
    passes = Counter(f"{one.process}.{one.element}" for one in path)
    was = finished.course_of(record, became)
    now = Counter((one.kind, one.element) for one in path if one.kind)
    added = Counter(("completed", element) for element in followed.added)
    kinds: list[str] = []
    told: dict[str, Any] = {}
    if followed.stuck is not None:
        kinds, told = [STUCK], {"stuck": list(followed.stuck)}
    gone, come = sorted((was - now).elements()), sorted((now - added - was).elements())
    if followed.stuck is None and (gone or come or followed.left):
        kinds.append(WAY)
        told |= {"gone": [element for _, element in gone], "come": [element for _, element in come]}
    if followed.added:
        kinds.append(APPROVAL)
        told["added"] = followed.added
    if rehearsal is not None and rehearsal.has_ended:
        later = (rehearsal.at - datetime.fromisoformat(record["ended"])).total_seconds()
        if later >= A_MINUTE:
            kinds.append(LONGER)
            told["minutes"] = int(later // 60)
    refused = _refused(specification, record, became, changed_forms)
    if refused:
        kinds.append(FORM)
        told["refused"] = refused
    if kinds and followed.assumed:
        told["assumed"] = sorted(set(followed.assumed))
    return kinds, told, passes


def judge_all(
    specification: Specification,
    batch: Sequence[Record],
    closed_days: ClosedDays,
    names: Mapping[str, Mapping[str, str]],
    forms: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """All cases of a batch: what is other, by case, and the sums. `names` and `forms` are by version."""
    counts: Counter[str] = Counter()
    passes: dict[str, list[int]] = {}
    results = []
    places = _places(specification)
    for record in batch:
        became = names.get(record["hash"], {})
        kinds, told, passed = judge(specification, record, closed_days, became, forms.get(record["hash"], {}))
        counts.update(kinds or [SAME])
        if kinds:
            results.append([record["case"], kinds, told])
        for element, count in passed.items():
            passes.setdefault(element, [0, 0])[0] += count
        for _, element in record["events"] if passed else ():
            here = places.get(became.get(element, element))
            if here is not None:
                passes.setdefault(here, [0, 0])[1] += 1
    return {"counts": counts, "passes": passes, "results": results}


def main() -> None:
    """Answer line by line until nothing comes any more."""
    catalog.load_handlers()
    lines = _lines()
    first = orjson.loads(next(lines))
    specification = build(Bundle(**first["bundle"]))
    closed = scripts.closed_among(date.fromisoformat(day) for day in first["closed"])
    for line in lines:
        told = orjson.loads(line)
        found = judge_all(specification, told["records"], closed, told["names"], told["forms"])
        sys.stdout.buffer.write(orjson.dumps(found) + b"\n")
        sys.stdout.buffer.flush()


def _lines() -> Iterator[bytes]:
    """The lines that come; none any more after the end, or when nothing has come for a while."""
    waiting = b""
    while select.select([0], [], [], IDLE)[0]:
        piece = os.read(0, PIECE)
        if not piece:
            return
        *whole, waiting = (waiting + piece).split(b"\n")
        yield from whole


def _places(specification: Specification) -> dict[str, str]:
    """Where the elements stand, as `process.element`."""
    return {
        spec.bpmn_id: f"{process.name}.{spec.bpmn_id}"
        for process in (*specification.called.values(), specification.process)
        for spec in process.task_specs.values()
        if spec.bpmn_id is not None
    }


def _refused(
    specification: Specification,
    record: Record,
    became: Mapping[str, str],
    changed_forms: Mapping[str, str],
) -> list[str]:
    """The tasks whose form is another now and would not take what was entered."""
    found = []
    for element, outcome, data, at in record["entries"]:
        form = changed_forms.get(element)
        if form is None or outcome != DONE:
            continue
        today = datetime.fromisoformat(at).astimezone(JST).date()
        try:
            check(specification.bundle.forms[form]["schema"], data, today=today)
        except FormRefused:
            found.append(became.get(element, element))
    return sorted(set(found))


if __name__ == "__main__":
    main()
