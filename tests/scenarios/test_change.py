"""「市内で引っ越した」: a new address on record, and new certificates for those who hold one."""

from collections.abc import Callable
from pathlib import Path

from tests.scenarios.desk import Desk, days_ago, era, pages_of
from tests.scenarios.family import NEW_ADDRESS, join, reception, seen

OpenDesk = Callable[..., Desk]


def test_a_couple_moves_within_the_city(desk: OpenDesk, tmp_path: Path) -> None:
    joined = join(desk, "模型", "モケイ", 21, count=2)
    moved_on = days_ago(2)

    sato, tanaka = desk("sato"), desk("tanaka")
    rows = [{"person_id": str(one["name"]), "certificate": "collected"} for one in joined.persons]
    entry = reception("模型 太郎") | {
        "event_on": era(moved_on),
        "new_address": NEW_ADDRESS,
        "persons": rows,
        "papers": [{"seen": "true"}],
    }
    case = sato.take_in("change", "address", entry, joined.household)
    sato.confirm_identity(case)
    births = [{"birth_date": one["birth_date"]} for one in joined.persons]
    tanaka.verify(case, seen("address", era(moved_on), births))
    assert "手続が終わりました" in tanaka.notices

    pages = pages_of(desk("yamada").print_papers(["模型\u3000太郎", "模型\u3000花子"], tmp_path))
    letters = [page for page in pages if "〒000-0002" in page]
    assert len(letters) == 2
    assert all("試験町4番5号" in page for page in letters)
    sato.open(f"/households/{joined.household}")
    sato.page.get_by_role("link", name="模型\u3000太郎").first.click()
    sato.page.wait_for_url("**/persons/**")
    assert "試験町" in sato.text
