"""Fields of a form are added, changed, moved and removed; what would contradict itself is refused whole."""

from dataclasses import replace
from typing import Any

import pytest

import forms.catalog
from forms import validation
from forms.fields import Field
from forms.rendering import fields
from services.context import Actor
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from tests.factories.cases import UnitOfWork
from tests.workflows.studio.conftest import ROLES
from workflows import catalog
from workflows.studio import drafts, form_conditions, form_drafts, form_editing, form_fields
from workflows.studio.form_conditions import When
from workflows.studio.form_fields import Choice, FieldWords, ListedField
from workflows.studio.form_kinds import KINDS, kind_of, schema_of

APPLY = "acquisition/apply"
CALL = FieldWords(
    "call_time",
    "連絡のとれる時間",
    "When to call",
    kind="choice",
    group="notifier",
    required=True,
    choices=(Choice("morning", "午前", "Morning"), Choice("evening", "夕方", "Evening")),
)


@pytest.fixture
def form() -> dict[str, Any]:
    return form_drafts.form_of(catalog.shipped_bundle("acquisition"), APPLY)


def names(form: dict[str, Any], group: str) -> list[str]:
    return [
        one.words.name for found in form_fields.list_groups(form) if found.id == group for one in found.fields
    ]


def test_a_new_field_is_asked_shown_and_demanded(form: dict[str, Any]) -> None:
    made = form_editing.put_field(form, CALL)
    assert names(made, "notifier") == ["notifier", "phone", "call_time"]
    (shown,) = [one for one in fields(made["schema"], made["ui"], {}) if one.path == "call_time"]
    assert (shown.widget, shown.required, [one.ja for one in shown.options]) == (
        "radio",
        True,
        ["午前", "夕方"],
    )
    assert "call_time" not in names(form, "notifier")


def test_every_kind_comes_back_as_itself() -> None:
    for kind in KINDS:
        schema = schema_of(kind, ["a", "b"], 1, 2)
        made = form_editing.put_field(
            form_editing.empty_form("新", "New"),
            FieldWords("one", "一", "One", kind=kind, choices=CALL.choices, least=1, most=2),
        )
        assert kind_of({}, schema, KINDS[kind].words) == kind
        (listed,) = form_fields.list_groups(made)[0].fields
        assert (listed.words.kind, listed.is_own) == (kind, True)
        assert validation.check(made["schema"], {}, today=None) == {}


def test_a_field_is_changed_where_it_stands_and_keeps_what_is_not_said(form: dict[str, Any]) -> None:
    changed = form_editing.put_field(
        form, FieldWords("event_on", "異動した日", "Day", help_ja="届書の日", kind="past_date"), "event_on"
    )
    assert names(changed, "event") == names(form, "event")
    assert changed["schema"]["properties"]["event_on"] == form["schema"]["properties"]["event_on"]
    assert "event_on" not in changed["schema"]["required"]
    assert changed["ui"]["fields"]["event_on"]["help"] == {"ja": "届書の日", "en": "届書の日"}


def test_what_stands_under_a_condition_keeps_its_kind(form: dict[str, Any]) -> None:
    changed = form_editing.put_field(
        form, FieldWords("decision_number", "決裁の番号", "No.", kind="number"), "decision_number"
    )
    assert changed["schema"] == form["schema"]
    with pytest.raises(RuleBroken, match="共通の部分か条件の中"):
        form_editing.remove_field(form, "decision_number")
    with pytest.raises(RuleBroken, match="ほかの項目を出すかどうか"):
        form_editing.remove_field(form, "reason")


def test_fields_move_within_and_between_blocks(form: dict[str, Any]) -> None:
    made = form_editing.put_field(form, CALL)
    assert names(form_editing.move_field(made, "call_time", -1), "notifier") == [
        "notifier",
        "call_time",
        "phone",
    ]
    down = form_editing.move_field(made, "call_time", 1)
    assert names(down, "household")[0] == "call_time"
    assert names(form_editing.move_field(down, "call_time", -1), "notifier")[-1] == "call_time"
    with pytest.raises(NotFound):
        form_editing.move_field(made, "nothing", 1)
    gone = form_editing.remove_field(made, "call_time")
    assert gone["schema"]["required"] == form["schema"]["required"]
    assert "call_time" not in gone["ui"]["fields"]


