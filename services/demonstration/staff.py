"""Accounts for the demonstration: one for each role and a second office, all with the same password.

The password is made once for each installation (portal/commands/demo.py) and hashed once. Not for
production.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from werkzeug.security import generate_password_hash

from models import bulk, sign_in
from models.audit.tags import Tag
from models.masters import Office, Posting
from models.sign_in import SecondFactor
from services import audit
from services.demonstration.masters import HEAD_OFFICE
from services.errors import NotFound, RuleBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.context import Context

POSTED_FROM = date(2024, 4, 1)
SECOND_OFFICE = "02"
CONTRACTORS = "itaku"
SHORTEST_PASSWORD = 12
SECRET_BYTES = 20  # RFC 4226: 160 bits


class RolesMissing(RuleBroken):
    """The roles of the office are not in the database yet; `flask setup` brings them."""

    code = "roles_missing"


@dataclass(frozen=True)
class Account:
    """A person of the staff as the demonstration shows him."""

    username: str
    last_name: str
    first_name: str
    role: str
    role_ja: str
    staff_number: str
    office: str = HEAD_OFFICE


ACCOUNTS = (
    Account("sato", "佐藤", "花子", "counter", "窓口担当", "10001"),
    Account("suzuki", "鈴木", "一郎", "counter", "窓口担当", "10002"),
    Account("tanaka", "田中", "恵", "verifier", "照合担当", "10003"),
    Account("yamada", "山田", "優", "certificate_clerk", "証交付担当", "10004"),
    Account("kimura", "木村", "誠", "section_chief", "課長", "10005"),
    Account("aoki", "青木", "正", "auditor", "監査担当", "10006"),
    Account("kanri", "管理", "修", "administrator", "管理者", "10007"),
    Account("mori", "森", "健", "administrator", "管理者", "10008"),
    Account("hogo", "保護", "司", "data_protection_manager", "データ保護管理者", "10009"),
    Account("johou", "情報", "学", "receiving_section", "情報政策課", "30011", "11"),
    Account("shimin", "市民", "桜", "receiving_section", "市民課", "30012", "12"),
    Account("kaigo", "介護", "進", "receiving_section", "介護保険事業担当", "30013", "13"),
    Account("hokubu", "北部", "望", "receiving_section", "北部保健福祉管理課", "30014", "14"),
    Account("nanbu", "南部", "誠一", "receiving_section", "南部保健福祉管理課", "30015", "15"),
    Account("shogai", "障害", "歩", "receiving_section", "障害福祉課", "30016", "16"),
    Account("nishida", "西田", "直子", "contract_clerk", "契約担当", "10019"),
    Account("okada", "岡田", "武", "contract_clerk", "契約担当", "10020"),
    Account("gyosha", "業者", "太郎", "contractor", "委託先の従事者", "C000001", CONTRACTORS),
    Account("ito", "伊藤", "真由美", "counter", "窓口担当", "20001", SECOND_OFFICE),
)


def install_accounts(ctx: Context, password: str) -> int:
    """Add the accounts that are missing, with roles and postings; say how many came new.

    An account that is there is left alone: somebody may have changed its password or its roles.

    Raises:
        RolesMissing: `flask setup` did not run.
        ValueError: the password is shorter than the portal takes.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password of the demonstration has {SHORTEST_PASSWORD} characters or more")
    roles, offices = _roles(ctx), _offices(ctx)
    user = bulk.table("ab_user")
    there = set(ctx.session.scalars(select(user.c.username)))
    new = [account for account in ACCOUNTS if account.username not in there]
    if not new:
        _enrol(ctx, password)
        return 0
    hashed = generate_password_hash(password)
    now = ctx.at.replace(tzinfo=None)
    for account in new:
        user_id = _add(ctx, account, hashed, now)
        _post(ctx, account, user_id, roles[account.role], offices[account.office])
    _enrol(ctx, password)
    audit.record(
        ctx, Tag.ACCOUNT_CHANGED, "account:demonstration", detail={"kind": "added", "accounts": len(new)}
    )
    return len(new)


def _add(ctx: Context, account: Account, hashed: str, now: datetime) -> int:
    user = bulk.table("ab_user")
    values = {
        "username": account.username,
        "last_name": account.last_name,
        "first_name": account.first_name,
        "email": f"{account.username}@example.invalid",
        "password": hashed,
        "active": True,
        "created_on": now,
        "changed_on": now,
    }
    ctx.session.execute(user.insert().values(**values))
    found = ctx.session.scalar(select(user.c.id).where(user.c.username == account.username))
    return int(found or 0)


def _post(ctx: Context, account: Account, user_id: int, role_id: int, office_id: int) -> None:
    given = bulk.table("ab_user_role")
    ctx.session.execute(given.insert().values(user_id=user_id, role_id=role_id))
    ctx.session.add(
        Posting(
            user_id=user_id,
            staff_number=account.staff_number,
            office_id=office_id,
            title=account.role_ja,
            from_on=POSTED_FROM,
        )
    )


def _enrol(ctx: Context, password: str) -> None:
    """Give each account that never had a second factor a one-time code of its own."""
    user = bulk.table("ab_user")
    names = [account.username for account in ACCOUNTS]
    had = select(SecondFactor.user_id)
    missing = select(user.c.id, user.c.username).where(user.c.username.in_(names), user.c.id.not_in(had))
    for user_id, username in ctx.session.execute(missing.order_by(user.c.id)).all():
        secret = code_secret(password, username)
        ctx.session.add(sign_in.totp_factor(user_id, "デモ用の認証アプリ", secret, ctx.at, None))
        audit.record(ctx, Tag.FACTOR_ENROLLED, f"account:{user_id}", detail={"kind": "totp"})


def code_secret(password: str, username: str) -> str:
    """The secret of an account's one-time code, drawn from the password of this installation.

    Raises:
        NotFound: it is no account of the demonstration.
    """
    if username not in {account.username for account in ACCOUNTS}:
        raise NotFound(
            f"デモ用の利用者に「{username}」はいません。flask demo accounts で確かめてください。",
            f"The demonstration has no account {username}; see `flask demo accounts`.",
        )
    drawn = hmac.digest(password.encode(), f"totp:{username}".encode(), "sha256")
    return base64.b32encode(drawn[:SECRET_BYTES]).decode("ascii")


def _roles(ctx: Context) -> Mapping[str, int]:
    role = bulk.table("ab_role")
    found: dict[str, int] = dict(ctx.session.execute(select(role.c.name, role.c.id)).all())
    missing = sorted({account.role for account in ACCOUNTS} - set(found))
    if missing:
        raise RolesMissing(
            f"役割({'、'.join(missing)})がデータベースにありません。先に flask setup を実行してください。",
            f"These roles are not in the database: {', '.join(missing)}. Run `flask setup` first.",
        )
    return found


def _offices(ctx: Context) -> Mapping[str, int]:
    return dict(ctx.session.execute(select(Office.code, Office.id)).all())
