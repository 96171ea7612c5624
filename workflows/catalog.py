"""The procedures that we ship: slug → process, tables, forms, handlers (architecture, section 2)."""

from __future__ import annotations

import importlib
from pathlib import Path

import forms.catalog
from services.context import Context
from workflows.engine import definitions
from workflows.engine.bundle import Bundle
from workflows.engine.parser import called_processes, read_user_tasks, safe_xml

ROOT = Path(__file__).parent
WITHOUT_CODE = (
    "student_exception",
    "facility_exception",
)  # drawn of the operations that every definition may call
PROCEDURES = (
    *("acquisition", "loss", "change", "reissue", "cancellation", "audit_review", "data_use"),
    "subcontracting",
    "incoming_differences",
    "ceiling_certificate",
    "exemption",
    *WITHOUT_CODE,
)
CALLED = ("identity_check", "verification")


def load_handlers() -> None:
    """Import every handlers module and the building blocks, so that their operations are offered."""
    importlib.import_module("workflows.building_blocks")
    for slug in (*PROCEDURES, *CALLED):
        if slug not in WITHOUT_CODE:
            importlib.import_module(f"workflows.{slug}.handlers")


def shipped_bundle(slug: str) -> Bundle:
    """A shipped procedure as one parcel, with the processes it calls and every form it shows."""
    bpmn, wanted = {}, [slug]
    while wanted:
        name = wanted.pop()
        if name not in bpmn:
            bpmn[name] = (ROOT / name / "process.bpmn").read_text(encoding="utf-8")
            wanted += called_processes(safe_xml(bpmn[name].encode(), name))
    dmn = {
        f"{name}/{path.stem}": path.read_text(encoding="utf-8")
        for name in bpmn
        for path in sorted((ROOT / name).glob("*.dmn"))
    }
    return Bundle(slug, bpmn, dmn, _forms_of(bpmn))


def publish_shipped(ctx: Context) -> list[str]:
    """Publish what is new and draft what has changed; says what was done, `slug version state`."""
    rows = [definitions.publish_shipped(ctx, shipped_bundle(slug)) for slug in PROCEDURES]
    return [f"{row.slug} {row.version} {row.state}" for row in rows if row is not None]


def _forms_of(bpmn: dict[str, str]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for name, source in bpmn.items():
        for task in read_user_tasks(safe_xml(source.encode(), name)):
            folder, stem = task.form.split("/")
            form = forms.catalog.load(folder, stem)
            found[task.form] = {"schema": dict(form.schema), "ui": dict(form.ui)}
    return found
