"""Checks of persons that every notification shares: on record, the same name twice, the Individual Number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models import vault
from models.person import PersonRecord
from rules.kana import name_search_key
from services import addresses, numbers_vault, persons
from services.context import Context
from services.entries.reading import NewPerson
from services.findings import Finding, refusal, warning
from services.numbers_vault import MESSAGES, MESSAGES_EN, Conflict
from services.protection import list_hidden

PLACES_TOLD = 3


def unknown(path: str) -> Finding:
    """The finding that the person chosen is not on record."""
    return refusal("person.unknown", path, *persons.UNKNOWN)


def agrees_with_record(told: NewPerson, record: PersonRecord, path: str) -> list[Finding]:
    """Compare paper and record: another birth date is another person, another name is asked about."""
    if told.birth_date != record.birth_date:
        return [
            refusal(
                "person.birth_disagrees",
                f"{path}.birth_date",
                "選んだ方の登録と生年月日が違います。別の方を選んでいないか確かめてください。"
                "登録が誤っているときは、住民票を確かめて先に登録を直してください。",
                "The date of birth differs from the record of the person chosen. Did you choose another one?",
            )
        ]
    if name_search_key(told.name) != name_search_key(record.name):
        return [
            warning(
                "person.name_differs",
                f"{path}.name",
                "選んだ方の登録と氏名が違います。同じ方であることを書類で確かめてください。"
                "登録すると、届出の氏名を新しい氏名として記録します(前の氏名も残ります)。",
                "The name differs from the record. Check the papers; the name told will be recorded as new.",
            )
        ]
    return []


def same_names(ctx: Context, told: Mapping[str, NewPerson]) -> list[Finding]:
    """Show who is on record with the same name and date of birth; two persons are never merged (H15).

    `told` holds the persons of a notification who were not chosen from the record, by their path.
    """
    if not told:
        return []
    same = persons.find_same(ctx.session, [(one.name, one.birth_date) for one in told.values()])
    ids = [row.person_id for rows in same.values() for row in rows]
    homes = addresses.current_of(ctx.session, ids, ctx.today) if ids else {}
    hidden = list_hidden(ctx, homes)
    places = {one: "保護対象" if one in hidden else _place(row.address) for one, row in homes.items()}
    return [
        _same_name(path, same[one.name, one.birth_date], places)
        for path, one in told.items()
        if (one.name, one.birth_date) in same
    ]


def _same_name(path: str, same: list[PersonRecord], homes: Mapping[int, str]) -> Finding:
    known = [homes[row.person_id] for row in same if row.person_id in homes]
    places = "、".join(known[:PLACES_TOLD]) + ("ほか" if len(known) > PLACES_TOLD else "")
    return warning(
        "person.same_name_and_birth",
        f"{path}.person_id",
        f"氏名と生年月日が同じ方が{len(same)}人登録されています{f'({places})' if places else ''}。"
        "同じ方であれば、検索してその方を選び直してください。別の方であれば、このまま進めてください。",
        f"{len(same)} person(s) of this name and date of birth are on record. If it is the same person, "
        "choose that record; else go on.",
    )


def _place(address: str) -> str:
    return address[:12]


def number_conflicts(
    ctx: Context, told: Mapping[str, tuple[str | None, int | None]], *, asked: bool = True
) -> dict[str, list[Finding]]:
    """What will stand on the 確認リスト of persons, as findings by path: nothing of it stops (A7, M07).

    `told` holds (reference, person) by path.
    """
    return {
        path: [_number_finding(one.kind, path) for one in found if asked or one.kind is not Conflict.BLANK]
        for path, found in numbers_vault.find_all_conflicts(ctx, told).items()
    }


def _number_finding(kind: Conflict, path: str) -> Finding:
    field = f"{path}.individual_number"
    return warning(f"number.{kind}", field, MESSAGES[kind], MESSAGES_EN[kind], "番号法16条")


def numbers_told_twice(ctx: Context, references: Sequence[tuple[str, str | None]]) -> list[Finding]:
    """Refuse one number for two persons of the same notification; `references` are (path, reference)."""
    told = [(path, reference) for path, reference in references if reference]
    rows = vault.find_all(ctx.session, [reference for _, reference in told]) if len(told) > 1 else {}
    return [
        refusal(
            "number.told_twice",
            f"{path}.individual_number",
            "同じ個人番号が、この届出の別の方にも入力されています。書類を見て入力し直してください。",
            "The same Individual Number was entered for somebody else of this notification. Look again.",
            "番号法16条",
        )
        for place, (path, reference) in enumerate(told)
        if any(vault.agree(rows, reference, other) for _, other in told[:place])
    ]
