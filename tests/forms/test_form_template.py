"""The macros that draw any form, with Jinja alone."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forms import catalog
from forms.rendering import as_typed, fields, in_order
from forms.validation import FormRefused, check
from tests.forms.examples import ACCEPTED, TODAY, VAULT

TEMPLATES = Path(__file__).parents[2] / "portal" / "templates"
JINJA = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
PAGE = JINJA.from_string(
    "{% from 'forms/form.html' import render_form, render_answers %}"
    "{% if answers %}{{ render_answers(fields, values, lang, shown) }}"
    "{% else %}{{ render_form(fields, values, errors, lang, shown) }}{% endif %}"
)


def draw(
    slug="acquisition",
    task="apply",
    values=None,
    *,
    lang="ja",
    checked=False,
    answers=False,
    shown=None,
    **fixed,
):
    form = catalog.load(slug, task)
    asked = fields(form.schema, form.ui, fixed)
    errors = ()
    if checked:
        with pytest.raises(FormRefused) as refused:
            check(form.schema, values, today=TODAY, fixed=fixed)
        errors = in_order(asked, refused.value.errors)
    return PAGE.render(
        fields=asked, values=values or {}, errors=errors, lang=lang, answers=answers, shown=shown or {}
    )


def test_only_the_fields_of_the_reason_are_drawn():
    page = draw(reason="03")
    assert 'name="assistance_end_reason"' in page
    assert 'name="scheme_standing"' not in page
    assert 'name="previous_municipality_code"' not in page


def test_labels_stand_above_and_mandatory_fields_are_marked():
    page = draw(reason="01")
    assert re.search(
        r'<label class="form__label" for="f-event_on">転入日 <span class="form__required"[^>]*>必須', page
    )
    assert "必須" not in draw(reason="01", lang="en")


def test_typed_text_comes_back_with_the_error_beside_it_and_a_link_at_the_top():
    page = draw(
        values={"event_on": "昭和65年1月1日", "persons": [{"birth_date": "S65.1.1"}]},
        checked=True,
        reason="01",
    )
    assert 'value="昭和65年1月1日"' in page
    assert '<a href="#f-event_on">転入日</a>' in page
    assert '<a href="#f-persons-0-birth_date">1人目 生年月日</a>' in page
    assert 'id="f-persons-0-birth_date"' in page
    assert 'aria-describedby="f-persons-0-birth_date-help f-persons-0-birth_date-error"' in page


def test_every_link_of_the_summary_leads_somewhere():
    page = draw(values={"persons": [{}, {"name": "😀"}], "papers": [{}]}, checked=True, reason="07")
    summary = page[: page.index("</ul>")]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert len(targets) == summary.count("<li>")
    assert all(f'id="{target}"' in page for target in targets)


def test_ids_are_used_once():
    page = draw(values=ACCEPTED["acquisition", "apply", "01"], reason="01")
    page = re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_was_typed_is_never_read_as_html():
    page = draw(
        values={"remarks": "</textarea><script>alert(1)</script>", "phone": '"><script>'}, reason="01"
    )
    assert "<script" not in page


def test_nothing_runs_or_is_styled_inline():
    page = draw(values=ACCEPTED["acquisition", "apply", "01"], reason="01")
    assert not re.search(r"<script|<style| style=| on[a-z]+=|javascript:", page)


def test_an_individual_number_on_file_shows_dots_and_can_be_typed_again():
    page = draw(values={"persons": [{"individual_number": VAULT}]}, reason="01")
    assert "登録済み" in page
    assert "•••• •••• ••••" in page
    assert "入力し直す" in page
    assert f'<input type="hidden" name="persons-0-individual_number" value="{VAULT}">' in page


def test_digits_of_an_individual_number_are_never_drawn():
    page = draw(values={"persons": [{"individual_number": "000000000019"}]}, reason="01")
    assert "000000000019" not in page
    field = re.search(r'<input class="form__input form__input--masked"[^>]*>', page)
    assert field is not None
    assert 'autocomplete="off"' in field[0]
    assert "value=" not in field[0]


def test_as_many_rows_as_were_typed_and_one_to_copy():
    page = draw(values={"persons": [{"name": "一"}, {"name": "二"}, {"name": "三"}]}, reason="01")
    assert [f'name="persons-{place}-name"' in page for place in range(4)] == [True, True, True, False]
    assert 'name="persons-__row__-name"' in page
    assert "3人目" in page
    assert "Person 3" in draw(values={"persons": [{}, {}, {}]}, lang="en", reason="01")


def test_choices_are_ticked_again():
    page = draw("identity_check", "confirm_identity", {"result": "refused", "papers_returned": ["passport"]})
    assert re.search(r'value="refused" checked', page)
    assert re.search(r'value="passport" checked', page)
    assert page.count(" checked") == 2


@pytest.mark.parametrize(
    "odd",
    [{"persons": "x"}, {"persons": {"0": {}}}, {"persons": [[], 7]}, {"event_on": ["a"]}, {"notifier": 5}],
)
def test_a_draft_of_any_shape_is_drawn(odd):
    assert 'name="event_on"' in draw(values=odd, reason="01")


def test_every_shipped_form_is_drawn_in_both_languages():
    for slug in catalog.list_slugs():
        for task in catalog.list_tasks(slug):
            japanese, english = draw(slug, task), draw(slug, task, lang="en")
            assert not re.search("[ぁ-んァ-ヶ一-龠]", english), (slug, task)
            assert japanese.count("<fieldset") == english.count("<fieldset") > 0


def test_a_looked_up_person_is_named_beside_the_field():
    page = draw(values={"head_person_id": 7}, shown={"head_person_id": "見本 太郎"}, reason="01")
    assert re.search(r"data-looked-up>見本 太郎</output>", page)


def test_answers_can_be_read_without_inputs_and_without_numbers():
    form = catalog.load("acquisition", "apply")
    clean = check(form.schema, ACCEPTED["acquisition", "apply", "01"], today=TODAY)
    page = draw(values=as_typed(form.schema, clean), answers=True, reason="01")
    assert "R8.11.10" in page
    assert "世帯主" in page
    assert "登録済み" in page
    assert "vault:" not in page
    assert "<input" not in page
