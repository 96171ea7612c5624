"""From what a browser sends to raw form data, and from form data to what a template shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.decoding import TECHNICAL, seal_individual_numbers, unflatten
from forms.fields import Field, Option
from forms.refusals import FieldError
from forms.rendering import fields, in_order
from forms.validation import FormRefused, check
from models.masters import PaperKind
from portal.language import current_language
from rules.numbers import NumberNotValid
from services import intake, numbers_vault
from services.context import Context
from services.errors import NumberRefused, RegistrationRefused
from services.findings import Finding
from workflows.engine.runner import OpenForm

OURS = TECHNICAL | {"deed_key", "deed", "draft_id", "keep", "note", "outcome"}
NOT_HERE = NumberNotValid("number.not_here", "個人番号は、入力の途中では受け取りません。")


@dataclass(frozen=True)
class FormPage:
    """A form ready for the macro `render_form`."""

    key: str
    title: str
    fields: Sequence[Field]
    values: Mapping[str, Any]
    errors: Sequence[FieldError]
    lang: str
    shown: Mapping[str, str]


def read(
    ctx: Context, form: OpenForm, pairs: Sequence[tuple[str, str]], known: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], list[FieldError]]:
    """Nest what was sent; Individual Numbers go to the vault at once, their references stay.

    A reference that the browser sends back must be one of the case (`known`), or one that this person put
    into the vault and that is still provisional; any other is refused as no number.
    """
    return sealed(ctx, form, unflatten(pairs, form.schema, ignore=OURS), known)


def sealed(
    ctx: Context, form: OpenForm, raw: Mapping[str, Any], known: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], list[FieldError]]:
    """The same for data that came nested."""

    def seal(digits: str) -> str:
        try:
            return numbers_vault.receive(ctx, digits, as_typed=True)
        except NumberRefused as refused:
            raise NumberNotValid(refused.code, refused.message_ja) from None

    def owns(reference: str) -> bool:
        return reference in known or numbers_vault.is_ones_own(ctx, reference)

    return seal_individual_numbers(raw, form.schema, seal, owns)


def without_numbers(
    ctx: Context, form: OpenForm, pairs: Sequence[tuple[str, str]], known: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """What was typed so far, without an Individual Number but those that are in the vault already."""

    def refuse(_digits: str) -> str:
        raise NOT_HERE

    def owns(reference: str) -> bool:
        return reference in known or numbers_vault.is_ones_own(ctx, reference)

    raw = unflatten(pairs, form.schema, ignore=OURS)
    return seal_individual_numbers(raw, form.schema, refuse, owns)[0]


def page(
    ctx: Context,
    form: OpenForm,
    values: Mapping[str, Any],
    errors: Sequence[FieldError] = (),
    papers: Sequence[PaperKind] | None = None,
) -> FormPage:
    """A form with its values as typed and what was refused; `papers` where they are known already."""
    told = current_language()
    title = form.ui.get("title", {})
    shown = fields(form.schema, form.ui, form.fixed, choices=_choices(ctx, form.fixed, papers))
    return FormPage(
        key=form.key,
        title=str(title.get(told, "")),
        fields=shown,
        values=values,
        errors=in_order(shown, errors),
        lang=told,
        shown=intake.labels_of(ctx, values),
    )


def _choices(
    ctx: Context, fixed: Mapping[str, Any], papers: Sequence[PaperKind] | None
) -> dict[str, list[Option]]:
    """The lists that the office keeps itself, the reasons of a drawn procedure among them."""
    kinds = intake.paper_kinds(ctx) if papers is None else papers
    found = {"paper_kinds": [Option(*row) for row in intake.paper_choices(kinds)]}
    reasons = intake.own_reasons(ctx, str(fixed["procedure"])) if "procedure" in fixed else None
    if reasons is not None:
        found["own_reasons"] = [Option(*row) for row in reasons]
    return found


def refuse_when_any(
    form: OpenForm, raw: Mapping[str, Any], errors: Sequence[FieldError], today: date
) -> None:
    """Refuse a form in which an Individual Number could not be taken, with all else that is wrong in it.

    Raises:
        FormRefused: with these errors and those of the form's own check.
    """
    if not errors:
        return
    told = list(errors)
    try:
        check(form.schema, raw, today=today, fixed=form.fixed)
    except FormRefused as refused:
        told += [one for one in refused.errors if one.path not in {error.path for error in errors}]
    raise FormRefused(tuple(told))


def errors_of(refused: FormRefused | RegistrationRefused) -> Sequence[FieldError]:
    """What was refused, field by field, whoever refused it."""
    if isinstance(refused, FormRefused):
        return refused.errors
    return [
        FieldError(one.path, one.code, one.message_ja, one.message_en)
        for one in refused.findings
        if isinstance(one, Finding)
    ]
