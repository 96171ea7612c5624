"""The month's transfers, one recipient a step, and the erasing of what was kept for its time (J2, N07).

A run that is refused stands in the record and on the page of the job; the others go on. A step that was
killed is done again whole: a month has one file for a recipient.
"""

from __future__ import annotations

from datetime import date

from interchange.transfers.definitions import MONTHLY, transfers
from models.audit.tags import Tag
from models.job import Job
from models.person import get_current, list_current
from services import audit, data_use_endings, jobs, outside_register, transfer_files, transfer_pages
from services import transfers as running
from services.context import Context
from services.errors import NotFound, RuleBroken
from services.job_kinds import Progress, Skipped, Work

MONTH, ONE, ERASE = "transfer_month", "transfer_one", "erase_transfers"
AT_ONCE = 20
ENDINGS = "tell_of_approvals"
SENT = ("送付しました。", "Sent.")


def ask_one(ctx: Context, pair: str, typed: str) -> Job:
    """Ask for the run of a month by hand; `pair` is a transfer and its recipient like `citizen:12`.

    Raises:
        NotFound: there is no such transfer, or it goes to somebody else.
        RuleBroken: the month cannot be read, or has not begun.
    """
    name, _, recipient = pair.partition(":")
    transfer = running.get_definition(name)
    if recipient not in transfer.recipients or transfer.schedule != MONTHLY:
        raise NotFound("この移転の相手ではありません。", "Not a recipient of this transfer.")
    month = running.month_of(typed)
    if month > ctx.today:
        raise RuleBroken(
            "まだ始まっていない月の移転はできません。今月までの月を入力してください。",
            "This month has not begun. Type a month up to this one.",
        )
    period = f"{month:%Y-%m}"
    key = f"{ONE}:{name}:{recipient}:{period}:{ctx.at.isoformat()}"
    audit.record(ctx, Tag.TRANSFER_ASKED, f"transfer:{name}:{recipient}", detail={"period": period})
    return jobs.ask(ctx, ONE, key, {"transfer": name, "recipient": recipient, "period": period})


def send_month(ctx: Context, work: Work) -> Progress:
    """Send the month's file to the next recipient."""
    pairs = [(one.id, to) for one in transfers().values() if one.schedule == MONTHLY for to in one.recipients]
    at, sent = int(work.checkpoint.get("at", 0)), int(work.checkpoint.get("sent", 0))
    name, recipient = pairs[at]
    outcome, skipped = _run(ctx, work, name, recipient)
    sent += outcome is not None and outcome.sent is not None
    return Progress(
        {"at": at + 1, "sent": sent},
        at + 1,
        len(pairs),
        finished=at + 1 == len(pairs),
        skipped=skipped,
        message_ja=f"{work.payload['period']}の移転: 送付{sent}件、拒否{at + 1 - sent}件",
        message_en=f"Transfers of {work.payload['period']}: {sent} sent, {at + 1 - sent} refused",
    )


def send_one(ctx: Context, work: Work) -> Progress:
    """Send one recipient the file of a month, asked for by hand."""
    _, skipped = _run(ctx, work, work.payload["transfer"], work.payload["recipient"])
    ja, en = (skipped[0].reason_ja, skipped[0].reason_en) if skipped else SENT
    return Progress({"at": 1}, 1, 1, finished=True, skipped=skipped, message_ja=ja, message_en=en)


def send_event(ctx: Context, work: Work) -> Progress:
    """Send a person outside the resident register to those whom each of his changes goes to (J1)."""
    person_id = int(work.payload["person_id"])
    period = outside_register.period_of(work.payload["asked_on"], work.job_id)
    if get_current(ctx.session, person_id).resident_kind != outside_register.OUTSIDE:
        ja, en = (
            "住民登録のある人になったため、送付していません。",
            "He is registered by now; nothing was sent.",
        )
        return Progress({"at": 1}, 1, 1, finished=True, message_ja=ja, message_en=en)
    skipped: list[Skipped] = []
    for transfer in transfers().values():
        for recipient in transfer.recipients if outside_register.tells_of_persons_outside(transfer) else ():
            outcome = running.send_event(ctx, transfer.id, recipient, person_id, period)
            skipped += _refused(ctx, transfer.id, recipient, outcome)
    ja, en = (skipped[0].reason_ja, skipped[0].reason_en) if skipped else SENT
    return Progress({"at": 1}, 1, 1, finished=True, skipped=tuple(skipped), message_ja=ja, message_en=en)


