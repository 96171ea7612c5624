"""Lists as oracles, fields nobody asked for, markup on paper, hostile files, the record as a way to data."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from portal.security.roles import ROLES
from tests.portal.bad_input.conftest import FORM, filled_in
from tests.portal.bad_input.test_scans import KIND, NAMES, NO_SCANS, PDF
from tests.portal.test_rights_matrix import CANARIES
from tests.printing.paper import text_of
from tests.redteam.conftest import WHOLE, Target
from tests.redteam.intruder import Answer, Intruder
from tests.redteam.ledger import Attack
from tests.redteam.routes import routes
from tests.redteam.test_deeds import key_of

Staff = Callable[[str], Intruder]
CHANGING = re.compile(r'(nonce|value|content|href|action)="[^"]*"')
SECRETS = ("password", "individual_number", "token_hash", "secret", "mynum", "fail_login_count")
PAGING = (
    "page_size=-1",
    "page_size=1000000",
    "page=0",
    "page=-1",
    "page=2147483647",
    "page=１",
    "limit=-1",
    "psize_StaffView=9999",
)
WIDE_OPEN = (
    "_flt_0_{0}={1}",
    "_flt_3_{0}={1}",
    "_oc_StaffView={0}&_od_StaffView={2}",
    "order={0}&direction={2}",
    "{0}={1}",
)
EXTRA = {
    "id": "1",
    "office_id": "2",
    "role": "section_chief",
    "roles": "administrator",
    "is_admin": "1",
    "state": "done",
    "verified_by_id": "1",
    "__class__": "x",
    "__builtins__": "x",
    "persons-0-individual_number_reference": "x",
    "persons-0-id": "1",
    "case_id": "1",
}


def lists(role: str) -> list[str]:
    """The lists that a role may open."""
    return [one.rule for one in routes() if one.method == "GET" and role in one.roles and not one.blanks]


def test_filters_and_orders_as_oracles(target: Target, staff: Staff, attack: Attack) -> None:
    """A right and a wrong beginning of a hidden value, both directions of an order: the same rows.

    All ways at once. The record grows with each look at it, so it is looked at up to one event.
    """
    last = target.read("SELECT max(id) FROM audit_event")[0][0]
    for role in ROLES if WHOLE else ("administrator", "counter"):
        one = staff(role)
        for path in lists(role) if WHOLE else [one for one in lists(role) if "list" in one or "inbox" in one]:
            still = f"{path}?last={last}&" if path == "/audit/" else f"{path}?"
            for name in SECRETS if WHOLE else SECRETS[:1]:
                right = one.get(still + "&".join(way.format(name, "scrypt", "asc") for way in WIDE_OPEN))
                wrong = one.get(still + "&".join(way.format(name, "zzzzzz", "desc") for way in WIDE_OPEN))
                attack.expect(not right.broke and rows(right) == rows(wrong), (role, path, name))
                attack.expect("scrypt:" not in right.text, (role, path, name, "a hash"))
            found = one.get(f"{path}?q=scrypt")
            attack.expect(not found.broke and "scrypt:" not in found.text, (role, path, "found a hash"))
    assert attack.findings == []


def rows(answer: Answer) -> list[str]:
    """The lines of a table without what changes by itself."""
    return re.findall(r"<tr.*?</tr>", CHANGING.sub("", answer.text), re.DOTALL)


def test_paging(staff: Staff, attack: Attack) -> None:
    for role in ROLES if WHOLE else ("administrator", "counter"):
        one = staff(role)
        for path in lists(role):
            plain = len(rows(one.get(path)))
            for way in PAGING if WHOLE else PAGING[:1]:
                answer = one.get(f"{path}?{way}")
                attack.expect(not answer.broke, (path, way, answer.status))
                attack.expect(len(rows(answer)) <= max(plain, 110), (path, way, "more than a page"))
                attack.expect(
                    "csv" not in answer.headers.get("content-type", ""), (path, "a table to take away")
                )
    assert attack.findings == []


def test_fields_that_no_form_has(target: Target, staff: Staff, attack: Attack) -> None:
    clerk, keeper = staff("counter"), staff("administrator")
    cases = target.read("SELECT count(*) FROM workflow_case")
    for name, value in EXTRA.items():
        answer = clerk.post(FORM, **filled_in(), deed_key=key_of(clerk, FORM), **{name: value})
        taken = target.read("SELECT count(*) FROM workflow_case") != cases
        attack.expect(answer.status in {400, 422} and not taken, (name, answer.status))
        cases = target.read("SELECT count(*) FROM workflow_case")
    who = target.id_of("spare.counter.3")
    statement = "SELECT password, login_count, created_by_fk, username FROM ab_user WHERE id = :id"
    roles = "SELECT role_id FROM ab_user_role WHERE user_id = :id"
    before = target.read(statement, id=who), target.read(roles, id=who)
    for name in ("password", "login_count", "created_by_fk", "roles", "username", "id"):
        fields = {"username": "spare.counter.3", "last_name": "同僚", "first_name": "太郎", "active": "y"}
        keeper.post(f"/staff/edit/{who}", **fields | {"email": "spare.counter.3@example.invalid", name: "1"})
        attack.expect((target.read(statement, id=who), target.read(roles, id=who)) == before, name)
    attack.expect(clerk.post("/profile/", username="x", roles="administrator").status == 422, "the own page")
    assert attack.findings == []


def test_markup_in_printed_fields(staff: Staff, attack: Attack) -> None:
    """What is typed into a field stands there as it was typed, and nothing is fetched for it."""
    clerk = staff("counter")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        wicked = (
            f'<img src="http://127.0.0.1:{port}/x">',
            "<link rel=attachment href='file:///etc/passwd'>",
            f"<style>@import url(http://127.0.0.1:{port})</style>",
            "<td colspan=100000>",
            "{{7*7}}{% x %}",
            "&lt;b&gt;<b>太",
        )
        texts = [name for name, value in filled_in().items() if re.search(r"name|kana|address$|phone", name)]
        for turn, name in enumerate(texts):
            for markup in wicked if WHOLE else (wicked[turn % len(wicked)],):
                fields = filled_in() | {name: markup}
                answer = clerk.post(FORM, **fields, deed_key=key_of(clerk, FORM))
                attack.expect(
                    not answer.broke and markup not in without_values(answer), (name, markup, answer.status)
                )
                if answer.status == 303:
                    looked_at(clerk, answer.location, markup, attack)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert attack.findings == []


def without_values(answer: Answer) -> str:
    return re.sub(r'(value|data-\w+)="[^"]*"', "", answer.text)


def looked_at(clerk: Intruder, case: str, markup: str, attack: Attack) -> None:
    """The page of the case, and its slip as a PDF."""
    attack.expect(markup not in without_values(clerk.get(case)), (case, markup, "on the page"))
    paper = clerk.get(f"{case}/papers/reception_slip/preview.pdf")
    attack.expect(not paper.broke, (case, markup, paper.status))
    if paper.status == 200:
        attack.expect(
            b"root:" not in paper.body and "root:x" not in text_of(paper.body), (case, markup, "a file")
        )
        with pikepdf.open(BytesIO(paper.body)) as opened:
            attack.expect(
                not opened.attachments and "/Names" not in opened.Root, (case, markup, "an attachment")
            )


def test_hostile_files(target: Target, staff: Staff, attack: Attack) -> None:
    clerk = staff("counter")
    begun = clerk.post(FORM, **filled_in(), deed_key=key_of(clerk, FORM))
    assert begun.status == 303
    kept = target.read("SELECT count(*) FROM attachment")
    sent = NO_SCANS
    for content, name in sent:
        answer = upload(clerk, begun.location, content, name)
        attack.expect(not answer.broke, (name, answer.status))
    attack.expect(target.read("SELECT count(*) FROM attachment") == kept, "a file that is no scan was kept")
    for kind in ("", "my_number_card", "../x", "' OR 1=1"):
        upload(clerk, begun.location, PDF, "a.pdf", kind)
    attack.expect(target.read("SELECT count(*) FROM attachment") == kept, "a kind that is not on the list")
    for name in (*(one for one, _ in NAMES), "x.pdf\0.exe"):
        answer = upload(clerk, begun.location, PDF, name)
        attack.expect(not answer.broke, (name, answer.status))
    for (stored,) in target.read("SELECT file_name FROM attachment ORDER BY id DESC LIMIT 10"):
        attack.expect(not re.search(r"[<>/\\\x00-\x1f\u202e]|\.exe$", str(stored)), stored)
    assert attack.findings == []


def upload(clerk: Intruder, case: str, content: bytes, name: str, kind: str = KIND) -> Answer:
    file = FileStorage(BytesIO(content), filename=name)
    boundary, body = encode_multipart({"csrf_token": clerk.token(), "kind": kind, "file": file})
    return clerk.ask(
        "POST", f"{case}/attachments", body=body, Content_Type=f"multipart/form-data; boundary={boundary}"
    )


def test_the_record_as_a_way_to_data(target: Target, staff: Staff, attack: Attack) -> None:
    """The record tells the auditor no name and no number; no list tells one to the administrator."""
    for role in ("auditor", "administrator"):
        one = staff(role)
        last = target.read("SELECT max(id) FROM audit_event")[0][0]
        step = (3 if WHOLE else 9) if role == "auditor" else 40
        paths = [
            *(lists(role) if role == "administrator" else ["/audit/"]),
            *(f"/audit/{number}" for number in range(1, int(str(last)), step)),
        ]
        paths += [f"/audit/?q={word}" for word in (*CANARIES, "000000000019")]
        for path in paths:
            answer = one.get(path)
            shown = without_values(answer)
            attack.expect(not any(word in shown for word in CANARIES), (role, path))
            attack.expect(not answer.broke, (role, path, answer.status))
    assert attack.findings == []
