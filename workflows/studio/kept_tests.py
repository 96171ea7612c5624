"""Courses kept as tests of a procedure: a draft must still take them before it is put in force, or waived.

A test is made of a finished case without anything of a real person in it, or of a try-out. It is kept only
where it takes, on its own version, the course that it is to hold.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.audit.tags import Tag
from models.case import Case, Definition
from models.definition_draft import DefinitionDraft
from models.notification import Notification
from models.trying_out import SET_ASIDE, KeptTest, Waiver, list_tests, list_waivers
from services import audit, two_people
from services.context import Context
from services.errors import NotFound, RuleBroken
from workflows.engine import definitions
from workflows.engine.bundle import Bundle
from workflows.engine.feel.scope import ClosedDays
from workflows.engine.parser import Specification, build
from workflows.studio import drafts, finished, scripts, trying
from workflows.studio.fictitious import Disguise, said_by
from workflows.studio.finished import Followed
from workflows.studio.scripts import Script, Step

DONE = "done"
LONGEST_NAME = 100
TRIES = 5


@dataclass(frozen=True)
class Outcome:
    """What a draft makes of a test: it passes, or where it goes another way, and whether that was waived."""

    test: KeptTest
    course: Sequence[tuple[str, str]]
    at: int | None
    ja: str = ""
    en: str = ""
    waiver: Waiver | None = None

    @property
    def passes(self) -> bool:
        return self.at is None

    @property
    def holds_up(self) -> bool:
        """Whether it keeps a draft from being put in force."""
        return not self.passes and self.waiver is None


class KeptTestsFail(RuleBroken):
    """Kept tests take another course on this draft, and nobody has said why they may."""

    code = "kept_tests_fail"


def keep_case(ctx: Context, slug: str, number: str, name: str) -> KeptTest:
    """Keep a finished case, known by its number, as a test of its procedure.

    Raises:
        NotFound: there is no such finished case of the procedure.
        RuleBroken: its course cannot be taken again as it was, or a word is missing.
    """
    case = _finished(ctx, slug, number)
    (record,) = finished.records(ctx.session, [case.id])
    if finished.is_irregular(record):
        raise RuleBroken(
            "途中で手順が戻された・飛ばされた、または別の版へ移された案件は、試験にできません。",
            "A case that was put back, passed by or moved to another version cannot be a test.",
        )
    specification = definitions.by_hash(ctx.session, case.definition_hash)
    closed = scripts.closed_days_of(ctx.session)
    followed = finished.follow(specification, record, closed, {})
    _must_be_as_it_was(followed, record)
    script = _disguised(specification, followed, record, closed)
    return _add(ctx, specification, script, name, _version(ctx, case.definition_hash))


def keep_tried(ctx: Context, draft_id: int, name: str) -> KeptTest:
    """Keep one's own try-out, which has come to its end, as a test.

    Raises:
        NotFound: nothing was tried.
        RuleBroken: it has not ended, or the name is missing.
    """
    tried = trying.read(ctx, draft_id)
    if tried is None:
        raise NotFound("試した道筋がありません。先に試してください。", "Nothing was tried yet.")
    if tried.rehearsal is None or not tried.rehearsal.has_ended:
        raise RuleBroken(
            "案件が終わるまで試してから、試験として残してください。", "Try it to its end before you keep it."
        )
    row = drafts.row_of(ctx, draft_id)
    return _add(ctx, trying.specification_of(row), tried.script, name, row.based_on)


def set_aside(ctx: Context, test_id: int, because: str) -> KeptTest:
    """Take a test out of use, with a reason.

    Raises:
        NotFound: there is none, or it is out of use already.
        RuleBroken: the reason is missing.
    """
    test = _kept(ctx, test_id)
    _put_aside(ctx, test, two_people.reason_of(because))
    return test


def try_on(ctx: Context, row: DefinitionDraft) -> list[Outcome]:
    """What a draft makes of all tests of its procedure.

    Raises:
        RuleBroken: it is not checked, or the check finds problems.
    """
    tests = list_tests(ctx.session, row.slug)
    if not tests:
        return []
    waivers = {(one.test_id, one.course): one for one in list_waivers(ctx.session, row.id)}
    return _tried(ctx, trying.specification_of(row), tests, waivers)


def waive(ctx: Context, draft_id: int, seen: int, test_id: int, reason: str) -> None:
    """Say why a draft may take another course than a test; it holds for that course only.

    Raises:
        NotFound: there is no such test.
        RuleBroken: the test passes, or the reason is missing.
        SomebodyElseWasFaster: the draft is no longer as the page showed it.
    """
    row = drafts.row_of(ctx, draft_id, locked=True)
    drafts.must_be_as_seen(row, seen)
    told = two_people.reason_of(reason)
    outcome = next((one for one in try_on(ctx, row) if one.test.id == test_id), None)
    if outcome is None:
        raise _no_such_test()
    if outcome.passes:
        raise RuleBroken("この試験は通っています。見送りは要りません。", "This test passes.")
    ctx.session.add(
        Waiver(
            test_id=test_id,
            draft_id=draft_id,
            course=course_hash(outcome.course),
            reason=told,
            at=ctx.at,
            by_id=ctx.actor.staff_id,
        )
    )
    audit.record(ctx, Tag.DEFINITION_TEST_WAIVED, f"definition:{row.slug}", detail={"test": test_id})


def must_pass(ctx: Context, row: DefinitionDraft, whole: Bundle) -> list[Outcome]:
    """Let a draft take all tests before it is put in force; what was waived is answered with the rest.

    Raises:
        KeptTestsFail: a test takes another course, and that was not waived.
    """
    tests = list_tests(ctx.session, row.slug)
    if not tests:
        return []
    waivers = {(one.test_id, one.course): one for one in list_waivers(ctx.session, row.id)}
    outcomes = _tried(ctx, build(whole), tests, waivers)
    failing = [one for one in outcomes if one.holds_up]
    if failing:
        names_ja = "、".join(f"「{one.test.name}」" for one in failing[:5])
        raise KeptTestsFail(
            f"試験{len(failing)}件({names_ja})の道筋が変わるため、公開できません。"
            "作成者が直すか、理由を付けて見送ってから、もう一度公開してください。",
            f"{len(failing)} tests take another course. Mend the draft, or waive them with a reason.",
        )
    return outcomes


def put_in_force(ctx: Context, outcomes: Sequence[Outcome], version: int) -> None:
    """Note with which version waivers were used; tests that were waived are set aside with it."""
    for one in outcomes:
        if one.waiver is not None and not one.passes:
            one.waiver.version = version
            _put_aside(ctx, one.test, f"第{version}版: {one.waiver.reason}"[:400])


def course_hash(course: Sequence[tuple[str, str]]) -> str:
    """How a course is known."""
    return hashlib.sha256(json.dumps([list(one) for one in course]).encode()).hexdigest()


def _tried(
    ctx: Context,
    specification: Specification,
    tests: Sequence[KeptTest],
    waivers: Mapping[tuple[int, str], Waiver],
) -> list[Outcome]:
    closed = scripts.closed_days_of(ctx.session)
    found = []
    for test in tests:
        play = scripts.play(specification, scripts.read(test.script), closed)
        course = scripts.course_of(play.rehearsal) if play.rehearsal else []
        outcome = _judged(test, course, play)
        found.append(replace(outcome, waiver=waivers.get((test.id, course_hash(course)))))
    return found


def _judged(test: KeptTest, course: Sequence[tuple[str, str]], play: scripts.Play) -> Outcome:
    wanted = [(kind, element) for kind, element in test.path]
    if play.stop is not None:
        return Outcome(test, course, play.stop.step, play.stop.ja, play.stop.en)
    if list(course) != wanted:
        pairs = zip([*wanted, ("", "")], [*course, ("", "")], strict=False)
        place = next((place for place, (one, other) in enumerate(pairs) if one != other), len(course))
        was = wanted[place][1] if place < len(wanted) else "–"
        now = course[place][1] if place < len(course) else "–"
        return Outcome(
            test,
            course,
            place + 1,
            f"{place + 1}番目が「{was}」ではなく「{now}」になります。",
            f"Step {place + 1} is {now} instead of {was}.",
        )
    if play.rehearsal is not None and not play.rehearsal.has_ended:
        waits = [one.wanted.element_id for one in play.rehearsal.open_tasks()]
        waits += [one.element for one in play.rehearsal.asked_services()]
        waits += [one.element[1] for one in play.rehearsal.waits()]
        names = "、".join(waits[:3])
        return Outcome(
            test,
            course,
            len(course) + 1,
            f"最後に「{names}」を待ったまま終わりません。",
            f"It does not end: it waits for {names}.",
        )
    return Outcome(test, course, None)


def _finished(ctx: Context, slug: str, number: str) -> Case:
    told = number.strip().upper()
    statement = select(Case).where(Case.slug == slug, Case.state == DONE)
    if told.startswith("C-") and told[2:].isdecimal() and len(told) < 12:
        statement = statement.where(Case.id == int(told[2:]))
    else:
        statement = statement.join(Notification, Notification.id == Case.notification_id)
        statement = statement.where(Notification.number == told)
    case = ctx.session.scalars(statement).first()
    if case is None:
        raise NotFound(
            "この番号の終わった案件は、この手続にありません。番号を確かめてください(例: R8-001234)。",
            "This procedure has no finished case of this number. Check it (e.g. R8-001234).",
        )
    return case


def _must_be_as_it_was(followed: Followed, record: finished.Record) -> None:
    rehearsal = followed.rehearsal
    course = Counter(scripts.course_of(rehearsal)) if rehearsal else Counter()
    if followed.stuck or followed.added or followed.left or course != finished.course_of(record, {}):
        raise RuleBroken(
            "この案件は、残っている記録だけでは同じ道筋をたどれないため、試験にできません。別の案件を選んでください。",
            "The course of this case cannot be taken again from what is kept of it. Choose another case.",
        )


def _disguised(
    specification: Specification, followed: Followed, record: finished.Record, closed: ClosedDays
) -> Script:
    """The course with nobody's values in it, drawn until it is still the same course."""
    course = scripts.course_of(followed.rehearsal) if followed.rehearsal else []
    began = datetime.fromisoformat(record["began"])
    reason = next(
        (one.data.get("reason") or one.data.get("kind") for one in followed.steps if one.data), None
    )
    said = said_by(specification.bundle)
    for _ in range(TRIES):
        disguise = Disguise(said, began)
        steps = tuple(_step(disguise, one) for one in followed.steps)
        facts = {"reason": disguise.of(reason)} if reason else {}
        script = Script(disguise.moment(began).isoformat(), facts, steps)
        play = scripts.play(specification, script, closed)
        if play.stop is None and play.rehearsal and list(scripts.course_of(play.rehearsal)) == list(course):
            return script
    raise RuleBroken(
        "個人の情報を架空の値に置き換えると道筋が変わるため、この案件は試験にできません。別の案件を選んでください。",
        "With made-up values in place of personal ones it takes another course. Choose another case.",
    )


