"""The pages of the review and of the record: who may, what is refused, what is recorded (L5)."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.audit import anchor
from models.audit.event import AuditEvent
from models.audit_review import AuditFinding, AuditReview
from models.masters import Posting
from portal import clock
from portal.extensions import db
from portal.security.anchoring import anchor_path, write_anchor
from portal.security.roles import ROLES
from services import unit_of_work
from services.context import SYSTEM
from services.job_kinds import Work
from tests.factories import audit_month
from tests.portal.conftest import Visitor
from workflows import catalog, review_cases

AUDITOR = f"1{list(ROLES).index('auditor') + 1:03}"  # as everybody is employed


@pytest.fixture
def review(app: Flask) -> int:
    """October with two findings: one about a clerk, one about the auditor."""
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            catalog.publish_shipped(ctx)
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            row = ctx.session.scalars(select(Posting).where(Posting.staff_number == AUDITOR)).one()
            month = audit_month.Month(ctx.session, [], [])
            for staff_id, number in ((row.user_id, AUDITOR), (row.user_id + 900, "30003")):
                actor = SYSTEM.__class__(staff_id, number, "", row.office_id, frozenset())
                month.look(actor, audit_month.at(20), 0, "emergency:taken", subject="account:9")
            month.write()
            review_cases.make_review(ctx, Work(1, {"month": "2026-10"}, {}, 0, None, 0))
            found = ctx.session.scalars(select(AuditReview.id)).one()
        db.session.remove()
        return found


def findings(app: Flask) -> dict[str, int]:
    with app.app_context():
        rows = db.session.execute(
            select(AuditFinding.staff_number, AuditFinding.id).where(AuditFinding.rule == "emergency_access")
        ).all()
        db.session.remove()
    return {row[0]: row[1] for row in rows}


def verdict(person: Visitor, review: int, finding: int, **fields: object):
    return person.post(f"/reviews/findings/{finding}", review=review, **{"words": "理由がない"} | fields)


def test_a_verdict_that_needs_more_keeps_what_was_typed(app: Flask, signed_in, review: int) -> None:
    auditor = signed_in("auditor")
    finding = findings(app)["30003"]
    refused = verdict(auditor, review, finding, verdict="breach")
    assert refused.status_code == 422
    assert "することと担当者と期限を入れてください" in refused.text
    assert "理由がない</textarea>" in refused.text
    strange = verdict(auditor, review, finding, verdict="breach", what="聞く", due="きのう", owner=1)
    assert strange.status_code == 422
    assert verdict(auditor, review, finding, verdict="in_order").status_code == 303


def test_nobody_judges_himself_but_the_chief_judges_the_auditor(app: Flask, signed_in, review: int) -> None:
    about_auditor = findings(app)[AUDITOR]
    auditor = signed_in("auditor")
    assert (
        "自分についての指摘は判定できません" in auditor.get(f"/reviews/{review}?finding={about_auditor}").text
    )
    assert verdict(auditor, review, about_auditor, verdict="in_order").status_code == 403
    assert verdict(signed_in("section_chief"), review, about_auditor, verdict="in_order").status_code == 303


def test_a_review_is_concluded_on_its_page_when_all_is_judged(app: Flask, signed_in, review: int) -> None:
    auditor, chief = signed_in("auditor"), signed_in("section_chief")
    early = auditor.post(f"/reviews/{review}/conclude", summary="まとめ")
    assert early.status_code == 422
    assert "まだ判定していない指摘が" in early.text
    for number, finding in findings(app).items():
        assert (
            verdict(chief if number == AUDITOR else auditor, review, finding, verdict="in_order").status_code
            == 303
        )
    assert auditor.post(f"/reviews/{review}/conclude", summary="まとめ").status_code == 303
    assert "判定済み" in auditor.get("/reviews/").text
    assert auditor.post(f"/reviews/{review}/conclude").status_code == 409


def test_the_pictures_show_the_same_numbers_in_a_table(signed_in, review: int) -> None:
    del review
    page = signed_in("auditor").get("/reviews/pictures?month=2026-10")
    assert page.status_code == 200
    assert "style=" not in page.text
    assert signed_in("auditor").get("/reviews/pictures?month=x").status_code == 422


def test_the_record_is_searched_by_unit_terminal_and_range(app: Flask, signed_in, review: int) -> None:
    del review
    auditor = signed_in("auditor")
    assert auditor.get("/audit/?staff=30003&terminal=192.0.2.1").text.count("<time") == 0
    shown = auditor.get("/audit/?staff=30003&from=2026-10-01&until=2026-10-31&office=1")
    assert shown.text.count("<time") == 1
    with app.app_context():
        one = db.session.scalars(select(AuditEvent.id).where(AuditEvent.staff_number == "30003")).one()
        db.session.remove()
    page = auditor.get(f"/audit/{one}")
    assert "R8.10.20 10:00" in page.text
    assert auditor.get("/audit/999999").status_code == 404


def test_the_record_says_when_its_second_place_is_missing_or_disagrees(app: Flask, signed_in) -> None:
    auditor = signed_in("auditor")
    assert "控えがありません" in auditor.get("/audit/").text
    with app.app_context():
        assert write_anchor()
        path = anchor_path()
    assert "件目まで控えてあります" in auditor.get("/audit/").text
    with app.app_context():
        last = anchor.read(path)[-1]
        path.unlink()
        anchor.add(path, anchor.Anchor(last.at, last.last_id, bytes(32), last.key_id))
    assert "食い違っています" in auditor.get("/audit/").text


def test_what_is_found_by_a_name_alone_says_so(app: Flask, signed_in, review: int) -> None:
    finding = findings(app)["30003"]
    auditor = signed_in("auditor")
    address = f"/reviews/{review}?finding={finding}"
    assert "同姓同名の別人" not in auditor.get(address).text
    with app.app_context():
        db.session.execute(
            update(AuditFinding)
            .where(AuditFinding.id == finding)
            .values(rule="own_people", reason="household")
        )
        db.session.commit()
    assert "同姓同名の別人のことがあります" in auditor.get(address).text
