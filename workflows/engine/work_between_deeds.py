"""The kinds of background work of the engine itself: services, messages and signals of cases."""

from __future__ import annotations

from datetime import timedelta

from services.job_kinds import Kind
from workflows.engine import messaging, services_in_background
from workflows.engine.waits import MESSAGE, SERVICE, SIGNAL

WORK = (
    Kind(
        SERVICE,
        "案件のシステム処理",
        "Service of a case",
        services_in_background.step,
        given_up=services_in_background.given_up,
        longest_pause=timedelta(days=1),
        lease=timedelta(minutes=5),
    ),
    Kind(
        MESSAGE,
        "案件からの電文",
        "Message from a case",
        messaging.message_step,
        given_up=messaging.given_up,
        as_system=True,
    ),
    Kind(
        SIGNAL,
        "案件への合図",
        "Signal to cases",
        messaging.signal_step,
        given_up=messaging.given_up,
        as_system=True,
    ),
    Kind(
        messaging.DELIVER,
        "案件への電文・合図の受渡し",
        "Delivery to a case",
        messaging.deliver_step,
        given_up=messaging.given_up,
        as_system=True,
    ),
)
