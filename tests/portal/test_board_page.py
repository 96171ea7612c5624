"""The board before the screen of the chief: pictures, and the same numbers as tables."""

from tests.factories.small_processes import Ask
from tests.portal.drawn_cases import begin, publish


def test_the_chief_sees_how_the_office_stands_and_nobody_else_does(app, signed_in):
    chief = signed_in("section_chief")
    assert "いま待っている仕事はありません" in chief.get("/board/").text
    publish(app, [Ask("first", "申請の受付", properties={"title_en": "Take in"})])
    begin(app)
    page = chief.get("/board/").text
    assert 'role="img"' in page
    assert "申請の受付" in page
    assert "style=" not in page
    assert signed_in("counter").get("/board/").status_code == 403
