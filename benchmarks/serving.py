"""Two applications on the same database for gunicorn: the portal, and Flask-AppBuilder's own view as a peer.

`benchmarks.serving:portal()` counts the statements of each answer in the header X-Statements.
`benchmarks.serving:peer()` is a plain ModelView of the persons, the household left out of its search form.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, g
from flask_appbuilder import AppBuilder, ModelView
from flask_appbuilder.models.sqla.base import SQLA
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import event
from sqlalchemy.orm import foreign, relationship

from benchmarks.clients import PEER_ACCOUNT, PEER_PASSWORD
from models.case import WorkItem
from models.household import Household, HouseholdMember
from models.person import PersonRecord
from portal.app import create_app
from portal.extensions import db
from portal.settings import load_settings


def portal() -> Flask:
    """The portal as it is served, without the limits that stop one person from reading the whole register."""
    app = create_app(load_settings())
    app.config |= {"REGISTRY_LIMIT": "1000000 per minute", "LOGIN_LIMIT": "1000 per minute"}
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _count)
    app.after_request(_tell)
    return app


def _count(*_: Any) -> None:
    if g:
        g.statements = g.get("statements", 0) + 1


def _tell(response: Any) -> Any:
    response.headers["X-Statements"] = str(g.get("statements", 0))
    return response


def peer() -> Flask:
    """Flask-AppBuilder's ModelView of the same table, with its defaults but for the search form."""
    app = Flask("peer")
    app.config |= {
        "SQLALCHEMY_DATABASE_URI": os.environ["DATABASE_URL"],
        "SECRET_KEY": "only for the bench on loopback",
        "WTF_CSRF_ENABLED": False,
        "FAB_ADD_SECURITY_VIEWS": True,
        "AUTH_RATE_LIMITED": False,
        "RATELIMIT_ENABLED": False,
    }
    own = SQLA(app)
    PersonRecord.households = relationship(
        Household,
        secondary=HouseholdMember.__table__,
        primaryjoin=foreign(HouseholdMember.person_id) == PersonRecord.person_id,
        secondaryjoin=foreign(HouseholdMember.household_id) == Household.id,
        viewonly=True,
    )
    with app.app_context():
        appbuilder = AppBuilder(app, own.session)
        appbuilder.add_view(PeerView, "Persons")
        appbuilder.add_view(PeerTaskView, "Tasks")
        security = appbuilder.sm
        if security.find_user(PEER_ACCOUNT) is None:
            admin = security.find_role("Admin")
            security.add_user(PEER_ACCOUNT, "Peer", "Bench", "peer@example.invalid", admin, PEER_PASSWORD)
    return app


class PeerView(ModelView):
    """The list of persons."""

    route_base = "/peer"
    datamodel = SQLAInterface(PersonRecord)
    page_size = 25
    list_columns = ("name", "name_kana", "birth_date", "sex", "households")
    search_columns = ("name", "name_kana", "birth_date", "sex")


class PeerTaskView(ModelView):
    """The list of open tasks, the soonest due first."""

    route_base = "/peer/tasks"
    datamodel = SQLAInterface(WorkItem)
    page_size = 50
    base_filters = (("state", FilterEqual, "open"),)
    base_order = ("due_on", "asc")
    list_columns = ("due_on", "procedure", "subject_name", "household_number", "title_ja", "received_on")
    search_columns = ("procedure", "subject_key", "notification_number", "title_ja", "due_on", "postal_code")
