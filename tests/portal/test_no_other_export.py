"""There is no other export of personal data than the ledger of media (L6, M32): every file is known.

Every route that is opened by GET is opened by somebody who may; what is no page is held to a reviewed list.
Every role opens every route in `test_canary_number`, which holds what it gets to the same list.
What is answered to a POST is held to a list of the functions that make an answer which is no page.
"""

import re

from flask import Flask, request
from sqlalchemy import select

from models.audit.tags import Tag
from models.masters import Office
from models.medium import Medium, MediumUse
from portal.extensions import db
from portal.security.access import lock_of
from portal.security.roles import ROLES
from services import audit
from services.context import SYSTEM
from tests.architecture.tree import ROOT, modules
from tests.portal.no_pages import known, what_is_no_page
from tests.portal.number_case import take_in_a_number
from tests.portal.test_attack_cases import somebody, uow
from tests.portal.test_canary_number import addresses

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


def put_media_out(app: Flask, number: int) -> None:
    """A medium that is lent with a copy, under the number that every address holds."""
    with app.app_context():
        with uow(SYSTEM) as ctx:
            office_id = ctx.session.scalars(select(Office.id).order_by(Office.id)).first()
            someone = somebody("counter").staff_id
            medium = Medium(id=number, number="USB-001", kind="usb", place="保管庫", office_id=office_id)
            medium.added_at = ctx.at
            ctx.session.add(medium)
            ctx.session.flush()
            texts = dict.fromkeys(("what", "why", "from_place", "to_place"), "見本")
            who = {"carrier_id": someone, "asked_by_id": someone}
            times = {"asked_at": ctx.at, "due_at": ctx.at, "copied_at": ctx.at}
            use = MediumUse(id=number, medium_id=number, state="lent", records=1, **texts, **who, **times)
            ctx.session.add(use)
            audit.record(ctx, Tag.MEDIUM_CHANGED, f"medium:{number}", detail={"deed": "added"})
        db.session.remove()


def test_whatever_a_page_answers_that_is_no_page_is_known(app: Flask, signed_in, tmp_path) -> None:
    office = take_in_a_number(app, tmp_path)
    put_media_out(app, office.case)
    openers, people = who_opens(app), {}
    told = set()
    for address in addresses(app, office.case):
        with app.test_request_context(address):
            role = openers[str(request.endpoint)]
        people[role] = people.get(role) or signed_in(role)
        told.add(what_is_no_page(app, address, people[role].get(address)))
    assert sorted(told - {None}) == known()


def test_only_known_modules_make_an_answer_that_is_a_file() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in modules("portal")
        if SAID.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(MAKERS)
