"""Imports every table once, for Alembic and Flask-AppBuilder; nothing else may."""

from __future__ import annotations

import flask_appbuilder.security.sqla.models as security_tables

from models import (
    base,
    case,
    certificate,
    document,
    enrolment,
    ex_officio,
    form_entry,
    household,
    incident,
    limits,
    masters,
    notification,
    outbox,
    person,
    series,
    vault,
    waiting,
)
from models.audit import event

TABLES = (
    security_tables,
    case,
    certificate,
    document,
    enrolment,
    event,
    ex_officio,
    form_entry,
    household,
    incident,
    limits,
    masters,
    notification,
    outbox,
    person,
    series,
    vault,
    waiting,
)
metadata = base.Base.metadata
