"""Comments on a case at any time, with mentions: `@name` tells a colleague who may see the case (N2).

Whoever may yet verify an entry must not learn it from a comment (B4): until then he reads only what he wrote
himself and what names him.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from forms.characters import holds_individual_number
from models.audit.tags import Tag
from models.case import Case
from models.comment import CaseComment
from models.staff import names_of
from services import audit, notices, role_tables, staffing
from services.context import Context
from services.errors import NotFound, RuleBroken
from services.notices import About
from services.staffing import Colleague

LONGEST = 1000
SEES_CASES = "case.read"
MARKS = "@@"


class CommentRefused(RuleBroken):
    """A comment cannot be kept as it is; the message says why."""

    code = "comment_refused"


@dataclass(frozen=True)
class Line:
    """A comment as its reader sees it; `words` empty where they are hidden from him."""

    comment: CaseComment
    by: str
    words: str
    names_me: bool


def add(ctx: Context, case_id: int, typed: str) -> CaseComment:
    """Put a comment on a case of the actor's office, and tell whom it names.

    Raises:
        NotFound: there is no such case in the office.
        CommentRefused: nothing or too much is said, an Individual Number stands in it, or it names nobody.
    """
    _must_be_here(ctx, case_id)
    words = _words(typed)
    found = mentioned(words, readers(ctx))
    row = CaseComment(
        case_id=case_id,
        by_id=ctx.actor.staff_id,
        at=ctx.at,
        words=words,
        mentioned=[one.user_id for one in found],
    )
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(ctx, Tag.CASE_COMMENTED, f"comment:{row.id}", case_id, {"mentioned": len(found)})
    notices.tell(ctx, row.mentioned, About(notices.MENTIONED, f"comment:{row.id}", case_id))
    return row


def read(ctx: Context, case_id: int, *, blind: bool) -> list[Line]:
    """The comments of a case, oldest first; `blind`: the reader may yet verify its entry."""
    statement = select(CaseComment).where(CaseComment.case_id == case_id).order_by(CaseComment.id)
    rows = ctx.session.scalars(statement).all()
    names: Mapping[int, str] = names_of(ctx.session, {row.by_id for row in rows})
    return [_line(ctx, row, names.get(row.by_id, ""), blind=blind) for row in rows]


def readers(ctx: Context) -> list[Colleague]:
    """Who of the office may see its cases, and so be named."""
    grants = role_tables.grants(ctx.session)
    seeing = {role for role, slugs in grants.items() if SEES_CASES in slugs}
    people = staffing.of_office(ctx.session, ctx.actor.office_id, ctx.today)
    return [one for one in people if one.roles & seeing]


def mentioned(words: str, colleagues: Sequence[Colleague]) -> list[Colleague]:
    """The colleagues whom a comment names: `@` and the whole name, or the family name where one has it.

    Raises:
        CommentRefused: a name is nobody's, or more than one's.
    """
    found: dict[int, Colleague] = {}
    rest = words
    while any(mark in rest for mark in MARKS):
        rest = rest[min(rest.index(mark) for mark in MARKS if mark in rest) + 1 :]
        one = _named(rest, colleagues)
        found[one.user_id] = one
    return list(found.values())


def _named(rest: str, colleagues: Sequence[Colleague]) -> Colleague:
    told = _together(rest[:60])
    whole = [one for one in colleagues if told.startswith(_together(one.name))]
    if whole:
        return max(whole, key=lambda one: len(one.name))
    by_family = [one for one in colleagues if told.startswith(one.name.split(" ")[0])]
    if len(by_family) == 1:
        return by_family[0]
    word = rest.split(maxsplit=1)[0][:12] if rest.split() else ""
    if by_family:
        names = "、".join(one.name for one in by_family)
        raise CommentRefused(
            f"「@{word}」は{names}のどなたか分かりません。姓と名を続けて入力してください。",
            f"“@{word}” may be {names}. Type family and given name.",
        )
    raise CommentRefused(
        f"「@{word}」にあたる職員が見つかりません。この案件を見られる職員の氏名を、@に続けて入力してください。",
        f"“@{word}” is nobody who may see this case. Type @ and the name of a colleague who may.",
    )


def _together(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _words(typed: str) -> str:
    words = typed.replace("\r\n", "\n").strip()
    if not words:
        raise CommentRefused("コメントが入力されていません。", "Nothing was typed.")
    if len(words) > LONGEST:
        raise CommentRefused(
            f"コメントは{LONGEST}字までです({len(words)}字あります)。短くしてください。",
            f"A comment has at most {LONGEST} characters; yours has {len(words)}.",
        )
    if holds_individual_number(words):
        raise CommentRefused(
            "コメントに個人番号が入っています。番号は書かないでください(番号法)。入力は記録していません。",
            "An Individual Number stands in the comment. What you typed was not kept.",
        )
    return words


def _must_be_here(ctx: Context, case_id: int) -> None:
    here = select(Case.id).where(Case.id == case_id, Case.office_id == ctx.actor.office_id)
    if ctx.session.scalar(here) is None:
        raise NotFound("この届出は見つかりません。一覧から開き直してください。", "There is no such case.")


def _line(ctx: Context, row: CaseComment, by: str, *, blind: bool) -> Line:
    names_me = ctx.actor.staff_id in row.mentioned
    hidden = blind and not names_me and row.by_id != ctx.actor.staff_id
    return Line(row, by, "" if hidden else row.words, names_me)
