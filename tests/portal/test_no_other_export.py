"""There is no other export of personal data than the ledger of media (L6, M32): every file is known.

Every route that is opened by GET is opened by somebody who may; what is no page is held to a reviewed list.
What is answered to a POST is held to a list of the functions that make an answer which is no page.
"""

import re
from pathlib import Path

from flask import Flask, request

from portal.security.access import lock_of
from portal.security.roles import ROLES
from tests.architecture.tree import ROOT, modules
from tests.portal.number_case import take_in_a_number
from tests.portal.test_canary_number import addresses

PAGE = "text/html"
NO_PAGES = Path(__file__).resolve().parents[1] / "golden" / "no_pages.txt"
MAKERS = {
    "portal/api/problems.py": "errors of the API",
    "portal/errors.py": "the refusal of a wrong host",
    "portal/security/enrolment.py": "what a passkey is asked",
    "portal/security/gate.py": "the refusal of a locked screen",
    "portal/security/proving.py": "what a passkey is asked",
    "portal/security/transport.py": "the refusal of an open line",
    "portal/views/attachments.py": "one scan of a case that its office has in hand; each reading is recorded",
    "portal/views/cases.py": "the diagram of a procedure, no data of anybody",
    "portal/views/definitions.py": "a diagram, no data of anybody",
    "portal/views/health.py": "ok",
    "portal/views/media.py": "a sealed file under an approval, once",
    "portal/views/pdf_answers.py": "one paper, shown in its pane or as it was printed",
    "portal/views/transfers.py": "a file under an approval, for its recipient alone; each is recorded",
    "portal/views/studio.py": "a diagram or a parcel of a procedure, no data of anybody",
    "portal/views/studio_replays.py": "a diagram, no data of anybody",
}
SAID = re.compile(
    r"Content-Disposition|mimetype=|content_type=|send_file|send_from_directory|stream_with_context"
)


def who_opens(app: Flask) -> dict[str, str]:
    """For each endpoint somebody who may open it."""
    found = {}
    for endpoint, view in app.view_functions.items():
        slug = lock_of(view)
        roles = [name for name, role in ROLES.items() if slug in role.grants]
        found[endpoint] = roles[0] if roles else "counter"
    return found


def test_whatever_a_page_answers_that_is_no_page_is_known(app: Flask, signed_in, tmp_path) -> None:
    office = take_in_a_number(app, tmp_path)
    openers, people = who_opens(app), {}
    told = set()
    for address in addresses(app, office.case):
        with app.test_request_context(address):
            endpoint = str(request.endpoint)
        role = openers[endpoint]
        people[role] = people.get(role) or signed_in(role)
        answer = people[role].get(address)
        kind = answer.headers.get("Content-Type", PAGE).split(";")[0]
        if kind != PAGE or "Content-Disposition" in answer.headers:
            told.add(f"{endpoint} {kind} {answer.headers.get('Content-Disposition', '-').split(';')[0]}")
    lines = NO_PAGES.read_text(encoding="utf-8").splitlines()[1:]
    assert sorted(told) == [" ".join(line.split(" ")[:3]) for line in lines]


def test_only_known_modules_make_an_answer_that_is_a_file() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in modules("portal")
        if SAID.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(MAKERS)
