"""What a form begins with: FEEL over the case, asked when the form opens (docs/feel.md)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.masters import Holiday
from services.context import Actor, Context
from tests.factories.cases import UnitOfWork, complete, next_item
from tests.factories.processes import AMOUNT, form, review
from tests.workflows.checking.definitions_of_tests import changed, found
from workflows.engine import definitions, runner
from workflows.engine.bundle import Bundle
from workflows.engine.default_values import defaults_of
from workflows.engine.form_defaults import evaluated


def with_default(text: str) -> dict[str, Any]:
    schema = {**AMOUNT, "properties": {"amount": {**AMOUNT["properties"]["amount"], "x-default-feel": text}}}
    return form(schema)


def procedure() -> Bundle:
    bundle = review()
    forms = {
        **bundle.forms,
        "review/decide": with_default("form.ask.amount"),
        "review/answer": with_default("form.ask.amount * 2"),
    }
    return replace(bundle, forms=forms)


def opened(uow: UnitOfWork, actor: Actor, item: int) -> Any:
    with uow(actor) as ctx:
        return runner.get_task(ctx, item)[2].defaults


def test_a_field_begins_with_what_was_entered_before(
    ctx: Context, uow: UnitOfWork, actor_counter: Actor
) -> None:
    definitions.publish_shipped(ctx, procedure())
    ctx.session.commit()
    with uow(actor_counter) as begun:
        done = runner.begin(begun, "review", {})
    done = complete(uow, actor_counter, next_item(done), {"amount": 6})
    assert opened(uow, actor_counter, next_item(done)) == {"amount": 12}


def test_who_must_look_with_his_own_eyes_is_not_shown_what_was_entered(
    ctx: Context, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    definitions.publish_shipped(ctx, procedure())
    ctx.session.commit()
    with uow(actor_counter) as begun:
        done = runner.begin(begun, "review", {})
    done = complete(uow, actor_counter, next_item(done), {"amount": 60})
    assert opened(uow, actor_verifier, next_item(done)) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("today()", "2026-11-23"),
        ('date("2026-04-01") + @"P1M"', "2026-05-01"),
        ("case.reason", "01"),
        ("1.10 * 3", "3.3"),
        ('[{day: date("2026-04-01")}]', [{"day": "2026-04-01"}]),
        ("not(true)", False),
    ],
)
def test_a_default_is_the_value_as_a_form_has_it(ctx: Context, text: str, value: object) -> None:
    given = replace(ctx, at=ctx.at.replace(year=2026, month=11, day=23, hour=3))
    asked = defaults_of(with_default(text)["schema"])
    assert evaluated(given, asked, {"case": {"reason": "01"}}) == {"amount": value}


@pytest.mark.parametrize("text", ["null", "case.nothing", "1 / 0", "for i in 1..99999999 return i"])
def test_a_default_without_a_value_leaves_the_field_empty(ctx: Context, text: str) -> None:
    assert evaluated(ctx, {"amount": text}, {"case": {}}) == {}


def test_working_days_know_the_calendar_of_the_office(ctx: Context) -> None:
    ctx.session.add(Holiday(day=date(2026, 11, 24), name="市の記念日"))
    ctx.session.flush()
    text = 'add working days(date("2026-11-20"), 1)'  # Friday; Monday is a national holiday
    assert evaluated(ctx, {"amount": text}, {}) == {"amount": "2026-11-25"}


@pytest.mark.parametrize("text", ["tody()", "form.x +", "count(1, 2)", "nobody"])
def test_a_default_that_is_no_feel_is_refused_at_upload(text: str) -> None:
    old = '"properties": {'
    new = old + f'"x": {{"type": "string", "x-default-feel": "{text}"}}, '
    codes = {one.code for one in found(changed("apply.schema.json", old, new))}
    assert "not_feel" in codes