def send_again(ctx: Context, work: Work) -> Progress:
    """Send what an approval that has just come into force lets through, a part at a time, each event once.

    It ends where the gate stops one of them: the others would be stopped as well.
    """
    name, recipient = work.payload["transfer"], work.payload["recipient"]
    after = int(work.checkpoint.get("after", 0))
    events = outside_register.list_refused(ctx.session, name, recipient, after, AT_ONCE)
    records = list_current(ctx.session, {one.person_id for one in events}) if events else {}
    sent, skipped = int(work.checkpoint.get("sent", 0)), tuple[Skipped, ...]()
    for event in events:
        if records[event.person_id].resident_kind != outside_register.OUTSIDE:
            continue
        outcome = running.send_event(ctx, name, recipient, event.person_id, event.period)
        skipped = _refused(ctx, name, recipient, outcome)
        if skipped:
            break
        sent += 1
    return Progress(
        {"after": events[-1].refusal_id if events else after, "sent": sent},
        sent,
        finished=bool(skipped) or len(events) < AT_ONCE,
        skipped=skipped,
        message_ja=f"承認がなく送付できなかった異動{sent}件を送付しました。",
        message_en=f"{sent} events that had been refused were sent.",
    )


def erase(ctx: Context, work: Work) -> Progress:
    """Erase files whose time is over, a part at a time; at the end what a killed run left behind."""
    count = transfer_files.erase_expired(ctx)
    if count < transfer_files.AT_ONCE:
        transfer_files.sweep(ctx)
    done = work.done + count
    return Progress(
        {"done_upto": done},
        done,
        finished=count < transfer_files.AT_ONCE,
        message_ja=f"保存期限の過ぎた移転のファイル{done}件を消去しました。",
        message_en=f"{done} files of transfers were erased.",
    )


def tell_of_endings(ctx: Context, work: Work) -> Progress:
    """Tell of approvals that end within a month, a part at a time."""
    count = data_use_endings.run(ctx)
    done = work.done + count
    return Progress(
        {"done_upto": done},
        done,
        finished=count < data_use_endings.AT_ONCE,
        message_ja=f"期限の近いデータ利用の承認{done}件を、申請した課とデータ保護管理者に知らせました。",
        message_en=f"{done} approvals that end soon: their sections and the managers were told.",
    )


def _run(
    ctx: Context, work: Work, name: str, recipient: str
) -> tuple[running.Outcome | None, tuple[Skipped, ...]]:
    """One recipient's month, and what to tell of it where no file came of it; the others go on."""
    month = date.fromisoformat(f"{work.payload['period']}-01")
    try:
        outcome = running.send_month(ctx, name, recipient, month)
    except running.LayoutRefused as broken:
        return None, (
            Skipped(
                f"transfer:{name}", *_named(ctx, name, recipient, (broken.message_ja, broken.message_en))
            ),
        )
    return outcome, _refused(ctx, name, recipient, outcome)


def _refused(ctx: Context, name: str, recipient: str, outcome: running.Outcome) -> tuple[Skipped, ...]:
    """What to tell of a run that the gate stopped."""
    if (refused := outcome.refused) is None:
        return ()
    words = running.refusal_words(refused.missing, refused.told)
    return (Skipped(f"transfer_refusal:{refused.id}", *_named(ctx, name, recipient, words)),)


def _named(ctx: Context, name: str, recipient: str, words: tuple[str, str]) -> tuple[str, str]:
    """What happened to whose file, by the names that people know."""
    one, to = running.get_definition(name), transfer_pages.offices(ctx.session).get(recipient, recipient)
    return f"{one.ja}({to}): {words[0]}", f"{one.en} ({to}): {words[1]}"
