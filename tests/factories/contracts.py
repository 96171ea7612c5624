"""A contract whose chain is whole: two firms, a worker, and the people who keep and decide it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from models.document import Attachment
from rules.contracting import CONTRACT_CLAUSES, SUB_CLAUSES
from services.context import Actor, Context
from services.contracting import register, workers
from services.contracting.register import NewContract
from services.contracting.workers import Facts
from tests.factories.staff import employ

FIRM, BELOW = "見本情報サービス株式会社", "架空データ処理株式会社"


@dataclass
class Contracting:
    """Two clerks and a chief over one contract; each works at a moment of his own."""

    ctx: Context
    clerk: Actor
    second: Actor
    chief: Actor
    contract_id: int = 0
    prime_id: int = 0

    def by(self, actor: Actor, at: datetime | None = None) -> Context:
        return Context(self.ctx.session, actor, at or self.ctx.at)

    def later(self, actor: Actor, days: int) -> Context:
        return self.by(actor, self.ctx.at + timedelta(days=days))

    def worker(self, **changes: Any) -> int:
        """A worker of the first firm with everything that is asked of him."""
        link_id = changes.pop("link_id", self.prime_id)
        told = replace(whole(self.ctx), **changes)
        return workers.add(self.by(self.clerk), self.contract_id, link_id, told).id

    def account(self, worker_id: int, username: str = "gyosha1") -> int:
        """An account that one asked for and another granted."""
        workers.ask_account(self.by(self.clerk), self.contract_id, worker_id, username)
        return workers.grant_account(self.by(self.chief), self.contract_id, worker_id).id


def whole(ctx: Context) -> Facts:
    day = ctx.today - timedelta(days=30)
    return Facts("業者", "太郎", FIRM, "insurance", day, day, day, "本庁 電算室", "K-001")


def new_contract(ctx: Context, **changes: Any) -> NewContract:
    told = NewContract(
        number="R8-1",
        title="運用保守業務委託",
        firm=FIRM,
        corporate_number="",
        address="見本県見本市中央2-2",
        from_on=ctx.today - timedelta(days=100),
        until_on=ctx.today + timedelta(days=200),
        band="under_10",
        may_subcontract=True,
        scope="国保システムの運用保守",
    )
    return replace(told, **changes)


def contracting(ctx: Context, **changes: Any) -> Contracting:
    """The people and a contract with all its clauses."""
    session = ctx.session
    clerk, second = employ(session, "contract_clerk"), employ(session, "contract_clerk", "s-second")
    found = Contracting(ctx, clerk, second, employ(session, "section_chief"))
    row = register.add(found.by(clerk), new_contract(ctx, **changes))
    found.contract_id = row.id
    found.prime_id = register.read(found.by(clerk), row.id).prime.row.id
    register.see_clauses(
        found.by(clerk), found.contract_id, found.prime_id, dict.fromkeys(CONTRACT_CLAUSES, "第10条")
    )
    return found


def attach_chart(ctx: Context, case_id: int) -> None:
    """The paper of the organisation chart, with its case."""
    ctx.session.add(
        Attachment(
            case_id=case_id,
            kind="organisation_chart",
            file_name="chart.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            added_at=ctx.at,
        )
    )
    ctx.session.flush()


def entry(day: date, **changes: Any) -> Mapping[str, Any]:
    """A request for a firm below, as its form takes it, with nothing missing."""
    told: dict[str, Any] = {
        "received_on": day.isoformat(),
        "firm_name": BELOW,
        "firm_address": "見本県架空市本町1-5",
        "because": "専門の要員が要るため",
        "scope": "バッチ処理の実行",
        "data_scope": "資格情報",
        "capability": "同種の業務5年",
        "amount": 4_800_000,
        "staff_count": 3,
        "from_on": day.isoformat(),
        "until_on": (day + timedelta(days=100)).isoformat(),
        "chart": [
            {"number": 1, "role": "責任者", "name": "責任 一郎"},
            {"number": 2, "role": "作業者", "name": "作業 二郎", "above": 1},
        ],
        "inspection": "いつでも立ち入れる",
        "secrecy_on": day.isoformat(),
        "uses_cloud": True,
        "cloud_provider": "架空クラウド",
        "cloud_mark": "iso27017",
        "cloud_mark_until": (day + timedelta(days=300)).isoformat(),
        "cloud_privacy_until": (day + timedelta(days=300)).isoformat(),
        "cloud_in_japan": True,
        "cloud_policy": True,
        "cloud_shared": True,
        **{f"clause_{code}": True for code in SUB_CLAUSES},
    }
    return told | changes
