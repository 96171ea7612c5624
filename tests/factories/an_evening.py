"""Run beside a portal's data: what the calendar does at half past five, for media that are not back.

`python -m tests.factories.an_evening`
"""

from portal import clock
from portal.app import create_app
from portal.settings import load_settings
from services.context import SYSTEM
from services.media import uses
from services.unit_of_work import unit_of_work

if __name__ == "__main__":
    with create_app(load_settings()).app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        uses.escalate(ctx)
