"""The screen of the confirmation list: found, looked at, decided by another, printed; never a digit."""

import re

import pytest

from models.confirmation import ConfirmationRow
from portal.extensions import db
from services import number_linking, numbers_vault
from services.demonstration import masters
from tests.factories.people import someone
from tests.factories.registry import a_notification
from tests.portal.test_attack_cases import somebody, uow

FIRST, SECOND = "000000000019", "000000000027"
KEY = re.compile(r'name="deed_key" value="([^"]+)"')


@pytest.fixture
def row_id(app, staffed_url):
    del staffed_url
    with app.app_context():
        with uow(somebody("counter")) as ctx:
            masters.install_masters(ctx)
            person_id = someone(ctx, address="見本県見本市架空町1丁目2番3号")
            for typed in (FIRST, SECOND):
                reference = numbers_vault.receive(ctx, typed)
                number_linking.write_all(ctx, {person_id: reference}, a_notification(ctx, "acquisition"))
            ctx.session.flush()
            found = ctx.session.query(ConfirmationRow.id).scalar()
        db.session.remove()
    return found


def test_a_verifier_finds_it_and_releases_it_once_with_a_reason(signed_in, row_id):
    verifier = signed_in("verifier")
    listed = verifier.get("/confirmations/").text
    assert f"/confirmations/{row_id}" in listed
    page = verifier.get(f"/confirmations/{row_id}").text
    assert "解除して紐付ける" in page
    path, key = f"/confirmations/{row_id}", KEY.search(page)[1]
    refused = verifier.post(path, deed_key=key, outcome="released", reason="")
    assert (refused.status_code, "理由が入力されていません" in refused.text) == (422, True)
    told = {"deed_key": key, "outcome": "released", "reason": "通知カードを確認した"}
    assert [verifier.post(path, **told).status_code for _ in range(2)] == [303, 303]
    assert "確認する番号はありません" in verifier.get("/confirmations/").text
    for state in ("released", "all", "nonsense"):
        assert verifier.get(f"/confirmations/?state={state}&kind=nonsense").status_code == 200
    assert not any(one in page + listed for one in (FIRST, SECOND))


def test_who_entered_it_sees_why_he_cannot_decide(signed_in, row_id):
    counter = signed_in("counter")
    page = counter.get(f"/confirmations/{row_id}").text
    assert "解除して紐付ける" not in page
    assert counter.post(f"/confirmations/{row_id}", deed_key="k", outcome="released").status_code == 403


def test_the_list_goes_on_paper(signed_in, row_id):
    del row_id
    verifier = signed_in("verifier")
    assert verifier.get("/confirmations/preview.pdf").data.startswith(b"%PDF")
    page = verifier.get("/confirmations/").text
    answer = verifier.post("/confirmations/", deed_key=KEY.search(page)[1], state="open", kind="")
    assert answer.status_code == 303
    assert verifier.get(answer.location).data.startswith(b"%PDF")
