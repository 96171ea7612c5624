"""Texts of letters as data: drafted, refused with the place, put in force by somebody else (C4)."""

import pytest
from sqlalchemy import select

from models.document import PrintRequest
from models.notice import Notice
from printing.checks import check
from printing.documents import kind_of
from printing.letter_texts import LETTERS, shipped
from printing.wording import faults_of
from services import letter_drafts, letter_samples, letter_texts, letters, role_tables
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from services.notifications import Received, receive
from tests.factories.audit import told
from tests.factories.registry import register_acquisition
from tests.factories.staff import employ

SLUG = "student_proof_request"
TEXT = "{世帯主}様\n\n**{期限}**までにお出しください。"


@pytest.fixture
def authors(uow, session, actor_administrator):
    """Two administrators who each may draft and publish."""
    return actor_administrator, employ(session, "administrator", "mori")


def drafted(uow, author, heading="お知らせ", body=TEXT):
    with uow(author) as ctx:
        draft_id = letter_drafts.begin(ctx, SLUG)
        seen = letter_drafts.read(ctx, draft_id).lock_version
        letter_drafts.save(ctx, draft_id, seen, heading, body)
        return draft_id, seen + 1


@pytest.mark.parametrize("slug", sorted(LETTERS))
def test_every_shipped_text_can_be_used_and_printed_for_every_sample(ctx, slug):
    heading, body = shipped(slug)
    assert LETTERS[slug].faults_of(heading, body) == ()
    for sample in letter_samples.SAMPLES:
        letter = letter_samples.letter(ctx, slug, heading, body, 0, sample)
        words = "".join(run.text for one in letter.paragraphs for run in one.runs)
        assert (sample.person in words) is ("{氏名}" in body)
        assert letter.recipient.name == sample.head
        assert kind_of(letter).name == LETTERS[slug].document
        check(letter)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("足りません。", ("block_not_once", 0)),
        ("{足りない書類}\n{足りない書類}", ("block_not_once", 0)),
        ("下の {足りない書類} です。", ("block_not_alone", 1)),
        ("・{足りない書類}", ("block_not_alone", 1)),
    ],
)
def test_the_table_of_a_letter_stands_in_its_text_once_and_alone(body, fault):
    found = LETTERS["missing_papers_notice"].faults_of("表題", body)
    assert [(one.code, one.line) for one in found] == [fault]


def test_words_before_and_after_a_table_need_no_empty_line():
    told = LETTERS["missing_papers_notice"].fill("前\n{足りない書類}\n後", {})
    assert [(one.block, [run.text for run in one.runs]) for one in told] == [
        ("", ["前"]),
        ("足りない書類", []),
        ("", ["後"]),
    ]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("一行目\n{住所}様", [("unknown_place", 2, 1, "{住所}")]),
        ("{{ config }}", [("stray_brace", 1, 1, "{"), ("unknown_place", 1, 2, "{ config }")]),
        ("あ{期限", [("stray_brace", 1, 2, "{")]),
        ("**太字\n次", [("bold_not_ended", 1, 1, "")]),
        ("あ\u202eい", [("control_character", 1, 2, "")]),
        (" \n", [("text_empty", 1, 1, "")]),
    ],
)
def test_a_text_that_cannot_be_used_is_refused_with_its_place(body, where):
    found = faults_of("表題", body, LETTERS[SLUG].names)
    assert [(one.code, one.line, one.column, one.what) for one in found][: len(where)] == where


def test_what_fills_a_place_is_never_read_as_a_text(ctx):
    sample = letter_samples.SampleHousehold("X", "", "", "{氏名}**", "{{7*7}} **太**")
    letter = letter_samples.letter(ctx, SLUG, "表題", "{世帯主}と{氏名}", 1, sample)
    (paragraph,) = letter.paragraphs
    assert [(run.text, run.bold) for run in paragraph.runs] == [
        ("{氏名}**", False),
        ("と", False),
        ("{{7*7}} **太**", False),
    ]


def test_a_text_is_put_in_force_by_somebody_else_and_letters_made_before_keep_theirs(
    session, uow, actor_counter, authors
):
    first, second = authors
    with uow(actor_counter) as ctx:
        family = register_acquisition(ctx)

    def asked():
        with uow(actor_counter) as ctx:
            facts = Received("student_exception", "begin", "counter", ctx.today, actor_counter.office_id)
            about = (family.household_id, family.person_ids[2], ctx.today)
            return letters.ask(ctx, receive(ctx, facts), SLUG, *about).id

    before = asked()
    draft_id, seen = drafted(uow, first)
    with pytest.raises(NotAllowed), uow(first) as ctx:
        letter_drafts.publish(ctx, draft_id, seen, "改正")
    with pytest.raises(RuleBroken), uow(second) as ctx:
        letter_drafts.publish(ctx, draft_id, seen, " ")
    with uow(second) as ctx:
        assert letter_drafts.publish(ctx, draft_id, seen, "短くする").version == 1
    old, new = (session.get(PrintRequest, one).payload for one in (before, asked()))
    assert (old["text_version"], new["text_version"]) == (0, 1)
    assert (old["heading"], new["heading"]) == (shipped(SLUG)[0], "お知らせ")
    with uow(first) as ctx:
        history = letter_texts.history(ctx, SLUG)
    assert [(one.version, one.reason) for one in history] == [(1, "短くする"), (0, "")]
    tags = [event.tag for event in told(session)]
    assert tags.count("letter_text:edited") == 2
    assert tags.count("letter_text:published") == 1


