"""The cases of data-use applications: begun when one is handed in, judged, taken back (K1)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case import WorkItem, list_open_items
from models.data_use import DataUseApplication
from models.masters import Posting
from models.staff import Role, User
from models.waiting import list_awaiting
from services import data_use
from services.context import Context
from services.errors import RuleBroken, SomebodyElseWasFaster
from workflows.engine import runner
from workflows.engine.messaging import send_message

SLUG, WITHDRAWN = "data_use", "data_use_withdrawn"


class NobodyJudges(RuleBroken):
    """No data protection manager is posted, so that nobody would see the application."""

    code = "nobody_judges"


def submit(ctx: Context, application_id: int) -> DataUseApplication:
    """Hand an application in and begin its case, in the office of the data protection manager.

    Raises:
        NobodyJudges: none is posted.
        SomebodyElseWasFaster, RuleBroken: as `services.data_use.submit`.
    """
    application, facts = data_use.submit(ctx, application_id)
    office_id = _office_of_managers(ctx)
    if office_id is None:
        raise NobodyJudges(
            "データ保護管理者の配属がないため、申請を提出できません。管理者に配属の登録を依頼してください。",
            "No data protection manager is posted, so the application cannot be handed in.",
        )
    application.case_id = runner.begin(ctx, SLUG, facts, office_id).case_id
    return application


def judge(ctx: Context, application_id: int, verdict: str, reason: str, *, basis_fits: bool) -> bool:
    """Finish the task of an application that the actor's role does; answers whether its case has ended.

    Raises:
        SomebodyElseWasFaster: no task of the actor's waits any more.
        FormRefused, RuleBroken, NotAllowed: as the step says.
    """
    application = data_use.get(ctx, application_id)
    item = waiting_task(ctx, application)
    if item is None:
        raise SomebodyElseWasFaster(
            "この申請で、あなたの判断を待つものはありません。", "Nothing of it waits for you."
        )
    if not reason.strip():
        raise RuleBroken("判断の理由を入力してください。", "Give the reasons of your judgement.")
    entry = {"verdict": verdict, "basis_fits": basis_fits, "grounds": reason.strip()}
    return runner.complete(ctx, item.id, entry).ended


def waiting_task(ctx: Context, application: DataUseApplication) -> WorkItem | None:
    """The open task of an application that the actor's role does; None where there is none."""
    if application.case_id is None:
        return None
    items = list_open_items(ctx.session, application.case_id)
    return next((one for one in items if one.role in ctx.actor.roles), None)


def withdraw(ctx: Context, application_id: int, reason: str) -> None:
    """Take an application back; a case that waits for it ends.

    Raises:
        SomebodyElseWasFaster, RuleBroken: as `services.data_use.withdraw`.
    """
    application, waits = data_use.withdraw(ctx, application_id, reason)
    key = str(application.id)
    if waits and list_awaiting(ctx.session, "message", WITHDRAWN, key):
        send_message(
            ctx, WITHDRAWN, key, {"application": application.id}, f"{WITHDRAWN}:{application.case_id}"
        )


def _office_of_managers(ctx: Context) -> int | None:
    """The office in which a data protection manager works; one that has a section chief too comes first."""
    return _offices(ctx.session, ctx, (data_use.MANAGER, data_use.CHIEF))


def _offices(session: Session, ctx: Context, roles: tuple[str, str]) -> int | None:
    statement = (
        select(Posting.office_id, Role.name)
        .join(User, User.id == Posting.user_id)
        .join(User.roles)
        .where(Posting.from_on <= ctx.today, func.coalesce(Posting.until_on, ctx.today) >= ctx.today)
        .where(Role.name.in_(roles))
        .order_by(Posting.office_id)
    )
    found: dict[int, set[str]] = {}
    for office_id, role in session.execute(statement):
        found.setdefault(office_id, set()).add(role)
    judging = [office_id for office_id, names in found.items() if roles[0] in names]
    return next((one for one in judging if roles[1] in found[one]), next(iter(judging), None))
