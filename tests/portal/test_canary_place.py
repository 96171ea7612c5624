"""A canary: the address and telephone of a protected person are on no page, paper or list (H14).

The person moved in, was registered, has a letter waiting, a case to be corrected, a scan and a draft that
tell the address; then she was put under a measure. With a release they are on one page, for one reader.
"""

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from interchange.juki.gateway import COLUMNS
from models.document import PrintRequest
from models.person import PersonRecord
from portal.extensions import db
from portal.security.roles import ROLES
from services import attachments, drafts, place_releases, protective_marks, scanning
from services.context import SYSTEM
from services.demonstration import masters
from tests.factories.audit import told
from tests.factories.cases import IDENTITY, complete, next_item, seen_on_paper, take_in
from tests.factories.registry import a_person, an_acquisition
from tests.portal.conftest import Visitor
from tests.portal.test_attack_cases import somebody, uow
from tests.portal.test_canary_number import addresses
from tests.printing.paper import text_of
from workflows import catalog

PLACE, PHONE, AREA = "見本県見本市秘密町9丁目9番9号", "000-9999-8888", "9990001"
CANARY = re.compile(r"秘\s*密\s*町|000-9999-8888|999-?0001|秘密町9丁目")
TABS = ("addresses", "records", "household", "cases", "certificates", "eligibility")
SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def an_entry() -> dict:
    told = an_acquisition([a_person("支援 花", "1985-07-08", kana="シエン ハナ", sex="2")], phone=PHONE)
    return told | {"address": {"postal_code": AREA, "address": PLACE}, "way": "post"}


@pytest.fixture
def office(app: Flask, tmp_path) -> SimpleNamespace:
    answers = tmp_path / "juki" / "answers.csv"
    answers.parent.mkdir()
    answers.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    with app.app_context():
        with uow(SYSTEM) as ctx:
            masters.install_masters(ctx)
            catalog.publish_shipped(ctx)
        counter, verifier = somebody("counter"), somebody("verifier")
        entry = an_entry()
        begun = take_in(uow, counter, entry)
        verify = next_item(complete(uow, counter, next_item(begun), IDENTITY))
        complete(uow, verifier, verify, seen_on_paper(entry))
        again = take_in(uow, counter, entry)
        verify = next_item(complete(uow, counter, next_item(again), IDENTITY))
        complete(uow, verifier, verify, {}, outcome="send_back", note="読めない")
        with uow(counter) as ctx:
            attachments.add(
                ctx, again.case_id, "move_out_certificate", f"{PLACE}.pdf", SCAN, scanning.look(SCAN)
            )
            drafts.save_intake(ctx, "acquisition", "01", entry)
        with uow(counter) as ctx:
            person_id = ctx.session.scalars(select(PersonRecord.person_id)).one()
            assert ctx.session.scalars(select(PrintRequest.id)).first() is not None
            protective_marks.mark(ctx, person_id, "dv", "申出書を確認した", ctx.today, None)
        db.session.remove()
        return SimpleNamespace(person=person_id, cases=(begun.case_id, again.case_id))


def pages(app: Flask, office: SimpleNamespace) -> list[str]:
    """Every address that is opened by GET, for each id that something of hers may have."""
    found = {one for number in (1, 2) for one in addresses(app, number)}
    found |= {f"/persons/{office.person}?tab={tab}" for tab in TABS}
    found |= {"/notifications/new/acquisition/01?draft=1", "/inbox/?box=group", "/inbox/?box=free"}
    return sorted(found)


def shown_in(person: Visitor, address: str) -> str:
    """All that an address answers: text, headers, the words of a PDF."""
    answer = person.get(address)
    body = answer.get_data()
    text = text_of(body) if body.startswith(b"%PDF") else body.decode("utf-8", "replace")
    assert answer.status_code < 500, address
    return text + str(answer.headers)


def leaks(app: Flask, person: Visitor, office: SimpleNamespace) -> list[str]:
    return [one for one in pages(app, office) if CANARY.search(shown_in(person, one))]


@pytest.mark.parametrize("role", ROLES)
def test_no_page_and_no_paper_of_any_role_tells_it(
    app: Flask, signed_in: Callable[[str], Visitor], office: SimpleNamespace, role: str, capsys
) -> None:
    person = signed_in(role)
    assert leaks(app, person, office) == []
    assert not CANARY.search(capsys.readouterr().out), "the log"


def test_no_search_finds_her_by_it_and_no_event_holds_it(
    app: Flask, signed_in: Callable[[str], Visitor], office: SimpleNamespace
) -> None:
    person = signed_in("counter")
    for typed in ({"q": "秘密町9丁目"}, {"q": "秘密町"}, {"address": "秘密町9丁目"}):
        found = person.post("/persons/", **typed)
        answer = person.get(found.location) if found.status_code in {302, 303} else found
        assert "支援" not in answer.text.replace("支援措置", "")
    with app.app_context():
        said = "".join(f"{one.subject}{one.detail}" for one in told(db.session))
        db.session.remove()
    assert not CANARY.search(said)
    del office


def test_released_it_is_on_her_page_alone_and_for_who_asked_alone(
    app: Flask, signed_in: Callable[[str], Visitor], office: SimpleNamespace
) -> None:
    with app.app_context():
        with uow(somebody("counter")) as ctx:
            asked = place_releases.ask(ctx, office.person, "sending", "返戻の確認", 30).id
        with uow(somebody("verifier")) as ctx:
            place_releases.decide(ctx, asked, "必要を認めた", grants=True)
        db.session.remove()
    counter, clerk = signed_in("counter"), signed_in("certificate_clerk")
    on_her_page = f"/persons/{office.person}"
    found = leaks(app, counter, office)
    assert on_her_page in found
    assert {one.partition("?")[0] for one in found} == {on_her_page}
    page = counter.get(on_her_page).text
    assert "住所を開示中です" in page
    assert leaks(app, clerk, office) == []
    counter.post(f"/protection/releases/{asked}/end")
    assert leaks(app, counter, office) == []
