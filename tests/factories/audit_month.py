"""A month of ordinary traffic in the audit record (October 2026), into which patterns are planted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from sqlalchemy.orm import Session

from models.audit import chain, writer
from models.audit.chain import Entry
from models.audit.pseudonym import pseudonym_of
from models.case import Case
from models.masters import Office
from models.notification import Notification, NotificationPerson
from models.person import Person, PersonRecord
from services.context import JST, Actor, Context
from tests.factories.people import a_household, someone
from tests.factories.staff import employ

MONTH = date(2026, 10, 1)
CLERKS = 6
VISITORS = 120  # persons whose cases fill the month
LOOKS_A_DAY = 8
STRANGER = 5_000_000  # persons from here on have no case


@dataclass
class Month:
    """The clerks, the persons with a case, and the events told so far."""

    session: Session
    clerks: list[Actor]
    served: list[int]
    entries: list[tuple[datetime, Entry]] = field(default_factory=list)

    def look(self, clerk: Actor, at: datetime, person: int, tag: str = "person:read", **more: object) -> None:
        """One event, kept until `write`."""
        told = {"subject": pseudonym_of(f"person:{person}"), "case_id": None, "purpose": "", "result": "done"}
        told |= {"detail": "{}", "terminal": f"192.0.2.{clerk.staff_id}", "office_id": clerk.office_id} | more
        entry = Entry(chain.moment_text(at), clerk.staff_id, clerk.staff_number, tag=tag, **told)
        self.entries.append((at, entry))

    def write(self) -> None:
        """Chain all events in the order of their time."""
        ordered = [entry for _, entry in sorted(self.entries, key=lambda one: one[0])]
        writer.append(self.session.connection(), ordered)
        self.entries.clear()


def at(day: int, hour: int = 10, minute: int = 0, month: int = 10) -> datetime:
    """A moment of 2026 in Japan."""
    return datetime(2026, month, day, hour, minute, tzinfo=JST)


def working_days(month: int = 10) -> Iterator[int]:
    """The weekdays of a month that are no holiday (2026-10-12 and 2026-09-21 to 23 are)."""
    closed = {(10, 12), (9, 21), (9, 22), (9, 23)}
    day = date(2026, month, 1)
    while day.month == month:
        if day.weekday() < 5 and (month, day.day) not in closed:
            yield day.day
        day += timedelta(days=1)


def ordinary(ctx: Context) -> Month:
    """Clerks who look at those whose case they have, by day, and now and then at somebody else."""
    clerks = [employ(ctx.session, f"clerk_{number}", f"30{number:03}") for number in range(CLERKS)]
    month = Month(ctx.session, clerks, _served(ctx))
    chance, minutes = Random(1), count()
    for day in working_days():
        for clerk in clerks:
            for _ in range(LOOKS_A_DAY):
                person = chance.choice(month.served)
                month.look(clerk, at(day, 9 + next(minutes) % 8, next(minutes) % 60), person)
        month.look(clerks[day % CLERKS], at(day, 11), STRANGER + day)
        month.look(clerks[day % CLERKS], at(day, 14), 0, "number:shown", subject="case:1", purpose="identity")
    month.look(clerks[0], at(6, 9), 0, "login:refused", subject="account:1", result="refused")
    return month


def _served(ctx: Context) -> list[int]:
    """Persons with a case that was open all month."""
    office = ctx.session.query(Office).first()
    people = [Person(addressee_number=f"77{number:06}", created_at=ctx.at) for number in range(VISITORS)]
    ctx.session.add_all(people)
    ctx.session.flush()
    for number, person in enumerate(people):
        ctx.session.add(
            PersonRecord(
                person_id=person.id,
                name=f"来庁　{number}",
                sex="1",
                birth_date="1980-01-01",
                recorded_at=ctx.at,
            )
        )
        notification = Notification(
            number=f"T-{number:06}",
            procedure="change",
            reason="01",
            way="counter",
            received_on=date(2026, 9, 28),
            office_id=office.id,
            created_at=ctx.at,
        )
        ctx.session.add(notification)
        ctx.session.flush()
        ctx.session.add(NotificationPerson(notification_id=notification.id, person_id=person.id))
        case = {
            "slug": "change",
            "definition_hash": "h",
            "office_id": office.id,
            "state": "done",
            "version": 1,
        }
        ctx.session.add(
            Case(**case, notification_id=notification.id, started_at=at(28, month=9), ended_at=at(20))
        )
    ctx.session.flush()
    return [person.id for person in people]


def out_of_hours(ctx: Context, month: Month) -> None:
    del ctx
    month.look(month.clerks[0], at(7, 23, 30), month.served[0])
    month.look(month.clerks[0], at(12, 10), month.served[1])  # スポーツの日


def own_people(ctx: Context, month: Month) -> None:
    clerk = month.clerks[1]
    self_, wife = someone(ctx, f"職員　{clerk.name.split()[-1]}"), someone(ctx, "職員　良子")
    a_household(ctx, self_, wife)
    month.look(clerk, at(8), wife)


def no_case(ctx: Context, month: Month) -> None:
    del ctx
    for number in range(30):
        month.look(month.clerks[2], at(5 + number % 5, 10, number), STRANGER + 100 + number)


def mass_in_an_hour(ctx: Context, month: Month) -> None:
    del ctx
    for number in range(50):
        month.look(month.clerks[3], at(9, 15, number % 60), month.served[number])


def mass_in_a_day(ctx: Context, month: Month) -> None:
    del ctx
    for number in range(160):
        month.look(month.clerks[3], at(13, 8 + number % 9, number % 60), STRANGER + 1_000 + number)


def many_refusals(ctx: Context, month: Month) -> None:
    del ctx
    for number in range(9):
        month.look(month.clerks[4], at(14, 10, number), 0, "request:refused", subject="", result="refused")


def many_failures_at_a_door(ctx: Context, month: Month) -> None:
    del ctx
    for number in range(12):
        told = {"subject": "", "result": "refused", "terminal": "198.51.100.7"}
        month.look(month.clerks[4], at(15, 10, number), 0, "login:refused", **told)


def protected_people(ctx: Context, month: Month) -> None:
    month.look(month.clerks[5], at(16), someone(ctx, "秘匿　花子", protective_measure=True))


def slow_extraction(ctx: Context, month: Month) -> None:
    del ctx
    for month_of in (9, 10):
        for day in working_days(month_of):
            for number in range(20):
                stranger = STRANGER + 10_000 * month_of + 100 * day + number
                month.look(month.clerks[0], at(day, 9 + number % 8, number, month_of), stranger)


def many_reveals(ctx: Context, month: Month) -> None:
    del ctx
    for number in range(70):
        month.look(
            month.clerks[1],
            at(1 + number % 2, 9 + number % 8, number % 60),
            0,
            "number:shown",
            subject="case:2",
        )


def refused_reveals(ctx: Context, month: Month) -> None:
    del ctx
    month.look(month.clerks[2], at(19), 0, "number:shown", subject="case:3", result="refused")


def emergency_access(ctx: Context, month: Month) -> None:
    del ctx
    month.look(month.clerks[3], at(20), 0, "emergency:taken", subject="account:9")


PLANTED = {
    planted.__name__: planted
    for planted in (
        *(out_of_hours, own_people, no_case, mass_in_an_hour, mass_in_a_day, many_refusals),
        *(many_failures_at_a_door, protected_people, slow_extraction, many_reveals, refused_reveals),
        emergency_access,
    )
}
