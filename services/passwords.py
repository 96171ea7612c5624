"""Passwords: what is taken, what everybody tries first, what somebody had before (M20, M21, ASVS 6.2).

No forced change and no forced signs: length, a block list, and nothing of the account's own name.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

from sqlalchemy import select
from werkzeug.security import check_password_hash, generate_password_hash
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from models.audit.tags import Tag
from models.sign_in import BlockedPassword, PasswordOnce
from services import audit
from services.errors import RuleBroken
from services.sign_in import end_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.staff import User
    from services.context import Context

SHORTEST = 12  # characters; ASVS 6.2.1 asks 8 at least, advises 15 (security.md M21)
LONGEST = 256
REMEMBERED = 5
EASY_WORDS = (
    *("password", "passw0rd", "kokuho", "portal", "qwerty", "1234567", "abcdefg", "kokumin", "hoken"),
    *("kenkou", "nenkin", "shiyakusho", "yakusho", "madoguchi", "shokuin", "mihon", "amagasaki"),
)
FILLING = re.compile(r"^[^a-z]+|[^a-z]+$")
SHORTEST_WORD = 4


def check(ctx: Context, password: str, username: str) -> None:
    """Refuse a password that is short, even, or made of what everybody guesses.

    Raises:
        RuleBroken: with the reason and what would do.
    """
    plain = plain_form(password)
    if len(password) < SHORTEST or len(password) > LONGEST:
        raise RuleBroken(
            f"パスワードは{SHORTEST}文字以上にしてください。覚えやすい言葉を3つ以上つなげるのがよい方法です。",
            f"A password has {SHORTEST} characters or more; three or more words in a row do well.",
        )
    if len(set(plain)) < SHORTEST // 2 or username.casefold() in plain:
        raise RuleBroken(
            "パスワードが推測されやすいものです。職員の名前を含めず、同じ文字を繰り返さないでください。",
            "This password is easy to guess: leave your account's name out and do not repeat characters.",
        )
    if any(word in plain for word in EASY_WORDS) or is_common(plain) or _is_blocked(ctx, plain):
        raise RuleBroken(
            "パスワードによく使われる言葉が含まれています。別の言葉にしてください。",
            "This password holds a word that everybody tries first. Choose other words.",
        )


def take(ctx: Context, user: User, new: str) -> None:
    """Give an account a new password; every session of it ends.

    Raises:
        RuleBroken: it is easy to guess, or the person had it before.
    """
    check(ctx, new, user.username)
    before = select(PasswordOnce.password).where(PasswordOnce.user_id == user.id)
    had = list(ctx.session.scalars(before.order_by(PasswordOnce.id.desc()).limit(REMEMBERED)))
    if any(check_password_hash(old, new) for old in (user.password, *had) if old):
        raise RuleBroken(
            f"前に使ったパスワードです(直近{REMEMBERED}回)。別のものにしてください。",
            f"You had this password before (the last {REMEMBERED}). Choose another one.",
        )
    if user.password:
        ctx.session.add(PasswordOnce(user_id=user.id, password=user.password, until=ctx.at))
    user.password = generate_password_hash(new)
    user.changed_on = ctx.at.replace(tzinfo=None)
    end_all(ctx, user.id)
    audit.record(ctx, Tag.ACCOUNT_CHANGED, f"account:{user.id}", detail={"fields": ["password"]})


def block(ctx: Context, passwords: Iterable[str]) -> int:
    """Add the office's own list to the block list; how many came new."""
    known = set(ctx.session.scalars(select(BlockedPassword.digest)))
    new = {_digest(plain_form(one)) for one in passwords if one.strip()} - known
    ctx.session.add_all(BlockedPassword(digest=one) for one in sorted(new))
    audit.record(ctx, Tag.BLOCK_LIST_CHANGED, detail={"added": len(new)})
    return len(new)


def plain_form(password: str) -> str:
    """A password as it is compared: NFKC, no case, no spaces around."""
    return unicodedata.normalize("NFKC", password).strip().casefold()


def is_common(plain: str) -> bool:
    """Whether it is a common password, one with signs put around it, or one said several times."""
    core = FILLING.sub("", plain)
    common = _common()
    if plain in common or (len(core) >= SHORTEST_WORD and core in common):
        return True
    return any(
        len(core) % size == 0 and core == core[:size] * (len(core) // size) and core[:size] in common
        for size in range(SHORTEST_WORD, len(core) // 2 + 1)
    )


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


def _is_blocked(ctx: Context, plain: str) -> bool:
    return ctx.session.get(BlockedPassword, _digest(plain)) is not None


def _digest(plain: str) -> bytes:
    return hashlib.sha256(plain.encode()).digest()
