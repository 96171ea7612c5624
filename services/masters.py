"""The tables that the office keeps itself: adding and changing a row, with its history (N4).

Nothing is deleted: what is no longer used is set inactive, so that old records keep their names. Each
change leaves a `master_history` row with what was before and after, and an audit event.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from models.audit.tags import Tag
from models.masters import (
    CitySetting,
    Facility,
    Holiday,
    MasterHistory,
    Municipality,
    Office,
    OtherInsurer,
    PaperKind,
    Posting,
    ReasonCode,
    School,
)
from models.staff import User, names_of
from rules.numbers import insurer_number_is_valid, municipality_code_is_valid
from services import audit, coverage
from services.account_names import normal_name, plain_number
from services.contracting import access
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.sign_in import end_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from models.base import Base
    from services.context import Context

Values = dict[str, Any]


class ValueRefused(RuleBroken):
    """A value of a master row that cannot be; `field` is where it stands."""

    code = "value_refused"

    def __init__(self, field: str, message_ja: str, message_en: str) -> None:
        """Name the field, so that the screen marks it."""
        super().__init__(message_ja, message_en)
        self.field = field


@dataclass(frozen=True)
class Master:
    """A table: its columns that people keep, which of them together are unique, and its own check.

    What is `fixed` stays as it was added: others name the row by it.
    """

    model: type[Any]
    columns: tuple[str, ...]
    unique: tuple[str, ...]
    check: Callable[[Context, Values], None] | None = None
    fixed: tuple[str, ...] = ()


def add(ctx: Context, master: Master, values: Values) -> Base:
    """Add a row.

    Raises:
        ValueRefused: a value cannot be, or the row is there already.
    """
    clean = _checked(ctx, master, values, None)
    row: Base = master.model(**clean)
    ctx.session.add(row)
    ctx.session.flush()
    _remember(ctx, master, row, "added", {})
    return row


def change(ctx: Context, master: Master, row_id: int, values: Values, seen: str | None = None) -> Base:
    """Change a row; `seen` is the fingerprint of the row when the form was opened.

    Raises:
        NotFound: no such row.
        SomebodyElseWasFaster: the row is another than the one that was seen.
        ValueRefused: as for `add`.
    """
    lock = {"key_share": True}  # deeds that name the row go on meanwhile
    row: Base | None = ctx.session.get(master.model, row_id, with_for_update=lock, populate_existing=True)
    if row is None:
        raise NotFound("この行はマスタにありません。", "There is no such row.")
    if seen is not None and seen != fingerprint(master, row):
        raise SomebodyElseWasFaster(
            "開いている間に、ほかの人がこの行を変えました。開き直して、いまの内容を確かめてください。",
            "Somebody changed this row while you had it open. Open it again and look at what it is now.",
        )
    before = as_json(master, row)
    clean = _checked(ctx, master, values, row_id)
    _refuse_renaming(master, row, clean)
    for name, value in clean.items():
        setattr(row, name, value)
    ctx.session.flush()
    if as_json(master, row) != before:
        _remember(ctx, master, row, "changed", before)
    return row


def history(ctx: Context, table_name: str, row_id: int) -> Sequence[MasterHistory]:
    """All changes of a row, newest first."""
    return ctx.session.scalars(
        select(MasterHistory)
        .where(MasterHistory.table_name == table_name, MasterHistory.row_id == row_id)
        .order_by(MasterHistory.id.desc())
    ).all()


def names(ctx: Context, entries: Sequence[MasterHistory]) -> dict[int, str]:
    """Who made these changes, by the id of the account."""
    return names_of(ctx.session, [entry.by_id for entry in entries])


def as_json(master: Master, row: Any) -> dict[str, Any]:
    """The columns that people keep, as they stand in a history."""
    return {name: _plain(getattr(row, name)) for name in master.columns}


def fingerprint(master: Master, row: Any) -> str:
    """A short text that differs when the row differs."""
    return "|".join(f"{name}={value}" for name, value in as_json(master, row).items())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _checked(ctx: Context, master: Master, values: Values, row_id: int | None) -> Values:
    clean = {name: values[name] for name in master.columns if name in values}
    for name, value in clean.items():
        if isinstance(value, str):
            clean[name] = unicodedata.normalize("NFC", value).strip()
    if master.check is not None:
        master.check(ctx, clean)
    _refuse_double(ctx, master, clean, row_id)
    return clean


def _refuse_double(ctx: Context, master: Master, values: Values, row_id: int | None) -> None:
    if not master.unique:
        return
    statement = select(master.model.id)
    for name in master.unique:
        statement = statement.where(getattr(master.model, name) == values[name])
    if any(found != row_id for found in ctx.session.scalars(statement)):
        raise ValueRefused(
            master.unique[0],
            "同じものがすでに登録されています。一覧から開いて直してください。",
            "The same is registered already. Open it from the list and change it there.",
        )


def _refuse_renaming(master: Master, row: Any, values: Values) -> None:
    """The code of an office says whose files are whose (M36): another code would make them another's."""
    for name in master.fixed:
        if name in values and values[name] != getattr(row, name):
            raise ValueRefused(
                name,
                "コードは登録したあとに変えられません(移転の相手を示すためです)。"
                "組織が変わったときは、新しい行を登録し、この行を使用しないにしてください。",
                "The code stays as it was: transfers name their recipient by it. Add a new row instead.",
            )


