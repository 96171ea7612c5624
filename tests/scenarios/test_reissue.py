"""「証をなくした」: the lost one ends, another with a number of its own is handed over."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.scenarios.desk import Desk, days_ago, era, pages_of
from tests.scenarios.family import join, reception

OpenDesk = Callable[..., Desk]
SERIAL = re.compile(r"証の番号(\d{4}-\d{7})")


def test_somebody_lost_his_certificate_and_gets_another(desk: OpenDesk, tmp_path: Path) -> None:
    joined = join(desk, "例示", "レイジ", 31, count=1)
    yamada = desk("yamada")
    (first,) = SERIAL.findall("".join(pages_of(yamada.print_papers(["例示\u3000太郎"], tmp_path))))

    sato, tanaka = desk("sato"), desk("tanaka")
    entry = reception("例示 太郎") | {
        "lost_on": era(days_ago(1)),
        "promises_to_return": "true",
        "delivery": "counter",
        "persons": [{"paper": "eligibility_certificate"}],
    }
    case = sato.take_in("reissue", "lost", entry, joined.household)
    sato.confirm_identity(case)
    tanaka.verify(case, {"reason": "lost", "persons": [{"birth_date": joined.persons[0]["birth_date"]}]})
    assert "手続が終わりました" in tanaka.notices

    text = "".join(pages_of(yamada.print_papers(["例示\u3000太郎"], tmp_path)))
    (second,) = SERIAL.findall(text)
    assert second != first
    assert "再交付" in text
    yamada.hand_over(["例示\u3000太郎"])
    assert "窓口で渡した" in yamada.notices
