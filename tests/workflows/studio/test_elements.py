"""The list of elements says what the diagram says, and an element can be renamed in it."""

import pytest

from services.errors import NotFound, RuleBroken
from workflows import catalog
from workflows.engine.parser import specify
from workflows.studio.elements import KINDS, ListedElement, Words, changed, list_elements

SHIPPED = catalog.shipped_bundle("acquisition")


def element(bundle, process: str, element_id: str) -> ListedElement:
    return next(one for one in list_elements(bundle) if (one.process, one.id) == (process, element_id))


@pytest.fixture(autouse=True)
def handlers() -> None:
    catalog.load_handlers()


def test_the_list_knows_every_task_as_the_engine_does() -> None:
    listed = {(one.process, one.id): one for one in list_elements(SHIPPED)}
    assert {one.kind for one in listed.values()} <= set(KINDS)
    for key, task in specify(SHIPPED).user_tasks.items():
        one = listed[key]
        assert (one.ja, one.en, one.role, one.form) == (task.title_ja, task.title_en, task.role, task.form)
        assert one.next


@pytest.mark.parametrize(("days", "due"), [("5", 5), ("", None)])
def test_a_task_gets_names_in_both_languages_and_a_term(days: str, due: int | None) -> None:
    after = specify(changed(SHIPPED, "acquisition", "correct", Words("直す", "Mend", days)))
    task = after.user_tasks["acquisition", "correct"]
    assert (task.title_ja, task.title_en, task.due_days) == ("直す", "Mend", due)
    assert task.form == specify(SHIPPED).user_tasks["acquisition", "correct"].form


def test_an_element_without_properties_gets_its_english_name_as_others_have_it() -> None:
    (start,) = [
        one for one in list_elements(SHIPPED) if one.kind == "startEvent" and one.process == "acquisition"
    ]
    after = changed(SHIPPED, "acquisition", start.id, Words("受けた", "Taken"))
    assert (element(after, "acquisition", start.id).ja, element(after, "acquisition", start.id).en) == (
        "受けた",
        "Taken",
    )
    specify(after)


@pytest.mark.parametrize(
    "words", [Words("", "x"), Words("あ" * 101, ""), Words("あ\u202e", ""), Words("直す", "", "あと5日")]
)
def test_what_is_no_name_or_term_is_refused(words: Words) -> None:
    with pytest.raises(RuleBroken):
        changed(SHIPPED, "acquisition", "correct", words)


def test_what_is_not_on_the_diagram_is_not_found() -> None:
    for process, element_id in (("acquisition", "nothing"), ("nothing", "correct")):
        with pytest.raises(NotFound):
            changed(SHIPPED, process, element_id, Words("直す", ""))
