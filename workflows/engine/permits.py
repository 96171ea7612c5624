"""Who may do a task: role, office, those who must not do it, and whoever has taken it (B4, N2)."""

from __future__ import annotations

from models.case import WorkItem
from services.context import Context
from services.errors import NotAllowed, SomebodyElseWasFaster

SUPERVISORS = frozenset({"section_chief"})
TAKEN = (
    "この仕事は別の担当者が引き受けています。必要なら本人か課長に戻してもらってください。",
    "Somebody else has taken this task.",
)


def must_be_allowed(ctx: Context, item: WorkItem) -> None:
    """The task is open, the actor's role does it, he is not excluded, and nobody else has taken it.

    Raises:
        SomebodyElseWasFaster: it was finished meanwhile, or somebody else has it.
        NotAllowed: not his role, or he is one of those who must not do it.
    """
    must_be_open(item)
    if item.role not in ctx.actor.roles:
        raise NotAllowed(
            "この仕事は、あなたの担当ではありません。担当の人が箱から引き受けます。",
            "Your role does not do this task; those who do find it in their box.",
        )
    if ctx.actor.names & set(item.excluded_staff):
        raise NotAllowed(
            "入力した本人は照合できません。別の照合担当者に回してください。",
            "Who entered it must not verify it. Leave it to somebody else.",
        )
    if item.assignee_id is not None and not is_in_hand(ctx, item):
        raise SomebodyElseWasFaster(*TAKEN)


def is_in_hand(ctx: Context, item: WorkItem) -> bool:
    """The actor has taken it, or the one for whom he stands in."""
    return item.assignee_id == ctx.actor.staff_id or item.assignee_id in ctx.actor.stands_in_for


def must_be_open(item: WorkItem) -> None:
    """The task is still to be done.

    Raises:
        SomebodyElseWasFaster: it was finished meanwhile.
    """
    if item.state != "open":
        raise SomebodyElseWasFaster(
            "この仕事は別の人がすでに終えました。入力した内容は登録されていません。一覧から状態を確かめてください。",
            "Somebody else has finished this task. What you typed was not registered.",
        )


def must_have_role(ctx: Context, role: str) -> None:
    """The actor has the role whose task begins a procedure.

    Raises:
        NotAllowed: he has not.
    """
    if role not in ctx.actor.roles:
        raise NotAllowed("届出を受け付ける権限がありません。", "Your role does not take in notifications.")
