"""What cannot be in a form that is changed in the editor: each refused with the field and why."""

from __future__ import annotations

import re
from typing import Any

from services.errors import RuleBroken
from workflows.studio.form_fields import FieldWords
from workflows.studio.form_kinds import KINDS, MOST_ROWS, ROWS

Form = dict[str, Any]
MOST_FIELDS, MOST_CHOICES, LONGEST = 100, 60, 100
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)


def must_be_fit(form: Form, told: FieldWords, was: str) -> None:
    if not _NAME.fullmatch(told.name) or len(told.name) > LONGEST:
        raise RuleBroken(
            f"項目の記号「{told.name}」は、英小文字・数字・_ で、英字から始めてください。",
            f"The name of a field ({told.name}) is small letters, digits and _, beginning with a letter.",
        )
    must_be_words(told.ja, told.en, told.help_ja, told.help_en)
    taken = {name for group in form["ui"]["groups"] for name in group["fields"]}
    if told.name != was and (told.name in taken or told.name in form["schema"].get("properties", {})):
        raise RuleBroken(
            f"項目「{told.name}」はすでにあります。別の記号にしてください。",
            f"There is a field {told.name} already.",
        )
    if was and told.name != was:
        raise RuleBroken(
            f"項目「{was}」の記号は変えられません。消して、新しい項目を加えてください。",
            f"The name of the field {was} stays. Remove it and add another.",
        )
    if len(taken) >= MOST_FIELDS:
        raise RuleBroken(
            f"項目は{MOST_FIELDS}個までです。様式を分けてください。",
            f"A form has {MOST_FIELDS} fields at most.",
        )


def must_be_words(ja: str, en: str, help_ja: str, help_en: str) -> None:
    if not ja:
        raise RuleBroken("日本語の名前が空です。名前を入力してください。", "The Japanese name is missing.")
    if max(len(ja), len(en)) > LONGEST or max(len(help_ja), len(help_en)) > 4 * LONGEST:
        raise RuleBroken(
            f"名前は{LONGEST}字、説明は{4 * LONGEST}字までです。短くしてください。",
            f"A name has {LONGEST} characters at most, a help {4 * LONGEST}.",
        )
    if not (ja + en + help_ja + help_en).isprintable():
        raise RuleBroken("使えない文字があります。入力し直してください。", "A text holds hidden characters.")


def must_be_whole(told: FieldWords) -> None:
    """The choices and bounds of a kind must not contradict themselves."""
    kind = KINDS.get(told.kind)
    if kind is None:
        raise RuleBroken(f"項目「{told.ja}」の種類を選んでください。", f"Choose the kind of {told.name}.")
    values = [one.value for one in told.choices]
    if kind.has_choices and (not values or len(set(values)) < len(values) or len(values) > MOST_CHOICES):
        raise RuleBroken(
            f"項目「{told.ja}」の選択肢は1〜{MOST_CHOICES}個、値は重ならないように、1行に1つ入力してください。",
            f"{told.name}: one choice a line, 1 to {MOST_CHOICES}, each value once.",
        )
    wrong = next((one for one in values if not re.fullmatch(r"[A-Za-z0-9_]{1,40}", one, re.ASCII)), None)
    if wrong is not None:
        raise RuleBroken(
            f"項目「{told.ja}」の選択肢「{wrong}」の値は英数字と_で入力してください(値=日本語=英語)。",
            f"{told.name}: the value {wrong} is letters, digits and _ (value=Japanese=English).",
        )
    most = 1 if told.most is None else told.most
    if told.kind == ROWS and not (0 <= (told.least or 0) <= MOST_ROWS and 1 <= most <= MOST_ROWS):
        raise RuleBroken(
            f"項目「{told.ja}」の行の数は0〜{MOST_ROWS}で、多くとも1行以上にしてください。",
            f"{told.name}: from 0 to {MOST_ROWS} rows, and one at most or more.",
        )
    if told.least is not None and told.most is not None and told.least > told.most:
        raise RuleBroken(
            f"項目「{told.ja}」の範囲が逆です({told.least}〜{told.most})。どんな数も入力できません。",
            f"{told.name}: from {told.least} to {told.most} no number can be entered.",
        )


def must_ask_something(row: Form) -> None:
    if not row["ui"]["groups"][0]["fields"]:
        raise RuleBroken(
            "行の最後の項目は消せません。先に別の項目を加えるか、繰返しの項目そのものを消してください。",
            "The last field of the rows cannot be removed. Add another first, or remove the rows.",
        )
