"""What the code of an incident's cause means, in words for operators; the code itself stays beside it.

An error's own message may hold what people entered and is not kept. These words hold none.
"""

from __future__ import annotations

UNEXPECTED = "unexpected"
_WORDS = {
    "register_away": (
        "住民基本台帳の照会先が応答しないか、応答が読めません",
        "the resident register does not answer, or its answer cannot be read",
    ),
    "setting_missing": ("市の設定が足りません", "a setting of the city is missing"),
    "registration_refused": ("登録のきまりに合いません", "the rules of registration refuse it"),
    "not_found": ("対象の記録が見つかりません", "a record that it needs is not there"),
    "conflict": ("同じ記録を別の処理が先に変えました", "something else changed the same record first"),
    "message_not_awaited": ("電文を待っている案件がありません", "no case waits for the message"),
    "message_ambiguous": (
        "電文を待っている案件が2件以上あります",
        "more than one case waits for the message",
    ),
    "no_way_out": (
        "分岐の条件がどれも成り立たず、既定の道もありません",
        "no condition of the gateway is true and it has no default",
    ),
    "not_caught": (
        "図のどこも受けない誤りが投げられました",
        "an error was thrown that nothing in the diagram catches",
    ),
    "too_many_steps": (
        "終わりのない繰り返しになっています",
        "the case goes round without end",
    ),
    "timer_value": (
        "タイマーの式が日付・時刻・期間になりません",
        "the timer's expression gives no date, moment or duration",
    ),
    "timer_out_of_range": (
        "タイマーの日時が暦の範囲(1年〜9999年)を超えます",
        "the timer's moment lies outside the years 1 to 9999",
    ),
    "instances_no_list": ("繰り返しの対象が一覧になりません", "what is to be repeated over is no list"),
    "instances_no_number": ("繰り返しの回数が数になりません", "the number of repetitions is no number"),
    "instances_too_many": ("繰り返しの回数が上限を超えます", "there are too many repetitions"),
    "correlation_key": ("電文の宛先の鍵が文字になりません", "the key of the message is no text"),
    UNEXPECTED: ("想定していない誤りです", "an unexpected error"),
}


def told(code: str) -> tuple[str, str]:
    """One sentence in Japanese and English that names a cause, with its code, and says what to do."""
    ja, en = _WORDS.get(code) or _WORDS.get(code.partition(":")[0], ("", ""))
    now_ja, now_en = "原因を除いてから再試行してください。", "Remove the cause, then retry."
    if not ja:
        return f"原因の符号は{code}です。{now_ja}", f"The cause has the code {code}. {now_en}"
    return f"原因: {ja}({code})。{now_ja}", f"The cause: {en} ({code}). {now_en}"
