"""Drafts as rows: begun from a version or from files, changed under a count, dropped (screens.md, Studio)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.audit.tags import Tag
from models.case import Definition
from models.definition_draft import DefinitionDraft
from models.staff import names_of
from services import audit, notices, publication_requests
from services.context import Context
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.checking.problems import Problem
from workflows.studio import findings, plans
from workflows.studio.elements import Words, changed
from workflows.studio.parcel_files import Upload, merged, process_that_begins, read_upload

LONGEST_SLUG = 40


@dataclass(frozen=True)
class Draft:
    """A draft as it is shown. `newest` is the version in force now; `found` None where it was not checked."""

    id: int
    slug: str
    author: str
    author_id: int
    is_own: bool
    based_on: int
    newest: int
    lock_version: int
    saved_at: datetime
    found: Sequence[Problem] | None
    bundle: Bundle

    @property
    def problems(self) -> list[Problem]:
        return [one for one in self.found or () if not one.is_warning]

    @property
    def warnings(self) -> list[Problem]:
        return [one for one in self.found or () if one.is_warning]

    @property
    def is_overtaken(self) -> bool:
        """Whether somebody has put another version in force since it began."""
        return self.newest != self.based_on


def list_drafts(ctx: Context) -> list[Draft]:
    """All drafts, the one that was changed last first."""
    rows = ctx.session.scalars(select(DefinitionDraft).order_by(DefinitionDraft.saved_at.desc())).all()
    return _shown(ctx, rows)


def read(ctx: Context, draft_id: int) -> Draft:
    """One draft.

    Raises:
        NotFound: there is none; it may have been put in force or dropped.
    """
    return _shown(ctx, [row_of(ctx, draft_id)])[0]


def begin(ctx: Context, slug: str, version: int) -> DefinitionDraft:
    """Begin a draft from a version; where the actor has one of this procedure, go on with that one.

    Raises:
        NotFound: there is no such version.
    """
    statement = select(Definition.content).where(Definition.slug == slug, Definition.version == version)
    content = ctx.session.scalars(statement).one_or_none()
    if content is None:
        raise NotFound("この版はありません。一覧から選び直してください。", "There is no such version.")
    return _own(ctx, slug) or _add(ctx, unpack(content), version, "begun")


def begin_from_files(ctx: Context, name: str, content: bytes, roles: Collection[str]) -> tuple[int, Upload]:
    """Begin a draft from files: of a new procedure, or over the version in force of one that we have.

    Raises:
        RuleBroken: the files cannot be read, or the actor has a draft of this procedure already.
    """
    upload = read_upload(name, content)
    findings.refuse_unreadable(upload.files, roles)
    slug = process_that_begins(upload.files)
    if len(slug) > LONGEST_SLUG:
        raise RuleBroken(
            f"プロセスの id は{LONGEST_SLUG}字までです。短くしてから取り込んでください。",
            f"The id of the process may have {LONGEST_SLUG} characters. Make it shorter.",
        )
    if _own(ctx, slug) is not None:
        raise RuleBroken(
            f"手続「{slug}」の下書きがすでにあります。その下書きを開いて、そこに取り込んでください。",
            f"You have a draft of {slug} already. Open it and take the files in there.",
        )
    newest = newest_version(ctx, slug)
    before = Bundle(slug, {}, {}, {})
    if newest:
        statement = select(Definition.content).where(Definition.slug == slug, Definition.version == newest)
        before = unpack(ctx.session.scalars(statement).one())
    return _add(ctx, merged(before, upload.files), newest, "imported").id, upload


def take_in(
    ctx: Context, draft_id: int, seen: int, name: str, content: bytes, roles: Collection[str]
) -> Upload:
    """Put files into one's draft, each in the place of the one it replaces.

    Raises:
        RuleBroken: the files cannot be read, or do not belong to this procedure.
        SomebodyElseWasFaster: the draft is no longer as the page showed it.
    """
    row = own_row(ctx, draft_id, seen)
    upload = read_upload(name, content)
    findings.refuse_unreadable(upload.files, roles)
    save(ctx, row, merged(unpack(row.content), upload.files), "imported")
    return upload


def change_element(
    ctx: Context, draft_id: int, seen: int, process: str, element_id: str, words: Words
) -> None:
    """Give an element of one's draft other names, a task for people another term.

    Raises:
        NotFound: there is no such element.
        RuleBroken: what was entered is no name or no term.
    """
    row = own_row(ctx, draft_id, seen)
    save(ctx, row, changed(unpack(row.content), process, element_id, words), "element")


def save(ctx: Context, row: DefinitionDraft, bundle: Bundle, deed: str) -> None:
    """Keep a changed draft; what the check said of it before no longer holds."""
    row.content, row.saved_at, row.findings = bundle.pack(), ctx.at, None
    row.lock_version += 1
    plans.cancel_of(ctx, row.id, plans.CHANGED)
    audit.record(ctx, Tag.DEFINITION_EDITED, f"definition:{row.slug}", detail={"deed": deed})


def check(ctx: Context, draft_id: int, seen: int, roles: Collection[str]) -> list[Problem]:
    """Check a draft and keep what was found with it.

    Raises:
        SomebodyElseWasFaster: the draft is no longer as the page showed it.
    """
    row = row_of(ctx, draft_id, locked=True)
    must_be_as_seen(row, seen)
    found = findings.check(unpack(row.content), roles)
    row.findings = [asdict(one) for one in found]
    audit.record(ctx, Tag.DEFINITION_CHECKED, f"definition:{row.slug}", detail={"findings": len(found)})
    return found


def base_on_newest(ctx: Context, draft_id: int, seen: int) -> None:
    """Say that one has looked at the version put in force meanwhile and goes on from it with one's draft."""
    row = own_row(ctx, draft_id, seen)
    row.based_on = newest_version(ctx, row.slug)
    save(ctx, row, unpack(row.content), "rebased")


