"""What a changed form asks differently is told field by field, and nothing of it stays unsaid."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import forms.catalog
from workflows.studio import form_differences, form_editing
from workflows.studio.form_conditions import When
from workflows.studio.form_fields import FieldWords

CALL = FieldWords("call", "電話してよい", "May be called", kind="yes_no")
MEMBERS = FieldWords("members", "世帯員", "Members", kind="rows", least=1, most=3)


def shipped() -> dict[str, Any]:
    found = forms.catalog.load("acquisition", "apply")
    return {"schema": dict(found.schema), "ui": dict(found.ui)}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    found = form_differences.of_forms({"a/apply": before}, {"a/apply": after})
    assert all(set(one.aspects) <= set(form_differences.ASPECTS) for one in found)
    return [(one.kind, one.path, one.aspects) for one in found]


def test_fields_added_removed_and_changed_are_told_and_the_same_form_is_not() -> None:
    before = shipped()
    assert told(before, deepcopy(before)) == []
    made = form_editing.put_field(form_editing.put_field(before, CALL), MEMBERS)
    assert told(before, made) == [
        ("added", "call", ()),
        ("added", "members", ()),
        ("added", "members.name", ()),
    ]
    assert told(made, before)[0] == ("removed", "call", ())
    other = replace(CALL, ja="連絡してよい", required=True, when=When("way", ("post",)))
    assert told(made, form_editing.put_field(made, other, "call")) == [
        ("changed", "call", ("words", "required", "condition"))
    ]
    wider = form_editing.put_field(made, replace(MEMBERS, most=9), "members")
    assert told(made, wider) == [("changed", "members", ("rows",))]


def test_a_form_that_is_new_or_gone_is_told_by_its_fields() -> None:
    alone = form_editing.put_field(form_editing.empty_form("新", "New"), CALL)
    (new,) = form_differences.of_forms({}, {"a/apply": alone})
    (gone,) = form_differences.of_forms({"a/apply": alone}, {})
    assert (new.kind, gone.kind, new.ja, gone.en) == ("added", "removed", "電話してよい", "May be called")


def test_a_rule_that_the_screen_does_not_show_is_told_all_the_same() -> None:
    before = shipped()
    looser = deepcopy(before)
    del looser["schema"]["$defs"]["phone"]["format"]
    looser["schema"]["properties"]["event_on"] = {"type": "string", "format": "wareki-date"}
    assert told(before, looser) == [
        ("changed", "event_on", ("rules",)),
        ("changed", "phone", ("rules",)),
        ("changed", "notifier", ("rules",)),
    ]
