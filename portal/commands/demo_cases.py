"""`flask demo cases`: notifications in every state, brought there by the demonstration's own staff.

Each goes through the runner as from the browser: nothing is written behind its back.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case import Case
from models.certificate import ENDED, last_events, list_of_person
from models.enrolment import list_household_periods
from models.household import CardNumber
from models.staff import User, find_posting
from portal import clock
from services.context import SYSTEM, Actor, Context
from services.unit_of_work import unit_of_work
from workflows.engine import runner
from workflows.engine.runner import Done

IDENTITY = {
    "attendee": "self",
    "number_check": "card",
    "identity": {"method": "one_with_photo", "paper_1": "drivers_license"},
    "result": "confirmed",
}
ADDRESS = {"postal_code": "0000001", "address": "見本県見本市架空町一丁目2番3号"}
PAPERS = frozenset({"eligibility_certificate", "eligibility_notice", "elderly_recipient_card"})
FAMILIES = (
    (("架空 一郎", "カクウ イチロウ", "1", "1985-06-14"), ("架空 梅子", "カクウ ウメコ", "2", "1987-02-03")),
    (("試験 健", "シケン ケン", "1", "1999-12-30"),),
    (("見本 光", "ミホン ヒカル", "1", "1990-08-08"), ("見本 希", "ミホン ノゾミ", "2", "2021-04-01")),
    (("架空 桜", "カクウ サクラ", "2", "1972-01-15"),),
    (("試験 勝", "シケン マサル", "1", "1955-03-20"), ("試験 咲", "シケン サキ", "2", "1957-10-10")),
    (("見本 翼", "ミホン ツバサ", "1", "2003-07-07"),),
)


@click.command("cases")
@click.option("--if-none", is_flag=True, help="Do nothing when there are cases already.")
@with_appcontext
def cases_command(*, if_none: bool) -> None:
    """Bring some notifications into every state, so that the queues are not empty."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        if if_none and ctx.session.scalar(select(func.count()).select_from(Case)):
            click.echo("there are cases already; none were added")
            return
    story = _Story()
    story.tell()
    click.echo(f"brought {story.count} notifications on their way")


class _Story:
    """The staff at work: sato takes in, tanaka verifies."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self) -> None:
        today = clock.today()
        self._move_in(FAMILIES[0], today - timedelta(days=3))
        late = self._move_in(FAMILIES[1], today - timedelta(days=40))
        self._identify(late)
        promised = {"kind": "income_proof", "promised_on": (today - timedelta(days=2)).isoformat()}
        waiting = self._move_in(FAMILIES[2], today - timedelta(days=9), missing_papers=[promised])
        self._identify(waiting)
        wrong = self._identify(self._move_in(FAMILIES[3], today - timedelta(days=5)))
        self._verify(wrong, FAMILIES[3], today - timedelta(days=6))
        for family in FAMILIES[4:]:
            day = today - timedelta(days=2)
            self._verify(self._identify(self._move_in(family, day)), family, day)
        for card_number in ("90000006", "90000010", "90000012"):
            self._reissue(card_number)

    def _move_in(self, family: tuple[tuple[str, ...], ...], event_on: date, **more: Any) -> Done:
        today = clock.today().isoformat()
        entry = {
            "event_on": event_on.isoformat(),
            "received_on": today,
            "form_date": today,
            "way": "counter",
            "notifier": {"name": family[0][0], "relation": "self"},
            "phone": "000-0000-0000",
            "address": ADDRESS,
            "head_kind": "listed",
            "persons": [_row(person, place) for place, person in enumerate(family)],
            "previous_municipality_code": "999989",
            "previous_address": {"postal_code": "0009999", "address": "別県別市別町9番"},
            "moved_within_prefecture": False,
            **more,
        }
        return self._start("acquisition", "01", entry)

    def _reissue(self, card_number: str) -> None:
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            found = _insured_household(ctx, card_number)
        if found is None:
            return
        household_id, person_id, paper = found
        today = clock.today().isoformat()
        entry = {
            "household_id": household_id,
            "received_on": today,
            "form_date": today,
            "way": "counter",
            "notifier": {"name": "見本 届出人", "relation": "self"},
            "phone": "000-0000-0000",
            "persons": [{"person_id": person_id, "paper": paper}],
            "delivery": "counter",
            "promises_to_return": True,
        }
        self._identify(self._start("reissue", "lost", entry))

    def _start(self, procedure: str, reason: str, entry: dict[str, Any]) -> Done:
        self.count += 1
        with as_staff("sato") as ctx:
            return runner.start(ctx, procedure, reason, entry, {"office_id": ctx.actor.office_id})

    def _identify(self, done: Done) -> Done:
        with as_staff("sato") as ctx:
            return runner.complete(ctx, done.opened[0].id, IDENTITY)

    def _verify(self, done: Done, family: tuple[tuple[str, ...], ...], event_on: date) -> Done:
        seen = {
            "reason": "01",
            "event_on": event_on.isoformat(),
            "persons": [{"birth_date": person[3]} for person in family],
        }
        with as_staff("tanaka") as ctx:
            return runner.complete(ctx, done.opened[0].id, seen)


def as_staff(username: str) -> AbstractContextManager[Context]:
    """A deed of one of the demonstration's staff."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        actor = _actor(ctx.session, username)
    return unit_of_work(actor, clock.now())


def _actor(session: Session, username: str) -> Actor:
    user = session.scalars(select(User).where(User.username == username)).one()
    posting = find_posting(session, user.id, clock.today())
    if posting is None:
        raise click.ClickException(f"{username} is posted nowhere today: run `flask demo load` first")
    roles = frozenset(role.name for role in user.roles)
    name = f"{user.last_name} {user.first_name}"
    return Actor(user.id, posting.staff_number, name, posting.office_id, roles)


def _row(person: tuple[str, ...], place: int) -> dict[str, Any]:
    name, kana, sex, birth_date = person
    return {
        "name": name,
        "kana": kana,
        "sex": sex,
        "birth_date": birth_date,
        "relationship": "head" if place == 0 else "wife" if birth_date < "2008" else "child",
        "has_my_number_insurance_card": place == 1,
    }


def _insured_household(ctx: Context, card_number: str) -> tuple[int, int, str] | None:
    statement = select(CardNumber.household_id).where(CardNumber.number == card_number)
    household_id = ctx.session.scalars(statement).first()
    if household_id is None:
        return None
    for period in list_household_periods(ctx.session, household_id, ctx.today):
        held = list_of_person(ctx.session, period.person_id)
        ended = last_events(ctx.session, [one.id for one in held])
        for certificate in held:
            if certificate.kind in PAPERS and ended[certificate.id].kind not in ENDED:
                return household_id, period.person_id, certificate.kind
    return None