def discard(ctx: Context, draft_id: int, seen: int) -> None:
    """Drop one's own draft."""
    row = own_row(ctx, draft_id, seen)
    plans.cancel_of(ctx, row.id, plans.DROPPED)
    publication_requests.over(ctx, notices.PUBLICATION, row.id)
    audit.record(ctx, Tag.DEFINITION_DISCARDED, f"definition:{row.slug}")
    ctx.session.delete(row)


def found_in(row: DefinitionDraft) -> list[Problem] | None:
    """What the check found in a draft as it stands; None where it was changed since, or never checked."""
    return None if row.findings is None else [Problem(**one) for one in row.findings]


def row_of(ctx: Context, draft_id: int, *, locked: bool = False) -> DefinitionDraft:
    """The row of a draft.

    Raises:
        NotFound: there is none.
    """
    statement = select(DefinitionDraft).where(DefinitionDraft.id == draft_id)
    row = ctx.session.scalars(statement.with_for_update() if locked else statement).one_or_none()
    if row is None:
        raise NotFound(
            "この下書きはありません。公開されたか、破棄されています。手続の一覧で確かめてください。",
            "There is no such draft. It was put in force or dropped; look at the list of procedures.",
        )
    return row


def own_row(ctx: Context, draft_id: int, seen: int) -> DefinitionDraft:
    """The row of one's own draft, locked, as the page showed it.

    Raises:
        NotAllowed: it is somebody else's.
        SomebodyElseWasFaster: it was changed since.
    """
    row = row_of(ctx, draft_id, locked=True)
    if row.author_id != ctx.actor.staff_id:
        raise NotAllowed(
            "ほかの人の下書きは変えられません。この版から自分の下書きを作ってください。",
            "Somebody else's draft cannot be changed. Begin one of your own.",
        )
    must_be_as_seen(row, seen)
    return row


def must_be_as_seen(row: DefinitionDraft, seen: int) -> None:
    """Refuse a deed on a page that shows an earlier state.

    Raises:
        SomebodyElseWasFaster: the draft was changed since.
    """
    if row.lock_version != seen:
        raise SomebodyElseWasFaster(
            "この画面を開いたあとで下書きが変わっています。変わった内容を確かめてから、もう一度行ってください。",
            "The draft was changed after this page was opened. Look at it, then try again.",
        )


def newest_version(ctx: Context, slug: str) -> int:
    """The version with which new cases begin; 0 where there is none."""
    statement = select(func.max(Definition.version)).where(
        Definition.slug == slug, Definition.state == "published"
    )
    return ctx.session.scalar(statement) or 0


def _own(ctx: Context, slug: str) -> DefinitionDraft | None:
    statement = select(DefinitionDraft).where(
        DefinitionDraft.slug == slug, DefinitionDraft.author_id == ctx.actor.staff_id
    )
    return ctx.session.scalars(statement).one_or_none()


def begin_with(ctx: Context, bundle: Bundle) -> DefinitionDraft:
    """Begin a draft of a procedure that is on record nowhere yet."""
    return _add(ctx, bundle, 0, "begun")


def _add(ctx: Context, bundle: Bundle, based_on: int, deed: str) -> DefinitionDraft:
    row = DefinitionDraft(
        slug=bundle.slug,
        author_id=ctx.actor.staff_id,
        based_on=based_on,
        content=bundle.pack(),
        lock_version=1,
        saved_at=ctx.at,
    )
    ctx.session.add(row)
    try:
        ctx.session.flush()
    except IntegrityError as error:  # the same person has begun it in another window
        raise SomebodyElseWasFaster(
            "同じ手続の下書きが、いま別の画面で作られました。手続の一覧から開いてください。",
            "A draft of this procedure was begun in another window just now. Open it from the list.",
        ) from error
    audit.record(ctx, Tag.DEFINITION_EDITED, f"definition:{row.slug}", detail={"deed": deed})
    return row


def _shown(ctx: Context, rows: Sequence[DefinitionDraft]) -> list[Draft]:
    names = names_of(ctx.session, [row.author_id for row in rows])
    return [
        Draft(
            id=row.id,
            slug=row.slug,
            author=names.get(row.author_id, ""),
            author_id=row.author_id,
            is_own=row.author_id == ctx.actor.staff_id,
            based_on=row.based_on,
            newest=newest_version(ctx, row.slug),
            lock_version=row.lock_version,
            saved_at=row.saved_at,
            found=found_in(row),
            bundle=unpack(row.content),
        )
        for row in rows
    ]
