"""Imports every table once, for Alembic and Flask-AppBuilder; nothing else may."""

from __future__ import annotations

import flask_appbuilder.security.sqla.models as security_tables

from models import (
    audit_review,
    base,
    case,
    certificate,
    confirmation,
    deed,
    document,
    enrolment,
    evaluation,
    ex_officio,
    form_entry,
    household,
    incident,
    job,
    limits,
    masters,
    merge,
    notification,
    operation,
    person,
    protection,
    rights,
    saved_filter,
    series,
    sign_in,
    vault_table,
    waiting,
)
from models.audit import event

TABLES = (
    security_tables,
    audit_review,
    case,
    certificate,
    confirmation,
    deed,
    document,
    enrolment,
    evaluation,
    event,
    ex_officio,
    form_entry,
    household,
    incident,
    job,
    limits,
    masters,
    merge,
    notification,
    operation,
    person,
    protection,
    rights,
    saved_filter,
    series,
    sign_in,
    vault_table,
    waiting,
)
metadata = base.Base.metadata
