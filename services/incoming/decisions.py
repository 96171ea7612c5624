"""The second act: another person lets a file be applied, or refuses it (J5, B4)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from models import incoming
from models.audit.tags import Tag
from models.incoming import APPLYING, OPEN_STATES, READY, RECEIVED, REFUSED, IncomingFile
from services import audit, jobs, two_people
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.incoming import quarantine

APPLY = "incoming_apply"
DECIDERS = frozenset({"verifier", "section_chief"})


def let_apply(ctx: Context, file_id: int) -> IncomingFile:
    """Let a file that was checked be applied, as one job.

    Raises:
        NotFound: there is no such file.
        NotAllowed: he has not the role, or took the file himself.
        SomebodyElseWasFaster: it is not waiting to be decided.
        RuleBroken: an earlier file of the same source is not done with, and would overwrite this one.
    """
    file = _open(ctx, file_id, (READY,))
    _must_be_next(ctx, file)
    file.state, file.decided_at, file.decided_by_id = APPLYING, ctx.at, ctx.actor.staff_id
    file.job_id = jobs.ask(ctx, APPLY, f"{APPLY}:{file.id}", {"file": file.id}, total=file.rows).id
    _tell(ctx, file, "apply_file")
    return file


def _must_be_next(ctx: Context, file: IncomingFile) -> None:
    earlier = select(func.min(IncomingFile.sequence)).where(
        IncomingFile.source == file.source,
        IncomingFile.sequence < file.sequence,
        IncomingFile.state.in_(OPEN_STATES),
    )
    number = ctx.session.scalar(earlier)
    if number is not None:
        raise RuleBroken(
            f"通し番号{number}のファイルがまだ反映されていません。先にそのファイルを反映するか、採用しないでください。",
            f"File {number} of this source is not done with. Apply or refuse it first.",
        )


def refuse(ctx: Context, file_id: int, words: str) -> IncomingFile:
    """Refuse a file with a reason; its number may be used by the right one.

    Raises:
        NotFound, NotAllowed, SomebodyElseWasFaster: as `let_apply`.
        RuleBroken: no reason was given.
    """
    file = _open(ctx, file_id, (READY, RECEIVED))
    file.decided_words = two_people.reason_of(words)
    file.state, file.decided_at, file.decided_by_id = REFUSED, ctx.at, ctx.actor.staff_id
    quarantine.drop_rows(ctx, file)
    _tell(ctx, file, "refuse_file")
    return file


def to_count(actor: Actor, _today: date) -> Wanted:
    """How many files wait for a decision, for the sidebar."""
    if not DECIDERS & actor.own_roles:
        return {}
    return {"incoming": select(func.count()).select_from(IncomingFile).where(IncomingFile.state == READY)}


def _open(ctx: Context, file_id: int, states: tuple[str, ...]) -> IncomingFile:
    file = incoming.lock(ctx.session, file_id)
    if file is None:
        raise NotFound("このファイルはありません。一覧から開き直してください。", "There is no such file.")
    two_people.must_have_any(
        ctx,
        DECIDERS,
        "受け取ったファイルを決定できるのは照合担当か課長です。",
        "A verifier or the section chief decides on a file.",
    )
    two_people.must_be_somebody_else(ctx, [file.taken_by_id])
    if file.state not in states:
        raise SomebodyElseWasFaster(
            "このファイルは、いまは決定を待っていません。開き直して状態を確かめてください。",
            "This file does not wait for a decision now. Open it again.",
        )
    return file


def _tell(ctx: Context, file: IncomingFile, outcome: str) -> None:
    detail = {"source": file.source, "sequence": file.sequence, "outcome": outcome, **file.counts}
    audit.record(ctx, Tag.INCOMING_DECIDED, f"incoming:{file.id}", detail=detail)
