"""The family of the stories, as their notification is filled in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.scenarios.desk import Desk, days_ago, era, invented_number

MOVED_ON = days_ago(7)
ADDRESS = {"postal_code": "000-0001", "address": "見本県見本市架空町1丁目2番3号"}
NEW_ADDRESS = {"postal_code": "000-0002", "address": "見本県見本市試験町4番5号", "building": "見本荘101"}


def family(surname: str, kana: str, first_number: int) -> list[dict[str, Any]]:
    """Father, mother who registered her My Number card, two children; the youngest has no number yet."""
    rows = [
        ("太郎", "タロウ", "1", "S55.4.2", "head", "false", invented_number(first_number)),
        ("花子", "ハナコ", "2", "昭和57年8月9日", "wife", "true", invented_number(first_number + 1)),
        ("一郎", "イチロウ", "1", "2010-01-05", "child", "false", invented_number(first_number + 2)),
        ("葵", "アオイ", "2", "R3.12.24", "child", "false", ""),
    ]
    return [
        {
            "name": f"{surname} {given}",
            "kana": f"{kana} {given_kana}",
            "sex": sex,
            "birth_date": birth,
            "relationship": relationship,
            "individual_number": number,
            "has_my_number_insurance_card": registered,
        }
        for given, given_kana, sex, birth, relationship, registered, number in rows
    ]


def reception(notifier: str) -> dict[str, Any]:
    """What every paper says at its top."""
    return {
        "form_date": era(days_ago(0)),
        "notifier": {"relation": "self", "name": notifier},
        "phone": "000-0000-0000",
    }


def moving_in(persons: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The notification of a family that moved in a week ago."""
    return reception(str(persons[0]["name"])) | {
        "head_kind": "listed",
        "address": ADDRESS,
        "event_on": era(MOVED_ON),
        "previous_municipality_code": "131016",
        "moved_within_prefecture": "false",
        "previous_address": {"postal_code": "1000001", "address": "東京都千代田区千代田1番"},
        "persons": list(persons),
    }


def seen(reason: str, event_on: str, persons: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the verifier types from the same paper."""
    rows = [
        {name: row[name] for name in ("birth_date", "individual_number") if row.get(name)} for row in persons
    ]
    return {"reason": reason, "event_on": event_on, "persons": rows}


@dataclass(frozen=True)
class Joined:
    """A family on record: the household, the paper of each, and the case by which they came."""

    household: int
    persons: Sequence[Mapping[str, Any]]
    case: str

    @property
    def names(self) -> list[str]:
        return [str(one["name"]).replace(" ", "\u3000") for one in self.persons]


def join(desk: Callable[..., Desk], surname: str, kana: str, first_number: int, count: int = 4) -> Joined:
    """Let a family move in, from intake to registration."""
    persons = family(surname, kana, first_number)[:count]
    sato, tanaka = desk("sato"), desk("tanaka")
    case = sato.take_in("acquisition", "01", moving_in(persons))
    sato.confirm_identity(case)
    tanaka.verify(case, seen("01", era(MOVED_ON), persons))
    assert "手続が終わりました" in tanaka.notices
    sato.open(case)
    return Joined(sato.household_id, persons, case)
