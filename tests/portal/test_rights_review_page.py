"""The yearly review of rights on the screen (棚卸, M11, M18)."""

from flask import Flask
from sqlalchemy import func, select

from models.rights import RightConfirmation
from models.staff import User
from portal.extensions import db
from tests.portal.conftest import Visitor


def test_a_verdict_that_is_refused_keeps_the_words_that_were_typed(app: Flask, signed_in) -> None:
    with app.app_context():
        whose = db.session.scalars(select(User.id).where(User.username == "counter.hanako")).one()
        db.session.remove()
    auditor: Visitor = signed_in("auditor")
    words = "10月から証の担当になった"
    answer = auditor.post(f"/rights/review/{whose}", verdict="", words=words)
    assert answer.status_code == 422
    assert f'value="{words}"' in answer.text
    assert f'href="#words-{whose}"' in answer.text
    assert "判定を選んでください" in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(RightConfirmation)) == 0
        db.session.remove()
    answer = auditor.post(f"/rights/review/{whose}", verdict="needless", words=words)
    assert answer.location == f"/rights/review/#staff-{whose}"
    assert words in auditor.get("/rights/review/").text
