"""What the city has settled for itself: a dated row of the office's own table, else the city's parameters.

The keys are the names of the parameters (`municipal/office/…`, `municipal/numbering/…`) without `municipal/`.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.masters import CitySetting
from printing.letter import Issuer
from rules.law import ParameterNotInForce
from services.errors import SettingMissing
from services.statute import law_on


def settings_on(session: Session, day: date) -> dict[str, str]:
    """The office's own settings in force on a day, by key."""
    statement = select(CitySetting).where(CitySetting.from_on <= day).order_by(CitySetting.from_on)
    return {row.key: row.value for row in session.scalars(statement)}


def setting(session: Session, key: str, day: date) -> str:
    """One setting of the city on a day.

    Raises:
        SettingMissing: neither the table nor the parameters have a value.
    """
    return _choose(settings_on(session, day), key, day)


def _choose(own: dict[str, str], key: str, day: date) -> str:
    if key in own:
        return own[key]
    try:
        return str(law_on(day).get(f"municipal/{key}").value)
    except ParameterNotInForce as error:
        raise SettingMissing(
            f"市の設定「{key}」に{day}の値がありません。証や通知に載せる値を推測することはできません。"
            "管理者に市の設定への登録を依頼してください。",
            f"The city setting “{key}” has no value on {day}. Ask an administrator to enter it.",
        ) from error


def issuer(session: Session, day: date) -> Issuer:
    """Who issues letters and certificates on a day, as printed at their foot."""
    own = settings_on(session, day)
    title = _choose(own, "office/mayor_title", day)
    return Issuer(
        title=title,
        mayor=_choose(own, "office/mayor_name", day),
        section=_choose(own, "office/division_name", day),
        postal_code=_choose(own, "office/postal_code", day),
        address=_choose(own, "office/address", day),
        telephone=_choose(own, "office/phone", day),
        hours=_choose(own, "office/counter_hours", day),
        seal_text=f"{title}之印",
    )
