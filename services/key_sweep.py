"""Data keys whose number never came to be are destroyed in the night (T16).

A data key is kept before its row is written; a deed that is undone leaves a key that opens nothing. Only keys
are looked at that are older than any deed can last, so that a registration under way is never harmed.
"""

from __future__ import annotations

from datetime import timedelta

from models import vault
from models.audit.tags import Tag
from models.key_refusals import TooManyOrphans
from services import audit
from services.context import Context
from services.errors import RuleBroken

SAFE_AGE = timedelta(days=3)
AT_ONCE = 5000


class DatabaseBehindKeys(RuleBroken):
    """So many data keys have no number that the database is likelier an older copy; nothing was destroyed."""

    code = "keys.database_behind"


def run(ctx: Context, after: str = "") -> vault.Swept:
    """Look at one part of the keys, after the id of the one before; told to the audit record where any went.

    Raises:
        DatabaseBehindKeys: an operator has to look first (docs/security/vault.md).
    """
    try:
        swept = vault.sweep_keys(ctx.session, ctx.at - SAFE_AGE, after, AT_ONCE)
    except TooManyOrphans as found:
        raise DatabaseBehindKeys(
            f"番号のない鍵が{found.seen}個のうち{found.orphans}個見つかりました。データベースが鍵の保管庫より"
            "古い可能性があるため、何も消していません。復元の直後でないか、管理者が確かめてください。",
            str(found),
        ) from found
    if swept.destroyed:
        audit.record(ctx, Tag.HOUSE_KEPT, detail={"orphans": swept.destroyed})
    return swept
