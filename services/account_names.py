"""Names of accounts: how they are compared, and which belong to nobody in particular (M19)."""

from __future__ import annotations

import re
import unicodedata

from services.errors import RuleBroken

SHARED = re.compile(
    r"(kokuho|kokumin|hoken|nenkin|shared?|common|kyoyo|kyotsu|guest|test|user|admin(istrator)?|root|system"
    r"|madoguchi|counter|staff|shokuin|office|temp|dummy|職員|共用|共有|共通|窓口|管理者|代表)[-_.]?[0-9]*"
)


def normal_name(name: str) -> str:
    """An account's name as it is compared: NFKC, lower case, no spaces around (no twins)."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


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
