"""One deed of the bench of transfers: `python -m benchmarks.transfer_client apply|send|copy|fetch PLACE`.

Prints JSON: seconds, seconds of the processor, most memory in MB beyond what was held before the deed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from interchange.transfers.definitions import MONTHLY
from models.data_use import DataTransfer
from models.staff import User
from portal import clock
from portal.app import create_app
from portal.extensions import db
from portal.security.actor import actor_of
from portal.settings import load_settings
from rules.periods import month_start
from services import data_use, transfer_files, transfer_rows, transfers
from services.context import Context
from services.data_use_content import TRANSFER, Content
from services.transfer_rows import Wanted
from services.unit_of_work import unit_of_work
from workflows import data_use_cases

NAME, SECTION, MANAGER, RECIPIENT = "long_term_care", "kaigo", "hogo", "13"


def main(deed: str, place: int) -> None:
    """Do the deed and print what it took."""
    with create_app(load_settings()).app_context():
        found = {"apply": apply, "send": send, "copy": copy, "fetch": fetch}[deed](place)
    sys.stdout.write(json.dumps(found))


def apply(_place: int) -> dict[str, float]:
    """Apply, and approve it."""
    transfer, today = transfers.get_definition(NAME), clock.today()
    content = Content(
        kind=TRANSFER,
        transfer=NAME,
        recipient=RECIPIENT,
        recipient_name="",
        purpose="介護保険の資格の管理のため",
        basis=transfer.basis,
        items=transfer.usual,
        person_range=transfer.person_range,
        method=transfer.method,
        frequency=MONTHLY,
        from_on=today,
        until_on=today,
        with_places=False,
    )
    with _as(SECTION) as ctx:
        application_id = data_use_cases.submit(ctx, data_use.draft(ctx, content).id).id
    for who in (MANAGER, "kimura"):  # the chief where the table wants a second level
        with _as(who) as ctx:
            if data_use.get(ctx, application_id).state == "submitted":
                data_use_cases.judge(ctx, application_id, "approve", "合う", basis_fits=True)
    return {}


def send(place: int) -> dict[str, float]:
    """One month's run, to its commit."""

    def run() -> int:
        with _as(MANAGER) as ctx:
            outcome = transfers.send_month(ctx, NAME, RECIPIENT, _month(place))
            if outcome.sent is None:
                raise RuntimeError(f"refused: {outcome.refused.missing if outcome.refused else ''}")
            return outcome.sent.id

    sent_id, found = _measured(run)
    row = db.session.get_one(DataTransfer, sent_id)
    return found | {"persons": row.person_count, "rows": row.rows, "size": row.size}


def copy(place: int) -> dict[str, float]:
    """The same query, copied into a file by PostgreSQL."""
    transfer = transfers.get_definition(NAME)
    chosen = transfer_rows.columns(transfer.usual)
    wanted = Wanted(chosen, transfer.person_range, _month(place), with_places=False)
    statement = transfer_rows.query(wanted, clock.today()).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    connection = db.session.connection().connection.driver_connection
    if connection is None:
        raise RuntimeError("no connection")

    def run() -> int:
        with TemporaryDirectory() as folder, (Path(folder) / "copied").open("wb") as file:
            with connection.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT") as rows:
                for part in rows:
                    file.write(part)
            return file.tell()

    return _measured(run)[1]


def fetch(place: int) -> dict[str, float]:
    """The file, read to its end by the section as it is sent to the browser."""
    with _as(SECTION) as ctx:
        sent = select(DataTransfer.id).where(DataTransfer.period == f"{_month(place):%Y-%m}")
        sent_id = ctx.session.scalars(sent).one()

    def run() -> int:
        with _as(SECTION) as ctx:
            fetched = transfer_files.fetch(ctx, sent_id, "file")
        return sum(len(piece) for piece in fetched.pieces)

    return _measured(run)[1]


def _month(place: int) -> date:
    """A month of its own for each round, counted back from this one."""
    month = month_start(clock.today())
    for _ in range(1, place):
        month = month_start(month - timedelta(days=1))
    return month


def _as(account: str) -> AbstractContextManager[Context]:
    """A transaction of somebody of the staff."""
    user = db.session.scalars(select(User).where(User.username == account)).one()
    actor = actor_of(user)
    if actor is None:
        raise RuntimeError(f"{account} is posted nowhere")
    return unit_of_work(actor, clock.now())


def _measured(run: Callable[[], int]) -> tuple[int, dict[str, float]]:
    before, begun, cpu = _megabytes("VmRSS"), perf_counter(), process_time()
    came = run()
    seconds, spent = perf_counter() - begun, process_time() - cpu
    return came, {"seconds": seconds, "cpu": spent, "memory": round(_megabytes("VmHWM") - before, 1)}


def _megabytes(what: str) -> float:
    """Memory of this process: VmRSS now, VmHWM at most; neither is handed down by who started it."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
