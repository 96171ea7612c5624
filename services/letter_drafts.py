"""Drafts of letter texts: begun, changed under a count, put in force by a second person (C4, B4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from forms.characters import holds_individual_number
from models.audit.tags import Tag
from models.letter_text import LetterDraft, LetterText
from models.staff import names_of
from printing.wording import LONGEST_HEADING, LONGEST_TEXT, Fault
from services import audit, letter_texts, notices, publication_requests, two_people
from services.context import Context
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.publication_requests import Asked


@dataclass(frozen=True)
class Draft:
    """A draft as it is shown. `newest` is the version in force now."""

    id: int
    slug: str
    author: str
    author_id: int
    is_own: bool
    based_on: int
    newest: int
    lock_version: int
    saved_at: datetime
    heading: str
    body: str
    faults: tuple[Fault, ...]

    @property
    def is_overtaken(self) -> bool:
        """Whether somebody has put another version in force since it began."""
        return self.newest != self.based_on


def list_drafts(ctx: Context) -> list[Draft]:
    """All drafts, the one that was changed last first."""
    rows = ctx.session.scalars(select(LetterDraft).order_by(LetterDraft.saved_at.desc())).all()
    return _shown(ctx, rows)


def read(ctx: Context, draft_id: int) -> Draft:
    """One draft.

    Raises:
        NotFound: there is none; it may have been put in force or dropped.
    """
    return _shown(ctx, [_row(ctx, draft_id)])[0]


def begin(ctx: Context, slug: str) -> int:
    """Begin a draft from the version in force; where the actor has one of this letter, go on with it.

    Raises:
        NotFound: there is no such letter.
    """
    letter_texts.kind_of(slug)
    statement = select(LetterDraft.id).where(
        LetterDraft.slug == slug, LetterDraft.author_id == ctx.actor.staff_id
    )
    own = ctx.session.scalars(statement).one_or_none()
    if own is not None:
        return own
    if ctx.actor.staff_id is None:
        raise NotAllowed("担当者としてサインインしてください。", "Sign in as one of the staff.")
    text = letter_texts.in_force(ctx, slug)
    row = LetterDraft(
        slug=slug,
        author_id=ctx.actor.staff_id,
        based_on=text.version,
        heading=text.heading,
        body=text.body,
        saved_at=ctx.at,
    )
    ctx.session.add(row)
    ctx.session.flush()
    _record(ctx, Tag.LETTER_TEXT_EDITED, slug, "begun")
    return row.id


def save(ctx: Context, draft_id: int, seen: int, heading: str, body: str) -> None:
    """Keep what the author typed, right or wrong; what keeps it from being used is shown beside it.

    Raises:
        NotAllowed: it is somebody else's.
        SomebodyElseWasFaster: it was changed since the page was opened.
        RuleBroken: it is longer than a letter may be, or holds an Individual Number.
    """
    row = _row(ctx, draft_id, locked=True)
    _must_be_own(ctx, row)
    _must_be_as_seen(row, seen)
    if len(heading) > LONGEST_HEADING or len(body) > LONGEST_TEXT:
        raise RuleBroken(
            f"表題は{LONGEST_HEADING}字、本文は{LONGEST_TEXT}字までです。短くしてから保存してください。",
            f"The heading may have {LONGEST_HEADING} characters, the text {LONGEST_TEXT}. Make it shorter.",
        )
    if holds_individual_number(f"{heading}\n{body}"):
        raise RuleBroken(
            "文面に個人番号のような番号が入っています。番号を消してから保存してください。",
            "A number that looks like an Individual Number stands in the text. Take it out.",
        )
    row.heading, row.body = heading, body.replace("\r\n", "\n")
    row.lock_version, row.saved_at = row.lock_version + 1, ctx.at
    _record(ctx, Tag.LETTER_TEXT_EDITED, row.slug, "changed")


def base_on_newest(ctx: Context, draft_id: int, seen: int) -> None:
    """Go on from the version that was put in force meanwhile, the author having looked at it.

    Raises:
        NotAllowed, SomebodyElseWasFaster: as for saving.
    """
    row = _row(ctx, draft_id, locked=True)
    _must_be_own(ctx, row)
    _must_be_as_seen(row, seen)
    row.based_on = letter_texts.in_force(ctx, row.slug).version
    row.lock_version, row.saved_at = row.lock_version + 1, ctx.at
    _record(ctx, Tag.LETTER_TEXT_EDITED, row.slug, "rebased")


def discard(ctx: Context, draft_id: int, seen: int) -> str:
    """Drop one's own draft; the letter that it was of.

    Raises:
        NotAllowed, SomebodyElseWasFaster: as for saving.
    """
    row = _row(ctx, draft_id, locked=True)
    _must_be_own(ctx, row)
    _must_be_as_seen(row, seen)
    _remove(ctx, row)
    _record(ctx, Tag.LETTER_TEXT_DISCARDED, row.slug, "dropped")
    return row.slug


def ask(ctx: Context, draft_id: int, seen: int) -> int:
    """Ask whoever may put one's draft in force to do so; answers how many were told now.

    Raises:
        NotAllowed: it is somebody else's.
        SomebodyElseWasFaster: the draft, or the version in force, is no longer what the page showed.
        RuleBroken: it could not be put in force, or nobody else may do it.
    """
    row = _row(ctx, draft_id, locked=True)
    _must_be_own(ctx, row)
    _must_be_as_seen(row, seen)
    _must_be_usable(row, letter_texts.in_force(ctx, row.slug))
    told = publication_requests.ask(ctx, notices.LETTER_DRAFT, row)
    if told:
        about = f"letter_text:{row.slug}"
        audit.record(ctx, Tag.LETTER_TEXT_PUBLICATION_ASKED, about, detail={"accounts": told})
    return told


def asked(ctx: Context, draft: Draft) -> Asked | None:
    """Whether, and when, the author asked that a draft be put in force as it stands."""
    return publication_requests.asked(ctx, notices.LETTER_DRAFT, draft)


def publish(ctx: Context, draft_id: int, seen: int, reason: str) -> LetterText:
    """Put a draft in force as the next version; letters that were asked for before keep their words.

    Raises:
        NotAllowed: the actor is its author, by account or by staff number.
        SomebodyElseWasFaster: the draft, or the version in force, is no longer what the page showed.
        RuleBroken: the text cannot be used, nothing has changed, or the reason is missing.
    """
    row = _row(ctx, draft_id, locked=True)
    two_people.must_be_somebody_else(ctx, [row.author_id])
    told = two_people.reason_of(reason)
    _must_be_as_seen(row, seen)
    now = letter_texts.in_force(ctx, row.slug)
    _must_be_usable(row, now)
    if ctx.actor.staff_id is None:
        raise NotAllowed("担当者としてサインインしてください。", "Sign in as one of the staff.")
    version = LetterText(
        slug=row.slug,
        version=now.version + 1,
        heading=row.heading,
        body=row.body,
        author_id=row.author_id,
        published_by_id=ctx.actor.staff_id,
        published_at=ctx.at,
        reason=told,
    )
    ctx.session.add(version)
    _remove(ctx, row)
    ctx.session.flush()
    _record(ctx, Tag.LETTER_TEXT_PUBLISHED, row.slug, f"version {version.version}")
    return version


def _must_be_usable(row: LetterDraft, now: letter_texts.TextVersion) -> None:
    if now.version != row.based_on:
        raise SomebodyElseWasFaster(
            f"この下書きを作ったあとで第{now.version}版が公開されています。下書きは残っています。"
            "作成者が違いを確かめてから、もう一度公開してください。",
            f"Version {now.version} was put in force after this draft was begun. The draft is kept.",
        )
    faults = letter_texts.kind_of(row.slug).faults_of(row.heading, row.body)
    if faults:
        raise RuleBroken(
            f"文面に{len(faults)}件の問題があるため、公開できません。作成者が直してから、もう一度公開してください。",
            f"The text has {len(faults)} faults. Its author mends them first.",
        )
    if (row.heading, row.body) == (now.heading, now.body):
        raise RuleBroken(
            "この下書きは、いまの版と同じ内容です。変えてから公開してください。",
            "This draft is the same as the version in force. Change it first.",
        )


def _row(ctx: Context, draft_id: int, *, locked: bool = False) -> LetterDraft:
    statement = select(LetterDraft).where(LetterDraft.id == draft_id)
    row = ctx.session.scalars(statement.with_for_update() if locked else statement).one_or_none()
    if row is None:
        raise NotFound(
            "この下書きはありません。公開されたか、破棄されています。一覧から選び直してください。",
            "There is no such draft. It was put in force or dropped.",
        )
    return row


def _remove(ctx: Context, row: LetterDraft) -> None:
    publication_requests.over(ctx, notices.LETTER_DRAFT, row.id)
    ctx.session.delete(row)


def _must_be_own(ctx: Context, row: LetterDraft) -> None:
    if row.author_id != ctx.actor.staff_id:
        raise NotAllowed(
            "ほかの人の下書きは変えられません。自分の下書きを作ってください。",
            "A draft of somebody else cannot be changed. Begin one of your own.",
        )


def _must_be_as_seen(row: LetterDraft, seen: int) -> None:
    if row.lock_version != seen:
        raise SomebodyElseWasFaster(
            "画面を開いたあとで、この下書きが変わりました。何も保存していません。開き直してください。",
            "The draft was changed after the page was opened. Nothing was kept. Open it again.",
        )


def _shown(ctx: Context, rows: Sequence[LetterDraft]) -> list[Draft]:
    names = names_of(ctx.session, {row.author_id for row in rows})
    return [
        Draft(
            row.id,
            row.slug,
            names.get(row.author_id, ""),
            row.author_id,
            row.author_id == ctx.actor.staff_id,
            row.based_on,
            letter_texts.in_force(ctx, row.slug).version,
            row.lock_version,
            row.saved_at,
            row.heading,
            row.body,
            letter_texts.kind_of(row.slug).faults_of(row.heading, row.body),
        )
        for row in rows
    ]


def _record(ctx: Context, tag: Tag, slug: str, deed: str) -> None:
    audit.record(ctx, tag, f"letter_text:{slug}", detail={"deed": deed})