def test_blocks_are_added_named_and_removed_when_empty(form: dict[str, Any]) -> None:
    made = form_editing.put_group(form, "", "その他", "")
    (new,) = [one for one in form_fields.list_groups(made) if one.ja == "その他"]
    assert [one.id for one in form_fields.list_groups(form_editing.remove_group(made, new.id))] == [
        one.id for one in form_fields.list_groups(form)
    ]
    with pytest.raises(RuleBroken, match="まとまり"):
        form_editing.remove_group(form, "event")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (FieldWords("Call", "名", "", kind="line"), "記号「Call」"),
        (FieldWords("event_on", "名", "", kind="line"), "すでにあります"),
        (FieldWords("one", "", "", kind="line"), "日本語の名前が空"),
        (FieldWords("one", "名", "", kind="image"), "種類を選んで"),
        (FieldWords("one", "名", "", kind="choice"), "選択肢は1〜60個"),
        (FieldWords("one", "名", "", kind="choice", choices=(Choice("あ", "あ", ""),)), "値は英数字"),
        (FieldWords("one", "名", "", kind="number", least=5, most=1), "範囲が逆です"),
        (FieldWords("one", "名\0", "", kind="line"), "使えない文字"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(form: dict[str, Any], told: FieldWords, why: str) -> None:
    with pytest.raises(RuleBroken, match=why):
        form_editing.put_field(form, told)


def test_a_changed_form_is_kept_in_the_draft_and_checks(
    uow: UnitOfWork, author: Actor, draft_id: int
) -> None:
    with uow(author) as ctx:
        form_drafts.change(ctx, draft_id, 1, APPLY, lambda form: form_editing.put_field(form, CALL))
    with pytest.raises(SomebodyElseWasFaster), uow(author) as ctx:
        form_drafts.change(ctx, draft_id, 1, APPLY, lambda form: form)
    with pytest.raises(RuleBroken, match="/properties/two/minimum"), uow(author) as ctx:
        form_drafts.change(ctx, draft_id, 2, APPLY, contradicting)
    with uow(author) as ctx:
        bundle = drafts.read(ctx, draft_id).bundle
        assert "call_time" in bundle.forms[APPLY]["schema"]["properties"]
        assert [one for one in drafts.check(ctx, draft_id, 2, ROLES) if not one.is_warning] == []
        assert {one.key: one.tasks for one in form_drafts.forms_of(bundle)}[APPLY] == (
            "取得届の受付・入力",
            "入力の訂正",
        )
        with pytest.raises(NotFound):
            form_drafts.form_of(bundle, "nothing/there")


def contradicting(form: dict[str, Any]) -> dict[str, Any]:
    two = {"type": "integer", "minimum": 2, "maximum": 1}
    return {**form, "schema": {**form["schema"], "properties": {**form["schema"]["properties"], "two": two}}}


def shown_with(form: dict[str, Any], name: str) -> list[tuple[str, tuple[str, ...]]]:
    """The conditions that the page of a form follows for a field."""
    (one,) = [found for found in fields(form["schema"], form["ui"], {}) if found.path == name]
    return [(asked.name, asked.values) for alternative in one.shown_when for asked in alternative]


def refused(form: dict[str, Any], entry: dict[str, Any]) -> list[tuple[str, str]]:
    """What the server's check says of an entry of a small form."""
    try:
        validation.check(form["schema"], entry, today=None)
    except validation.FormRefused as error:
        return [(one.path, one.code) for one in error.errors]
    return []


def test_a_field_is_asked_when_another_has_a_value_and_page_and_check_follow() -> None:
    pet = FieldWords("pet", "飼っている", "Has a pet", kind="yes_no", required=True)
    kind = replace(CALL, name="pet_kind", ja="種類", group="", when=When("pet", ("true",)))
    made = form_editing.put_field(form_editing.empty_form("新", "New"), pet)
    made = form_editing.put_field(made, kind)
    assert shown_with(made, "pet_kind") == [("pet", ("true",))]
    assert refused(made, {"pet": True}) == [("pet_kind", "required")]
    assert refused(made, {"pet": False}) == []
    assert refused(made, {"pet": True, "pet_kind": "morning"}) == []
    assert [code for _, code in refused(made, {"pet": False, "pet_kind": "morning"})] == ["not_asked"]
    (_, listed) = form_fields.list_groups(made)[0].fields
    assert (listed.words.when, listed.words.required, listed.is_own) == (kind.when, True, True)

    color = replace(kind, name="note", kind="line", choices=(), when=When("pet_kind", ("evening",)))
    deeper = form_editing.put_field(made, color)
    assert refused(deeper, {"pet": True, "pet_kind": "evening"}) == [("note", "required")]
    assert refused(deeper, {"pet": False}) == []
    with pytest.raises(RuleBroken, match="輪になって"):
        form_editing.put_field(deeper, replace(kind, when=When("note", ("x",))), "pet_kind")
    with pytest.raises(RuleBroken, match="先にその条件を変えて"):
        form_editing.put_field(deeper, replace(kind, choices=CALL.choices[:1]), "pet_kind")
    with pytest.raises(RuleBroken, match="その値はありません"):
        form_editing.put_field(made, replace(kind, when=When("pet", ("maybe",))), "pet_kind")

    always = form_editing.put_field(made, replace(kind, when=None, required=False), "pet_kind")
    assert shown_with(always, "pet_kind") == []
    assert "allOf" not in always["schema"]
    gone = form_editing.remove_field(made, "pet_kind")
    assert gone["schema"] == form_editing.put_field(form_editing.empty_form("新", "New"), pet)["schema"]


def test_what_a_shipped_form_asks_under_conditions_can_be_asked_for_and_stays(form: dict[str, Any]) -> None:
    known = {one.name for one in form_conditions.askable(form)}
    assert {"reason", "way"} <= known
    made = form_editing.put_field(form, replace(CALL, when=When("way", ("post",))))
    assert ("way", ("post",)) in shown_with(made, "call_time")
    whole = form_fields.list_groups(form)
    for group in whole:
        for one in group.fields:
            kept = form_editing.put_field(form, replace(one.words, kind=""), one.words.name)
            assert kept["schema"] == form["schema"], one.words.name


MEMBERS = FieldWords("members", "世帯員", "Members", kind="rows", least=1, most=3, required=True)


def rows_form() -> dict[str, Any]:
    """A form with rows of members: a name, a person on record, and a note where a choice asks for it."""
    made = form_editing.put_field(form_editing.empty_form("新", "New"), MEMBERS)
    person = FieldWords("who", "宛名", "On record", kind="person", within="members")
    made = form_editing.put_field(made, person)
    stays = FieldWords("stays", "残る", "Stays", kind="yes_no", within="members", required=True)
    made = form_editing.put_field(made, stays)
    why = FieldWords("why", "わけ", "Why", kind="line", within="members", when=When("stays", ("false",)))
    return form_editing.put_field(made, why)


def inside(form: dict[str, Any], name: str) -> list[ListedField]:
    """What stands inside a field, as the editor lists it."""
    found = [one for group in form_fields.list_groups(form) for one in group.fields]
    return [inner for one in found if one.words.name == name for inner in one.inside]


def test_rows_are_built_shown_and_checked_row_by_row() -> None:
    made = rows_form()
    (shown,) = fields(made["schema"], {"defs": {}, **made["ui"]}, {})
    assert (shown.widget, shown.most_rows, [(one.label_ja, one.widget) for one in shown.rows]) == (
        "rows",
        3,
        [("氏名", "text"), ("宛名", "lookup"), ("残る", "yes_no"), ("わけ", "text")],
    )
    assert shown.rows[1].lookup == "person"
    assert (shown.row_label_ja, shown.row_label_en) == ("世帯員 {n}", "Members {n}")
    assert refused(made, {}) == [("members", "required")]
    assert refused(made, {"members": []}) == [("members", "too_few_rows")]
    one = {"name": "見本 太郎", "who_person_id": 4, "stays": True}
    assert refused(made, {"members": [one] * 2}) == []
    assert refused(made, {"members": [one] * 4}) == [("members", "too_many_rows")]
    assert refused(made, {"members": [{**one, "why": "引っ越し"}]}) == [("members.0.why", "not_asked")]
    assert refused(made, {"members": [one, {"name": "見本 花子"}]}) == [("members.1.stays", "required")]


def test_fields_of_rows_are_changed_moved_and_removed_and_the_last_stays() -> None:
    made = rows_form()
    moved = form_editing.move_field(made, "members.stays", -1)
    names_in = [one.words.name for one in inside(moved, "members")]
    assert names_in == ["members.name", "members.stays", "members.who_person_id", "members.why"]
    (_, _, person, why) = inside(moved, "members")
    assert (person.words.kind, why.words.when) == ("person", When("stays", ("false",)))
    named = form_editing.put_field(moved, replace(person.words, ja="本人"), person.words.name)
    assert [one.words.ja for one in inside(named, "members")] == ["氏名", "残る", "本人", "わけ"]
    assert named["schema"] == moved["schema"]
    wider = form_editing.put_field(named, replace(MEMBERS, least=None, most=9, required=False), "members")
    assert [one.words.ja for one in inside(wider, "members")] == ["氏名", "残る", "本人", "わけ"]
    assert (wider["schema"]["properties"]["members"]["maxItems"], wider["schema"]["required"]) == (9, [])
    for gone in ("why", "stays", "who_person_id"):
        wider = form_editing.remove_field(wider, f"members.{gone}")
    with pytest.raises(RuleBroken, match="行の最後の項目は消せません"):
        form_editing.remove_field(wider, "members.name")
    without = form_editing.remove_field(wider, "members")
    assert (without["schema"]["properties"], without["ui"]["fields"]) == ({}, {})
    line = form_editing.put_field(made, FieldWords("members", "世帯員", "", kind="line"), "members")
    assert list(line["ui"]["fields"]) == ["members"]
    assert fields(line["schema"], {"defs": {}, **line["ui"]}, {})[0].widget == "text"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (replace(MEMBERS, name="more", least=4, most=3), "範囲が逆です"),
        (replace(MEMBERS, name="more", most=0), "行の数は0〜50"),
        (replace(MEMBERS, name="more", most=51), "行の数は0〜50"),
        (replace(MEMBERS, name="more", least=-1), "行の数は0〜50"),
        (replace(MEMBERS, name="more", within="members"), "繰返しの行は置けません"),
        (FieldWords("one", "一", "", kind="line", within="nothing"), "共通の部分です"),
    ],
)
def test_rows_that_cannot_be_are_refused(told: FieldWords, why: str) -> None:
    with pytest.raises(RuleBroken, match=why):
        form_editing.put_field(rows_form(), told)


