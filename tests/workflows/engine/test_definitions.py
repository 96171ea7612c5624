"""Procedures are data: published once, drafted on change; a case keeps the one it began with (Ruling 1)."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case, Definition, WorkItem
from services.context import Actor, Context
from services.errors import NotFound
from tests.factories.audit import told
from tests.factories.cases import IDENTITY, UnitOfWork, complete, next_item, seen_on_paper, take_in
from tests.factories.registry import an_acquisition
from workflows import catalog
from workflows.engine import definitions, runner
from workflows.engine.bundle import Bundle, unpack
from workflows.engine.parser import DefinitionRefused

OLD, NEW = "照合(紙の届出書から入力)", "二人目の照合"


def renamed() -> Bundle:
    """The acquisition as an administrator might change it: another name for the verification."""
    shipped = catalog.shipped_bundle("acquisition")
    return replace(
        shipped, bpmn={**shipped.bpmn, "verification": shipped.bpmn["verification"].replace(OLD, NEW)}
    )


def title_of_verification(session: Session, case_id: int) -> str:
    found = select(WorkItem.title_ja).where(WorkItem.case_id == case_id, WorkItem.element_id == "verify")
    return session.scalars(found).one()


@pytest.mark.usefixtures("published")
def test_installing_publishes_every_procedure_once(ctx: Context) -> None:
    rows = ctx.session.scalars(select(Definition)).all()
    assert {(row.slug, row.version, row.state) for row in rows} == {
        (slug, 1, "published") for slug in catalog.PROCEDURES
    }
    assert catalog.publish_shipped(ctx) == []
    subjects = sorted(event.subject for event in told(ctx.session, "definition:published"))
    assert subjects == sorted(f"definition:{slug}" for slug in catalog.PROCEDURES)


@pytest.mark.usefixtures("published")
def test_a_shipped_procedure_that_has_changed_becomes_a_draft_and_replaces_nothing(ctx: Context) -> None:
    before = definitions.current(ctx.session, "acquisition").hash
    row = definitions.publish_shipped(ctx, renamed())
    assert row is not None
    assert (row.version, row.state, row.published_at) == (2, "draft", None)
    assert definitions.current(ctx.session, "acquisition").hash == before


@pytest.mark.usefixtures("published")
def test_only_a_draft_can_be_published(ctx: Context) -> None:
    for version in (1, 2):
        with pytest.raises(NotFound):
            definitions.publish_draft(ctx, "acquisition", version)


def test_nothing_begins_on_a_procedure_that_is_not_published(ctx: Context) -> None:
    with pytest.raises(NotFound, match="公開されていません"):
        runner.intake_form(ctx, "acquisition", "01")


def test_a_definition_that_cannot_be_run_is_not_kept(ctx: Context) -> None:
    shipped = catalog.shipped_bundle("acquisition")
    broken = {name: source.replace("verification.matches", "exec") for name, source in shipped.bpmn.items()}
    with pytest.raises(DefinitionRefused, match="flow_entry_result_decide_delivery"):
        definitions.publish_shipped(ctx, replace(shipped, bpmn=broken))
    assert ctx.session.scalars(select(Definition)).all() == []


def test_the_same_content_has_the_same_hash_and_comes_back_whole() -> None:
    shipped = catalog.shipped_bundle("loss")
    turned = replace(shipped, bpmn=dict(reversed(shipped.bpmn.items())))
    assert turned.hash == shipped.hash
    assert unpack(shipped.pack()) == shipped
    assert renamed().hash != catalog.shipped_bundle("acquisition").hash


@pytest.mark.usefixtures("published")
def test_a_running_case_stays_on_the_version_with_which_it_began(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    early = take_in(uow, actor_counter)
    with uow(actor_counter) as ctx:
        definitions.publish_shipped(ctx, renamed())
        definitions.publish_draft(ctx, "acquisition", 2)
    late = take_in(uow, actor_counter)
    verify = {}
    for done in (early, late):
        told = complete(uow, actor_counter, next_item(done), IDENTITY)
        verify[done.case_id] = next_item(told)
    assert title_of_verification(session, early.case_id) == OLD
    assert title_of_verification(session, late.case_id) == NEW
    for item in verify.values():
        assert complete(uow, actor_verifier, item, seen_on_paper(an_acquisition())).ended
    hashes = dict(session.execute(select(Case.id, Case.definition_hash)).all())
    assert hashes[early.case_id] == catalog.shipped_bundle("acquisition").hash
    assert hashes[late.case_id] == renamed().hash
