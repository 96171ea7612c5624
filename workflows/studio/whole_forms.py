"""The forms of a parcel, whole: each that its tasks ask, with shared blocks and those that we ship."""

from __future__ import annotations

from typing import Any

import forms.catalog
from workflows.engine.bundle import Bundle
from workflows.engine.parser import read_user_tasks, safe_xml


def with_forms(bundle: Bundle) -> Bundle:
    """The parcel with every form that its tasks ask, whole: with shared blocks, and those that we ship."""
    kept = {key: _whole(key, form) for key, form in bundle.forms.items()}
    for name, source in bundle.bpmn.items():
        for task in read_user_tasks(safe_xml(source.encode(), name)):
            if task.form not in kept:
                kept[task.form] = _parts(forms.catalog.load(*task.form.split("/")))
    return Bundle(bundle.slug, dict(bundle.bpmn), dict(bundle.dmn), kept)


def _whole(key: str, form: dict[str, Any]) -> dict[str, Any]:
    if forms.catalog.REFERENCE not in str(form):
        return form
    slug, _, task = key.rpartition("/")
    schema, ui = form.get("schema", {}), form.get("ui", {})
    return _parts(forms.catalog.whole(slug, task, schema, ui))


def _parts(form: forms.catalog.FormDefinition) -> dict[str, Any]:
    return {"schema": dict(form.schema), "ui": dict(form.ui)}