def test_a_draft_that_was_changed_or_overtaken_is_not_put_in_force(uow, authors):
    first, second = authors
    mine, seen = drafted(uow, first)
    theirs, their_seen = drafted(uow, second, body="{氏名}様")
    with pytest.raises(SomebodyElseWasFaster), uow(second) as ctx:
        letter_drafts.publish(ctx, mine, seen - 1, "改正")
    with uow(second) as ctx:
        letter_drafts.publish(ctx, mine, seen, "改正")
    with pytest.raises(SomebodyElseWasFaster), uow(first) as ctx:
        letter_drafts.publish(ctx, theirs, their_seen, "改正")
    with uow(second) as ctx:
        assert letter_drafts.read(ctx, theirs).is_overtaken
        letter_drafts.base_on_newest(ctx, theirs, their_seen)
    with uow(first) as ctx:
        assert letter_drafts.publish(ctx, theirs, their_seen + 1, "改正").version == 2


def test_faults_are_kept_in_a_draft_and_stop_it_only_when_it_is_put_in_force(uow, authors):
    first, second = authors
    draft_id, seen = drafted(uow, first, body="{口座番号}")
    with pytest.raises(RuleBroken), uow(second) as ctx:
        letter_drafts.publish(ctx, draft_id, seen, "改正")
    with pytest.raises(NotAllowed), uow(second) as ctx:
        letter_drafts.save(ctx, draft_id, seen, "横取り", TEXT)
    with pytest.raises(RuleBroken), uow(first) as ctx:
        letter_drafts.save(ctx, draft_id, seen, "番号", "番号は123456789018です")
    with uow(first) as ctx:
        letter_drafts.discard(ctx, draft_id, seen)
        assert letter_drafts.list_drafts(ctx) == []


def test_the_differences_of_two_versions_stand_line_by_line():
    lines = letter_texts.differences(("表題", "あ\nい"), ("表題", "あ\nう"))
    assert [(one.kind, one.text) for one in lines] == [
        ("same", "表題"),
        ("same", ""),
        ("same", "あ"),
        ("removed", "い"),
        ("added", "う"),
    ]


def test_whoever_may_put_a_text_in_force_is_told_once_for_each_state_of_it(session, uow, authors):
    first, second = authors
    role_tables.put(session, "administrator", {"definition.publish"})
    draft_id, seen = drafted(uow, first)
    for told_now in (1, 0):
        with uow(first) as ctx:
            assert letter_drafts.ask(ctx, draft_id, seen) == told_now
    with uow(second) as ctx:
        asked = letter_drafts.asked(ctx, letter_drafts.read(ctx, draft_id))
        assert asked.told == (second.name,)
    with pytest.raises(NotAllowed), uow(second) as ctx:
        letter_drafts.ask(ctx, draft_id, seen)
    assert [one.user_id for one in session.scalars(select(Notice))] == [second.staff_id]
    assert len(told(session, "letter_text:publication_asked")) == 1
    with uow(first) as ctx:
        letter_drafts.save(ctx, draft_id, seen, "お知らせ(改)", TEXT)
        assert letter_drafts.asked(ctx, letter_drafts.read(ctx, draft_id)) is None
        assert letter_drafts.ask(ctx, draft_id, seen + 1) == 1
    with uow(second) as ctx:
        letter_drafts.publish(ctx, draft_id, seen + 1, "改正")
    unread = select(Notice).where(Notice.read_at.is_(None))
    assert session.scalars(unread).all() == []


def test_a_text_with_faults_or_that_nobody_else_may_put_in_force_is_asked_for_in_vain(
    session, uow, actor_administrator
):
    role_tables.put(session, "administrator", {"definition.publish"})
    draft_id, seen = drafted(uow, actor_administrator, body="{口座番号}")
    with pytest.raises(RuleBroken, match="問題がある"), uow(actor_administrator) as ctx:
        letter_drafts.ask(ctx, draft_id, seen)
    with uow(actor_administrator) as ctx:
        letter_drafts.save(ctx, draft_id, seen, "お知らせ", TEXT)
    with pytest.raises(RuleBroken, match="ほかに一人もいません"), uow(actor_administrator) as ctx:
        letter_drafts.ask(ctx, draft_id, seen + 1)
