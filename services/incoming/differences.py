"""What a file told and could not be applied by itself: listed, and settled one by one in a task (J5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.incoming import IncomingDifference, IncomingFile
from services import audit, two_people
from services.context import Context
from services.errors import NotFound, RuleBroken

WORDS: Mapping[str, tuple[str, str]] = {
    "no_person": (
        "この宛名番号の方は登録されていません。国保に加入する方か、番号の誤りかを確かめてください。",
        "Nobody of this number is on record. Is the person to be insured, or is the number wrong?",
    ),
    "merged": (
        "統合前の宛名番号です。送付元に新しい宛名番号を知らせ、統合先の方の記録を確かめてください。",
        "A number from before a merge. Tell the sender the new one; look at the record that was kept.",
    ),
    "another_person": (
        "生年月日か性別が記録と違います。宛名番号の付け間違いでないか、送付元に確かめてください。",
        "Date of birth or sex differ. Does the number belong to somebody else? Ask the sender.",
    ),
    "moved": (
        "市内で転居しています。住所の変更の処理を始めてください。",
        "Moved within the city. Begin the change of address.",
    ),
    "moved_out": (
        "市外へ転出しています。資格喪失の処理を始めてください。",
        "Moved out of the city. Begin the loss of eligibility.",
    ),
    "died": (
        "亡くなっています。死亡による資格喪失の処理を始めてください。",
        "Has died. Begin the loss of eligibility by death.",
    ),
    "renamed": (
        "氏名が記録と違います。氏名変更の処理を始めるか、送付元に確かめてください。",
        "The name differs. Begin the change of name, or ask the sender.",
    ),
    "rare_sign": (
        "氏名に置き換えられた文字(〓)があり、比べられません。送付元に正しい文字を確かめてください。",
        "A sign of the name was replaced (〓). Ask the sender which one it is.",
    ),
    "covered_elsewhere": (
        "別の医療保険に加入しています。資格喪失の届出を案内してください。",
        "Covered by another scheme. Ask for the notification of loss.",
    ),
    "covered_before": (
        "こちらの資格取得日より後まで、別の医療保険に加入していました。取得日を確かめてください。",
        "Was covered elsewhere until after being insured here. Look at the day of acquisition.",
    ),
    "unasked": (
        "照会していない方の回答か、別のファイルで回答済み、または取り下げた照会です。送付元に確かめてください。",
        "Nobody here asked, another file answered it, or the question was taken back. Ask the sender.",
    ),
    "own_report": (
        "本人の申告(簡易申告など)による記録と額が違います。どちらが正しいか確かめてください。",
        "It differs from what the person reported. Find out which is right.",
    ),
}


class DifferencesOpen(RuleBroken):
    """The task cannot end while a difference is not settled."""

    code = "differences_open"


def get_file(session: Session, file_id: int) -> IncomingFile:
    """A file by its id.

    Raises:
        NotFound: there is none.
    """
    file = session.get(IncomingFile, file_id)
    if file is None:
        raise NotFound("このファイルはありません。一覧から開き直してください。", "There is no such file.")
    return file


def count_open(session: Session, file_id: int) -> int:
    """How many differences of a file are not settled."""
    statement = select(func.count()).where(
        IncomingDifference.file_id == file_id, IncomingDifference.settled_at.is_(None)
    )
    return session.scalar(statement) or 0


def settle(ctx: Context, file_id: int, chosen: Collection[int], words: str) -> int:
    """Say what was made of some differences of a file; answers how many there were.

    Raises:
        RuleBroken: none was chosen, or the words are missing.
    """
    statement = select(IncomingDifference).where(
        IncomingDifference.file_id == file_id,
        IncomingDifference.id.in_(list(chosen)),
        IncomingDifference.settled_at.is_(None),
    )
    rows = list(ctx.session.scalars(statement.with_for_update()))
    if not rows:
        raise RuleBroken(
            "処理した差異を選んでください。すでに処理済みの差異は選べません。",
            "Choose differences that are not settled yet.",
        )
    reason = two_people.reason_of(words)
    for row in rows:
        row.settled_words, row.settled_at, row.settled_by_id = reason, ctx.at, ctx.actor.staff_id
    audit.record(ctx, Tag.INCOMING_SETTLED, f"incoming:{file_id}", detail={"settled": len(rows)})
    return len(rows)


def conclude(ctx: Context, file_id: int) -> dict[str, Any]:
    """End the task of a file: every difference is settled.

    Raises:
        NotFound: there is no such file.
        DifferencesOpen: something is left.
    """
    get_file(ctx.session, file_id)
    if left := count_open(ctx.session, file_id):
        raise DifferencesOpen(
            f"処理していない差異が{left:,}件あります。取込みの画面で一件ずつ結果を記録してください。",
            f"{left:,} differences are not settled. Record the result of each on the page of the file.",
        )
    total = ctx.session.scalar(select(func.count()).where(IncomingDifference.file_id == file_id)) or 0
    audit.record(ctx, Tag.INCOMING_SETTLED, f"incoming:{file_id}", detail={"all": total})
    return {"settled": total}


def file_of_case(session: Session, case_id: int) -> int:
    """The file whose differences a case settles.

    Raises:
        NotFound: it is no such case.
    """
    found = session.scalar(select(IncomingFile.id).where(IncomingFile.case_id == case_id))
    if found is None:
        raise NotFound("この案件は取込みの差異ではありません。", "This case is not of a file's differences.")
    return found
