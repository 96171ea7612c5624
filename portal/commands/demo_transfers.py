"""`flask demo transfers`: an approval that runs, a fetched file, one that waits, a refused run.

Each goes by the services, as from the browser.
"""

from __future__ import annotations

from datetime import date, timedelta

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from interchange.transfers.definitions import Transfer, transfers
from models.data_use import DataUseApplication
from portal import clock
from portal.commands.demo_cases import as_staff
from rules.periods import month_start
from services import data_use, transfer_files
from services import transfers as running
from services.context import SYSTEM
from services.data_use_content import TRANSFER, Content
from services.unit_of_work import unit_of_work
from workflows import data_use_cases

PURPOSES = {
    "citizen": "住民票に国民健康保険の資格を記載するため",
    "welfare": "生活保護の決定と、開始・廃止による資格の異動の確認のため",
    "disability": "自立支援医療の自己負担の算定のため",
    "network_question": "ほかの医療保険の加入を、届出ごとに情報提供ネットワークに照会するため",
}


@click.command("transfers")
@click.option("--if-none", is_flag=True, help="Do nothing when there are applications already.")
@with_appcontext
def transfers_command(*, if_none: bool) -> None:
    """Let two sections apply, one be approved and fetch its file, and a run be refused."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        if if_none and ctx.session.scalar(select(func.count()).select_from(DataUseApplication)):
            click.echo("there are data-use applications already; none were added")
            return
    today = clock.today()
    approved = apply_for("shimin", transfers()["citizen"], "12", today + timedelta(days=25))
    with as_staff("hogo") as ctx:
        data_use_cases.judge(
            ctx, approved, "approve", "住民基本台帳法7条に合う。項目は必要な限度である。", basis_fits=True
        )
    apply_for("hokubu", transfers()["welfare"], "14", today + timedelta(days=120))
    month = month_start(today)
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        sent = running.send_month(ctx, "citizen", "12", month).sent
        running.send_month(ctx, "disability", "16", month)
        number = sent.id if sent is not None else None
    if number is not None:
        with as_staff("shimin") as ctx:
            transfer_files.fetch(ctx, number, "file")
            transfer_files.fetch(ctx, number, "manifest")
    click.echo("two sections applied; one was approved and has fetched its file; one run was refused")


def apply_for(username: str, transfer: Transfer, recipient: str, until_on: date) -> int:
    """An application of a section, handed in; its id."""
    today = clock.today()
    content = Content(
        kind=TRANSFER,
        transfer=transfer.id,
        recipient=recipient,
        recipient_name="",
        purpose=PURPOSES[transfer.id],
        basis=transfer.basis,
        items=transfer.usual,
        person_range=transfer.person_range,
        method=transfer.method,
        frequency=transfer.schedule,
        from_on=month_start(today),
        until_on=until_on,
        with_places=False,
    )
    with as_staff(username) as ctx:
        application = data_use.draft(ctx, content)
        return data_use_cases.submit(ctx, application.id).id
