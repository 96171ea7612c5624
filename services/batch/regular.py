"""The regular work of the office, step by step: reminders, housekeeping, the monthly ex officio lists."""

from __future__ import annotations

from datetime import date

from services import emergency, escalation, ex_officio, housekeeping, key_sweep, leavers, reminders
from services.context import Context
from services.contracting import access, ending
from services.errors import ServiceError
from services.job_kinds import Progress, Skipped, Work
from services.media import uses

REMIND, TIDY, LISTS, LEAVERS, KEYS = "remind", "tidy", "make_lists", "sweep_leavers", "sweep_keys"
DUE = "tell_of_due_tasks"
CONTRACTORS, MEDIA = "settle_contractors", "escalate_media"


def remind(ctx: Context, work: Work) -> Progress:
    """Note overdue tasks that were not noted today, a part at a time."""
    total = work.total if work.total is not None else reminders.count_overdue(ctx)
    count = reminders.run(ctx)
    done = work.done + count
    return Progress(
        {"done_upto": done},
        done,
        max(total, done),
        finished=count < reminders.AT_ONCE,
        message_ja=f"期限を過ぎた仕事{done}件を案件の経過に記録しました。",
        message_en=f"{done} overdue tasks were noted in the journals of their cases.",
    )


def tell_of_due_tasks(ctx: Context, work: Work) -> Progress:
    """Tell whoever has a task that it is due, him and the chief that it is overdue, a part at a time."""
    part = escalation.run(ctx, int(work.checkpoint.get("after", 0)))
    done = work.done + part.seen
    return Progress(
        {"done_upto": done, "after": part.after or 0},
        done,
        finished=part.after is None,
        message_ja=f"期限の近い仕事と過ぎた仕事{done}件を確かめ、担当者と課長に知らせました。",
        message_en=f"{done} tasks due soon or overdue were looked at; who has them and the chief were told.",
    )


def tidy(ctx: Context, work: Work, number_days: int) -> Progress:
    """Remove what is no longer needed, a part at a time."""
    tidied = housekeeping.run(ctx, number_days)
    done = work.done + tidied.numbers
    return Progress(
        {"done_upto": done},
        done,
        finished=tidied.numbers < housekeeping.AT_ONCE,
        message_ja=f"不要になった個人番号{done}件を廃棄しました。",
        message_en=f"{done} Individual Numbers that no case needs were destroyed.",
    )


def sweep_keys(ctx: Context, work: Work) -> Progress:
    """Destroy data keys whose number never came to be, a part at a time."""
    swept = key_sweep.run(ctx, str(work.checkpoint.get("after", "")))
    gone = int(work.checkpoint.get("gone", 0)) + swept.destroyed
    seen = work.done + swept.seen
    return Progress(
        {"done_upto": seen, "after": swept.after or "", "gone": gone},
        seen,
        finished=swept.after is None,
        message_ja=f"番号の鍵{seen}個を調べ、番号のない鍵{gone}個を消しました。",
        message_en=f"{seen} data keys were looked at; {gone} without a number were destroyed.",
    )


def sweep_leavers(ctx: Context, work: Work) -> Progress:
    """Take tasks and sessions from whoever works nowhere since today; tell of tasks that nobody can do."""
    people = leavers.sweep(ctx)
    emergency.sweep(ctx)
    return Progress(
        {"done_upto": people},
        people,
        work.total or people,
        finished=True,
        message_ja=f"配属の終わった職員{people}人の仕事を箱に戻し、サインインを終わらせました。",
        message_en=f"Tasks of {people} people without a posting went back, and their sessions ended.",
    )


def settle_contractors(ctx: Context, work: Work) -> Progress:
    """Close the accounts of contractors whose chain has lapsed; tell the chief of missing certificates."""
    closed, late = access.settle_all(ctx), ending.escalate(ctx)
    return Progress(
        {"done_upto": closed},
        closed,
        work.total or closed,
        finished=True,
        message_ja=f"委託先の利用者{closed}人の利用期間を直し、証明のない委託の終了{late}件を課長に知らせました。",
        message_en=f"Access of {closed} contractors was set anew; {late} lack a certificate of return.",
    )


def escalate_media(ctx: Context, work: Work) -> Progress:
    """Tell the section chiefs of media that are not back in time, each once."""
    late = uses.escalate(ctx)
    return Progress(
        {"done_upto": late},
        late,
        work.total or late,
        finished=True,
        message_ja=f"返却期限を過ぎた電子媒体{late}個を課長に知らせました。",
        message_en=f"The chiefs were told of {late} media that are not back in time.",
    )


def make_lists(ctx: Context, work: Work) -> Progress:
    """Make the ex officio lists of a month (`payload["month"]`), one a step; what cannot be made is told."""
    kinds = list(ex_officio.KINDS)
    kind = kinds[work.done]
    month = date.fromisoformat(f"{work.payload['month']}-01")
    added = int(work.checkpoint.get("added", 0))
    skipped: tuple[Skipped, ...] = ()
    try:
        with ctx.session.begin_nested():
            added += ex_officio.make_list(ctx, kind, month).added
    except ServiceError as refused:
        ja, en = ex_officio.KINDS[kind].ja, ex_officio.KINDS[kind].en
        skipped = (
            Skipped(f"ex_officio:{kind}", f"{ja}:{refused.message_ja}", f"{en}: {refused.message_en}"),
        )
    done = work.done + 1
    return Progress(
        {"done_upto": done, "added": added},
        done,
        len(kinds),
        finished=done == len(kinds),
        skipped=skipped,
        message_ja=f"職権の一覧に{added}人を新しく載せました。",
        message_en=f"{added} people are new on the ex officio lists.",
    )