def test_a_field_that_was_looked_up_no_longer_is_when_its_kind_changes() -> None:
    made = form_editing.put_field(
        form_editing.empty_form("新", "New"), FieldWords("owner", "持ち主", "Owner", kind="household")
    )
    assert made["ui"]["fields"]["owner_household_id"]["lookup"] == "household"
    told = FieldWords("owner_household_id", "持ち主", "Owner", kind="number", least=1, most=5)
    line = form_editing.put_field(made, told, "owner_household_id")
    assert line["ui"]["fields"]["owner_household_id"] == {"label": {"ja": "持ち主", "en": "Owner"}}
    assert line["schema"]["properties"]["owner_household_id"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 5,
    }


HOSTILE_WORDS: list[dict[str, Any]] = [
    {"widget": "lookup", "lookup": "../studio/plans/1/cancel"},
    {"initial_rows": "many"},
    {"initial_rows": 1.5},
    {"label": "一"},
]


@pytest.mark.parametrize("words", HOSTILE_WORDS)
def test_a_layout_that_would_ask_another_address_or_break_the_page_is_refused(words: dict[str, Any]) -> None:
    bundle = catalog.shipped_bundle("acquisition")

    def hostile(form: dict[str, Any]) -> dict[str, Any]:
        made = form_editing.put_field(form, MEMBERS)
        made["ui"]["fields"]["members"] |= words
        return made

    with pytest.raises(RuleBroken, match="様式を保存できません"):
        form_drafts.changed_form(bundle, APPLY, hostile)
    as_file = replace(bundle, forms={**bundle.forms, APPLY: hostile(form_drafts.form_of(bundle, APPLY))})
    with pytest.raises(RuleBroken, match="ファイルで直して"):
        form_drafts.listed_form(as_file, APPLY)


