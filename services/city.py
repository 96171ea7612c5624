"""What the city has settled for itself: a dated row of the office's own table, else the city's parameters.

The keys are the names of the parameters (`municipal/office/…`, `municipal/numbering/…`) without `municipal/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.masters import CitySetting
from printing.letter import Issuer
from rules.law import ParameterNotInForce
from services.errors import SettingMissing
from services.statute import law_on


@dataclass(frozen=True)
class Insurer:
    """Who insures, as printed on every certificate."""

    number: str
    name: str


@dataclass(frozen=True)
class Settings:
    """The settings of one day, read in one statement."""

    day: date
    own: Mapping[str, str]

    def text(self, key: str) -> str:
        """One setting.

        Raises:
            SettingMissing: neither the table nor the parameters have a value.
        """
        if key in self.own:
            return self.own[key]
        try:
            return str(law_on(self.day).get(f"municipal/{key}").value)
        except ParameterNotInForce as error:
            raise SettingMissing(
                f"市の設定「{key}」に{self.day}の値がありません。証や通知に載せる値を推測することはできません。"
                "管理者に市の設定への登録を依頼してください。",
                f"The city setting “{key}” has no value on {self.day}. Ask an administrator to enter it.",
            ) from error

    @property
    def insurer(self) -> Insurer:
        return Insurer(self.text("office/insurer_number"), self.text("office/city_name"))

    @property
    def issuer(self) -> Issuer:
        """Who issues letters and certificates, as printed at their foot."""
        title = self.text("office/mayor_title")
        return Issuer(
            title=title,
            mayor=self.text("office/mayor_name"),
            section=self.text("office/division_name"),
            postal_code=self.text("office/postal_code"),
            address=self.text("office/address"),
            telephone=self.text("office/phone"),
            hours=self.text("office/counter_hours"),
            seal_text=f"{title}之印",
        )


@dataclass(frozen=True)
class City:
    """All that the city has settled, read in one statement by a deed that asks for several days."""

    rows: Sequence[CitySetting]

    def on(self, day: date) -> Settings:
        """The settings in force on a day; the office's own rows come before the parameters."""
        return Settings(day, {row.key: row.value for row in self.rows if row.from_on <= day})


def read(session: Session) -> City:
    """What the city has settled, oldest first."""
    return City(session.scalars(select(CitySetting).order_by(CitySetting.from_on)).all())


def settings_on(session: Session, day: date) -> Settings:
    """The city's settings in force on a day."""
    return read(session).on(day)


def setting(session: Session, key: str, day: date) -> str:
    """One setting of the city on a day.

    Raises:
        SettingMissing: neither the table nor the parameters have a value.
    """
    return settings_on(session, day).text(key)
