"""Names of accounts and numbers of staff: how they are compared, and which belong to nobody (M19, T27)."""

from __future__ import annotations

import re
import unicodedata

from services.errors import RuleBroken

SHARED = re.compile(
    r"(kokuho|kokumin|hoken|nenkin|shared?|common|kyoyo|kyotsu|guest|test|user|admin(istrator)?|root|system"
    r"|madoguchi|counter|staff|shokuin|office|temp|dummy|職員|共用|共有|共通|窓口|管理者|代表)[-_.]?[0-9]*"
)

# Latin letters, kana and kanji: no sign that cannot be seen, no letter that looks like another one.
SEEN_AS_WRITTEN = re.compile(r"[0-9a-z._@+\-ぁ-ゖァ-ヺー々㐀-䶿一-鿿豈-﫿𠀀-𲎯]+")
STAFF_NUMBER = re.compile(r"[0-9A-Za-z]+(-[0-9A-Za-z]+)*")


def normal_name(name: str) -> str:
    """An account's name as it is compared: NFKC, lower case, no spaces around (no twins)."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def plain_number(typed: str) -> str:
    """A staff number in its one form: the letters and digits of ASCII, whatever their width was.

    Raises:
        RuleBroken: it holds another sign, be it one that cannot be seen.
    """
    number = unicodedata.normalize("NFKC", typed).strip()
    if not STAFF_NUMBER.fullmatch(number):
        raise RuleBroken(
            "職員番号は、英数字とハイフンだけで入力してください(例: 01234)。",
            "A staff number has letters, digits and hyphens only, e.g. 01234.",
        )
    return number


def refuse_unseen(name: str) -> None:
    """No account name with signs that cannot be seen, or that look like another's (no twins).

    Raises:
        RuleBroken: it holds such a sign.
    """
    if not SEEN_AS_WRITTEN.fullmatch(normal_name(name)):
        raise RuleBroken(
            "利用者名に使えない文字があります(空白、見えない文字、外国の文字など)。"
            "英数字と . _ - @ 、かな・漢字で入力し直してください。",
            "The account name holds a sign that it may not: blanks, signs that cannot be seen, letters that "
            "look like others. Use a-z, digits, . _ - @, kana or kanji.",
        )


def refuse_shared(name: str) -> None:
    """No account that several people would share.

    Raises:
        RuleBroken: the name says a desk or a purpose, not a person.
    """
    if SHARED.fullmatch(normal_name(name)):
        raise RuleBroken(
            "だれのものか分からない利用者名は作れません(共用の禁止)。職員番号か本人の名前にしてください。",
            "An account belongs to one person: use a staff number or his name, not a shared word.",
        )
