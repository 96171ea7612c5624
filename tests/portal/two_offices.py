"""Real things of two offices, for asking what each role may open: cases, scans, papers, jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from interchange.juki.gateway import COLUMNS
from models.document import PrintRequest
from models.masters import Posting
from portal import clock
from portal.extensions import db
from portal.security.roles import BOOK, ROLES
from services import accounts, attachments, case_papers, daily_list, jobs, right_requests, scanning
from services.context import SYSTEM, Actor, Context
from services.demonstration import masters
from tests.factories.cases import IDENTITY, complete, next_item, seen_on_paper, take_in
from tests.factories.prints import lay_ready
from tests.factories.registry import a_person, an_acquisition
from tests.factories.staff import an_office
from tests.portal.conftest import account_of
from tests.portal.test_attack_cases import somebody, uow
from workflows import catalog
from workflows.operating import runs

SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
PERSONS = {"": ("鶺鴒", "太郎"), "other.": ("翡翠", "花子")}  # family names that stand nowhere else
HELD = {"counter": "counter"}  # whose task a case waits for; with everybody else's it waits for the verifier


@dataclass(frozen=True)
class Place:
    """What an address may name, for one office (or, where the case is closed, for the own one)."""

    cases: Mapping[str, tuple[int, int]]  # lane → case and its task
    attachments: Mapping[int, int]
    slips: Mapping[int, int]
    jobs: Mapping[str, int]
    papers: Mapping[str, int]

    def of(self, role: str, endpoint: str) -> dict[str, int]:
        """The blanks of an address, as the staff of this role would meet them."""
        case, item = self.cases[HELD.get(role, "verifier")]
        found = {"case_id": case, "item_id": item, "job_id": self.jobs[role], **self.papers}
        found["attachment_id"] = self.attachments[case]
        found["request_id"] = self.papers["waiting"]
        if endpoint.startswith("CasePaperView"):
            found["request_id"] = self.slips[case]
        if endpoint.startswith("DailyView"):
            found["request_id"] = self.papers["daily"]
        if endpoint.startswith("OperationRunView"):
            found["run_id"] = self.papers["operation"]
        return found


@dataclass(frozen=True)
class TwoOffices:
    """The own office, another one, and the own one with its cases closed."""

    own: Place
    other: Place
    closed: Place
    request: int


def furnish(app: Flask, folder: Path) -> TwoOffices:
    """Let two offices work for a while."""
    answers = folder / "juki" / "answers.csv"
    answers.parent.mkdir(exist_ok=True)
    answers.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    with app.app_context():
        with uow(SYSTEM) as ctx:
            masters.install_masters(ctx)
            catalog.publish_shipped(ctx)
            _employ_elsewhere(ctx)
        own, closed = _work("")
        other, _ = _work("other.")
        with uow(somebody("administrator")) as ctx:
            request = right_requests.ask_for_account(
                ctx, BOOK, somebody("counter").staff_id, ["certificate_clerk"], "異動"
            ).id
        db.session.remove()
    return TwoOffices(own, other, closed, request)


def _employ_elsewhere(ctx: Context) -> None:
    office = an_office(ctx.session, "77")
    for number, slug in enumerate(ROLES, start=1):
        values = {"username": f"other.{slug}", "last_name": "別課", "first_name": slug}
        values |= {"email": f"other.{slug}@example.invalid", "roles": [slug]}
        user = accounts.add_account(ctx, values)
        ctx.session.add(
            Posting(
                user_id=user.id, staff_number=f"77{number:02}", office_id=office.id, from_on=date(2020, 4, 1)
            )
        )


def _who(office: str, role: str) -> Actor:
    return somebody(office + role if office else account_of(role))


def _work(office: str) -> tuple[Place, Place]:
    """One office's cases: one for each lane, one registered; and all that hangs on them."""
    counter, verifier = _who(office, "counter"), _who(office, "verifier")
    family, given = PERSONS[office]
    persons = [
        a_person(f"{family} {given}", "1971-03-09"),
        a_person(f"{family} 次郎", "1972-04-10", relationship="child"),
    ]
    entry = an_acquisition(persons)
    first = take_in(uow, counter, entry)
    second = take_in(uow, counter, entry)
    checked = complete(uow, counter, next_item(second), IDENTITY)
    whole = take_in(uow, counter, entry)
    identity = next_item(whole)
    verify = next_item(complete(uow, counter, identity, IDENTITY))
    cases = {"counter": (first.case_id, next_item(first)), "verifier": (checked.case_id, next_item(checked))}
    closed = {"counter": (whole.case_id, identity), "verifier": (whole.case_id, verify)}
    three = (first.case_id, checked.case_id, whole.case_id)
    scans, slips = {}, {}
    for case_id in three:
        with uow(counter) as ctx:
            seen = scanning.look(SCAN)
            scans[case_id] = attachments.add(ctx, case_id, "move_out_certificate", "a.pdf", SCAN, seen).id
            slips[case_id] = case_papers.ask(ctx, case_id, "reception_slip").id
    lay_ready(uow, counter, list(slips.values()))
    complete(uow, verifier, verify, seen_on_paper(entry))
    shared = (scans, slips, _jobs(office), _papers(office, first.case_id))
    return Place(cases, *shared), Place(closed, *shared)


def _jobs(office: str) -> dict[str, int]:
    found = {}
    for role in ROLES:
        with uow(_who(office, role)) as ctx:
            found[role] = jobs.ask(ctx, "house_keeping", f"{office}{role}", {}).id
    return found


def _papers(office: str, waiting: int) -> dict[str, int]:
    """One certificate that waits for its printing and one that is printed; lists and runs of the chief."""
    clerk, chief = _who(office, "certificate_clerk"), _who(office, "section_chief")
    with uow(chief) as ctx:
        operation = runs.begin(ctx, "suspend", case_ids=[waiting], reason="確認").id
        daily = daily_list.ask(ctx, clock.today()).id
        mine = PrintRequest.office_id == chief.office_id
        queue = ctx.session.scalars(
            select(PrintRequest).where(mine, PrintRequest.certificate_id.is_not(None))
        )
        queued, printed = queue.all()
    run = lay_ready(uow, clerk, [printed.id])
    return {
        "operation": operation,
        "daily": daily,
        "waiting": queued.id,
        "printed": printed.id,
        "run_id": run.id,
        "certificate_id": printed.certificate_id,
        "person_id": printed.person_id,
        "household_id": printed.household_id,
    }
