"""Changes: another address, a longer stay, another Individual Number."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.scenarios.desk import Desk, days_ago, era, invented_number, pages_of
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


def change(
    desk: OpenDesk,
    kind: str,
    household: int,
    row: Mapping[str, object],
    paper: Mapping[str, object],
    papers: int,
) -> None:
    """Take a change of one person in, confirm identity and verify it; `paper` is what the verifier reads."""
    sato, tanaka = desk("sato"), desk("tanaka")
    changed_on = era(days_ago(1))
    entry = reception("模型 太郎") | {
        "event_on": changed_on,
        "persons": [row],
        "papers": [{"seen": "true"}] * papers,
    }
    case = sato.take_in("change", kind, entry, household)
    sato.confirm_identity(case)
    tanaka.verify(case, seen(kind, changed_on, [paper]))
    assert "手続が終わりました" in tanaka.notices


def test_a_stay_is_extended_and_a_certificate_printed_until_its_new_end(
    desk: OpenDesk, tmp_path: Path
) -> None:
    """H27: the stay of somebody from abroad ends soon; the new card says until when."""
    sato = desk("sato")
    sato.open("/")
    sato.page.fill("header input[name=q]", "90000027")
    sato.page.keyboard.press("Enter")
    sato.page.wait_for_url("**/persons/**")
    until = days_ago(-300)
    row = {"person_id": "SHRESTHA BIKASH", "residence_expires_on": era(until), "certificate": "collected"}
    change(desk, "residence", sato.household_id, row, {"birth_date": "H8.5.25"}, papers=2)
    (letter,) = [
        page for page in pages_of(desk("yamada").print_papers(["SHRESTHA"], tmp_path)) if "有効期限" in page
    ]
    assert "SHRESTHABIKASH" in letter


def test_another_individual_number_is_taken_in_and_shown_nowhere(desk: OpenDesk) -> None:
    joined = join(desk, "番号", "バンゴウ", 211, count=1)
    number, father = invented_number(219), joined.persons[0]
    row = {
        "person_id": str(father["name"]),
        "individual_number": number,
        "number_changed_by": "application",
    }
    paper = {"birth_date": father["birth_date"], "individual_number": number}
    change(desk, "my_number", joined.household, row, paper, papers=0)
    sato, yamada = desk("sato"), desk("yamada")
    for path in (f"/households/{joined.household}", joined.case):
        sato.open(path)
        assert number not in sato.page.content()
    yamada.open("/print/?state=waiting")
    assert len(yamada._rows_of(joined.names)) == 1  # the certificate of moving in; a number changes none