def _remember(ctx: Context, master: Master, row: Any, kind: str, before: dict[str, Any]) -> None:
    table = master.model.__tablename__
    after = as_json(master, row)
    ctx.session.add(
        MasterHistory(
            table_name=table,
            row_id=row.id,
            at=ctx.at,
            by_id=ctx.actor.staff_id,
            kind=kind,
            before=before,
            after=after,
        )
    )
    changed = sorted(name for name in after if before.get(name) != after[name])
    if master.model is Posting:  # what somebody may open follows from where he works (M22)
        end_all(ctx, after["user_id"])
        coverage.settle_person(ctx, after["user_id"])
    tag = Tag.ACCOUNT_CHANGED if master.model is Posting else Tag.MASTER_CHANGED
    audit.record(ctx, tag, f"{table}:{row.id}", detail={"kind": kind, "fields": changed})


def _check_municipality(_ctx: Context, values: Values) -> None:
    if not municipality_code_is_valid(values["code"]):
        raise ValueRefused(
            "code",
            "団体コードの検査数字が合いません。6桁の数字を確かめてください(例: 281000)。",
            "The check digit of this code does not agree. Look at the six digits again (e.g. 281000).",
        )


def _check_insurer(_ctx: Context, values: Values) -> None:
    if not insurer_number_is_valid(values["insurer_number"]):
        raise ValueRefused(
            "insurer_number",
            "保険者番号の検証番号が合いません。6桁か8桁の数字を証で確かめてください(例: 01130012)。",
            "The check digit of this insurer's number does not agree. Look at the six or eight digits again.",
        )


def _check_posting(ctx: Context, values: Values) -> None:
    if values["until_on"] is not None and values["until_on"] < values["from_on"]:
        raise ValueRefused(
            "until_on",
            "終わりの日が始まりの日より前になっています。同じ日か、後の日を入力してください。",
            "The last day lies before the first. Enter the same day or a later one.",
        )
    if ctx.session.get(User, values["user_id"]) is None or (
        ctx.session.get(Office, values["office_id"]) is None
    ):
        raise ValueRefused(
            "user_id",
            "職員か課がありません。一覧から選び直してください。",
            "There is no such person or office. Choose again.",
        )
    try:
        number = values["staff_number"] = plain_number(values["staff_number"])
    except RuleBroken as refused:
        raise ValueRefused("staff_number", refused.message_ja, refused.message_en) from None
    for field, refuse in (("office_id", access.refuse_office), ("until_on", access.refuse_posting)):
        try:
            refuse(ctx, values["user_id"], values[field])
        except RuleBroken as refused:
            raise ValueRefused(field, refused.message_ja, refused.message_en) from None
    others = select(Posting.id).where(
        func.lower(Posting.staff_number) == number.lower(), Posting.user_id != values["user_id"]
    )
    if ctx.session.scalars(others).first() is not None:
        raise ValueRefused(
            "staff_number",
            "この職員番号は別の利用者のものです。一人に一つの利用者名だけを使います。",
            "This staff number belongs to another account: one person, one account.",
        )


def account_id(ctx: Context, username: str) -> int:
    """The account of a typed name.

    Raises:
        ValueRefused: nobody has it.
    """
    found = ctx.session.scalars(
        select(User.id).where(func.lower(User.username) == normal_name(username))
    ).first()
    if found is None:
        raise ValueRefused(
            "username",
            "この利用者名の職員は登録されていません。先に職員を登録するか、利用者名を確かめてください。",
            "Nobody has this account name. Add the person first, or look at the name again.",
        )
    return int(found)


MASTERS: dict[str, Master] = {
    master.model.__tablename__: master
    for master in (
        Master(
            Municipality,
            ("code", "prefecture", "name", "name_kana", "active"),
            ("code",),
            _check_municipality,
        ),
        Master(School, ("name", "address", "active"), ("name",)),
        Master(Facility, ("kind", "name", "address", "active"), ("name",)),
        Master(
            OtherInsurer, ("insurer_number", "kind", "name", "active"), ("insurer_number",), _check_insurer
        ),
        Master(PaperKind, ("code", "name", "name_en", "use", "may_be_scanned", "active"), ("code",)),
        Master(
            ReasonCode,
            ("procedure", "code", "name", "name_en", "words", "words_en", "article", "sort", "active"),
            ("procedure", "code"),
        ),
        Master(
            Office,
            ("code", "name", "name_en", "telephone", "address", "active"),
            ("code",),
            fixed=("code",),
        ),
        Master(Holiday, ("day", "name"), ("day",)),
        Master(
            CitySetting,
            ("key", "from_on", "value", "title", "source", "certainty"),
            ("key", "from_on"),
        ),
        Master(
            Posting,
            ("user_id", "staff_number", "office_id", "title", "from_on", "until_on"),
            ("user_id", "office_id", "from_on"),
            _check_posting,
        ),
    )
}
