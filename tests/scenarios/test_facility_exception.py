"""A mother moves to a care home elsewhere and stays insured here: the procedure without code (F17, H13)."""

from collections.abc import Callable
from pathlib import Path

from tests.scenarios.desk import Desk, days_ago, era, pages_of
from tests.scenarios.family import join, reception, seen

OpenDesk = Callable[..., Desk]


def test_a_mother_in_a_care_home_elsewhere_is_a_household_of_her_own(desk: OpenDesk, tmp_path: Path) -> None:
    joined = join(desk, "特例", "トクレイ", 231, count=2)
    mother, moved_on = joined.persons[1], era(days_ago(1))
    entry = reception("特例 太郎") | {
        "event_on": moved_on,
        "facility_kind": "special_care",
        "facility_name": "見本苑",
        "facility_address": {"postal_code": "000-0902", "address": "例示県手本市仮定町9番10号"},
        "entered_on": moved_on,
        "came_from": "home",
        "family_left_here": "true",
        "persons": [{"person_id": str(mother["name"]), "certificate": "collected"}],
        "papers": [{"seen": "true"}] * 2,
    }
    sato, tanaka = desk("sato"), desk("tanaka")
    case = sato.take_in("facility_exception", "enter", entry, joined.household)
    sato.confirm_identity(case)
    tanaka.verify(case, seen("enter", moved_on, [{"birth_date": mother["birth_date"]}]))
    assert "記録しました" in tanaka.notices
    sato.open(f"/households/{joined.household}")
    assert "加入者 1人" in sato.text
    letters = pages_of(desk("yamada").print_papers([joined.names[1]], tmp_path))
    assert any("〒000-0902" in page for page in letters)
