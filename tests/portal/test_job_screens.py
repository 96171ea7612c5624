"""Background work in the browser: one's own, the office's, all; cancel, try again; the calendar."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from lxml import html
from sqlalchemy import select, update

from models.audit.tags import Tag
from models.job import Job, JobSkip, PeriodicJob
from models.sign_in import UserSession
from models.staff import User
from portal import clock
from portal.extensions import db
from services import audit, jobs
from services.context import SYSTEM, Actor
from services.job_pages import rest_of
from services.unit_of_work import unit_of_work
from tests.fixtures.statements import counted
from tests.portal.conftest import Visitor, account_of

FEW = 5
SignIn = Callable[[str], Visitor]


def ask(app: Flask, role: str, code: str = "1", **changes: object) -> int:
    """A job that somebody of this role has asked for."""
    with app.app_context():
        user_id = db.session.scalars(select(User.id).where(User.username == account_of(role))).one()
        actor = Actor(user_id, "1001", role, 1, frozenset({role}))
        with unit_of_work(actor, clock.now()) as ctx:
            job = jobs.ask(ctx, "make_lists", f"{role}:{code}", {"month": "2026-11"})
            for name, value in changes.items():
                setattr(job, name, value)
            audit.record(ctx, Tag.LIST_MADE)
        return job.id


def state_of(app: Flask, job_id: int) -> str:
    with app.app_context():
        return db.session.get_one(Job, job_id).state


def test_everybody_sees_his_own_and_who_oversees_sees_all(app: Flask, signed_in: SignIn) -> None:
    own, other = ask(app, "counter"), ask(app, "verifier")
    counter = signed_in("counter")
    assert f'href="/jobs/{own}"' in counter.get("/jobs/").text
    assert f'href="/jobs/{other}"' not in counter.get("/jobs/?box=all").text
    assert counter.get(f"/jobs/{other}").status_code == 404
    assert counter.get(f"/jobs/{other}/progress").status_code == 404
    assert counter.post(f"/jobs/{other}/cancel").status_code == 404
    for role in ("section_chief", "administrator", "auditor"):
        page = signed_in(role).get("/jobs/").text
        assert f'href="/jobs/{own}"' in page
        assert f'href="/jobs/{other}"' in page
    assert state_of(app, other) == "waiting"


def test_an_auditor_looks_and_changes_nothing(app: Flask, signed_in: SignIn) -> None:
    job_id = ask(app, "counter")
    auditor = signed_in("auditor")
    assert "中止する" not in auditor.get(f"/jobs/{job_id}").text
    assert auditor.post(f"/jobs/{job_id}/cancel").status_code == 403
    assert auditor.post("/calendar/remind/run").status_code == 403


def test_a_job_is_cancelled_and_tried_again_on_its_page(app: Flask, signed_in: SignIn) -> None:
    job_id = ask(app, "counter")
    counter = signed_in("counter")
    assert counter.post(f"/jobs/{job_id}/cancel").status_code == 303
    assert "処理を中止しました" in counter.get(f"/jobs/{job_id}").text
    assert state_of(app, job_id) == "cancelled"
    assert counter.post(f"/jobs/{job_id}/cancel").status_code == 409
    assert counter.post(f"/jobs/{job_id}/retry").status_code == 303
    assert state_of(app, job_id) == "waiting"


def test_a_running_job_says_how_far_it_is_and_that_it_is_being_cancelled(
    app: Flask, signed_in: SignIn
) -> None:
    now = clock.now()
    job_id = ask(
        app,
        "counter",
        state="running",
        done=250,
        total=1000,
        started_at=now - timedelta(minutes=5),
        moved_at=now,
        lease_until=now + timedelta(hours=1),
    )
    counter = signed_in("counter")
    part = counter.get(f"/jobs/{job_id}/progress").text
    assert '<progress max="1000" value="250"' in part
    assert "250 / 1,000" in part
    assert "残り約15分" in part
    assert 'hx-trigger="every 2s"' in part
    assert "<nav" not in part, "no frame around a part"
    counter.post(f"/jobs/{job_id}/cancel")
    part = counter.get(f"/jobs/{job_id}/progress").text
    assert "中止しています" in part
    assert "中止する" not in part


def test_what_failed_says_why_and_what_was_left_out_is_told(app: Flask, signed_in: SignIn) -> None:
    job_id = ask(
        app,
        "counter",
        state="failed",
        last_error="rule: 加入していません。",
        last_error_en="rule: Not insured.",
        skipped=1,
        ended_at=clock.now(),
    )
    told = {"subject": "household:7", "reason_ja": "世帯主がいません。", "reason_en": "No head."}
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        ctx.session.add(JobSkip(job_id=job_id, at=ctx.at, **told))
    counter = signed_in("counter")
    page = counter.get(f"/jobs/{job_id}").text
    for words in ("失敗", "加入していません。", "世帯 7", "世帯主がいません。", "続きからやり直す"):
        assert words in page
    assert "hx-trigger" not in page.split('id="job-progress"')[1].split(">")[0], "it has ended"
    counter.speak("en")
    page = counter.get(f"/jobs/{job_id}").text
    for words in ("Failed", "Not insured.", "Household 7", "No head.", "Try again from here"):
        assert words in page


def test_what_is_asked_for_again_takes_the_place_of_all_that_was_there(app: Flask, signed_in: SignIn) -> None:
    job_id = ask(app, "counter", state="running", skipped=1)
    told = {"subject": "household:7", "reason_ja": "世帯主がいません。", "reason_en": "No head."}
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        ctx.session.add(JobSkip(job_id=job_id, at=ctx.at, **told))
    part = signed_in("counter").get(f"/jobs/{job_id}/progress").text
    assert "世帯主がいません。" in part
    assert [one.get("id") for one in html.fragments_fromstring(part)] == ["job-progress"]


def test_asking_again_and_again_is_cheap_and_keeps_no_session_open(app: Flask, signed_in: SignIn) -> None:
    job_id = ask(app, "counter")
    counter = signed_in("counter")
    counter.get(f"/jobs/{job_id}")
    with app.app_context():
        engine = db.engine
        db.session.execute(update(UserSession).values(seen_at=clock.now() - timedelta(minutes=5)))
        db.session.commit()
        moved = select(UserSession.seen_at).where(UserSession.ended_at.is_(None))
        before = db.session.scalars(moved).all()
        db.session.remove()
    with counted(engine) as statements:
        answer = counter.get(f"/jobs/{job_id}/progress")
    assert len(statements) <= FEW, statements
    assert "Set-Cookie" not in answer.headers
    with app.app_context():
        assert db.session.scalars(moved).all() == before
    counter.get("/jobs/")
    with app.app_context():
        assert db.session.scalars(moved).all() != before


def test_the_list_is_short_to_ask_for_however_long_it_is(app: Flask, signed_in: SignIn) -> None:
    ids = [ask(app, "counter", str(number)) for number in range(60)]
    counter = signed_in("counter")
    with app.app_context():
        engine = db.engine
    with counted(engine) as statements:
        page = counter.get("/jobs/").text
    assert len(statements) <= 14, statements
    assert f'href="/jobs/{ids[-1]}"' in page
    assert f'href="/jobs/{ids[0]}"' not in page
    assert f'href="/jobs/{ids[0]}"' in counter.get(f"/jobs/?before={ids[10]}").text
    assert "この状態の処理はありません" in counter.get("/jobs/?state=failed").text


def test_an_administrator_switches_regular_work_with_a_reason(app: Flask, signed_in: SignIn) -> None:
    administrator = signed_in("administrator")
    page = administrator.get("/calendar/").text
    for words in ("期限を過ぎた仕事の記録", "毎日 00:05", "毎月 第1開庁日 05:00", "まだ行っていません"):
        assert words in page
    refused = administrator.post("/calendar/remind/switch", enabled="no", because=" ")
    assert refused.status_code == 422
    assert "理由を200字まで" in refused.text
    assert administrator.post("/calendar/remind/switch", enabled="no", because="移行中").status_code == 303
    page = administrator.get("/calendar/").text
    assert "停止中" in page
    assert "移行中" in page
    with app.app_context():
        assert db.session.get_one(PeriodicJob, "remind").enabled is False
    assert administrator.post("/calendar/nothing/run").status_code == 404
    assert signed_in("section_chief").post("/calendar/remind/run").status_code == 403


def test_regular_work_is_run_now_once_at_a_time(app: Flask, signed_in: SignIn) -> None:
    administrator = signed_in("administrator")
    answer = administrator.post("/calendar/remind/run")
    assert answer.status_code == 303
    assert "期限を過ぎた仕事の記録" in administrator.get(answer.headers["Location"]).text
    assert administrator.post("/calendar/remind/run").status_code == 409


def test_the_estimate_goes_by_the_speed_of_the_present_try() -> None:
    at = clock.now()
    job = Job(
        state="running",
        total=100,
        done=60,
        done_before=50,
        started_at=at - timedelta(minutes=10),
        moved_at=at,
    )
    assert rest_of(job, at) == timedelta(minutes=40)
    assert rest_of(job, at + timedelta(minutes=5)) == timedelta(minutes=35)
    job.done_before = 60
    assert rest_of(job, at) is None, "nothing done yet in this try"
    job.state = "waiting"
    assert rest_of(job, at) is None


def test_failed_work_is_counted_for_who_may_try_it_again(app: Flask, signed_in: SignIn) -> None:
    ask(app, "counter", state="failed")
    link = '<a href="/jobs/"'
    assert 'class="count some">1<' in signed_in("administrator").get("/").text.split(link)[1].split("</a>")[0]
    assert "count" not in signed_in("counter").get("/").text.split(link)[1].split("</a>")[0]
