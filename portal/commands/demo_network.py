"""`flask demo network`: a question to the information network that waits for its answer, and one answered.

Asked by the demonstration's counter for the reissues under way, let through by an approval, sent as a file.
"""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from interchange.incoming.sources import sources
from interchange.transfers.definitions import transfers
from models.case import Case
from models.form_entry import FormEntry
from models.job import find_by_key
from models.network_question import NO_COVER, NetworkQuestion
from models.person import Person
from portal import clock
from portal.commands.demo_cases import as_staff
from portal.commands.demo_transfers import apply_for
from portal.job_runner import JobRunner
from services.context import SYSTEM, Context
from services.incoming import decisions, taking
from services.incoming.taking import Told
from services.network import questions
from services.unit_of_work import unit_of_work
from workflows import data_use_cases

ASKED, PURPOSE, SOURCE = 2, "double", "network_answer"


@click.command("network")
@click.option("--if-none", is_flag=True, help="Do nothing when something was asked already.")
@with_appcontext
def network_command(*, if_none: bool) -> None:
    """Ask about two people of reissues under way; the network answers of one that he has no other cover."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        if if_none and ctx.session.scalar(select(func.count()).select_from(NetworkQuestion)):
            click.echo("the network was asked already; nothing was added")
            return
        named = _named(ctx)
    if not questions.lookup().is_open or len(named) < ASKED:
        click.echo("no way to the network, or too few reissues under way; nothing was asked")
        return
    _approve()
    for person_id, case_id in named:
        _ask(person_id, case_id)
    _answer(named[-1][0])
    waits, answered = (f"/network/person/{person_id}" for person_id, _ in named)
    click.echo(f"two questions to the network: {waits} waits for its answer, {answered} was answered")


def _named(ctx: Context) -> list[tuple[int, int]]:
    """People of the first reissues under way, each with the case that names him."""
    statement = (
        select(Case.id, FormEntry.data)
        .join(FormEntry, FormEntry.case_id == Case.id)
        .where(Case.slug == "reissue", Case.state == "open", FormEntry.form == "reissue/apply")
        .order_by(Case.id)
        .limit(ASKED)
    )
    return [(data["persons"][0]["person_id"], case_id) for case_id, data in ctx.session.execute(statement)]


def _approve() -> None:
    definition = transfers()[questions.TRANSFER]
    (recipient,) = definition.recipients
    asked = apply_for("johou", definition, recipient, clock.today() + timedelta(days=180))
    with as_staff("hogo") as ctx:
        words = "番号法の情報照会に要る宛名番号だけである。"
        data_use_cases.judge(ctx, asked, "approve", words, basis_fits=True)


def _ask(person_id: int, case_id: int) -> None:
    with as_staff("sato") as ctx:
        question = questions.ask(ctx, person_id, PURPOSE, case_id)
        job = find_by_key(ctx.session, f"{questions.KIND}:{question.id}")
        job_id = job.id if job is not None else None
    if job_id is not None:
        JobRunner().run(job_id)


def _answer(person_id: int) -> None:
    """The file of the network: taken by the counter, checked, let apply by the verifier."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        number = ctx.session.get_one(Person, person_id).addressee_number
    told = {"addressee_number": number, "insurance_kind": NO_COVER}
    names = [one.name for one in sources()[SOURCE].fields]
    lines = (names, [told.get(name, "") for name in names])
    content = "".join(",".join(line) + "\r\n" for line in lines).encode()
    with as_staff("sato") as ctx:
        said = Told(1, 1, hashlib.sha256(content).hexdigest())
        name = f"kaitou_{clock.today():%Y%m%d}_1.csv"
        file = taking.take(ctx, taking.get_source(SOURCE), said, name, io.BytesIO(content))
        file_id, checked = file.id, file.job_id
    if checked is not None:
        JobRunner().run(checked)
    with as_staff("tanaka") as ctx:
        applied = decisions.let_apply(ctx, file_id).job_id
    if applied is not None:
        JobRunner().run(applied)
