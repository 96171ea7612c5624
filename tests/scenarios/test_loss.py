"""「会社の保険に入った」: one of a family leaves, and the head who dies gives way to another."""

from collections.abc import Callable
from pathlib import Path

from rules.eras import format_long
from tests.scenarios.desk import Desk, days_ago, era, pages_of
from tests.scenarios.family import join, reception, seen

OpenDesk = Callable[..., Desk]


def test_somebody_joins_his_companys_insurance_and_gets_a_proof(desk: OpenDesk, tmp_path: Path) -> None:
    joined = join(desk, "仮設", "カセツ", 11)
    joined_on = days_ago(3)

    sato = desk("sato")
    sato.begin("loss", "02", joined.household)
    sato.remove_rows("persons", keep=1)
    sato.enter(
        reception("仮設 太郎")
        | {
            "event_on": era(joined_on),
            "scheme_standing": "own",
            "scheme_name": "架空健康保険組合",
            "persons": [{}, {"certificate": "collected"}],
            "papers": [{"seen": "true"}, {"seen": "true", "returned": "false"}],
        }
    )
    sato.send()
    case = sato.case_path
    sato.confirm_identity(case)
    tanaka = desk("tanaka")
    tanaka.verify(case, seen("02", era(joined_on), [{"birth_date": joined.persons[1]["birth_date"]}]))
    assert "手続が終わりました" in tanaka.notices

    pages = pages_of(desk("yamada").print_papers(["仮設\u3000花子"], tmp_path))
    (proof,) = [page for page in pages if "資格喪失証明書" in page]
    assert "仮設花子" in proof
    assert format_long(days_ago(2)) in proof
    sato.open(f"/households/{joined.household}")
    assert "仮設\u3000太郎" in sato.text
