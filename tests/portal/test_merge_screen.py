"""Two records compared, merged, found by the old number, and made two again, as staff do it (H16)."""

import re

import pytest

from portal.extensions import db
from services.context import SYSTEM
from services.demonstration import masters
from tests.factories.people import someone
from tests.portal.test_attack_cases import uow

NUMBER = re.compile(r"宛名番号</dt><dd>(\d{15})")


@pytest.fixture
def pair(app):
    with app.app_context():
        with uow(SYSTEM) as ctx:
            masters.install_masters(ctx)
            found = [someone(ctx, address="見本県見本市架空町1丁目2番3号") for _ in range(2)]
        db.session.remove()
    return found


def test_the_whole_way_of_a_merge_and_back(signed_in, pair):
    kept, gone = pair
    counter, verifier = signed_in("counter"), signed_in("verifier")
    number = NUMBER.search(counter.get(f"/persons/{gone}").text)[1]
    compared = counter.get(f"/persons/{kept}/same?number={number.lstrip('0')}")
    assert compared.location.endswith(f"/merges/compare?kept={kept}&gone={gone}")
    assert "残す記録" in counter.get(compared.location).text
    assert counter.post("/merges/compare", kept=kept, gone=gone, reason="").status_code == 422
    page = counter.post("/merges/compare", kept=kept, gone=gone, reason="同じ方と確かめた").location
    assert counter.post(f"{page}/decide", outcome="merge", reason="よい").status_code == 403
    assert "決定を待っています" in counter.get(page).text
    assert verifier.post(f"{page}/decide", outcome="merge", reason="よい").status_code == 303
    assert f'href="/persons/{kept}"' in counter.get(f"/persons/{gone}").text
    assert number in counter.get(f"/persons/{kept}").text
    assert counter.post(f"{page}/undo", reason="別の方だった").status_code == 303
    assert verifier.post(f"{page}/undo/decide", outcome="undo", reason="よい").status_code == 303
    assert "統合されました" not in counter.get(f"/persons/{gone}").text
    assert "統合を取消" in counter.get("/merges/").text
    for nobody in ("999", "", "x"):
        assert counter.get(f"/persons/{kept}/same?number={nobody}").location.endswith(f"/persons/{kept}")
