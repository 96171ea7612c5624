"""A son goes to study far away and stays insured at home: the procedure that is drawn without code (F16)."""

from collections.abc import Callable
from pathlib import Path

from tests.scenarios.desk import Desk, days_ago, era, pages_of
from tests.scenarios.family import join, reception, seen

OpenDesk = Callable[..., Desk]


def test_a_son_who_studies_elsewhere_stays_insured_and_the_case_waits_for_his_proof(
    desk: OpenDesk, tmp_path: Path
) -> None:
    joined = join(desk, "学徒", "ガクト", 201, count=3)
    son, moved_on = joined.persons[2], era(days_ago(1))
    row = {
        "person_id": str(son["name"]),
        "school": "架空大学",
        "faculty": "文学部1年",
        "studies_from_on": moved_on,
        "studies_until_on": era(days_ago(-1200)),
        "address_there": "東京都千代田区千代田1番",
        "supported_by_household": "true",
        "works_full_time": "true",
        "certificate": "collected",
    }
    entry = reception("学徒 太郎") | {
        "event_on": moved_on,
        "persons": [row],
        "papers": [{"seen": "true"}] * 2,
    }
    sato, tanaka = desk("sato"), desk("tanaka")
    sato.open("/notifications/new/")
    assert "学生の特例(市外で学ぶ)" in sato.text
    sato.begin("student_exception", "begin", joined.household)
    sato.enter(entry)
    sato.send()
    assert "自分で生計を立てている方は" in "".join(sato.refused)
    sato.page.check('[name="persons-0-works_full_time"][value="false"]')
    sato.send()
    case = sato.case_path
    sato.confirm_identity(case)
    tanaka.verify(case, seen("begin", moved_on, [{"birth_date": son["birth_date"]}]))
    assert "記録しました" in tanaka.notices

    sato.open(case)
    assert "期限の1か月前" in sato.text
    sato.open(f"/households/{joined.household}")
    sato.page.get_by_role("link", name=joined.names[2]).first.click()
    sato.page.wait_for_url("**/persons/**")
    assert "学(法116条)" in sato.text
    letters = "".join(pages_of(desk("yamada").print_papers([joined.names[2]], tmp_path)))
    assert "学徒一郎" in letters
