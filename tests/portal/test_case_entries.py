"""The print view of a form: as it was sent, by its own version; hidden while somebody may yet verify it."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from portal.extensions import db
from tests.factories.cases import complete, next_item, seen_on_paper
from tests.factories.registry import a_person, an_acquisition
from tests.portal.number_case import NUMBER, take_in_a_number
from tests.portal.test_attack_cases import somebody, uow, up_to_verification

LINK = re.compile(r'href="(/cases/\d+/entries/\d+)"')


@pytest.fixture
def office(app: Flask, tmp_path: Path) -> SimpleNamespace:
    return take_in_a_number(app, tmp_path)


def test_a_form_is_read_and_printed_as_it_was_sent(office: SimpleNamespace, signed_in) -> None:
    counter = signed_in("counter")
    links = LINK.findall(counter.get(f"/cases/{office.case}").text)
    assert len(links) == 2, "the entry and the identity check"
    page = counter.get(links[0])
    assert page.status_code == 200
    for told in ("資格取得届", "見本 花子", "S55.4.2", "様式の版 1", "登録済み", "data-print-page"):
        assert told in page.text.replace("\u3000", " "), told
    assert NUMBER not in page.text
    assert "vault:" not in page.text


def test_whoever_may_yet_verify_reads_no_entry(office: SimpleNamespace, signed_in) -> None:
    link = LINK.findall(signed_in("counter").get(f"/cases/{office.case}").text)[0]
    verifier = signed_in("verifier")
    assert LINK.findall(verifier.get(f"/cases/{office.case}").text) == []
    assert verifier.get(link).status_code == 404


def test_what_the_verifier_typed_is_read_when_the_case_is_closed(app: Flask, office, signed_in) -> None:
    del office
    with app.app_context():
        begun = up_to_verification(somebody("counter"))
        persons = [a_person("早川 次郎", "1971-03-09")]
        paper = seen_on_paper(an_acquisition(persons, event_on="2026-11-19"))
        back = complete(uow, somebody("verifier"), begun.item, paper)
        db.session.remove()
    assert next_item(back)
    links = LINK.findall(signed_in("counter").get(f"/cases/{begun.case}").text)
    pages = [signed_in("counter").get(link).text for link in links]
    assert len(pages) == 2
    assert not any("R8.11.19" in page for page in pages), "the entry of the verifier stays his own"


def test_an_entry_of_another_case_is_not_found(office: SimpleNamespace, signed_in) -> None:
    assert signed_in("counter").get(f"/cases/{office.case}/entries/999").status_code == 404
