"""A case in which one person told an Individual Number and one did not, taken in at the counter."""

from pathlib import Path
from types import SimpleNamespace

from flask import Flask

from interchange.juki.gateway import COLUMNS
from portal.extensions import db
from services import numbers_vault
from services.context import SYSTEM
from services.demonstration import masters
from tests.factories.cases import IDENTITY, complete, next_item, take_in
from tests.factories.registry import a_person, an_acquisition
from tests.portal.test_attack_cases import somebody, uow
from workflows import catalog

NUMBER = "000000000019"
SPACED = "0000 0000 0019"


def take_in_a_number(app: Flask, folder: Path) -> SimpleNamespace:
    """Take the case in and bring it to its verification; its id, and the address of its numbers."""
    answers = folder / "juki" / "answers.csv"
    answers.parent.mkdir()
    answers.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    with app.app_context():
        with uow(SYSTEM) as ctx:
            masters.install_masters(ctx)
            catalog.publish_shipped(ctx)
        counter = somebody("counter")
        with uow(counter) as ctx:
            reference = numbers_vault.receive(ctx, NUMBER)
        family = [a_person(individual_number=reference), a_person("見本 花子", relationship="wife", sex="2")]
        begun = take_in(uow, counter, an_acquisition(family))
        done = complete(uow, counter, next_item(begun), IDENTITY)
        db.session.remove()
        return SimpleNamespace(case=done.case_id, path=f"/cases/{done.case_id}/numbers")
