"""The fields of our record forms: plain controls, era dates, refusals in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import BooleanField, Field, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from portal.language import lazy, t
from rules.eras import DateNotUnderstood, format_short, parse_date
from services.errors import RuleBroken

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

Pair = tuple[str, str]


class Filled:
    """A field that must not be empty."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads it from the class

    def __call__(self, form: Any, field: Any) -> None:
        """Refuse nothing and blanks."""
        del form
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            raise StopValidation(
                t("入力されていません。入力してください。", "This is empty. Please fill it in.")
            )


class AtMost:
    """A text of a limited length."""

    def __init__(self, length: int) -> None:
        """Remember how many characters there may be."""
        self.length = length
        self.field_flags = {"maxlength": length}

    def __call__(self, form: Any, field: Any) -> None:
        """Refuse more characters than the column holds."""
        del form
        if field.data and len(field.data) > self.length:
            raise StopValidation(
                t(
                    f"{len(field.data)}文字あります。{self.length}文字以内にしてください。",
                    f"There are {len(field.data)} characters; there may be {self.length}.",
                )
            )


class EraDateField(Field):
    """A day typed as R8.11.23, 8-11-23, 20261123 or 2026-11-23, shown as R8.11.23."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return format_short(self.data) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; refused with the reason and an example."""
        self.data: date | None = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = parse_date(valuelist[0])
            except DateNotUnderstood as error:
                raise ValueError(
                    t(error.message_ja, "This is not a date. Type R8.11.23 or 2026-11-23.")
                ) from error


class WholeNumberField(Field):
    """A whole number of order."""

    widget = TextInput()

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data if self.data is not None else "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the digits."""
        text = valuelist[0].strip() if valuelist else ""
        try:
            self.data = int(text or 0)
        except ValueError as error:
            raise ValueError(t("数字で入力してください(例: 10)。", "Type a number, e.g. 10.")) from error


class ManyField(SelectMultipleField):
    """Several of a few, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def typed_day(typed: str) -> date:
    """A day that was typed outside of a record form.

    Raises:
        RuleBroken: it cannot be read.
    """
    try:
        return parse_date(typed)
    except DateNotUnderstood as error:
        raise RuleBroken(
            f"日付「{typed}」を読めません。{error.message_ja}",
            f"“{typed}” is no date, e.g. R8.11.23 or 2026-11-23.",
        ) from error


def text(label: Pair, length: int, hint: Pair | None = None, *, required: bool = True) -> Any:
    """A line of text."""
    checks: list[Any] = [Filled()] if required else []
    return StringField(lazy(*label), [*checks, AtMost(length)], description=lazy(*hint) if hint else "")


def era_date(label: Pair, *, required: bool = True) -> Any:
    """A day."""
    hint = lazy("例: R8.11.23、8-11-23、20261123", "e.g. R8.11.23, 8-11-23, 2026-11-23")
    return EraDateField(lazy(*label), [Filled()] if required else [], description=hint)


def number(label: Pair, hint: Pair | None = None) -> Any:
    """A whole number."""
    return WholeNumberField(lazy(*label), description=lazy(*hint) if hint else "")


def yes_no(label: Pair, words: Pair, *, default: bool = False) -> Any:
    """A checkbox; `words` stand beside it."""
    return BooleanField(lazy(*label), default=default, description=lazy(*words))


def one_of(label: Pair, choices: dict[str, Pair], hint: Pair | None = None) -> Any:
    """One of a few."""
    return SelectField(
        lazy(*label),
        [Filled()],
        choices=[SelectChoice(value, lazy(*words)) for value, words in choices.items()],
        description=lazy(*hint) if hint else "",
        validate_choice=True,
    )


def one_row(label: Pair, choices: Callable[[], list[SelectChoice]]) -> Any:
    """One row of a small table, by its id; the rows are read when the form is shown."""
    return SelectField(lazy(*label), [Filled()], coerce=int, choices=choices)


def one_name(label: Pair, choices: Callable[[], list[SelectChoice]]) -> Any:
    """One of what is on record, by its name; read when the form is shown."""
    return SelectField(lazy(*label), [Filled()], choices=choices)


def several(label: Pair, choices: dict[str, Pair], hint: Pair | None = None) -> Any:
    """Several of a few."""
    return ManyField(
        lazy(*label),
        choices=[SelectChoice(value, lazy(*words)) for value, words in choices.items()],
        description=lazy(*hint) if hint else "",
    )


def password(label: Pair, hint: Pair, *, required: bool, name: str = "new-password") -> Any:
    """A password, never shown again."""
    return PasswordField(
        lazy(*label),
        [Filled()] if required else [],
        description=lazy(*hint),
        render_kw={"autocomplete": name, "maxlength": 256},
    )
