"""What a refused field is told: what is wrong, why, and what to do now, in Japanese and in English.

A text never repeats what was typed: it may be an Individual Number in the wrong box.
"""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "required": (
        "入力がありません。必須の項目です。届出書を見て入力してください。",
        "This is empty, but it is required. Enter it from the paper form.",
    ),
    "unknown_field": (
        "この届出にない項目が送られました。受け付けられません。画面を開き直して入力してください。",
        "An item was sent that this form does not have. Open the screen again and enter the form there.",
    ),
    "not_asked": (
        "この事由では使わない項目です。届出書に記載された項目だけを入力できます。空欄にしてください。",
        (
            "This item is not used for the reason chosen; only what this form asks can be entered. "
            "Leave it empty."
        ),
    ),
    "fixed": (
        "この項目は受付のときに決まっており、変更できません。違うときは、取り下げて受け付け直してください。",
        (
            "This was settled when the case was opened and cannot be changed here. "
            "If it is wrong, withdraw the case and take it in again."
        ),
    ),
    "not_a_form": (
        "送られた内容が届出の形をしていません。画面を開き直して入力してください。",
        "What was sent is not a form. Open the screen again and enter the form there.",
    ),
    "not_a_text": (
        "文字として読めない内容が送られました。文字で入力し直してください。",
        "What was sent is not a text. Enter it again as text.",
    ),
    "not_an_integer": (
        "整数ではありません。番号は数字だけです。数字で入力し直してください。",
        "This is not a whole number. Enter digits only.",
    ),
    "not_yes_or_no": (
        "「はい」か「いいえ」のどちらかを選んでください。ほかの内容は受け付けられません。",
        "Choose either yes or no; nothing else can be accepted.",
    ),
    "not_rows": (
        "行として読めない内容が送られました。画面を開き直し、行ごとに入力してください。",
        "What was sent is not a list of rows. Open the screen again and enter it row by row.",
    ),
    "not_a_block": (
        "この欄のまとまりとして読めない内容が送られました。画面を開き直して入力してください。",
        "What was sent is not a group of fields. Open the screen again and enter it there.",
    ),
    "not_a_choice": (
        "選択肢にない内容です。届出で使えるのは一覧にあるものだけです。一覧から選び直してください。",
        "This is not one of the choices. Choose again from the list.",
    ),
    "must_be_agreed": (
        "確認の印がありません。この確認がないと受け付けられません。内容を確かめて印を付けてください。",
        "This is not confirmed, and the form cannot be accepted without it. Check it and tick the box.",
    ),
    "too_long": (
        "長すぎます。{limit}文字までです。届出書の記載を確かめて短くしてください。",
        "This is too long: at most {limit} characters. Check the paper form and shorten it.",
    ),
    "too_short": (
        "短すぎます。{limit}文字以上が必要です。届出書の記載を確かめてください。",
        "This is too short: at least {limit} characters are needed. Check the paper form.",
    ),
    "pattern": (
        "決まった形になっていません。使える文字と桁数を確かめて入力し直してください。",
        "This does not have the form that is needed. Check the characters and digits and enter it again.",
    ),
    "out_of_range": (
        "使える範囲の数ではありません。番号を確かめて入力し直してください。",
        "This number is out of range. Check the number and enter it again.",
    ),
    "too_few_rows": (
        "行が足りません。少なくとも{limit}行が必要です。行を加えて入力してください。",
        "There are too few rows: at least {limit} needed. Add a row and fill it in.",
    ),
    "too_many_rows": (
        "行が多すぎます。一つの届出に書けるのは{limit}行までです。残りは別の届出として受け付けてください。",
        "There are too many rows: one form holds at most {limit}. Take the rest in as another form.",
    ),
    "not_on_record": (
        "台帳に登録のない番号です。氏名や番号を入力し、一覧から選び直してください。",
        "This is not on record. Type a name or number and choose from the list.",
    ),
    "repeated": (
        "同じものが2回あります。1回だけ入力してください。片方を消すか、正しいものに直してください。",
        "The same entry appears twice. Enter it only once: remove one or correct it.",
    ),
    "rows_disagree": (
        "行の組合せが正しくありません。届出書を見て確かめてください。",
        "The rows do not fit together. Check them against the paper form.",
    ),
    "not_allowed": (
        "この組合せでは受け付けられません。届出書を見て、どちらかを直してください。",
        "This cannot be accepted in this combination. Check the paper form and correct one of them.",
    ),
    "date.future": (
        "先の日付です。まだ来ていない日は届け出られません。今日({limit})以前の日付を入力してください。",
        (
            "This date is in the future, and such a day cannot be notified yet. "
            "Enter a date up to today ({limit})."
        ),
    ),
    "date.after": (
        "「{other}」({limit})より後の日付です。順序が逆です。どちらかの日付を確かめて直してください。",
        'This date is after "{other}" ({limit}). Check both dates and correct one.',
    ),
    "date.before": (
        "「{other}」({limit})より前の日付です。順序が逆です。どちらかの日付を確かめて直してください。",
        'This date is before "{other}" ({limit}). Check both dates and correct one.',
    ),
}

DATE_TEXTS_EN: Final[dict[str, str]] = {
    "date.empty": "There is no date. Enter one.",
    "date.form": "This cannot be read as a date. Enter it in one of the usual ways.",
    "date.incomplete": "The month or the day is missing. Enter year, month and day.",
    "date.not_in_era": "The era does not have this date (Showa ended in year 64, Heisei in year 31). "
    "Check the era and the year and enter it again.",
    "date.not_in_month": "The month does not have this day. Check month and day and enter it again.",
    "date.too_early": "Dates before 1 January 1873 cannot be used (old calendar). Check the year.",
    "date.too_late": "The year is too far in the future. Check the year.",
    "date.disagrees": "The era date and the western date differ. Enter only one of them.",
}

NUMBER_TEXTS_EN: Final[dict[str, str]] = {
    "number.not_digits": "The Individual Number contains something else than digits. Enter 12 digits.",
    "number.length": "The Individual Number has 12 digits; another count was entered. "
    "Enter it again from the paper.",
    "number.check_digit": "The check digit of the Individual Number does not fit: a digit is wrong. "
    "Enter it again from the paper.",
    "number.not_demo": "This is a demonstration: only invented numbers (beginning with 000) are taken.",
    "number.demo_in_production": "An invented test number cannot be registered. "
    "Look at the paper and enter it again.",
}


def texts(code: str, **words: object) -> tuple[str, str]:
    """Return the Japanese and the English text of a code, with its blanks filled in."""
    japanese, english = TEXTS[code]
    return japanese.format(**words), english.format(**words)