def _step(disguise: Disguise, one: Step) -> Step:
    at = disguise.moment(datetime.fromisoformat(one.at)).isoformat()
    note = None if one.note is None else "理由"
    return replace(one, at=at, data=disguise.of(dict(one.data)), note=note)


def _add(ctx: Context, specification: Specification, script: Script, name: str, version: int) -> KeptTest:
    told = " ".join(name.split())
    if not told or len(told) > LONGEST_NAME:
        raise RuleBroken(
            f"試験の名前を{LONGEST_NAME}字までで入力してください(例: 転入・差戻しあり)。",
            f"Give the test a name of up to {LONGEST_NAME} characters.",
        )
    play = scripts.play(specification, script, scripts.closed_days_of(ctx.session))
    course: Sequence[Any] = scripts.course_of(play.rehearsal) if play.rehearsal else []
    test = KeptTest(
        slug=specification.slug,
        name=told,
        version=version,
        script=script.as_data(),
        path=[list(one) for one in course],
        kept_at=ctx.at,
        kept_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(test)
    ctx.session.flush()
    detail = {"test": test.id, "steps": len(course)}
    audit.record(ctx, Tag.DEFINITION_TEST_KEPT, f"definition:{test.slug}", detail=detail)
    return test


def _put_aside(ctx: Context, test: KeptTest, because: str) -> None:
    test.state, test.because = SET_ASIDE, because
    test.set_aside_at, test.set_aside_by_id = ctx.at, ctx.actor.staff_id
    audit.record(ctx, Tag.DEFINITION_TEST_SET_ASIDE, f"definition:{test.slug}", detail={"test": test.id})


def _kept(ctx: Context, test_id: int) -> KeptTest:
    statement = select(KeptTest).where(KeptTest.id == test_id, KeptTest.state != SET_ASIDE)
    test = ctx.session.scalars(statement.with_for_update()).one_or_none()
    if test is None:
        raise _no_such_test()
    return test


def _no_such_test() -> NotFound:
    return NotFound("この試験はありません。一覧から選び直してください。", "There is no such test.")


def _version(ctx: Context, content_hash: str) -> int:
    return ctx.session.scalars(select(Definition.version).where(Definition.hash == content_hash)).one()