def test_rows_without_end_are_shown_and_asked_as_many_as_a_form_takes() -> None:
    made = rows_form()
    rows = made["schema"]["properties"]["members"]
    rows |= {"maxItems": 10**9}
    made["ui"]["fields"]["members"]["initial_rows"] = 10**9
    (shown,) = fields(made["schema"], {"defs": {}, **made["ui"]}, {})
    assert (shown.initial_rows, shown.most_rows) == (100, 100)
    rows |= {"minItems": 10**8}
    with pytest.raises(RuleBroken, match="minItems > 100"):
        form_drafts.changed_form(catalog.shipped_bundle("acquisition"), APPLY, lambda _form: made)


SHIPPED = sorted(
    (path.parent.name, path.name.removesuffix(".schema.json"))
    for path in forms.catalog.ROOT.glob("*/*.schema.json")
)


@pytest.mark.parametrize(("slug", "task"), SHIPPED)
def test_every_label_of_every_shipped_form_is_changed_and_nothing_else(slug: str, task: str) -> None:
    found = forms.catalog.load(slug, task)
    whole = {"schema": dict(found.schema), "ui": dict(found.ui)}
    listed = [one for group in form_fields.list_groups(whole) for one in group.fields]
    for one in [inner for outer in listed for inner in (outer, *outer.inside) if not inner.is_block]:
        kept = form_editing.put_field(whole, one.words, one.words.name)
        assert kept["schema"] == whole["schema"], one.words.name
        assert shown_as(kept) == shown_as(whole), one.words.name
        other = form_editing.put_field(whole, replace(one.words, ja="別の名前"), one.words.name)
        changed = [
            (was, now) for was, now in zip(shown_as(whole), shown_as(other), strict=True) if was != now
        ]
        assert other["schema"] == whole["schema"]
        assert changed, one.words.name
        for was, now in changed:
            assert replace(was, label_ja=now.label_ja) == now
            assert now.label_ja.endswith("別の名前")


def shown_as(form: dict[str, Any]) -> list[Field]:
    """Every field of a form as its screen asks it, those of rows too."""
    shown = fields(form["schema"], {"defs": {}, **form["ui"]}, {})
    return [replace(inner, rows=()) for one in shown for inner in (one, *one.rows)]
