"""A definition of five hundred elements: drawn, checked, and a case on it, like any other (issue 5)."""

import re
from urllib.parse import urlsplit

from tests.factories.small_processes import Ask
from tests.portal.drawn_cases import begin, open_tasks, publish

STEPS = 250  # with as many flows between them: more than five hundred elements


def test_five_hundred_elements_are_shown_drafted_checked_and_run(app, administrator, signed_in):
    publish(app, [Ask(f"step_{n}", f"手順{n}", properties={"title_en": f"Step {n}"}) for n in range(STEPS)])
    begun = administrator.post("/studio/small/1/draft")
    place = urlsplit(begun.location).path
    page = administrator.get(place).text
    assert all(f"step_{n}" in page for n in range(STEPS))
    seen = re.findall(r'name="seen" value="(\d+)"', page)[0]
    assert administrator.post(f"{place}/check", seen=seen).status_code == 303
    checked = administrator.get(place).text
    assert "検査" in checked
    assert "この下書きはまだ検査していません" not in checked
    case = begin(app)
    (first,) = open_tasks(app, case).values()
    clerk = signed_in("counter")
    assert clerk.post(f"/cases/{case}/tasks/{first}", deed_key="k" * 32).status_code == 303
    assert list(open_tasks(app, case)) == ["step_1"]
    assert "手順1" in clerk.get(f"/cases/{case}").text
