"""The month's transfers, one recipient a step, and the erasing of what was kept for its time (J2, N07).

A run that is refused stands in the record and on the page of the job; the others go on. A step that was
killed is done again whole: a month has one file for a recipient.
"""

from __future__ import annotations

from datetime import date

from interchange.transfers.definitions import MONTHLY, transfers
from services import transfer_files
from services import transfers as running
from services.context import Context
from services.job_kinds import Progress, Skipped, Work

MONTH, ONE, ERASE = "transfer_month", "transfer_one", "erase_transfers"


def send_month(ctx: Context, work: Work) -> Progress:
    """Send the month's file to the next recipient."""
    pairs = [(one.id, to) for one in transfers().values() if one.schedule == MONTHLY for to in one.recipients]
    at, sent = int(work.checkpoint.get("at", 0)), int(work.checkpoint.get("sent", 0))
    name, recipient = pairs[at]
    outcome = running.send_month(ctx, name, recipient, _month(work))
    sent += outcome.refused is None
    return Progress(
        {"at": at + 1, "sent": sent},
        at + 1,
        len(pairs),
        finished=at + 1 == len(pairs),
        skipped=_skipped(outcome),
        message_ja=f"{work.payload['period']}の移転: 送付{sent}件、拒否{at + 1 - sent}件",
        message_en=f"Transfers of {work.payload['period']}: {sent} sent, {at + 1 - sent} refused",
    )


def send_one(ctx: Context, work: Work) -> Progress:
    """Send one recipient the file of a month, asked for by hand."""
    outcome = running.send_month(ctx, work.payload["transfer"], work.payload["recipient"], _month(work))
    refused = outcome.refused
    ja, en = ("送付しました。", "Sent.") if refused is None else _words(outcome)
    return Progress({"at": 1}, 1, 1, finished=True, skipped=_skipped(outcome), message_ja=ja, message_en=en)


def erase(ctx: Context, work: Work) -> Progress:
    """Erase files whose time is over, a part at a time."""
    count = transfer_files.erase_expired(ctx)
    done = work.done + count
    return Progress(
        {"done_upto": done},
        done,
        finished=count < transfer_files.AT_ONCE,
        message_ja=f"保存期限の過ぎた移転のファイル{done}件を消去しました。",
        message_en=f"{done} files of transfers were erased.",
    )


def _month(work: Work) -> date:
    return date.fromisoformat(f"{work.payload['period']}-01")


def _skipped(outcome: running.Outcome) -> tuple[Skipped, ...]:
    if outcome.refused is None:
        return ()
    return (Skipped(f"transfer_refusal:{outcome.refused.id}", *_words(outcome)),)


def _words(outcome: running.Outcome) -> tuple[str, str]:
    refused = outcome.refused
    if refused is None:
        return "", ""
    ja, en = running.refusal_words(refused.missing, refused.told)
    return f"{refused.transfer}({refused.recipient}): {ja}", f"{refused.transfer} ({refused.recipient}): {en}"
