"""A case opened from a list of the inbox: the next task of the list, and the way back to it."""

import html
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from portal.extensions import db
from tests.factories.small_processes import Ask, Do
from tests.fixtures.statements import counted
from tests.portal.conftest import Visitor
from tests.portal.drawn_cases import begin, open_tasks, publish, system

Enter = Callable[[str], Visitor]
QUEUE_BOUND, CASE_BOUND = 8, 29  # with one more than PostgreSQL needs to chain the record
STEPS = [Ask("first", "申請の受付"), Do("send", "small.send"), Ask("last", "お知らせ")]
LIST = "/inbox/?box=group&element=first"
CARRIED = "list=box%3Dgroup%26element%3Dfirst"


@pytest.fixture
def three(app: Flask) -> Iterator[list[int]]:
    """Three cases whose first task waits."""
    with system() as bank:
        bank.out_of_order = False
        publish(app, STEPS)
        yield [begin(app) for _ in range(3)]


def link(page: str, key: str) -> str:
    """Where a key of the page leads; empty where it leads nowhere."""
    found = re.search(rf'href="([^"]+)" data-key="{key}"', page)
    return html.unescape(found[1]) if found else ""


def test_after_a_task_the_next_one_of_the_list_is_offered_until_none_is_left(
    app: Flask, signed_in: Enter, three: list[int]
) -> None:
    clerk = signed_in("counter")
    rows = [html.unescape(one) for one in re.findall('data-href="([^"]+)"', clerk.get(LIST).text)]
    tasks = [open_tasks(app, case)["first"] for case in three]
    assert rows == [f"/cases/{case}?task={task}&{CARRIED}" for case, task in zip(three, tasks, strict=True)]
    url, seen = rows[1], []
    for place, key in enumerate("abc"):
        page = clerk.get(url).text
        assert link(page, "u") == LIST
        case, task = re.match(r"/cases/(\d+)\?task=(\d+)", url).groups()
        answer = clerk.post(f"/cases/{case}/tasks/{task}?{CARRIED}", deed_key=key * 32)
        assert answer.location == f"/cases/{case}?{CARRIED}&done={task}"
        seen.append(int(case))
        done = clerk.get(answer.location).text
        url = link(done, "n")
        assert bool(url) == (place < 2)
    assert seen == [three[1], three[2], three[0]]
    assert "この一覧に、できる仕事はもうありません" in done
    assert link(done, "u") == LIST


def test_the_same_page_sent_twice_leads_to_the_same_place(
    app: Flask, signed_in: Enter, three: list[int]
) -> None:
    clerk, task = signed_in("counter"), open_tasks(app, three[0])["first"]
    address = f"/cases/{three[0]}/tasks/{task}?{CARRIED}"
    first, again = (clerk.post(address, deed_key="k" * 32).location for _ in range(2))
    assert first == again == f"/cases/{three[0]}?{CARRIED}&done={task}"


def test_taking_opens_the_task_and_giving_it_back_leads_to_the_list(
    app: Flask, signed_in: Enter, three: list[int]
) -> None:
    clerk, task = signed_in("counter"), open_tasks(app, three[0])["first"]
    taken = clerk.post(f"/cases/{three[0]}/tasks/{task}/take?{CARRIED}")
    assert taken.location == f"/cases/{three[0]}?{CARRIED}&task={task}"
    assert clerk.post(f"/cases/{three[0]}/tasks/{task}/give-back?{CARRIED}").location == LIST
    assert clerk.post(f"/cases/{three[0]}/tasks/{task}/give-back").status_code == 403


def test_a_list_that_is_none_and_words_that_are_gone_break_no_page(
    app: Flask, signed_in: Enter, three: list[int]
) -> None:
    clerk = signed_in("counter")
    for told in ("element%3D%2500", "box%3Dnowhere", "a" * 900, "after%3D99999999999"):
        assert clerk.get(f"/cases/{three[0]}?list={told}").status_code == 200
    page = clerk.get(f"/cases/{three[0]}?list=box%3Dgroup%26s%3Dgone").text
    assert "探した言葉が残っていないため" in page
    assert link(page, "n") == ""
    assert link(clerk.get(f"/cases/{three[0]}").text, "u") == ""


def test_a_page_of_the_queue_costs_few_statements_however_many_filters_are_saved(
    app: Flask, signed_in: Enter, three: list[int]
) -> None:
    clerk = signed_in("counter")
    for number in range(6):
        chosen = {"name": f"絞り込み{number}", "box": "group", "age": "3", "element": "first"}
        assert clerk.post("/inbox/saved/", **chosen).status_code == 303
    with app.app_context():
        engine = db.engine
    with counted(engine) as seen:
        page = clerk.get(LIST).text
    assert page.count("絞り込み5") == 3
    assert len(seen) <= QUEUE_BOUND
    with counted(engine) as seen:
        clerk.get(f"/cases/{three[0]}?{CARRIED}")
    assert len(seen) <= CASE_BOUND
