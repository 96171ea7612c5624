"""Each run of a business rule task is kept with what it read and which rules matched, in its own deed."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit.event import AuditEvent
from models.evaluation import DecisionEvaluation, list_evaluations
from services.context import Actor, Context
from tests.factories.cases import UnitOfWork, complete, next_item
from tests.factories.processes import HEAD, REVIEW, review
from tests.workflows.dmn.tables_of_tests import decision, file_of, needs_decision, output, table
from workflows.engine import definitions, runner
from workflows.engine.bundle import Bundle

TASK = """<bpmn:businessRuleTask id="count" name="手数料"><bpmn:extensionElements>
<spiffworkflow:calledDecisionId>fee</spiffworkflow:calledDecisionId>
</bpmn:extensionElements></bpmn:businessRuleTask>"""
SIZE = table(["form.ask.amount"], [output("size")], [(("< 10",), ('"小"',)), ((">= 10",), ('"大"',))])
FEE = table(
    ["規模", 'today() = date("2020-01-01")'],
    [output("fee")],
    [(('"小"', "-"), ("100",)), (('"大"', "-"), ("300",)), (("-", "true"), ("0",))],
    "FIRST",
)


def procedure() -> Bundle:
    start = REVIEW.index('<bpmn:scriptTask id="count">')
    end = REVIEW.index("</bpmn:scriptTask>") + len("</bpmn:scriptTask>")
    dmn = file_of(
        decision(SIZE, "size", "規模"), decision(FEE, "fee", "手数料", [needs_decision("size")])
    ).decode()
    diagram = HEAD + REVIEW[:start] + TASK + REVIEW[end:]
    return replace(review(), bpmn={"review": diagram}, dmn={"fee": dmn})


@pytest.fixture
def ended(ctx: Context, uow: UnitOfWork, actor_counter: Actor) -> int:
    definitions.publish_shipped(ctx, procedure())
    ctx.session.commit()
    with uow(actor_counter) as begun:
        done = runner.begin(begun, "review", {})
    done = complete(uow, actor_counter, next_item(done), {"amount": 6})
    done = complete(uow, actor_counter, next_item(done), {"amount": 6})
    assert done.ended
    return done.case_id


def test_every_table_on_the_way_is_kept_with_inputs_and_rules(session: Session, ended: int) -> None:
    kept = list_evaluations(session, ended)
    assert [(one.element_id, one.decision_id, one.decision_name) for one in kept] == [
        ("count", "fee", "手数料")
    ]
    size, fee = kept[0].tables
    assert size == {"owner": "規模", "inputs": [["入力 form.ask.amount", "6"]], "rules": [1], "value": '"小"'}
    assert (fee["inputs"][0], fee["rules"], fee["value"]) == (["入力 規模", '"小"'], [1], "100")
    assert kept[0].definition_hash == procedure().hash


def test_no_audit_event_holds_what_a_table_read(session: Session, ended: int) -> None:
    told = [str(row) for row in session.scalars(select(AuditEvent.detail))]
    assert not any("小" in one or "手数料" in one for one in told)


def test_a_deed_without_a_table_keeps_nothing(
    ctx: Context, uow: UnitOfWork, session: Session, actor_counter: Actor
) -> None:
    definitions.publish_shipped(ctx, procedure())
    ctx.session.commit()
    with uow(actor_counter) as begun:
        runner.begin(begun, "review", {})
    assert session.scalars(select(DecisionEvaluation)).all() == []
