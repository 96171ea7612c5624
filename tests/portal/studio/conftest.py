"""Two administrators before the screen, and a draft of the acquisition by the first."""

from urllib.parse import urlsplit

import pytest

from portal import clock
from portal.extensions import db
from services import unit_of_work
from services.context import SYSTEM
from tests.portal.conftest import Visitor, employ
from workflows import catalog


@pytest.fixture
def administrator(app, signed_in) -> Visitor:
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            catalog.publish_shipped(ctx)
            employ(ctx, "mori", "administrator", "1099")
        db.session.remove()
    return signed_in("administrator")


@pytest.fixture
def place(administrator: Visitor) -> str:
    """The address of a draft of the acquisition."""
    begun = administrator.post("/studio/acquisition/1/draft")
    assert begun.status_code == 303
    return urlsplit(begun.location).path


def mori(app) -> Visitor:
    person = Visitor(app)
    person.show_password("mori")
    person.show_code()
    return person
